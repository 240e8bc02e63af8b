//! Rights of the internal API as types: what a certificate's identity may do there.

use crate::config;

/// What an identity must be listed with for a handler to run.
pub trait Right: Send + Sync + 'static {
    /// Which one.
    const NEEDS: config::Right;
}

macro_rules! rights {
    ($($(#[$doc:meta])* $type:ident,)+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy)]
            pub struct $type;
            impl Right for $type {
                const NEEDS: config::Right = config::Right::$type;
            }
        )+
    };
}

rights! {
    /// Read and watch the connections to hold.
    ConnectionsRead,
    /// Lease the credentials of connections.
    CredentialsLease,
    /// Report samples.
    HealthReport,
    /// Read and watch the routing table, and resolve.
    RoutingRead,
}
