//! A page of a list.

use ops_core::audit::AuditEntry;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    audit::AuditEntryShape, connection::Connection, maintenance::Maintenance, network::Network,
    operator::Operator, routing::Rule, timeline::Entry,
};

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Page<T> {
    /// The entries, in the order of the request's `sort`.
    pub items: Vec<T>,
    /// Where the next page begins; null on the last one.
    pub next_cursor: Option<String>,
}

/// A page of operators.
pub type Operators = Page<Operator>;
/// A page of connections.
pub type Connections = Page<Connection>;
/// A page of rules.
pub type Rules = Page<Rule>;
/// A page of an operator's planned windows, newest first.
pub type Maintenances = Page<Maintenance>;
/// A page of an operator's timeline, newest first.
pub type Timeline = Page<Entry>;
/// A page of reference networks, by MCC and MNC.
pub type Networks = Page<Network>;
/// A page of the audit trail, newest first.
pub type AuditEntries = Page<AuditEntry>;

macro_rules! shapes {
    ($($(#[$doc:meta])* $name:ident of $item:ty;)+) => {$(
        $(#[$doc])*
        #[derive(ToSchema)]
        pub struct $name {
            /// The entries.
            pub items: Vec<$item>,
            /// Where the next page begins; null on the last one.
            #[schema(required)]
            pub next_cursor: Option<String>,
        }
    )+};
}
shapes! {
    /// A page of operators.
    OperatorPage of Operator;
    /// A page of connections.
    ConnectionPage of Connection;
    /// A page of rules.
    RulePage of Rule;
    /// A page of planned windows.
    MaintenancePage of Maintenance;
    /// A page of a timeline.
    TimelinePage of Entry;
    /// A page of reference networks.
    NetworkPage of Network;
    /// A page of the audit trail.
    AuditPage of AuditEntryShape;
}
