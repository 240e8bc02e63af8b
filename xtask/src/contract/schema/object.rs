//! Members of objects: which there are, which must be there, and what those may be that no name stands for.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::shape::Shape;
use super::{Flow, Judge};
use crate::contract::Break;
use crate::contract::place::Place;

/// What members may be that are not listed.
enum Others<'a> {
    Anything,
    Nothing,
    Like(Vec<Place<'a>>),
}

/// Members that others cannot send any more, or do not get any more, and what changed within them.
pub(super) fn breaks(judge: &mut Judge, old: &Shape<'_>, new: &Shape<'_>) -> Vec<Break> {
    if !old.may_be("object") || !new.may_be("object") {
        return Vec::new();
    }
    let (before, after) = (members(old), members(new));
    let mut breaks = required(judge.flow, old, new, &before, &after);
    for (name, places) in &before {
        match (after.get(name), others(new)) {
            (Some(now), _) => breaks.extend(judge.node(places, now)),
            (None, Others::Like(now)) => breaks.extend(judge.node(places, &now)),
            (None, _) => breaks.push(gone(judge.flow, places)),
        }
    }
    let known = others(old);
    if let Others::Like(places) = &known {
        for (_, now) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
            breaks.extend(judge.node(places, now));
        }
    }
    breaks.extend(unlisted(judge, new, &known));
    breaks
}

fn gone(flow: Flow, places: &[Place<'_>]) -> Break {
    let pointer = places.first().map_or("", |place| place.pointer.as_str());
    match flow {
        Flow::Taken => Break::at(pointer, "is gone: who sends it is refused, or not heard"),
        Flow::Given => Break::at(pointer, "is gone: who reads it does not find it"),
    }
}

fn required(
    flow: Flow,
    old: &Shape<'_>,
    new: &Shape<'_>,
    before: &BTreeMap<&str, Vec<Place<'_>>>,
    after: &BTreeMap<&str, Vec<Place<'_>>>,
) -> Vec<Break> {
    let (were, are) = (names(old), names(new));
    let pointer = new.pointer("required");
    let tell = |name: &&str| match flow {
        Flow::Taken => Break::at(&pointer, format!("`{name}` must be sent now")),
        Flow::Given => Break::at(&pointer, format!("`{name}` was always there, and may be missing now")),
    };
    match flow {
        Flow::Taken => are.difference(&were).map(tell).collect(),
        // one that is gone is told as such
        Flow::Given => {
            let stays = |name: &&&str| after.contains_key(**name) || !before.contains_key(**name);
            were.difference(&are).filter(stays).map(tell).collect()
        }
    }
}

fn unlisted(judge: &mut Judge, new: &Shape<'_>, known: &Others<'_>) -> Vec<Break> {
    let now = others(new);
    let what = match (judge.flow, known, &now) {
        (_, Others::Like(before), Others::Like(after)) => return judge.node(before, after),
        (Flow::Taken, Others::Anything | Others::Like(_), Others::Nothing) => {
            "members of other names were taken, and are refused now"
        }
        (Flow::Taken, Others::Anything, Others::Like(_)) => {
            "members of other names could be anything, and must follow a schema now"
        }
        (Flow::Given, Others::Like(_), Others::Anything) => {
            "members of other names followed a schema, and may be anything now"
        }
        _ => return Vec::new(),
    };
    vec![Break::at(&new.pointer("additionalProperties"), what)]
}

fn members<'a>(shape: &Shape<'a>) -> BTreeMap<&'a str, Vec<Place<'a>>> {
    let mut found: BTreeMap<&str, Vec<Place<'_>>> = BTreeMap::new();
    for list in shape.all("properties") {
        for name in list.value.as_object().into_iter().flat_map(serde_json::Map::keys) {
            found.entry(name.as_str()).or_default().extend(list.child(name));
        }
    }
    found
}

fn names<'a>(shape: &Shape<'a>) -> BTreeSet<&'a str> {
    let lists = shape.all("required");
    lists.iter().filter_map(|list| list.value.as_array()).flatten().filter_map(Value::as_str).collect()
}

fn others<'a>(shape: &Shape<'a>) -> Others<'a> {
    let said = shape.all("additionalProperties");
    if said.iter().any(|place| place.value == &Value::Bool(false)) {
        return Others::Nothing;
    }
    let schemas: Vec<Place<'a>> = said.into_iter().filter(is_told).collect();
    if schemas.is_empty() { Others::Anything } else { Others::Like(schemas) }
}

/// An empty schema says as little as `true`.
fn is_told(schema: &Place<'_>) -> bool {
    schema.value.as_object().is_some_and(|keywords| !keywords.is_empty())
}
