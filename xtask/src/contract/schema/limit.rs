//! Limits that are numbers: the lengths of texts, lists and objects, and the ranges of numbers.

use serde_json::{Number, Value};

use super::Flow;
use super::shape::Shape;
use crate::contract::Break;

enum Side {
    /// Less is tighter.
    Upper,
    /// More is tighter.
    Lower,
    /// More is tighter, and none is as much as 0.
    Count,
}

/// Every keyword that is a limit.
pub(super) const LIMITS: [&str; 10] = [
    "maxLength",
    "maximum",
    "exclusiveMaximum",
    "maxItems",
    "maxProperties",
    "minimum",
    "exclusiveMinimum",
    "minLength",
    "minItems",
    "minProperties",
];

fn side(keyword: &str) -> Side {
    match keyword {
        "minimum" | "exclusiveMinimum" => Side::Lower,
        lower if lower.starts_with("min") => Side::Count,
        _ => Side::Upper,
    }
}

/// Limits that are tighter for requests, or looser for what is given.
pub(super) fn breaks(flow: Flow, old: &Shape<'_>, new: &Shape<'_>) -> Vec<Break> {
    let changed = LIMITS.iter().filter_map(|keyword| {
        let (before, after) = (tightest(old, keyword), tightest(new, keyword));
        let what = match flow {
            Flow::Taken => is_tighter(keyword, after.as_ref(), before.as_ref())
                .then_some("what was sent before may be refused now")?,
            Flow::Given => is_tighter(keyword, before.as_ref(), after.as_ref())
                .then_some("readers were told that it stays within the limit")?,
        };
        let shown =
            |limit: Option<Number>| limit.map_or_else(|| "open".to_owned(), |limit| limit.to_string());
        let sentence = format!("was {} and is {}: {what}", shown(before), shown(after));
        Some(Break::at(&new.pointer(keyword), sentence))
    });
    changed.collect()
}

/// The limit that counts, when several parts have one.
fn tightest(shape: &Shape<'_>, keyword: &str) -> Option<Number> {
    let limits = shape.parts().iter().filter_map(|part| match part.value.get(keyword) {
        Some(Value::Number(limit)) => Some(limit.clone()),
        _ => None,
    });
    limits.reduce(|known, limit| if is_tighter(keyword, Some(&limit), Some(&known)) { limit } else { known })
}

fn is_tighter(keyword: &str, limit: Option<&Number>, than: Option<&Number>) -> bool {
    let nothing = Number::from(0);
    match (side(keyword), limit, than) {
        (_, None, _) => false,
        (Side::Count, Some(limit), than) => is_less(than.unwrap_or(&nothing), limit),
        (_, Some(_), None) => true,
        (Side::Upper, Some(limit), Some(than)) => is_less(limit, than),
        (Side::Lower, Some(limit), Some(than)) => is_less(than, limit),
    }
}

/// Whole numbers are compared as such: the largest ones are not exact as a fraction.
fn is_less(one: &Number, other: &Number) -> bool {
    match (one.as_i128(), other.as_i128()) {
        (Some(one), Some(other)) => one < other,
        _ => one.as_f64() < other.as_f64(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_limit_is_the_loosest_and_a_count_begins_at_zero() {
        let [zero, one, two] = [0, 1, 2].map(Number::from);
        assert!(is_tighter("maxLength", Some(&one), Some(&two)) && is_tighter("maximum", Some(&one), None));
        assert!(is_tighter("minimum", Some(&zero), None) && is_tighter("minItems", Some(&two), Some(&one)));
        assert!(!is_tighter("minLength", Some(&zero), None) && !is_tighter("maxItems", None, Some(&one)));
    }

    #[test]
    fn the_largest_whole_numbers_are_told_apart() {
        let [one, other] = [u64::MAX - 1, u64::MAX].map(Number::from);
        assert!(is_less(&one, &other) && !is_less(&other, &one));
    }
}
