//! What holds of every answer, whatever the view and the request.

use proptest::prelude::*;

use super::*;
use crate::{
    connection, operator,
    routing::{
        Attempt, Exclude,
        sample::{SampleRule, connection_id, connections, network, operator_id, rule, towards},
    },
};

const STATES: [State; 6] =
    [State::Unknown, State::Healthy, State::Degraded, State::Down, State::Probation, State::Stale];

prop_compose! {
    fn any_rule()(
        id in 0u128..1000,
        kind in 0usize..5,
        precedence in 0i64..3,
        flags in (prop::bool::weighted(0.1), any::<bool>(), any::<bool>()),
        targets in prop::collection::btree_map(1u128..=8, (0i64..3, 1i64..5, any::<bool>(), 0u8..8), 0..6),
    ) -> SampleRule {
        let kinds = [
            r#"{"number":"491701234567"}"#, r#"{"prefix":"49"}"#, r#"{"prefix":"4917"}"#,
            r#"{"mcc":"262"}"#, r#"{"any":true}"#,
        ];
        let mut rule = rule(id, kinds[kind]).precedence(precedence);
        let (disabled, rejecting, any_network) = flags;
        if disabled { rule = rule.disabled(); }
        if rejecting { rule = rule.rejecting(); }
        if any_network { rule = rule.any_network(); }
        for (n, (tier, weight, giving_way, off)) in targets {
            rule = rule.target(n, tier, weight);
            if giving_way { rule = rule.giving_way(); }
            if off == 0 { rule = rule.switched_off(); }
        }
        rule
    }
}

prop_compose! {
    fn any_view()(
        rules in prop::collection::vec(any_rule(), 0..6),
        states in prop::collection::vec((0usize..6, 0u8..10), 8),
    ) -> View {
        let mut all = connections(8);
        for (n, (state, trouble)) in (1..).zip(states) {
            all = all.health(n, STATES[state]).with(n, |c| match trouble {
                0 => c.connection_status = connection::Status::Disabled,
                1 => c.operator_status = operator::Status::Suspended,
                _ => (),
            });
        }
        // a database has one rule of an id
        let mut seen = std::collections::BTreeSet::new();
        let rules: Vec<_> = rules.into_iter().filter(|rule| seen.insert(rule.build().id)).collect();
        all.view(&rules)
    }
}

prop_compose! {
    fn any_request()(
        number in prop::sample::select(vec!["491701234567", "4930123456", "33612345678"]),
        source in prop::option::of(prop::sample::select(vec![PlmnSource::Imsi, PlmnSource::Prefix])),
        attempt in 0i64..=9,
        excluded in 1u128..20,
        origin in prop::option::of(1u128..=8),
    ) -> Request {
        Request {
            network: source.and_then(|source| network("262", "01", source)),
            attempt: Attempt::parse(attempt).unwrap(),
            exclude: Exclude::parse(vec![connection_id(excluded).uuid()]).unwrap(),
            origin_operator_id: origin.map(operator_id),
            ..towards(number)
        }
    }
}

proptest! {
    #[test]
    fn an_explained_answer_is_the_plain_answer(view in any_view(), request in any_request()) {
        let (answer, _) = resolve_explained(&view, &request);
        prop_assert_eq!(&answer, &resolve(&view, &request));
        prop_assert_eq!(answer.outcome == Outcome::Route, !answer.candidates.is_empty());
        prop_assert_eq!(answer.outcome == Outcome::NoRoute, answer.rule_id.is_none());
    }

    #[test]
    fn every_target_that_was_not_chosen_has_exactly_one_reason(view in any_view(), request in any_request()) {
        let (answer, explained) = resolve_explained(&view, &request);
        for told in explained {
            let rule = view.rules().iter().find(|rule| rule.id == told.rule_id).unwrap();
            let mut expected: Vec<_> = rule.targets.iter().map(|target| target.connection_id).collect();
            match told.outcome {
                RuleOutcome::Skipped => expected.clear(),
                RuleOutcome::Chosen => expected.retain(|id| *id != answer.candidates[0].connection_id),
                RuleOutcome::Exhausted | RuleOutcome::Rejected => (),
            }
            prop_assert_eq!(told.reason.is_some(), told.outcome == RuleOutcome::Skipped);
            let mut explained: Vec<_> = told.targets.iter().map(|target| target.connection_id).collect();
            expected.sort_unstable();
            explained.sort_unstable();
            prop_assert_eq!(explained, expected);
        }
    }

    #[test]
    fn a_down_excluded_or_originating_connection_is_never_a_candidate(view in any_view(), request in any_request()) {
        let answer = resolve(&view, &request);
        for candidate in &answer.candidates {
            let connection = view.connections()[&candidate.connection_id];
            prop_assert_ne!(connection.health, State::Down);
            prop_assert_eq!(connection.connection_status, connection::Status::Enabled);
            prop_assert_eq!(connection.operator_status, operator::Status::Active);
            prop_assert!(!request.exclude.contains(candidate.connection_id.uuid()));
            prop_assert_ne!(request.origin_operator_id, Some(candidate.operator_id));
        }
        prop_assert!(answer.candidates.is_sorted_by_key(|candidate| candidate.tier));
    }
}
