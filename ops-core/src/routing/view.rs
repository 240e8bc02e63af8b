//! The view: all that a resolve needs, at one version.

use std::collections::BTreeMap;

use super::{Rule, order};
use crate::{
    connection, health,
    id::{ConnectionId, OperatorId},
    operator::{self, flow::Standing},
    version::Mark,
};

/// Rules in their order and what is known of the connections they target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    rules: Vec<Rule>,
    connections: BTreeMap<ConnectionId, Eligibility>,
    version: Mark,
}

/// What decides whether a connection takes new traffic now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Eligibility {
    /// Whose it is.
    pub operator_id: OperatorId,
    /// Where the operator stands.
    pub operator_status: operator::Status,
    /// Where the connection stands.
    pub connection_status: connection::Status,
    /// Whether a planned window of this connection is running, or its drain has begun.
    pub in_maintenance: bool,
    /// How well it works.
    pub health: health::State,
    /// Whether it counts for its operator's state.
    pub counts_for_operator: bool,
}

impl Eligibility {
    /// Where operator and connection stand. The view does not know until when receipts are taken: it is about new traffic.
    #[must_use]
    pub const fn standing(&self) -> Standing {
        Standing {
            operator: self.operator_status,
            receipts_until: None,
            connection: self.connection_status,
            in_maintenance: self.in_maintenance,
        }
    }
}

impl View {
    /// A view of these rules, put in the order in which they are tried.
    #[must_use]
    pub fn new(
        mut rules: Vec<Rule>,
        connections: BTreeMap<ConnectionId, Eligibility>,
        version: Mark,
    ) -> Self {
        rules.sort_by(|a, b| order::compare(a, b));
        Self { rules, connections, version }
    }

    /// A view without rules, before the first one is loaded.
    #[must_use]
    pub const fn empty() -> Self {
        Self { rules: Vec::new(), connections: BTreeMap::new(), version: Mark::START }
    }

    /// Every rule, in the order in which they are tried.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// What is known of each connection.
    #[must_use]
    pub const fn connections(&self) -> &BTreeMap<ConnectionId, Eligibility> {
        &self.connections
    }

    /// Which version this is.
    #[must_use]
    pub const fn version(&self) -> Mark {
        self.version
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routing::sample::{connection_id, connections, operator_id, rule};

    #[test]
    fn a_view_holds_its_rules_in_the_order_in_which_they_are_tried() {
        let rules = [
            rule(1, r#"{"any":true}"#),
            rule(2, r#"{"prefix":"49"}"#),
            rule(3, r#"{"any":true}"#).precedence(1),
            rule(4, r#"{"number":"49"}"#),
        ];
        let view = connections(2).view(&rules);
        let tried: Vec<_> = view.rules().iter().map(|rule| rule.id.uuid().as_u128()).collect();
        assert_eq!(tried, [3, 4, 2, 1]);
        assert_eq!(view.version(), Mark::new(1, 42));
        let owners: Vec<_> = view.connections().iter().map(|(id, known)| (*id, known.operator_id)).collect();
        assert_eq!(owners, [1, 2].map(|n| (connection_id(n), operator_id(n))));
    }

    #[test]
    fn the_empty_view_is_older_than_every_loaded_one() {
        let empty = View::empty();
        assert!(empty.rules().is_empty() && empty.connections().is_empty());
        assert!(empty.version() < Mark::new(1, 0));
    }
}
