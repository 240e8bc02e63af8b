//! The contract as a whole: parsers against schemas, all faults at once, what becomes of bodies, and what answers are.

mod document;
mod example;
mod request;
mod fault;
mod command;
mod answer;
mod component;
