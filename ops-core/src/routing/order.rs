//! Which of two rules is tried first: a total order, so that every client and server scans alike.

use std::cmp::{Ordering, Reverse};

use super::{Destination, RuleFields};
use crate::{id::RuleId, text_rule::Text};

/// Compares two rules: `Less` is tried first. By precedence (lower first), destination (number, network, longer prefix,
/// shorter prefix, country, anybody), conditions set (more first), and id.
#[must_use]
pub fn compare(a: &RuleFields, b: &RuleFields) -> Ordering {
    Place::of(a).cmp(&Place::of(b))
}

/// What is compared, from the first to the last.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    precedence: i64,
    kind: u8,
    digits: Reverse<usize>,
    conditions: Reverse<usize>,
    id: RuleId,
}

impl Place {
    fn of(rule: &RuleFields) -> Self {
        let (kind, digits) = destination_rank(&rule.matches.destination);
        let (digits, conditions) = (Reverse(digits), Reverse(conditions(rule)));
        Self { precedence: rule.precedence.into(), kind, digits, conditions, id: rule.id }
    }
}

/// The kind's rank, and the digits of a prefix.
fn destination_rank(destination: &Destination) -> (u8, usize) {
    match destination {
        Destination::Number(_) => (0, 0),
        Destination::Plmn(_) => (1, 0),
        Destination::Prefix(prefix) => (2, prefix.as_str().len()),
        Destination::Mcc(_) => (3, 0),
        Destination::Any => (4, 0),
    }
}

/// How many conditions besides the destination the rule sets. A match has no such condition yet, so none is set;
/// destructuring makes the first one added break the build here.
fn conditions(rule: &RuleFields) -> usize {
    let super::Match { destination: _, network_source: _ } = &rule.matches;
    0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::routing::sample::{SampleRule, rule};

    fn assert_order(first: &SampleRule, second: &SampleRule, why: &str) {
        let (first, second) = (first.build(), second.build());
        assert_eq!(compare(&first, &second), Ordering::Less, "{why}");
        assert_eq!(compare(&second, &first), Ordering::Greater, "{why}");
    }

    #[test]
    fn the_lower_precedence_is_tried_first_whatever_the_destination() {
        assert_order(
            &rule(9, r#"{"any":true}"#).precedence(10),
            &rule(1, r#"{"number":"49"}"#).precedence(11),
            "",
        );
    }

    #[test]
    fn within_a_precedence_the_narrower_kind_of_destination_is_tried_first() {
        let kinds = [
            r#"{"number":"491701234567"}"#,
            r#"{"mcc":"262","mnc":"01"}"#,
            r#"{"prefix":"49170"}"#,
            r#"{"prefix":"49"}"#,
            r#"{"prefix":"4"}"#,
            r#"{"mcc":"262"}"#,
            r#"{"any":true}"#,
        ];
        for (i, first) in kinds.iter().enumerate() {
            for second in &kinds[i + 1..] {
                assert_order(&rule(9, first), &rule(1, second), &format!("{first} before {second}"));
            }
        }
    }

    #[test]
    fn two_rules_that_differ_in_nothing_else_are_tried_by_id() {
        for destination in
            [r#"{"number":"49"}"#, r#"{"mcc":"262","mnc":"01"}"#, r#"{"mcc":"262"}"#, r#"{"any":true}"#]
        {
            assert_order(&rule(1, destination), &rule(2, destination), destination);
        }
        assert_order(&rule(1, r#"{"prefix":"49"}"#), &rule(2, r#"{"prefix":"33"}"#), "as many digits");
        assert_order(
            &rule(1, r#"{"number":"491701234567"}"#),
            &rule(2, r#"{"number":"49"}"#),
            "whole numbers",
        );
        let itself = rule(1, r#"{"prefix":"49"}"#).build();
        assert_eq!(compare(&itself, &itself), Ordering::Equal);
    }

    proptest! {
        #[test]
        fn the_order_of_rules_does_not_depend_on_how_they_came(
            seeds in proptest::collection::vec((0u8..5, 0i64..3), 1..20),
            turn in 0usize..20,
        ) {
            let kinds = [
                r#"{"number":"49"}"#, r#"{"mcc":"262"}"#, r#"{"prefix":"49"}"#, r#"{"prefix":"4917"}"#, r#"{"any":true}"#,
            ];
            let mut rules: Vec<_> = seeds.iter().enumerate().map(|(i, (kind, precedence))| {
                rule(u128::try_from(i).unwrap(), kinds[usize::from(*kind)]).precedence(*precedence).build()
            }).collect();
            let mut turned = rules.clone();
            turned.rotate_left(turn % seeds.len());
            rules.sort_by(|a, b| compare(a, b));
            turned.sort_by(|a, b| compare(a, b));
            prop_assert_eq!(rules, turned);
        }
    }
}
