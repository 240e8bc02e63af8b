//! Whether an operator may take traffic, as a list that tells people what is missing.

use super::{Operator, Role};
use crate::{connection, text_rule::word_list};

/// What activation looks at, besides the operator itself.
#[derive(Debug, Clone, Default)]
pub struct Dependents {
    /// Its connections that are not deleted.
    pub connections: Vec<ConnectionReadiness>,
    /// Rules that target any of its connections.
    pub targeting_rules: u64,
    /// Whether a planned window of the whole operator is running.
    pub in_maintenance: bool,
}

/// One connection, as readiness sees it.
#[derive(Debug, Clone)]
pub struct ConnectionReadiness {
    /// Where it stands.
    pub status: connection::Status,
    /// Whether it has an active credential.
    pub has_active_credential: bool,
    /// Whether a session was bound after the last change of the connection or its credential.
    pub has_bound: bool,
}

word_list! {
    /// What is looked at.
    Item {
        /// A connection that may be used.
        EnabledConnection = "enabled_connection",
        /// An active credential of an enabled connection.
        ActiveCredential = "active_credential",
        /// A session that was bound since the last change.
        SuccessfulBind = "successful_bind",
        /// Somebody to call when it fails.
        NocContact = "noc_contact",
        /// A rule that targets it.
        TargetingRule = "targeting_rule",
    }
}

word_list! {
    /// What was found.
    Verdict {
        /// It is there.
        Ok = "ok",
        /// It is missing, and activation goes on.
        Warn = "warn",
        /// It is missing, and activation is refused.
        Block = "block",
    }
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Line {
    /// What was looked at.
    pub item: Item,
    /// What was found.
    pub verdict: Verdict,
    /// What to do, when something is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<&'static str>,
}

/// The list of an operator.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Readiness {
    /// Whether nothing blocks.
    pub ready: bool,
    /// Every item, in the order a person works through them.
    pub items: Vec<Line>,
}

/// The readiness list of `operator`.
#[must_use]
pub fn readiness(operator: &Operator, dependents: &Dependents) -> Readiness {
    let enabled = || dependents.connections.iter().filter(|c| c.status == connection::Status::Enabled);
    let items = vec![
        line(
            Item::EnabledConnection,
            enabled().next().is_some(),
            Verdict::Block,
            "add a connection: POST …/connections, or enable one",
        ),
        line(
            Item::ActiveCredential,
            enabled().any(|c| c.has_active_credential),
            Verdict::Block,
            "store a credential for an enabled connection: POST /connections/{connection_id}/credentials",
        ),
        line(
            Item::SuccessfulBind,
            enabled().any(|c| c.has_bound),
            Verdict::Warn,
            "no connector has reported a bound session since the last change",
        ),
        line(
            Item::NocContact,
            operator.about.contacts.iter().any(|contact| contact.role == Role::Noc),
            Verdict::Warn,
            "name somebody to call: PATCH …/operators/{operator_id} with a contact of role noc",
        ),
        line(
            Item::TargetingRule,
            dependents.targeting_rules > 0,
            Verdict::Warn,
            "no routing rule targets this operator: POST /routing/rules",
        ),
    ];
    Readiness { ready: items.iter().all(|line| line.verdict != Verdict::Block), items }
}

fn line(item: Item, found: bool, otherwise: Verdict, hint: &'static str) -> Line {
    if found {
        Line { item, verdict: Verdict::Ok, hint: None }
    } else {
        Line { item, verdict: otherwise, hint: Some(hint) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        connection::Status::{Disabled, Draining, Enabled},
        operator::{
            Contact, Contacts, Level, Status,
            readiness::Verdict::{Block, Ok, Warn},
            testing::standing_with,
        },
        testing::text,
    };

    fn connection(status: connection::Status, credential: bool, bound: bool) -> ConnectionReadiness {
        ConnectionReadiness { status, has_active_credential: credential, has_bound: bound }
    }

    fn operator(contacts: &[Role]) -> Operator {
        let contact = |role: &Role| Contact {
            role: *role,
            level: Level::default(),
            name: text("Desk"),
            email: Some(text("desk@example.net")),
            phone: None,
            hours: None,
        };
        let contacts = Contacts::parse(contacts.iter().map(contact).collect()).unwrap();
        standing_with(Status::Draft, |fields| fields.about.contacts = contacts)
    }

    #[test]
    fn a_connection_and_its_credential_block_and_everything_else_only_warns() {
        let all = [Ok; 5];
        for (connections, rules, contacts, ready, verdicts) in [
            (vec![], 0, vec![], false, [Block, Block, Warn, Warn, Warn]),
            (vec![connection(Disabled, true, true)], 0, vec![], false, [Block, Block, Warn, Warn, Warn]),
            (vec![connection(Draining, true, true)], 0, vec![], false, [Block, Block, Warn, Warn, Warn]),
            (vec![connection(Enabled, false, false)], 0, vec![], false, [Ok, Block, Warn, Warn, Warn]),
            (vec![connection(Enabled, false, true)], 0, vec![], false, [Ok, Block, Ok, Warn, Warn]),
            (vec![connection(Enabled, true, false)], 0, vec![], true, [Ok, Ok, Warn, Warn, Warn]),
            (
                vec![connection(Disabled, true, true), connection(Enabled, false, false)],
                0,
                vec![],
                false,
                [Ok, Block, Warn, Warn, Warn],
            ),
            (vec![connection(Enabled, true, true)], 0, vec![Role::Billing], true, [Ok, Ok, Ok, Warn, Warn]),
            (vec![connection(Enabled, true, true)], 1, vec![Role::Billing, Role::Noc], true, all),
            (vec![], 1, vec![Role::Noc], false, [Block, Block, Warn, Ok, Ok]),
        ] {
            let dependents = Dependents { connections, targeting_rules: rules, in_maintenance: false };
            let list = readiness(&operator(&contacts), &dependents);
            let found: Vec<_> = list.items.iter().map(|line| line.verdict).collect();
            assert_eq!((list.ready, &found[..]), (ready, &verdicts[..]), "{dependents:?} {contacts:?}");
            assert!(list.items.iter().all(|line| line.hint.is_none() == (line.verdict == Ok)), "{list:?}");
        }
    }

    #[test]
    fn the_list_has_the_order_in_which_people_work_through_it() {
        let items: Vec<_> =
            readiness(&operator(&[]), &Dependents::default()).items.iter().map(|line| line.item).collect();
        let order = [
            Item::EnabledConnection,
            Item::ActiveCredential,
            Item::SuccessfulBind,
            Item::NocContact,
            Item::TargetingRule,
        ];
        assert_eq!(items, order);
    }
}
