//! `Change`: everything one decision changes. The core makes it, `Store::commit` keeps it whole or not at all.

use jiff::Timestamp;

use crate::{
    audit::AuditEntry, connection, credential, event::Event, health, id::OperatorId, maintenance, note,
    operator, routing, stamp::Stamp, text_rule::word_list,
};

/// Everything one decision changes.
#[derive(Debug, Clone)]
pub struct Change {
    /// Metric label and audit action.
    pub name: ChangeName,
    /// When it was decided.
    pub at: Timestamp,
    /// Trace context that its events carry.
    pub traceparent: Option<String>,
    /// What the decision relied on. Checked after the locks, so each sees what the last holder committed.
    pub expects: Vec<Expect>,
    /// What is stored.
    pub writes: Vec<Write>,
    /// At most one per operator: drawing its sequence is what locks the operator.
    pub events: Vec<Event>,
    /// Who did what; empty only for health transitions.
    pub audit: Vec<AuditEntry>,
    /// Whether the routing view changes: a draw of the view's version, and the routing head's lock.
    pub moves_view: bool,
}

impl Change {
    /// An empty change, to be filled by one decision.
    #[must_use]
    pub fn new(name: ChangeName, stamp: &Stamp) -> Self {
        Self {
            name,
            at: stamp.at(),
            traceparent: stamp.traceparent().map(str::to_owned),
            expects: Vec::new(),
            writes: Vec::new(),
            events: Vec::new(),
            audit: Vec::new(),
            moves_view: false,
        }
    }

    /// Also relies on `expect`.
    #[must_use]
    pub fn expect(mut self, expect: impl Into<Expect>) -> Self {
        self.expects.push(expect.into());
        self
    }

    /// Also stores `write`.
    #[must_use]
    pub fn write(mut self, write: impl Into<Write>) -> Self {
        self.writes.push(write.into());
        self
    }

    /// Also publishes `event`.
    #[must_use]
    pub fn event(mut self, event: Event) -> Self {
        self.events.push(event);
        self
    }

    /// Also leaves `entry` in the audit trail.
    #[must_use]
    pub fn audit(mut self, entry: AuditEntry) -> Self {
        self.audit.push(entry);
        self
    }

    /// Also changes what a resolve sees.
    #[must_use]
    pub const fn moving_view(mut self) -> Self {
        self.moves_view = true;
        self
    }

    /// Operators that this change creates: they have no row to lock yet, and their sequence starts at 1.
    pub fn created_operators(&self) -> impl Iterator<Item = OperatorId> {
        self.writes.iter().filter_map(|write| match write {
            Write::Operator(operator::Write::Insert(operator)) => Some(operator.id),
            _ => None,
        })
    }

    /// Existing operators to lock, ascending: every change locks in this order, so two of them never wait in a ring.
    #[must_use]
    pub fn locked_operators(&self) -> Vec<OperatorId> {
        let mut ids: Vec<_> = self.events.iter().map(|event| event.operator_id).collect();
        ids.retain(|id| self.created_operators().all(|created| created != *id));
        ids.sort_unstable();
        ids
    }
}

