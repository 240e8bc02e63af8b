//! A schema taken apart: references followed, `allOf` gathered, and one shape for each alternative and each type.

use serde_json::Value;

use super::kind_of;
use crate::contract::place::Place;

/// One alternative of a schema: all parts apply, and to one JSON type only.
#[derive(Clone, Debug)]
pub(super) struct Shape<'a> {
    parts: Vec<Place<'a>>,
    /// The type; none, when every type is allowed.
    pub(super) kind: Option<&'a str>,
}

/// The alternatives of a schema that consists of `parts`. A schema that allows nothing has none.
pub(super) fn shapes<'a>(parts: &[Place<'a>]) -> Vec<Shape<'a>> {
    let alternatives = parts.iter().fold(vec![Vec::new()], |found, part| {
        let more = expanded(part, &[]);
        found
            .iter()
            .flat_map(|head| more.iter().map(move |tail| [head.as_slice(), tail.as_slice()].concat()))
            .collect()
    });
    alternatives.into_iter().flat_map(by_kind).collect()
}

/// Each alternative as the schemas that apply together.
fn expanded<'a>(part: &Place<'a>, above: &[String]) -> Vec<Vec<Place<'a>>> {
    if part.value == &Value::Bool(false) {
        return Vec::new();
    }
    if above.contains(&part.pointer) {
        return vec![Vec::new()];
    }
    let above = [above, std::slice::from_ref(&part.pointer)].concat();
    let mut found = vec![vec![part.clone()]];
    let both = |found: Vec<Vec<Place<'a>>>, more: Vec<Vec<Place<'a>>>| -> Vec<Vec<Place<'a>>> {
        let with = |head: &Vec<Place<'a>>| {
            more.iter().map(|tail| [head.as_slice(), tail].concat()).collect::<Vec<_>>()
        };
        found.iter().flat_map(with).collect()
    };
    let all = part.child("allOf");
    for whole in part.target().into_iter().chain(all.iter().flat_map(Place::list)) {
        found = both(found, expanded(&whole, &above));
    }
    for keyword in ["oneOf", "anyOf"] {
        if let Some(union) = part.child(keyword) {
            found = both(found, union.list().flat_map(|branch| expanded(&branch, &above)).collect());
        }
    }
    found
}

fn by_kind(parts: Vec<Place<'_>>) -> Vec<Shape<'_>> {
    let mut kinds: Option<Vec<&str>> = None;
    for allowed in parts.iter().filter_map(kinds_of) {
        kinds = Some(match kinds {
            None => allowed,
            Some(known) => {
                let kept = allowed.iter().filter(|kind| known.iter().any(|known| admits(known, kind)));
                let narrowed = known.iter().filter(|kind| allowed.iter().any(|other| admits(other, kind)));
                let mut both: Vec<&str> = kept.chain(narrowed).copied().collect();
                both.sort_unstable();
                both.dedup();
                both
            }
        });
    }
    match kinds {
        None => vec![Shape { parts, kind: None }],
        Some(kinds) => {
            kinds.into_iter().map(|kind| Shape { parts: parts.clone(), kind: Some(kind) }).collect()
        }
    }
}

/// The types that one schema allows: by `type`, or by what its words are.
fn kinds_of<'a>(part: &Place<'a>) -> Option<Vec<&'a str>> {
    let mut kinds = match (part.value.get("type"), part.value.get("enum"), part.value.get("const")) {
        (Some(Value::String(kind)), ..) => vec![kind.as_str()],
        (Some(Value::Array(kinds)), ..) => kinds.iter().filter_map(Value::as_str).collect(),
        (_, Some(Value::Array(words)), _) => words.iter().map(kind_of).collect(),
        (_, _, Some(word)) => vec![kind_of(word)],
        _ => return None,
    };
    kinds.sort_unstable();
    kinds.dedup();
    Some(kinds)
}

/// Whether a value of the second type is one of the first.
fn admits(wide: &str, narrow: &str) -> bool {
    wide == narrow || (wide == "number" && narrow == "integer")
}

impl<'a> Shape<'a> {
    /// Whether its type allows what the other one may be.
    pub(super) fn admits(&self, other: &Shape<'_>) -> bool {
        match (self.kind, other.kind) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(wide), Some(narrow)) => admits(wide, narrow),
        }
    }

    /// Whether it may be of that type.
    pub(super) fn may_be(&self, kind: &str) -> bool {
        self.kind.is_none_or(|own| own == kind)
    }

    pub(super) fn parts(&self) -> &[Place<'a>] {
        &self.parts
    }

    /// What the parts have below a keyword.
    pub(super) fn all(&self, keyword: &str) -> Vec<Place<'a>> {
        self.parts.iter().filter_map(|part| part.child(keyword)).collect()
    }

    /// Where a keyword stands, or where it would.
    pub(super) fn pointer(&self, keyword: &str) -> String {
        let of = |keyword: &str| self.parts.iter().find(|part| part.value.get(keyword).is_some());
        let part = of(keyword).or_else(|| of("type")).or_else(|| self.parts.last());
        part.map_or_else(String::new, |part| format!("{}/{keyword}", part.pointer))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kinds(document: &Value) -> Vec<Option<&str>> {
        shapes(&[Place::root(document)]).iter().map(|shape| shape.kind).collect()
    }

    #[test]
    fn every_type_and_every_alternative_is_a_shape() {
        assert_eq!(kinds(&json!({"type": ["string", "null"]})), [Some("null"), Some("string")]);
        let union =
            json!({"oneOf": [{"type": "null"}, {"$ref": "#/$defs/a"}], "$defs": {"a": {"enum": ["x", 1]}}});
        assert_eq!(kinds(&union), [Some("null"), Some("integer"), Some("string")]);
        assert_eq!(kinds(&json!({"anyOf": [true, false]})), [None]);
    }

    #[test]
    fn parts_of_all_of_apply_together_and_a_circle_ends() {
        let document = json!({"type": "number", "allOf": [{"type": ["integer", "null"]}, {"$ref": "#"}]});
        let shapes = shapes(&[Place::root(&document)]);
        assert_eq!((shapes.len(), shapes[0].kind, shapes[0].parts.len()), (1, Some("integer"), 3));
        assert_eq!(shapes[0].pointer("maxLength"), "/maxLength");
    }
}
