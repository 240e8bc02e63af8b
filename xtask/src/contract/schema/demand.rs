//! Whatever else a schema demands, such as `pattern` and `format`: two that differ cannot be compared, only counted.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Flow;
use super::limit::LIMITS;
use super::shape::Shape;
use crate::contract::Break;

/// Keywords that are judged elsewhere.
const JUDGED: [&str; 12] = [
    "type",
    "enum",
    "const",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "propertyNames",
    "allOf",
    "oneOf",
    "anyOf",
    "default",
];
/// Keywords that demand nothing.
const WORDS: [&str; 17] = [
    "title",
    "description",
    "example",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "discriminator",
    "xml",
    "externalDocs",
    "contentMediaType",
    "contentEncoding",
    "$comment",
    "$id",
    "$schema",
    "$defs",
    "$anchor",
];
/// A reference that leads out of the document is a demand of its own.
const OUTSIDE: &str = "$ref";
/// Formats of which the second takes all that the first takes.
const WIDER: [(&str, &str); 2] = [("int32", "int64"), ("float", "double")];

/// Demands that are new for requests, or gone for what is given.
pub(super) fn breaks(flow: Flow, old: &Shape<'_>, new: &Shape<'_>) -> Vec<Break> {
    let (before, after) = (demands(old), demands(new));
    let (made, kept) = match flow {
        Flow::Taken => (&after, &before),
        Flow::Given => (&before, &after),
    };
    let lost = made.iter().filter(|(keyword, value)| {
        let is_kept = |(other, known): &(&str, &Value)| {
            keyword == other && (value == known || is_wider(keyword, known, value))
        };
        !kept.iter().any(is_kept) || *keyword == OUTSIDE || refers(value)
    });
    let keywords: BTreeSet<&str> = lost.map(|(keyword, _)| *keyword).collect();
    keywords
        .into_iter()
        .map(|keyword| Break::at(&new.pointer(keyword), sentence(flow, keyword, old, new)))
        .collect()
}

fn sentence(flow: Flow, keyword: &str, old: &Shape<'_>, new: &Shape<'_>) -> String {
    if keyword == OUTSIDE {
        return "leads nowhere in this document, and what it leads to may have changed unseen".to_owned();
    }
    let values = |shape: &Shape<'_>| {
        let values: Vec<String> = shape.all(keyword).iter().map(|place| place.value.to_string()).collect();
        if values.is_empty() { "nothing".to_owned() } else { values.join(" and ") }
    };
    let why = match flow {
        Flow::Taken => "what was sent before may be refused now",
        Flow::Given => "readers were told something else",
    };
    format!("was {} and is {}: {why}", values(old), values(new))
}

fn demands<'a>(shape: &Shape<'a>) -> Vec<(&'a str, &'a Value)> {
    let parts = shape.parts().iter();
    let all = parts.filter_map(|part| part.value.as_object().map(|members| (part, members)));
    all.flat_map(|(part, members)| {
        let is_lost = part.target().is_none();
        members.iter().filter(move |(keyword, value)| demands_something(keyword, value, is_lost))
    })
    .map(|(keyword, value)| (keyword.as_str(), value))
    .collect()
}

fn demands_something(keyword: &str, value: &Value, is_lost: bool) -> bool {
    let is_known = JUDGED.contains(&keyword) || WORDS.contains(&keyword) || LIMITS.contains(&keyword);
    let is_nothing = keyword == "uniqueItems" && value == &Value::Bool(false);
    !is_known && !is_nothing && !keyword.starts_with("x-") && (keyword != OUTSIDE || is_lost)
}

fn is_wider(keyword: &str, narrow: &Value, wide: &Value) -> bool {
    let (Some(narrow), Some(wide)) = (narrow.as_str(), wide.as_str()) else { return false };
    keyword == "format" && WIDER.contains(&(narrow, wide))
}

/// What a keyword that nobody judges refers to may have changed unseen.
fn refers(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.contains_key("$ref") || members.values().any(refers),
        Value::Array(items) => items.iter().any(refers),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::breaks;
    use super::*;
    use crate::contract::place::Place;

    fn judged(flow: Flow, old: &Value, new: &Value) -> usize {
        breaks(flow, Some(&Place::root(old)), Some(&Place::root(new))).len()
    }

    #[test]
    fn a_keyword_that_nobody_knows_counts_for_who_relies_on_it() {
        let (open, bound) = (json!({}), json!({"not": {"const": 1}}));
        assert_eq!([judged(Flow::Taken, &open, &bound), judged(Flow::Taken, &bound, &open)], [1, 0]);
        assert_eq!([judged(Flow::Given, &open, &bound), judged(Flow::Given, &bound, &open)], [0, 1]);
    }

    #[test]
    fn what_may_have_changed_unseen_is_told() {
        let outside = json!({"$ref": "https://example.org/a"});
        assert_eq!(judged(Flow::Given, &outside, &outside), 1);
        let within = json!({"not": {"$ref": "#/$defs/a"}, "$defs": {"a": {}}});
        assert_eq!(judged(Flow::Taken, &within, &within), 1);
    }
}
