//! Answers: their statuses, headers and bodies.

use super::content;
use super::operation::Operation;
use crate::contract::Break;
use crate::contract::place::Place;
use crate::contract::schema::{self, Flow};

/// The media type of problem documents (RFC 9457), and the schema that all of them have.
const PROBLEM: &str = "application/problem+json";
const PROBLEM_SCHEMA: &str = "/components/schemas/Problem";

/// What callers get and were not told of, and what they do not get any more.
pub(super) fn breaks(old: &Operation<'_>, new: &Operation<'_>) -> Vec<Break> {
    let (Some(before), Some(after)) = (old.place.child("responses"), new.place.child("responses")) else {
        return super::unjudged(&old.place, &new.place, "responses").into_iter().collect();
    };
    let mut breaks = Vec::new();
    for (status, was) in before.members() {
        match after.followed(status) {
            Some(is) => breaks.extend(changed(new, &was, &is)),
            None => {
                let pointer = format!("{}/{status}", before.pointer);
                breaks.push(
                    old.fault(
                        &pointer,
                        format!("the status {status} is gone: callers tell cases apart by it"),
                    ),
                );
            }
        }
    }
    let more = after.members().filter(|(status, _)| before.child(status).is_none());
    let unknown = more.filter(|(status, is)| !refuses(status, is));
    breaks.extend(unknown.map(|(status, _)| {
        let what = format!(
            "the status {status} is new, and no refusal with the problem document: callers do not know it"
        );
        new.fault(&format!("{}/{status}", after.pointer), what)
    }));
    breaks
}

fn changed(operation: &Operation<'_>, was: &Place<'_>, is: &Place<'_>) -> Vec<Break> {
    let mut breaks = content::breaks(Flow::Given, operation, was, is);
    let (before, after) = (was.child("headers"), is.child("headers"));
    for (name, old) in before.iter().flat_map(Place::members) {
        let new = after.iter().flat_map(Place::members).find(|(other, _)| other.eq_ignore_ascii_case(name));
        let Some((_, new)) = new else {
            breaks.push(operation.fault(
                &format!("{}/headers", is.pointer),
                format!("the answer has no header `{name}` any more"),
            ));
            continue;
        };
        if old.is_true("required") && !new.is_true("required") {
            breaks.push(
                operation
                    .fault(&new.pointer, format!("the header `{name}` may be missing from the answer now")),
            );
        }
        breaks.extend(schema::breaks(
            Flow::Given,
            old.child("schema").as_ref(),
            new.child("schema").as_ref(),
        ));
    }
    breaks
}

/// Whether it is an error with the document that all errors have.
fn refuses(status: &str, response: &Place<'_>) -> bool {
    let content = response.child("content");
    let mut bodies = content.iter().flat_map(Place::members).peekable();
    let is_error = status.starts_with(['4', '5']) && bodies.peek().is_some();
    is_error
        && bodies.all(|(media_type, body)| {
            media_type == PROBLEM
                && body.followed("schema").is_some_and(|schema| schema.pointer == PROBLEM_SCHEMA)
        })
}
