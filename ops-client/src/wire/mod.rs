//! The documents of the contract, one file per noun. Requests become commands of the core, and the core's values become
//! answers; each conversion names every field, so that a new one breaks the build where somebody must decide about it.
//!
//! Read in this order: [`rule`] (schemas out of rules), [`glossary`] (what members mean), [`operator`] with [`about`], [`maintenance`],
//! [`timeline`], [`connection`] with its `profile` (`smpp`, `http`), [`credential`],
//! [`lease`], [`routing`] with [`destination`], [`resolve`], [`sample`] with [`batch`], [`health`], [`network`],
//! [`event`],
//! [`audit`], [`me`], and what every request can be answered: [`problem`], [`page`].

pub mod rule;
mod value;
mod time;
mod coverage;
mod label;
mod count;
mod document;
pub mod glossary;

pub mod operator;
pub mod about;
pub mod maintenance;
pub mod timeline;
pub mod connection;
mod profile;
mod smpp;
mod http;
pub mod credential;
pub mod lease;
pub mod routing;
pub mod destination;
pub mod resolve;
pub mod sample;
pub mod batch;
pub mod health;
pub mod network;
pub mod event;
pub mod event_data;
pub mod audit;
pub mod me;
pub mod problem;
pub mod page;

/// Documents of the core: their JSON is the contract's, and the twins here only give its schema.
pub use ops_core::{
    audit::AuditEntry,
    connection::{Http, Smpp},
    event::Data as EventData,
    health::Sample,
    operator::readiness::Readiness,
    routing::Match,
};

#[cfg(test)]
mod tests;
