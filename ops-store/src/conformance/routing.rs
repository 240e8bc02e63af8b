//! Rules and the view: read back as written, and the version tells when a resolve may answer otherwise.

use std::{collections::BTreeMap, sync::Arc};

use ops_core::{
    Mark, Number, connection, health,
    id::{OperatorId, RuleId},
    operator::Status,
    routing::{self, Eligibility, FailoverOn, Rule, RuleFields, Target, View},
    testing::text,
};
use uuid::Uuid;

use super::estate::Estate;
use crate::{Store, port::RuleFilter, testing::Rows};

/// Every field of a rule and of its targets is read back as it was written, in the order of the targets; a deleted rule
/// is gone with its targets.
pub async fn a_rule_is_read_back_as_it_was_written(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let operator = estate.operator("acme").await;
    let mut connections = Vec::new();
    for name in ["c", "a", "b"] {
        connections.push(estate.connection(&operator, name).await);
    }
    let (rule, mut change) = estate.new_rule("Köln 😀", 65_535, &connections.iter().collect::<Vec<_>>());
    let mut fields: RuleFields = rule.fields().clone();
    fields.enabled = false;
    fields.matches = serde_json::from_str(r#"{"destination":{"mcc":"262","mnc":"01"}}"#).unwrap();
    fields.on_no_target = routing::OnNoTarget::Reject;
    fields.targets[0] = Target {
        tier: routing::Tier::parse(255).unwrap(),
        weight: routing::Weight::parse(10_000).unwrap(),
        enabled: false,
        failover_on: FailoverOn::Degraded,
        note: Some(text("weil „es“ geht")),
        ..fields.targets[0].clone()
    };
    let rule = Rule::restore(fields);
    change.writes = vec![routing::Write::Put(rule.clone()).into()];
    estate.keep(change).await;
    let blocking = estate.rule("block", 0, &[]).await;
    assert_eq!(estate.store.rule(rule.id).await.unwrap(), Some(rule.clone()));
    assert_eq!(estate.store.rule(blocking.id).await.unwrap(), Some(blocking));

    estate.keep(routing::delete(&rule, &estate.stamp())).await;
    assert_eq!(estate.store.rule(rule.id).await.unwrap(), None);
    assert_eq!((estate.rows.count("rule").await, estate.rows.count("rule_target").await), (1, 0));
    assert_eq!(estate.conflict(routing::delete(&rule, &estate.stamp())).await, "rule_version");
}

/// Pages of every size show each rule once, by precedence and then by id, and only those that target what was asked for.
pub async fn a_walk_over_rules_neither_repeats_nor_skips_one(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let operator = estate.operator("acme").await;
    let (one, two) = (estate.connection(&operator, "one").await, estate.connection(&operator, "two").await);
    let foreign = estate.connection(&estate.operator("other").await, "main").await;
    let mut all = Vec::new();
    for (precedence, targets) in [
        (5, vec![&one]),
        (5, vec![&two, &one]),
        (0, vec![&foreign]),
        (65_535, vec![]),
        (5, vec![&foreign, &two]),
        (7, vec![&one]),
    ] {
        all.push(estate.rule("rule", precedence, &targets).await);
    }
    all.sort_by_key(|rule| (rule.precedence, rule.id));
    let targets = |rule: &Rule, is: &dyn Fn(&Target) -> bool| rule.targets.iter().any(is);
    let of = |is: &dyn Fn(&Target) -> bool| {
        all.iter().filter(|rule| targets(rule, is)).cloned().collect::<Vec<_>>()
    };
    let nobody = RuleFilter { operator_id: Some(OperatorId::from(Uuid::nil())), ..RuleFilter::default() };
    let cases = [
        (RuleFilter::default(), all.clone()),
        (
            RuleFilter { connection_id: Some(one.id), ..RuleFilter::default() },
            of(&|t| t.connection_id == one.id),
        ),
        (
            RuleFilter { operator_id: Some(operator.id), ..RuleFilter::default() },
            of(&|t| t.operator_id == operator.id),
        ),
        (
            RuleFilter { operator_id: Some(operator.id), connection_id: Some(foreign.id), after: None },
            of(&|t| t.connection_id == foreign.id)
                .into_iter()
                .filter(|rule| rule.targets.len() == 2)
                .collect(),
        ),
        (nobody, Vec::new()),
    ];
    for (filter, expected) in cases {
        for limit in [1, 2, 5, 6, 7] {
            let (mut filter, mut seen) = (filter, Vec::new());
            loop {
                let (page, next) = estate.store.rules(&filter, limit).await.unwrap();
                assert!(page.len() == limit || next.is_none());
                seen.extend(page);
                match next {
                    Some(next) => filter.after = Some(next),
                    None => break,
                }
            }
            assert_eq!(seen, expected, "{filter:?} by {limit}");
        }
    }
    assert_eq!(estate.store.rule(RuleId::from(Uuid::nil())).await.unwrap(), None);
}

/// The view holds every rule and what decides about each connection, as they were written.
pub async fn the_view_equals_what_was_written(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    assert_eq!(estate.store.view().await.unwrap(), View::new(Vec::new(), BTreeMap::new(), Mark::new(1, 0)));
    let (acme, main) = estate.active("acme").await;
    let backup = estate.connection(&acme, "backup").await;
    let (_, change) = connection::status::disable(&backup, &estate.stamp()).unwrap();
    estate.keep(change).await;
    let draft = estate.operator("draft").await;
    let theirs = estate.connection(&draft, "main").await;
    let doomed = estate.operator("doomed").await;
    estate.connection(&doomed, "main").await;
    estate.delete(doomed.id).await;
    let rules = vec![
        estate.rule("second", 2, &[&main, &backup]).await,
        estate.rule("first", 1, &[&theirs]).await,
        estate.rule("block", 3, &[]).await,
    ];
    let unknown = health::ConnectionHealth::unknown(main.id, acme.id, main.created_at);
    estate
        .store
        .keep_progress(&[health::ConnectionHealth { state: health::State::Probation, ..unknown }])
        .await
        .unwrap();

    let of = |operator_id, operator_status, connection_status, health| Eligibility {
        operator_id,
        operator_status,
        connection_status,
        in_maintenance: false,
        health,
        counts_for_operator: true,
    };
    let connections = BTreeMap::from([
        (main.id, of(acme.id, Status::Active, connection::Status::Enabled, health::State::Probation)),
        (backup.id, of(acme.id, Status::Active, connection::Status::Disabled, health::State::Unknown)),
        (theirs.id, of(draft.id, Status::Draft, connection::Status::Enabled, health::State::Unknown)),
    ]);
    let view = estate.store.view().await.unwrap();
    assert_eq!(view, View::new(rules, connections, view.version()));
}

/// The version of the view moves by one with each change that says so, with no other, and not with a refused one.
pub async fn the_views_version_moves_only_with_changes_that_move_the_view(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let version = async || {
        let version = estate.store.view().await.unwrap().version();
        assert_eq!(version.epoch, 1);
        version.n
    };
    assert_eq!(version().await, 0);
    let operator = estate.operator("acme").await;
    assert_eq!(version().await, 0, "a draft is in no view");
    let connection = estate.connection(&operator, "main").await;
    assert_eq!(version().await, 1);
    estate.credential(&connection).await;
    estate.keep(estate.put(operator.clone(), Some(1))).await;
    assert_eq!(version().await, 1, "neither a credential nor a name is in the view");
    let rule = estate.rule("rule", 1, &[&connection]).await;
    assert_eq!(version().await, 2);
    estate.keep(routing::delete(&rule, &estate.stamp())).await;
    assert_eq!(version().await, 3);
    estate.conflict(routing::delete(&rule, &estate.stamp())).await;
    assert_eq!(version().await, 3);
}
