//! Who is chosen, who is not, and what the explanation says.

use uuid::Uuid;

use super::*;
use crate::{
    connection, operator,
    routing::{
        Exclude, PlmnSource,
        sample::{SampleRule, connection_id, connections, network, operator_id, rule, towards},
    },
};

const GERMAN: &str = "491701234567";

/// The candidates by the number of their connection.
fn candidates(view: &View, request: &Request) -> Vec<u128> {
    numbers(&resolve(view, request))
}

fn numbers(answer: &Answer) -> Vec<u128> {
    let number = |id: ConnectionId| (1..=64).find(|n| connection_id(*n) == id).unwrap();
    answer.candidates.iter().map(|candidate| number(candidate.connection_id)).collect()
}

/// The rule that answered.
fn winner(view: &View, request: &Request) -> Option<u128> {
    resolve(view, request).rule_id.map(|id| id.uuid().as_u128())
}

/// Why the targets of the first rule were not chosen.
fn reasons(view: &View, request: &Request) -> Vec<(ConnectionId, Reason)> {
    let (_, rules) = resolve_explained(view, request);
    rules[0].targets.iter().map(|target| (target.connection_id, target.reason)).collect()
}

/// Why the first rule was skipped.
fn skipped(rule: &SampleRule, request: &Request) -> Option<Reason> {
    resolve_explained(&connections(1).view(std::slice::from_ref(rule)), request).1[0].reason
}

