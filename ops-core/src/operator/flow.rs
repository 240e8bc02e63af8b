//! What may flow through an operator's connection: one table, asked by the resolver, the lease and the views.

use jiff::Timestamp;

use super::Status;
use crate::connection;

/// Whether new traffic may be routed to a connection of an operator, apart from its health.
///
/// # Errors
/// Why not.
pub const fn new_traffic(operator: Status, connection: connection::Status) -> Result<(), NotRouted> {
    match (operator, connection) {
        (Status::Active, connection::Status::Enabled) => Ok(()),
        (Status::Maintenance, _) => Err(NotRouted::Maintenance),
        (Status::Active, _) => Err(NotRouted::ConnectionNotEnabled),
        _ => Err(NotRouted::OperatorNotActive),
    }
}

/// Why new traffic is not routed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotRouted {
    /// The operator's status takes no traffic.
    OperatorNotActive,
    /// The operator is in a planned window.
    Maintenance,
    /// The connection is draining or disabled.
    ConnectionNotEnabled,
}

/// Whether a connector may lease the connection's secret now.
///
/// # Errors
/// Why not.
pub fn lease(
    operator: Status,
    receipts_until: Option<Timestamp>,
    connection: connection::Status,
    now: Timestamp,
) -> Result<(), NotLeased> {
    match (operator, connection) {
        (Status::Deleted, _) => Err(NotLeased::OperatorDeleted),
        (_, connection::Status::Disabled) => Err(NotLeased::ConnectionDisabled),
        (Status::Draft | Status::Active | Status::Draining | Status::Maintenance, _) => Ok(()),
        (Status::Suspended, _) if receipts_until.is_some_and(|until| now < until) => Ok(()),
        (Status::Suspended, _) => Err(NotLeased::OperatorSuspended),
    }
}

/// Why a secret is not leased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotLeased {
    /// The operator was deleted.
    OperatorDeleted,
    /// The operator is suspended and its receipts are no longer awaited.
    OperatorSuspended,
    /// The connection is disabled.
    ConnectionDisabled,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::Status as Connection;

    #[test]
    fn only_an_enabled_connection_of_an_active_operator_takes_new_traffic() {
        for operator in
            [Status::Draft, Status::Draining, Status::Maintenance, Status::Suspended, Status::Deleted]
        {
            assert!(new_traffic(operator, Connection::Enabled).is_err(), "{operator}");
        }
        assert_eq!(new_traffic(Status::Active, Connection::Enabled), Ok(()));
        assert_eq!(new_traffic(Status::Active, Connection::Draining), Err(NotRouted::ConnectionNotEnabled));
        assert_eq!(new_traffic(Status::Active, Connection::Disabled), Err(NotRouted::ConnectionNotEnabled));
        assert_eq!(new_traffic(Status::Maintenance, Connection::Enabled), Err(NotRouted::Maintenance));
    }

    #[test]
    fn a_suspended_operator_leases_only_until_its_receipts_are_in() {
        let now = Timestamp::UNIX_EPOCH;
        let later = now + jiff::SignedDuration::from_hours(1);
        assert_eq!(lease(Status::Suspended, Some(later), Connection::Enabled, now), Ok(()));
        assert_eq!(
            lease(Status::Suspended, Some(later), Connection::Enabled, later),
            Err(NotLeased::OperatorSuspended)
        );
        assert_eq!(
            lease(Status::Suspended, None, Connection::Enabled, now),
            Err(NotLeased::OperatorSuspended)
        );
        assert_eq!(lease(Status::Draft, None, Connection::Enabled, now), Ok(()));
        assert_eq!(
            lease(Status::Active, None, Connection::Disabled, now),
            Err(NotLeased::ConnectionDisabled)
        );
        assert_eq!(lease(Status::Deleted, None, Connection::Disabled, now), Err(NotLeased::OperatorDeleted));
    }
}
