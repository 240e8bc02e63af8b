//! The configuration: one TOML file plus `OPS_…` variables, read whole before anything is bound.
//!
//! Start with [`load()`]. Each section of the file is read by the module of its name.

use std::collections::BTreeSet;

mod load;
mod fault;
mod source;
mod section;
mod file;

pub mod address;
pub mod key_file;
pub mod postgres_url;
pub mod estimate;

mod admin;
mod auth;
mod effective;
mod embedded;
mod endpoints;
mod events;
mod health;
mod identity;
mod internal;
mod keys;
mod listen;
mod log;
mod operators;
mod ops;
mod secrets;
mod shutdown;
mod store;
mod tls;
mod vault;
mod warnings;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use admin::Admin;
pub use auth::{Auth, KeysAt};
pub use embedded::Port;
pub use endpoints::Endpoints;
pub use events::Events;
pub use fault::Fault;
pub(crate) use file::shell_word;
pub use file::{Refused as FileRefused, read_private_file, read_public_file};
pub use health::Health;
pub use identity::{ConnectorIds, Identity, LEASES_PER_MINUTE, Operators, Right, San};
pub use internal::Internal;
pub use key_file::Key32;
pub use keys::{FormerKey, Keys};
pub use listen::own_hosts;
pub use load::load;
pub use log::{Log, LogFormat};
pub use operators::Deletion;
pub use ops::Ops;
pub use postgres_url::PostgresUrl;
pub use secrets::{Sealed, Secrets};
pub use shutdown::Shutdown;
pub use store::{Postgres, PostgresTls, Sqlite, Store};
pub(crate) use tls::certificates;
pub use tls::{MutualTls, ServerTls};
pub(crate) use vault::private as private_token;

/// Everything a process is told. No `Debug`: it holds secrets; [`Config::effective`] prints the rest.
#[derive(Clone)]
pub struct Config {
    /// `embedded`: the ports that are meant to be served by something inside this process.
    pub embedded: BTreeSet<Port>,
    /// `[admin]`: the listener of people and automation.
    pub admin: Admin,
    /// `[internal]`: the listener of gateways and services.
    pub internal: Internal,
    /// `[ops]`: the listener of probes and Prometheus.
    pub ops: Ops,
    /// `[auth]`: whose tokens count.
    pub auth: Auth,
    /// `[store]`: where facts lie.
    pub store: Store,
    /// `[secrets]`: where secrets lie.
    pub secrets: Secrets,
    /// `[keys]`: keys of our own.
    pub keys: Keys,
    /// `[events]`: what events say about us.
    pub events: Events,
    /// `[health]`: how operators are judged.
    pub health: Health,
    /// `[endpoints]`: where no connection may lead.
    pub endpoints: Endpoints,
    /// `[operators]`: how long a deleted one can be brought back.
    pub operators: Deletion,
    /// `[log]`: what is logged.
    pub log: Log,
    /// `[shutdown]`: how we stop.
    pub shutdown: Shutdown,
}
