//! What may flow: one table over operator and connection, asked by the resolver, the lease and everything that shows it.

use jiff::Timestamp;

use super::Status;
use crate::{connection, text_rule::word_list};

/// Where an operator and one of its connections stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The operator's status.
    pub operator: Status,
    /// Until when receipts are taken, when it is suspended.
    pub receipts_until: Option<Timestamp>,
    /// The connection's status.
    pub connection: connection::Status,
    /// Whether a planned window of this connection is running, or its drain has begun.
    pub in_maintenance: bool,
}

/// What may flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flow {
    /// What a connector does with its sessions.
    pub binds: Binds,
    /// Whether new traffic is routed.
    pub new_traffic: NewTraffic,
    /// Whether receipts and mobile-originated messages are taken.
    pub receipts: bool,
    /// Whether the secret may be leased.
    pub lease: Result<(), NotLeased>,
}

word_list! {
    /// What a connector does with the sessions of a connection.
    Binds {
        /// Keeps as many as are wanted.
        Keep = "keep",
        /// Tries again every 30 seconds at the most; failures alarm nobody.
        KeepTrying = "keep_trying",
        /// Keeps those that receive.
        ReceiveOnly = "receive_only",
        /// Unbinds, and stays away.
        Unbind = "unbind",
    }
}

/// Whether new traffic is routed to a connection, apart from its health.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewTraffic {
    /// It is.
    Yes,
    /// Only tests that name the connection.
    TestOnly,
    /// It is not.
    No(NotRouted),
}

/// Why new traffic is not routed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotRouted {
    /// The operator's status takes no traffic.
    OperatorNotActive,
    /// The operator or the connection is in a planned window.
    Maintenance,
    /// The connection is draining or disabled.
    ConnectionNotEnabled,
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

