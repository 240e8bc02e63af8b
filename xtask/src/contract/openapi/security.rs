//! How callers show who they are.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Api;
use super::operation::Operation;
use crate::contract::Break;
use crate::contract::place::Place;

/// Members of a scheme that only inform.
const WORDS: [&str; 3] = ["description", "bearerFormat", "deprecated"];

/// The schemes of one way to call, each with its scopes.
type Way<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// Schemes that are gone, or others now.
pub(super) fn breaks(old: &Api<'_>, new: &Api<'_>) -> Vec<Break> {
    let after = schemes(new);
    let each = schemes(old).into_iter().filter_map(|(name, was)| match after.get(name) {
        None => Some(Break::at(&was.pointer, format!("the security scheme `{name}` is gone"))),
        Some(is) if demands(&was) != demands(is) => {
            Some(Break::at(&is.pointer, format!("the security scheme `{name}` is another one now")))
        }
        Some(_) => None,
    });
    each.collect()
}

/// Ways to call an operation that are not enough any more.
pub(super) fn of_operation(
    old_api: &Api<'_>,
    new_api: &Api<'_>,
    old: &Operation<'_>,
    new: &Operation<'_>,
) -> Vec<Break> {
    let (before, after) = (ways(old_api, old), ways(new_api, new));
    let is_enough = |way: &Way<'_>| after.iter().any(|needed| satisfies(way, needed));
    let lost = before.iter().filter(|way| !is_enough(way));
    let pointer = format!("{}/security", new.place.pointer);
    lost.map(|way| {
        let names: Vec<&str> = way.keys().copied().collect();
        let shown = if names.is_empty() { "nothing".to_owned() } else { names.join(" and ") };
        new.fault(&pointer, format!("{shown} was enough to show who is asking, and is not any more"))
    })
    .collect()
}

/// Who brings what `way` says has all that `needed` asks for.
fn satisfies(way: &Way<'_>, needed: &Way<'_>) -> bool {
    needed.iter().all(|(name, scopes)| way.get(name).is_some_and(|brought| scopes.is_subset(brought)))
}

/// The operation's own, else those of the whole API; without any, one that asks for nothing.
fn ways<'a>(api: &Api<'a>, operation: &Operation<'a>) -> Vec<Way<'a>> {
    let list = operation.place.child("security").or_else(|| api.root.child("security"));
    let ways: Vec<Way<'_>> =
        list.iter().flat_map(Place::list).map(|way| way.members().map(scopes).collect()).collect();
    if ways.is_empty() { vec![Way::new()] } else { ways }
}

fn scopes<'a>((name, list): (&'a str, Place<'a>)) -> (&'a str, BTreeSet<&'a str>) {
    (name, list.value.as_array().into_iter().flatten().filter_map(Value::as_str).collect())
}

fn schemes<'a>(api: &Api<'a>) -> BTreeMap<&'a str, Place<'a>> {
    let list = api.root.child("components").and_then(|components| components.child("securitySchemes"));
    list.iter().flat_map(Place::members).collect()
}

fn demands<'a>(scheme: &Place<'a>) -> BTreeMap<&'a str, &'a Value> {
    let members = scheme.value.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value));
    members.filter(|(name, _)| !WORDS.contains(name) && !name.starts_with("x-")).collect()
}
