//! What tests of this crate and of those that build on it need: fresh stores, and a look into their rows past the ports.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot be set up must fail, and say why"
)]

pub mod certificate;
pub mod cluster;
pub mod committed;
pub mod fault_proxy;
pub mod nats;
pub mod outbox;
pub mod pgbouncer;
pub mod postgres;
mod rows;
pub mod server;
pub mod sqlite;
pub mod token_review;
pub mod vault;

pub use rows::Rows;