/// The table. Its first column is the operator, its second the connection.
#[must_use]
pub fn flow(standing: Standing, now: Timestamp) -> Flow {
    use NotRouted::{ConnectionNotEnabled, Maintenance, OperatorNotActive};
    use connection::Status::{Disabled, Draining, Enabled};
    let Standing { operator, receipts_until, connection, in_maintenance } = standing;
    let receipts_awaited = receipts_until.is_some_and(|until| now < until);
    let open = |binds, new_traffic| Flow { binds, new_traffic, receipts: true, lease: Ok(()) };
    let closed = |why, lease| Flow {
        binds: Binds::Unbind,
        new_traffic: NewTraffic::No(why),
        receipts: false,
        lease: Err(lease),
    };
    match (operator, connection) {
        (Status::Deleted, _) => closed(OperatorNotActive, NotLeased::OperatorDeleted),
        (_, Disabled) => {
            let why = match operator {
                Status::Active => ConnectionNotEnabled,
                Status::Maintenance => Maintenance,
                _ => OperatorNotActive,
            };
            closed(why, NotLeased::ConnectionDisabled)
        }
        (Status::Maintenance, Enabled | Draining) => open(Binds::KeepTrying, NewTraffic::No(Maintenance)),
        (Status::Active, _) if in_maintenance => open(Binds::KeepTrying, NewTraffic::No(Maintenance)),
        (Status::Active, Enabled) => open(Binds::Keep, NewTraffic::Yes),
        (Status::Active, Draining) => open(Binds::Keep, NewTraffic::No(ConnectionNotEnabled)),
        (Status::Draft, Enabled) => open(Binds::Keep, NewTraffic::TestOnly),
        (Status::Draft | Status::Draining, Enabled | Draining) => {
            open(Binds::Keep, NewTraffic::No(OperatorNotActive))
        }
        (Status::Suspended, Enabled | Draining) if receipts_awaited => {
            open(Binds::ReceiveOnly, NewTraffic::No(OperatorNotActive))
        }
        (Status::Suspended, Enabled | Draining) => closed(OperatorNotActive, NotLeased::OperatorSuspended),
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::connection::Status as Connection;

    fn now() -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    fn of(operator: Status, connection: Connection) -> Flow {
        let standing = Standing { operator, receipts_until: None, connection, in_maintenance: false };
        flow(standing, now())
    }

    #[test]
    fn the_table_is_what_was_agreed() {
        use Connection::{Disabled, Draining, Enabled};
        use NewTraffic::{No, TestOnly, Yes};
        use NotRouted::{ConnectionNotEnabled, Maintenance, OperatorNotActive};
        let keep = |new_traffic| (Binds::Keep, new_traffic, true, true);
        let trying = (Binds::KeepTrying, No(Maintenance), true, true);
        let none = |why| (Binds::Unbind, No(why), false, false);
        for (operator, connection, expected) in [
            (Status::Draft, Enabled, keep(TestOnly)),
            (Status::Draft, Draining, keep(No(OperatorNotActive))),
            (Status::Draft, Disabled, none(OperatorNotActive)),
            (Status::Active, Enabled, keep(Yes)),
            (Status::Active, Draining, keep(No(ConnectionNotEnabled))),
            (Status::Active, Disabled, none(ConnectionNotEnabled)),
            (Status::Draining, Enabled, keep(No(OperatorNotActive))),
            (Status::Draining, Draining, keep(No(OperatorNotActive))),
            (Status::Draining, Disabled, none(OperatorNotActive)),
            (Status::Maintenance, Enabled, trying),
            (Status::Maintenance, Draining, trying),
            (Status::Maintenance, Disabled, none(Maintenance)),
            (Status::Suspended, Enabled, none(OperatorNotActive)),
            (Status::Suspended, Draining, none(OperatorNotActive)),
            (Status::Suspended, Disabled, none(OperatorNotActive)),
            (Status::Deleted, Enabled, none(OperatorNotActive)),
            (Status::Deleted, Draining, none(OperatorNotActive)),
            (Status::Deleted, Disabled, none(OperatorNotActive)),
        ] {
            let Flow { binds, new_traffic, receipts, lease } = of(operator, connection);
            let found = (binds, new_traffic, receipts, lease.is_ok());
            assert_eq!(found, expected, "{operator} {connection}");
        }
    }

    #[test]
    fn a_window_of_one_connection_stops_its_new_traffic_only() {
        let during = |operator, connection| {
            flow(Standing { operator, receipts_until: None, connection, in_maintenance: true }, now())
        };
        for connection in [Connection::Enabled, Connection::Draining] {
            let Flow { binds, new_traffic, receipts, lease } = during(Status::Active, connection);
            assert_eq!(new_traffic, NewTraffic::No(NotRouted::Maintenance));
            assert_eq!((binds, receipts, lease), (Binds::KeepTrying, true, Ok(())));
        }
        for operator in [Status::Draft, Status::Draining, Status::Maintenance, Status::Suspended] {
            let connection = Connection::Enabled;
            assert_eq!(during(operator, connection), of(operator, connection), "{operator}");
        }
        let disabled = Connection::Disabled;
        assert_eq!(during(Status::Active, disabled), of(Status::Active, disabled));
    }

    #[test]
    fn a_suspended_operator_receives_and_leases_until_its_receipts_are_in() {
        let until = now() + SignedDuration::from_hours(1);
        let at = |now, connection| {
            let operator = Status::Suspended;
            flow(Standing { operator, receipts_until: Some(until), connection, in_maintenance: false }, now)
        };
        let receives = Flow {
            binds: Binds::ReceiveOnly,
            new_traffic: NewTraffic::No(NotRouted::OperatorNotActive),
            receipts: true,
            lease: Ok(()),
        };
        let over = Flow {
            binds: Binds::Unbind,
            receipts: false,
            lease: Err(NotLeased::OperatorSuspended),
            ..receives
        };
        for connection in [Connection::Enabled, Connection::Draining] {
            assert_eq!(at(until - SignedDuration::from_micros(1), connection), receives);
            assert_eq!(at(until, connection), over);
            assert_eq!(at(until + SignedDuration::from_micros(1), connection), over);
        }
        assert_eq!(at(now(), Connection::Disabled).lease, Err(NotLeased::ConnectionDisabled));
    }

    #[test]
    fn no_lease_names_what_is_most_final() {
        for connection in [Connection::Enabled, Connection::Draining, Connection::Disabled] {
            assert_eq!(of(Status::Deleted, connection).lease, Err(NotLeased::OperatorDeleted));
        }
        assert_eq!(of(Status::Active, Connection::Disabled).lease, Err(NotLeased::ConnectionDisabled));
        assert_eq!(of(Status::Suspended, Connection::Disabled).lease, Err(NotLeased::ConnectionDisabled));
    }
}