#[test]
fn a_number_must_be_the_whole_destination_and_a_prefix_only_begins_it() {
    for (destination, matches) in [
        (r#"{"number":"491701234567"}"#, true),
        (r#"{"number":"49170123456"}"#, false),
        (r#"{"number":"4917012345678"}"#, false),
        (r#"{"prefix":"49"}"#, true),
        (r#"{"prefix":"491701234567"}"#, true),
        (r#"{"prefix":"4917012345678"}"#, false),
        (r#"{"prefix":"48"}"#, false),
        (r#"{"any":true}"#, true),
    ] {
        let expected = (!matches).then_some(Reason::Destination);
        assert_eq!(
            skipped(&rule(1, destination).target(1, 0, 1), &towards(GERMAN)),
            expected,
            "{destination}"
        );
    }
}

#[test]
fn a_network_rule_looks_only_at_a_network_it_believes() {
    let plmn = rule(1, r#"{"mcc":"262","mnc":"01"}"#).target(1, 0, 1);
    let mcc = rule(1, r#"{"mcc":"262"}"#).target(1, 0, 1);
    let with = |mcc, mnc, source| Request { network: network(mcc, mnc, source), ..towards(GERMAN) };
    use PlmnSource::{Imsi, Portability, Prefix};
    for (rule, request, expected) in [
        (&plmn, towards(GERMAN), Some(Reason::NetworkNotGiven)),
        (&mcc, towards(GERMAN), Some(Reason::NetworkNotGiven)),
        (&plmn, with("262", "01", Portability), None),
        (&plmn, with("262", "01", Imsi), None),
        (&plmn, with("262", "01", Prefix), Some(Reason::NetworkNotTrusted)),
        (&plmn.clone().any_network(), with("262", "01", Prefix), None),
        (&plmn, with("262", "001", Imsi), Some(Reason::Destination)),
        (&plmn, with("262", "02", Imsi), Some(Reason::Destination)),
        (&mcc, with("262", "02", Imsi), None),
        (&mcc, with("262", "02", Prefix), Some(Reason::NetworkNotTrusted)),
        (&mcc.clone().any_network(), with("262", "02", Prefix), None),
        (&mcc, with("263", "01", Imsi), Some(Reason::Destination)),
    ] {
        assert_eq!(skipped(rule, &request), expected, "{request:?}");
    }
}

#[test]
fn a_guessed_network_does_not_beat_a_prefix_rule() {
    let rules = [
        rule(1, r#"{"mcc":"262","mnc":"01"}"#).target(1, 0, 1),
        rule(2, r#"{"prefix":"49"}"#).target(2, 0, 1),
    ];
    let view = connections(2).view(&rules);
    let with = |source| Request { network: network("262", "01", source), ..towards(GERMAN) };
    assert_eq!(winner(&view, &with(PlmnSource::Prefix)), Some(2));
    assert_eq!(winner(&view, &with(PlmnSource::Portability)), Some(1));
}

#[test]
fn the_longest_prefix_wins_until_a_lower_precedence_is_given() {
    let long = rule(9, r#"{"prefix":"49170"}"#).target(1, 0, 1);
    let short = rule(1, r#"{"prefix":"49"}"#).target(2, 0, 1);
    assert_eq!(winner(&connections(2).view(&[short.clone(), long.clone()]), &towards(GERMAN)), Some(9));
    assert_eq!(winner(&connections(2).view(&[short.precedence(999), long]), &towards(GERMAN)), Some(1));
}

#[test]
fn a_disabled_rule_is_skipped() {
    assert_eq!(skipped(&rule(1, r#"{"any":true}"#).disabled(), &towards(GERMAN)), Some(Reason::RuleDisabled));
}

#[test]
fn only_a_usable_target_is_a_candidate_and_the_reason_is_named() {
    let target = || rule(1, r#"{"any":true}"#).target(1, 0, 1);
    let request = || towards(GERMAN);
    let exclude = |id: Uuid| Request { exclude: Exclude::parse(vec![id]).unwrap(), ..request() };
    let one = || connections(1);
    let operator = |status| one().with(1, |c| c.operator_status = status);
    let connection = |status| one().with(1, |c| c.connection_status = status);
    for (connections, rule, request, reason) in [
        (one(), target().switched_off(), request(), Reason::TargetDisabled),
        (connection(connection::Status::Draining), target(), request(), Reason::ConnectionNotEnabled),
        (connection(connection::Status::Disabled), target(), request(), Reason::ConnectionNotEnabled),
        (connections(0), target(), request(), Reason::ConnectionNotEnabled),
        (operator(operator::Status::Draft), target(), request(), Reason::OperatorNotActive),
        (operator(operator::Status::Draining), target(), request(), Reason::OperatorNotActive),
        (operator(operator::Status::Suspended), target(), request(), Reason::OperatorNotActive),
        (operator(operator::Status::Deleted), target(), request(), Reason::OperatorNotActive),
        (operator(operator::Status::Maintenance), target(), request(), Reason::Maintenance),
        (one().with(1, |c| c.in_maintenance = true), target(), request(), Reason::Maintenance),
        (one(), target(), exclude(connection_id(1).uuid()), Reason::Excluded),
        (one(), target(), exclude(operator_id(1).uuid()), Reason::Excluded),
        (one(), target(), Request { origin_operator_id: Some(operator_id(1)), ..request() }, Reason::Origin),
        (one().health(1, State::Down), target(), request(), Reason::HealthDown),
    ] {
        let view = connections.view(&[rule]);
        assert_eq!(candidates(&view, &request), [], "{reason}");
        assert_eq!(reasons(&view, &request), [(connection_id(1), reason)]);
    }
}

#[test]
fn of_many_reasons_against_a_target_the_first_in_their_order_is_told() {
    let target = rule(1, r#"{"any":true}"#).target(1, 0, 1);
    let request = Request {
        exclude: Exclude::parse(vec![operator_id(1).uuid()]).unwrap(),
        origin_operator_id: Some(operator_id(1)),
        ..towards(GERMAN)
    };
    let from_origin = Request { exclude: Exclude::default(), ..request.clone() };
    let down = || connections(1).health(1, State::Down);
    let disabled = || down().with(1, |c| c.connection_status = connection::Status::Disabled);
    for (connections, rule, request, reason) in [
        (disabled(), target.clone().switched_off(), &request, Reason::TargetDisabled),
        (disabled(), target.clone(), &request, Reason::ConnectionNotEnabled),
        (down(), target.clone(), &request, Reason::Excluded),
        (down(), target.clone(), &from_origin, Reason::Origin),
        (down(), target, &towards(GERMAN), Reason::HealthDown),
    ] {
        assert_eq!(reasons(&connections.view(&[rule]), request), [(connection_id(1), reason)]);
    }
}

#[test]
fn a_target_that_is_passed_over_leaves_the_others_their_order() {
    let all = (1..=6).fold(rule(1, r#"{"any":true}"#), |rule, n| rule.target(n, 0, 1));
    let whole = candidates(&connections(6).view(std::slice::from_ref(&all)), &towards(GERMAN));
    let exclude = Exclude::parse(vec![connection_id(2).uuid(), operator_id(5).uuid()]).unwrap();
    let request = Request { exclude, origin_operator_id: Some(operator_id(3)), ..towards(GERMAN) };
    let view = connections(6).health(1, State::Down).view(&[all]);
    let (answer, explained) = resolve_explained(&view, &request);
    let expected: Vec<_> = whole.into_iter().filter(|n| [4, 6].contains(n)).collect();
    assert_eq!(numbers(&answer), expected);
    let told: Vec<_> = explained[0].targets.iter().map(|t| (t.connection_id, t.reason)).collect();
    assert_eq!(
        told,
        [
            (connection_id(1), Reason::HealthDown),
            (connection_id(2), Reason::Excluded),
            (connection_id(3), Reason::Origin),
            (connection_id(5), Reason::Excluded),
            (connection_id(expected[1]), Reason::LowerInOrder),
        ]
    );
}

#[test]
fn every_health_but_down_is_usable() {
    for health in [State::Unknown, State::Healthy, State::Degraded, State::Probation, State::Stale] {
        let view = connections(1).health(1, health).view(&[rule(1, r#"{"any":true}"#).target(1, 0, 1)]);
        assert_eq!(candidates(&view, &towards(GERMAN)), [1], "{health}");
    }
}

#[test]
fn a_rule_without_a_usable_target_gives_way_or_rejects() {
    let down = || connections(2).health(1, State::Down);
    let first = rule(1, r#"{"prefix":"49"}"#).target(1, 0, 1);
    let second = rule(2, r#"{"any":true}"#).target(2, 0, 1);
    let outcome = |view: &View| (resolve(view, &towards(GERMAN)).outcome, winner(view, &towards(GERMAN)));

    let view = down().view(&[first.clone(), second.clone()]);
    assert_eq!(outcome(&view), (Outcome::Route, Some(2)));
    let (_, explained) = resolve_explained(&view, &towards(GERMAN));
    let outcomes: Vec<_> = explained.iter().map(|rule| rule.outcome).collect();
    assert_eq!(outcomes, [RuleOutcome::Exhausted, RuleOutcome::Chosen]);

    let view = down().view(&[first.clone().rejecting(), second.clone()]);
    assert_eq!(outcome(&view), (Outcome::Rejected, Some(1)));
    assert_eq!(resolve_explained(&view, &towards(GERMAN)).1[0].outcome, RuleOutcome::Rejected);

    assert_eq!(outcome(&down().view(&[first])), (Outcome::NoRoute, None));
    assert_eq!(outcome(&View::empty()), (Outcome::NoRoute, None));
}

#[test]
fn a_block_rule_rejects_its_destination_and_nothing_else() {
    let rules = [rule(1, r#"{"prefix":"4917"}"#).rejecting(), rule(2, r#"{"any":true}"#).target(1, 0, 1)];
    let view = connections(1).view(&rules);
    let rejected = Answer {
        outcome: Outcome::Rejected,
        rule_id: Some(Uuid::from_u128(1).into()),
        candidates: Vec::new(),
        view_version: Mark::new(1, 42),
    };
    assert_eq!(resolve(&view, &towards(GERMAN)), rejected);
    assert_eq!(resolve(&view, &towards("33612345678")).outcome, Outcome::Route);
    let disabled = connections(1).view(&[rules[0].clone().disabled()]);
    let no_route = Answer { outcome: Outcome::NoRoute, rule_id: None, ..rejected };
    assert_eq!(resolve(&disabled, &towards(GERMAN)), no_route);
}

#[test]
fn candidates_of_all_tiers_are_listed_and_a_lower_tier_comes_first_whatever_the_weights() {
    let rule = rule(1, r#"{"any":true}"#).target(1, 2, 10_000).target(2, 0, 1).target(3, 1, 10_000);
    let view = connections(3).view(&[rule]);
    assert_eq!(candidates(&view, &towards(GERMAN)), [2, 3, 1]);
    let tiers: Vec<_> = resolve(&view, &towards(GERMAN)).candidates.iter().map(|c| c.tier.get()).collect();
    assert_eq!(tiers, [0, 1, 2]);
}

#[test]
fn inside_a_tier_the_order_is_the_weighted_rendezvous() {
    let weights = [(1, 10), (2, 20), (3, 70)];
    let rule =
        weights.iter().fold(rule(1, r#"{"any":true}"#), |rule, (n, weight)| rule.target(*n, 4, *weight));
    let view = connections(3).view(&[rule]);
    for n in 0..100 {
        let request = towards(&format!("4917012345{n}"));
        let contenders: Vec<_> = weights.iter().map(|(n, w)| (*n, w.unsigned_abs() * 20)).collect();
        let ordered =
            rendezvous::ordered(request.key(), contenders, |(n, weight)| (connection_id(*n), *weight));
        let expected: Vec<_> = ordered.into_iter().map(|(n, _)| n).collect();
        assert_eq!(candidates(&view, &request), expected);
    }
}

#[test]
fn health_scales_a_targets_share() {
    let rule = rule(1, r#"{"any":true}"#).target(1, 0, 1).target(2, 0, 1);
    for (health, share) in [
        (State::Healthy, 0.5),
        (State::Degraded, 10.0 / 30.0),
        (State::Unknown, 5.0 / 25.0),
        (State::Stale, 5.0 / 25.0),
        (State::Probation, 1.0 / 21.0),
        (State::Down, 0.0),
    ] {
        let view = connections(2).health(2, health).view(std::slice::from_ref(&rule));
        let keys = 20_000;
        let won = (0..keys).filter(|n| candidates(&view, &towards(&format!("49170{n}")))[0] == 2).count();
        assert!((won as f64 / f64::from(keys) - share).abs() < 0.015, "{health}: {won} of {keys}");
    }
}

#[test]
fn a_degraded_target_that_says_so_gives_way_only_while_a_later_tier_has_a_healthy_one() {
    let rule = rule(1, r#"{"any":true}"#).target(1, 0, 1).giving_way().target(2, 1, 1);
    let degraded = || connections(2).health(1, State::Degraded);
    let view = degraded().view(std::slice::from_ref(&rule));
    assert_eq!(candidates(&view, &towards(GERMAN)), [2]);
    assert_eq!(reasons(&view, &towards(GERMAN)), [(connection_id(1), Reason::DegradedFailover)]);
    for health in [State::Degraded, State::Unknown, State::Probation, State::Stale] {
        let view = degraded().health(2, health).view(std::slice::from_ref(&rule));
        assert_eq!(candidates(&view, &towards(GERMAN)), [1, 2], "{health}");
    }
    let unusable = degraded().with(2, |c| c.connection_status = connection::Status::Disabled);
    assert_eq!(candidates(&unusable.view(&[rule]), &towards(GERMAN)), [1]);
}

#[test]
fn a_degraded_target_stays_when_it_does_not_say_so_or_the_healthy_one_is_not_later() {
    let degraded = || connections(2).health(1, State::Degraded);
    let silent = rule(1, r#"{"any":true}"#).target(1, 0, 1).target(2, 1, 1);
    assert_eq!(candidates(&degraded().view(&[silent]), &towards(GERMAN)), [1, 2]);
    for tier in [0, 1] {
        let rule = rule(1, r#"{"any":true}"#).target(1, 1, 1).giving_way().target(2, tier, 1);
        assert_eq!(candidates(&degraded().view(&[rule]), &towards(GERMAN)).len(), 2, "{tier}");
    }
}

#[test]
fn a_degraded_target_between_healthy_tiers_gives_way_and_its_neighbours_stay() {
    let rule = (1..=4).fold(rule(1, r#"{"any":true}"#), |rule, n| {
        rule.target(n, i64::try_from(n).unwrap(), 1).giving_way()
    });
    let degraded = |n| connections(4).health(n, State::Degraded).view(std::slice::from_ref(&rule));
    assert_eq!(candidates(&degraded(1), &towards(GERMAN)), [2, 3, 4]);
    assert_eq!(candidates(&degraded(3), &towards(GERMAN)), [1, 2, 4]);
    assert_eq!(candidates(&degraded(4), &towards(GERMAN)), [1, 2, 3, 4]);
    assert_eq!(
        reasons(&degraded(3), &towards(GERMAN)),
        [
            (connection_id(3), Reason::DegradedFailover),
            (connection_id(2), Reason::LowerInOrder),
            (connection_id(4), Reason::LowerInOrder),
        ]
    );
    // a target that is unknown or on trial says nothing of being degraded
    let unknown = connections(4).health(1, State::Unknown).health(2, State::Probation).view(&[rule]);
    assert_eq!(candidates(&unknown, &towards(GERMAN)), [1, 2, 3, 4]);
}

#[test]
fn an_explanation_names_the_skipped_rules_before_the_chosen_one_and_no_rule_after_it() {
    let rules = [
        rule(1, r#"{"prefix":"33"}"#).target(1, 0, 1),
        rule(2, r#"{"prefix":"49"}"#).target(1, 1, 1).target(2, 0, 1),
        rule(3, r#"{"any":true}"#).target(1, 0, 1),
    ];
    let (answer, explained) = resolve_explained(&connections(2).view(&rules), &towards(GERMAN));
    let (id, one, two) = (|n| Uuid::from_u128(n), connection_id(1), connection_id(2));
    assert_eq!(
        serde_json::to_value(&answer).unwrap(),
        serde_json::json!({
            "outcome": "route", "rule_id": id(2), "view_version": "1.42", "candidates": [
                { "connection_id": two, "operator_id": operator_id(2), "tier": 0 },
                { "connection_id": one, "operator_id": operator_id(1), "tier": 1 },
            ],
        })
    );
    assert_eq!(
        serde_json::to_value(&explained).unwrap(),
        serde_json::json!([
            { "rule_id": id(1), "outcome": "skipped", "reason": "destination", "targets": [] },
            {
                "rule_id": id(2), "outcome": "chosen",
                "targets": [{ "connection_id": one, "reason": "lower_in_order" }],
            },
        ])
    );
}