word_list! {
    /// What a change is called: metric label and audit action.
    ChangeName {
        /// An operator was created.
        OperatorCreate = "operator_create",
        /// An operator's own fields changed.
        OperatorUpdate = "operator_update",
        /// An operator takes traffic from now on.
        OperatorActivate = "operator_activate",
        /// An operator takes no new traffic, and finishes what it has.
        OperatorDrain = "operator_drain",
        /// An operator takes no traffic from now on.
        OperatorSuspend = "operator_suspend",
        /// An operator was deleted (softly) with its connections.
        OperatorDelete = "operator_delete",
        /// A deleted operator came back, suspended.
        OperatorRestore = "operator_restore",
        /// The contacts of a deleted operator were erased and its credentials given up.
        OperatorErase = "operator_erase",
        /// The last secret of a deleted operator was destroyed.
        OperatorPurge = "operator_purge",
        /// A window was planned.
        MaintenanceCreate = "maintenance_create",
        /// A window was moved or described anew.
        MaintenanceUpdate = "maintenance_update",
        /// A window was cancelled, or ended before its time.
        MaintenanceCancel = "maintenance_cancel",
        /// The clock moved windows, and the operator with them.
        MaintenanceAdvance = "maintenance_advance",
        /// Somebody wrote a note about an operator.
        NoteCreate = "note_create",
        /// A connection was created.
        ConnectionCreate = "connection_create",
        /// A connection may be used from now on.
        ConnectionEnable = "connection_enable",
        /// A connection's own fields changed.
        ConnectionUpdate = "connection_update",
        /// A connection with a credential changed where it connects: whoever is there receives the secret.
        ConnectionRedirect = "connection_redirect",
        /// A connection takes no new traffic from now on; its sessions stay.
        ConnectionDrain = "connection_drain",
        /// A connection was deleted.
        ConnectionDelete = "connection_delete",
        /// A connection may not be used from now on.
        ConnectionDisable = "connection_disable",
        /// A credential was stored.
        CredentialCreate = "credential_create",
        /// A staged credential was taken into use, and the one before it retired.
        CredentialActivate = "credential_activate",
        /// A staged credential was given up.
        CredentialDiscard = "credential_discard",
        /// A credential's secret was handed to a connector.
        CredentialLease = "credential_lease",
        /// A routing rule was created.
        RuleCreate = "rule_create",
        /// A routing rule was deleted.
        RuleDelete = "rule_delete",
        /// The judge moved the health of connections.
        HealthTransition = "health_transition",
    }
}

/// What a decision relied on; one line per noun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expect {
    /// About an operator.
    Operator(operator::Expect),
    /// About a connection.
    Connection(connection::Expect),
    /// About a credential.
    Credential(credential::Expect),
    /// About planned windows.
    Maintenance(maintenance::Expect),
    /// About a routing rule.
    Routing(routing::Expect),
    /// About the judged health of a connection.
    Health(health::Expect),
    /// The epoch in which it was decided: its entity tags and preconditions mean nothing in another one.
    Epoch(i64),
}

/// What is stored; one line per noun.
#[derive(Debug, Clone)]
pub enum Write {
    /// Of an operator.
    Operator(operator::Write),
    /// Of a connection.
    Connection(connection::Write),
    /// Of a credential's metadata; never its secret.
    Credential(credential::Write),
    /// Of a planned window.
    Maintenance(maintenance::Write),
    /// A note.
    Note(note::Write),
    /// Of a routing rule.
    Routing(routing::Write),
    /// Of the judged health of a connection.
    Health(health::Write),
}

macro_rules! from_noun {
    ($($enum:ident::$variant:ident($noun:ident)),+ $(,)?) => {
        $(impl From<$noun::$enum> for $enum {
            fn from(of: $noun::$enum) -> Self {
                Self::$variant(of)
            }
        })+
    };
}
from_noun! {
    Expect::Operator(operator), Expect::Connection(connection), Expect::Credential(credential), Expect::Routing(routing), Expect::Health(health),
    Expect::Maintenance(maintenance),
    Write::Operator(operator), Write::Connection(connection), Write::Credential(credential),
    Write::Maintenance(maintenance), Write::Note(note),
    Write::Routing(routing), Write::Health(health),
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{
        event::Changed,
        operator::{Operator, Status, testing::standing_with},
        testing::stamp,
    };

    fn operator(n: u128) -> Operator {
        standing_with(Status::Draft, |fields| fields.id = Uuid::from_u128(n).into())
    }

    fn updated(n: u128) -> Event {
        Event::updated(Uuid::from_u128(100 + n).into(), operator(n).id, vec![Changed::status()], None)
    }

    #[test]
    fn operators_with_events_are_locked_in_rising_order_and_those_just_created_are_not() {
        let change = Change::new(ChangeName::OperatorCreate, &stamp(1))
            .write(operator::Write::Put(operator(4)))
            .write(operator::Write::Insert(operator(2)))
            .write(operator::Write::Index(operator(2)))
            .event(updated(3))
            .event(updated(2))
            .event(updated(1));
        let ids = |ns: &[u128]| ns.iter().map(|&n| operator(n).id).collect::<Vec<_>>();
        assert_eq!(change.created_operators().collect::<Vec<_>>(), ids(&[2]));
        assert_eq!(change.locked_operators(), ids(&[1, 3]));
    }
}
