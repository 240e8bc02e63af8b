//! Where facts and secrets are kept: one trait per port, their adapters, one conformance suite that each adapter passes.
//! This is the only crate that talks to a database, a secret store or an event stream.

pub mod port;
mod sql;
pub mod postgres;
pub mod sqlite;
pub mod sealed;
pub mod vault;
pub mod nats;
pub mod relay;

#[cfg(feature = "testing")]
pub mod conformance;
#[cfg(feature = "testing")]
pub mod testing;

pub use port::{EventStream, SecretStore, Store};
pub use sql::Value;
