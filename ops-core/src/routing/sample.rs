//! What the tests of routing are made of: short words for rules, views and requests.

use std::collections::BTreeMap;

use jiff::Timestamp;
use uuid::Uuid;

use super::{
    Eligibility, FailoverOn, NetworkSource, Number, OnNoTarget, PlmnSource, Precedence, Request,
    RequestNetwork, Rule, RuleFields, RuleName, Target, Tier, View, Weight, Write,
};
use crate::{
    Change, Mark, Stamp,
    actor::Actor,
    audit::Difference,
    change, connection,
    event::{Data, Event, Updated},
    health::State,
    id::{ConnectionId, OperatorId},
    network::{Mcc, Mnc, Plmn},
    number_rule::Number as _,
    operator,
    text_rule::Text,
};

pub(super) fn connection_id(n: u128) -> ConnectionId {
    Uuid::from_u128(0xc0 << 120 | n).into()
}

/// Connection n is of operator n, unless a test says otherwise.
pub(super) fn operator_id(n: u128) -> OperatorId {
    Uuid::from_u128(0x09 << 120 | n).into()
}

pub(super) fn stamp() -> Stamp {
    Stamp::new(Timestamp::UNIX_EPOCH, Actor::system("test"), "request".into(), None, [7; 16])
}

/// The id that a decision of [`stamp`] mints after `n` others.
pub(super) fn minted<T: From<Uuid>>(n: usize) -> T {
    let stamp = stamp();
    let mut mint = stamp.mint();
    for _ in 0..n {
        let _: Uuid = mint.id();
    }
    mint.id()
}

/// A rule in the making: enabled, precedence 1000, without targets.
#[derive(Debug, Clone)]
pub(super) struct SampleRule(RuleFields);

pub(super) fn rule(id: u128, destination: &str) -> SampleRule {
    SampleRule(RuleFields {
        id: Uuid::from_u128(id).into(),
        name: RuleName::parse("rule").unwrap(),
        enabled: true,
        precedence: Precedence::default(),
        matches: serde_json::from_str(&format!(r#"{{"destination":{destination}}}"#)).unwrap(),
        targets: Vec::new(),
        on_no_target: OnNoTarget::NextRule,
        version: 1,
        created_at: Timestamp::UNIX_EPOCH,
        created_by: "test".into(),
        updated_at: Timestamp::UNIX_EPOCH,
        updated_by: "test".into(),
    })
}

impl SampleRule {
    pub(super) fn precedence(mut self, precedence: i64) -> Self {
        self.0.precedence = Precedence::parse(precedence).unwrap();
        self
    }

    pub(super) fn version(mut self, version: i64) -> Self {
        self.0.version = version;
        self
    }

    pub(super) fn disabled(mut self) -> Self {
        self.0.enabled = false;
        self
    }

    pub(super) fn rejecting(mut self) -> Self {
        self.0.on_no_target = OnNoTarget::Reject;
        self
    }

    pub(super) fn any_network(mut self) -> Self {
        self.0.matches.network_source = NetworkSource::Any;
        self
    }

    pub(super) fn target(mut self, n: u128, tier: i64, weight: i64) -> Self {
        self.0.targets.push(Target {
            connection_id: connection_id(n),
            operator_id: operator_id(n),
            tier: Tier::parse(tier).unwrap(),
            weight: Weight::parse(weight).unwrap(),
            enabled: true,
            failover_on: FailoverOn::Down,
            note: None,
        });
        self
    }

    /// The last target is switched off.
    pub(super) fn switched_off(mut self) -> Self {
        self.0.targets.last_mut().unwrap().enabled = false;
        self
    }

    /// The last target gives way already when degraded.
    pub(super) fn giving_way(mut self) -> Self {
        self.0.targets.last_mut().unwrap().failover_on = FailoverOn::Degraded;
        self
    }

    pub(super) fn build(&self) -> Rule {
        Rule::restore(self.0.clone())
    }
}

/// Connections of one view: enabled, of active operators and healthy, unless a test says otherwise.
#[derive(Debug, Clone)]
pub(super) struct SampleConnections(BTreeMap<ConnectionId, Eligibility>);

pub(super) fn connections(count: u128) -> SampleConnections {
    let eligibility = |n| Eligibility {
        operator_id: operator_id(n),
        operator_status: operator::Status::Active,
        connection_status: connection::Status::Enabled,
        in_maintenance: false,
        health: State::Healthy,
        counts_for_operator: true,
    };
    SampleConnections((1..=count).map(|n| (connection_id(n), eligibility(n))).collect())
}

impl SampleConnections {
    pub(super) fn with(mut self, n: u128, edit: impl FnOnce(&mut Eligibility)) -> Self {
        edit(self.0.get_mut(&connection_id(n)).unwrap());
        self
    }

    pub(super) fn health(self, n: u128, health: State) -> Self {
        self.with(n, |connection| connection.health = health)
    }

    pub(super) fn view(self, rules: &[SampleRule]) -> View {
        View::new(rules.iter().map(SampleRule::build).collect(), self.0, Mark::new(1, 42))
    }
}

pub(super) fn towards(number: &str) -> Request {
    Request::towards(Number::parse_dialled(number).unwrap(), Timestamp::UNIX_EPOCH)
}

pub(super) fn network(mcc: &str, mnc: &str, source: PlmnSource) -> Option<RequestNetwork> {
    let plmn = Plmn { mcc: Mcc::parse(mcc).unwrap(), mnc: Mnc::parse(mnc).unwrap() };
    Some(RequestNetwork { plmn, source })
}

/// The one write of a decision about a rule.
pub(super) fn written(change: &Change) -> &Write {
    match &change.writes[..] {
        [change::Write::Routing(write)] => write,
        other => panic!("one write of a rule, and not {other:?}"),
    }
}

/// Whom a decision about a rule tells what.
pub(super) fn told(change: &Change) -> Vec<(OperatorId, Updated)> {
    let updated = |event: &Event| match &event.data {
        Data::Updated(updated) => (event.operator_id, updated.clone()),
        other => panic!("an update, and not {other:?}"),
    };
    change.events.iter().map(updated).collect()
}

/// A difference as the audit trail shows it.
pub(super) fn difference(field: &str, old: serde_json::Value, new: serde_json::Value) -> Difference {
    Difference { field: field.into(), old, new }
}
