//! Parameters of paths and queries, headers and cookies of requests.

use std::collections::BTreeMap;

use super::content;
use super::operation::Operation;
use crate::contract::Break;
use crate::contract::place::Place;
use crate::contract::schema::{self, Flow};

/// How a value is written: other text for the same value.
const WRITING: [&str; 4] = ["style", "explode", "allowReserved", "allowEmptyValue"];

/// What callers sent and cannot send any more, and what they must send now.
pub(super) fn breaks(old: &Operation<'_>, new: &Operation<'_>) -> Vec<Break> {
    let (before, after) = (parameters(old), parameters(new));
    let mut breaks = Vec::new();
    for (key, was) in &before {
        match after.get(key) {
            Some(is) => breaks.extend(changed(new, was, is)),
            None => {
                breaks.push(old.fault(
                    &was.pointer,
                    format!("the {} is gone: who sends it is refused, or not heard", name(was)),
                ));
            }
        }
    }
    let more = after.iter().filter(|(key, is)| !before.contains_key(*key) && is.is_true("required"));
    breaks.extend(more.map(|(_, is)| new.fault(&is.pointer, format!("the {} must be sent now", name(is)))));
    breaks
}

fn changed(operation: &Operation<'_>, was: &Place<'_>, is: &Place<'_>) -> Vec<Break> {
    let mut breaks = Vec::new();
    if is.is_true("required") && !was.is_true("required") {
        let what = format!("the {} must be sent now, and was optional", name(is));
        breaks.push(operation.fault(&format!("{}/required", is.pointer), what));
    }
    let rewritten = WRITING.iter().filter(|keyword| was.value.get(**keyword) != is.value.get(**keyword));
    breaks.extend(rewritten.map(|keyword| {
        operation.fault(
            &format!("{}/{keyword}", is.pointer),
            format!("the {} is written in another way", name(is)),
        )
    }));
    breaks.extend(schema::breaks(
        Flow::Taken,
        was.followed("schema").as_ref(),
        is.followed("schema").as_ref(),
    ));
    breaks.extend(content::breaks(Flow::Taken, operation, was, is));
    breaks
}

fn name(parameter: &Place<'_>) -> String {
    let kind = match parameter.text("in") {
        "header" => "header",
        "cookie" => "cookie",
        _ => "parameter",
    };
    format!("{kind} `{}`", parameter.text("name"))
}

/// By place and name; in a path by its position, and headers in any case. Those of the operation win over those of the path.
fn parameters<'a>(operation: &Operation<'a>) -> BTreeMap<(&'a str, String), Place<'a>> {
    let lists = [operation.item.child("parameters"), operation.place.child("parameters")];
    let all = lists.iter().flatten().flat_map(Place::items);
    all.map(|parameter| {
        let (place, name) = (parameter.text("in"), parameter.text("name"));
        let name = match place {
            "path" => position(operation.path, name),
            "header" => name.to_lowercase(),
            _ => name.to_owned(),
        };
        ((place, name), parameter)
    })
    .collect()
}

fn position(path: &str, name: &str) -> String {
    let braced = format!("{{{name}}}");
    path.split('/').position(|segment| segment == braced).map_or(braced, |at| at.to_string())
}
