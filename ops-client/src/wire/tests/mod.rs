//! The contract as a whole: parsers against schemas, all faults at once, what becomes of bodies, and what answers are.

mod document;
pub(super) mod value;
mod request;
mod fault;
mod command;
mod answer;
mod component;
