//! PostgreSQL: it passes the conformance suite, keeps its word in races, and travels no more than it must.
#![cfg(feature = "stack")]
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test's own values")]

mod cluster;
mod conformance;
mod estate;
mod flights;
mod migrations;
mod pooler;
mod proxy;
mod races;
mod replicas;
mod schema;
mod tls;
