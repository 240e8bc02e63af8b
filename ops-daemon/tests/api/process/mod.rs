//! The life of the process: start, second start, signals, kills, the tour, and what never leaks.

mod tour;
mod dev;
mod sample_estate;
pub(crate) mod dice;
mod ledger;
mod sixteen_clients;
mod kill;
mod needle;
mod canary;
mod dropped_client;
#[cfg(feature = "stack")]
mod degraded;
mod installation;
mod served;
#[cfg(feature = "stack")]
mod guide;
mod serve;
mod serve_embedded;
mod rights;
mod proxies;
#[cfg(feature = "stack")]
mod event_stream;
#[cfg(feature = "stack")]
mod restore;
#[cfg(feature = "stack")]
mod replicas;
#[cfg(feature = "stack")]
mod faults;
#[cfg(feature = "stack")]
mod chaos;
