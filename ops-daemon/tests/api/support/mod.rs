//! A running daemon per test, ways to call it, and a look inside.

mod call;
mod check;
mod daemon;
mod estate;
mod look;
mod observation;
mod program;
mod registry;
#[cfg(feature = "stack")]
mod servers;
mod until;

pub use call::{Answer, Caller, Frames};
#[cfg(feature = "stack")]
pub use daemon::ByWayOf;
pub use daemon::{Daemon, Database, Options, free_ports};
pub use estate::{Estate, sample};
pub use observation::{now, sample_of, with};
pub use program::program;
pub use registry::assert_registered;
#[cfg(feature = "stack")]
pub use servers::Servers;
pub use until::until;

/// Declares a test that runs on what is embedded and on the servers of production: `on_both!(name_of_a_fact, |daemon| async move { … })`.
macro_rules! on_both {
    ($(#[$meta:meta])* $name:ident, $body:expr) => {
        mod $name {
            use super::*;

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread")]
            async fn embedded() {
                let body: fn(Daemon) -> _ = $body;
                body(Daemon::start(Database::Sqlite).await).await;
            }

            $(#[$meta])*
            #[cfg(feature = "stack")]
            #[tokio::test(flavor = "multi_thread")]
            async fn on_servers() {
                let body: fn(Daemon) -> _ = $body;
                body(Daemon::start(Database::servers().await).await).await;
            }
        }
    };
}
pub(crate) use on_both;
