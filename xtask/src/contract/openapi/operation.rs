//! Operations: which there are, who may call them, and what they take and answer.

use std::collections::BTreeMap;

use super::{Api, answer, content, parameter, security, unjudged};
use crate::contract::Break;
use crate::contract::place::Place;

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
/// Every caller has it.
const NO_PERMISSION: &str = "any_token";

/// One operation with the path that it belongs to.
pub(super) struct Operation<'a> {
    pub(super) method: &'static str,
    pub(super) path: &'a str,
    /// What stands beside the methods, such as parameters of all of them.
    pub(super) item: Place<'a>,
    pub(super) place: Place<'a>,
}

impl Operation<'_> {
    fn says(&self, what: impl std::fmt::Display) -> String {
        format!("{} {}: {what}", self.method.to_uppercase(), self.path)
    }

    /// A break of the operation itself.
    pub(super) fn fault(&self, pointer: &str, what: impl std::fmt::Display) -> Break {
        Break::at(pointer, self.says(what))
    }
}

/// Breaks of every operation that there was.
pub(super) fn breaks(old: &Api<'_>, new: &Api<'_>) -> Vec<Break> {
    let (before, after) = (operations(old), operations(new));
    let each = before.iter().map(|(key, old_operation)| match after.get(key) {
        Some(new_operation) => changed(old, new, old_operation, new_operation),
        None => vec![old_operation.fault(&old_operation.place.pointer, "is gone")],
    });
    each.flatten().collect()
}

fn changed(old_api: &Api<'_>, new_api: &Api<'_>, old: &Operation<'_>, new: &Operation<'_>) -> Vec<Break> {
    let mut breaks: Vec<Break> = permission(old, new).into_iter().chain(repetition(old, new)).collect();
    breaks.extend(security::of_operation(old_api, new_api, old, new));
    breaks.extend(parameter::breaks(old, new));
    breaks.extend(content::of_request(old, new));
    breaks.extend(answer::breaks(old, new));
    breaks.extend(unjudged(&old.place, &new.place, "callbacks"));
    breaks
}

fn permission(old: &Operation<'_>, new: &Operation<'_>) -> Option<Break> {
    let name = "x-permission";
    let (before, after) = (old.place.text(name), new.place.text(name));
    let what = match (before, after) {
        _ if before == after || after == NO_PERMISSION => return None,
        ("", _) => format!("needs {after} now"),
        (_, "") => format!("needed {before}, and does not say any more what it needs"),
        _ => format!("needed {before} and needs {after} now"),
    };
    Some(new.fault(&format!("{}/{name}", new.place.pointer), what))
}

fn repetition(old: &Operation<'_>, new: &Operation<'_>) -> Option<Break> {
    let name = "x-idempotent";
    let is_lost = old.place.is_true(name) && !new.place.is_true(name);
    let pointer = format!("{}/{name}", new.place.pointer);
    is_lost.then(|| {
        new.fault(&pointer, "could be repeated under the same key without harm, and cannot any more")
    })
}

/// Every operation by its method and its path without the names of parameters.
fn operations<'a>(api: &Api<'a>) -> BTreeMap<(String, &'static str), Operation<'a>> {
    let paths = api.root.child("paths");
    let items = paths.iter().flat_map(Place::members).filter(|(path, _)| path.starts_with('/'));
    let all = items.flat_map(|(path, item)| {
        METHODS.iter().filter_map(move |method| {
            let place = item.child(method)?;
            let operation = Operation { method, path, item: item.clone(), place };
            Some(((without_names(path), *method), operation))
        })
    });
    all.collect()
}

fn without_names(path: &str) -> String {
    let segments = path
        .split('/')
        .map(|segment| if segment.starts_with('{') && segment.ends_with('}') { "{}" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_known_without_the_names_of_its_parameters() {
        assert_eq!(without_names("/things/{thing_id}/parts/{n}"), "/things/{}/parts/{}");
    }
}
