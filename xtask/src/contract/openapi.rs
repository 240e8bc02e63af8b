//! Which changes of an API break its callers: what they send must still be taken, and what they get must still be understood.
//! Schemas are judged by a library; what is no schema, here.
//!
//! | change | verdict |
//! |---|---|
//! | an operation goes, or needs another permission | breaks |
//! | a request needs more, or takes less | breaks |
//! | an answer has less, or holds what was not announced | breaks |
//! | an answer has a status that was not announced | breaks, unless it refuses with a problem document: callers know those by their class |
//! | an operation, an optional member or parameter, a member of an answer; a request takes more | harmless |
//! | words for people: descriptions, examples, tags | harmless |

use jsoncompat::{
    OpenApiCompatibilityIssue as Issue, OpenApiCompatibilityIssueKind as Kind, OpenApiDocument,
    check_openapi_compat,
};
use serde_json::{Map, Value};

use super::{Break, event::open};
use crate::failure::Failure;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Breaks between two texts of an API's document.
pub(super) fn breaks(file: &str, old: &Value, new: &Value) -> Result<Vec<Break>, Failure> {
    let mut breaks = permissions(file, old, new);
    let judged = as_judged(new, old);
    let (old, new) = (parsed(file, &as_judged(old, old))?, parsed(file, &judged)?);
    let report = check_openapi_compat(&old, &new)
        .map_err(|cause| Failure::because(format!("cannot compare {file}"), cause))?;
    breaks.extend(report.issues().iter().map(|issue| Break::new(file, sentence(issue))));
    Ok(breaks)
}

fn parsed(file: &str, document: &Value) -> Result<OpenApiDocument, Failure> {
    OpenApiDocument::from_json(document)
        .map_err(|cause| Failure::because(format!("cannot read {file}"), cause))
}

fn sentence(issue: &Issue) -> String {
    let at = format!("{} {}", issue.method.to_uppercase(), issue.path);
    let message = issue.message.lines().next().unwrap_or_default();
    match &issue.kind {
        Kind::OperationRemoved => format!("{at} is gone"),
        Kind::Incompatible { counterexample, .. } => format!("{at}: {message}, such as {counterexample}"),
        Kind::Unknown { reason } => format!("{at}: nobody can say whether this breaks callers: {reason}"),
    }
}

/// Operations that need another permission than they did.
fn permissions(file: &str, old: &Value, new: &Value) -> Vec<Break> {
    let mut breaks = Vec::new();
    for (path, method, before) in operations(old) {
        let Some(after) = operation(new, path, method) else { continue };
        let name =
            |operation: &Value| operation.get("x-permission").and_then(Value::as_str).map(str::to_owned);
        if name(before) != name(after) {
            let what = format!("{} {path} needs another permission", method.to_uppercase());
            breaks.push(Break::new(file, what));
        }
    }
    breaks
}

fn operations(document: &Value) -> Vec<(&str, &'static str, &Value)> {
    let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
    paths
        .flat_map(|(path, item)| {
            METHODS.iter().filter_map(move |method| Some((path.as_str(), *method, item.get(method)?)))
        })
        .collect()
}

fn operation<'a>(document: &'a Value, path: &str, method: &str) -> Option<&'a Value> {
    document.get("paths")?.get(path)?.get(method)
}

/// The document without what does not count: statuses that refuse and that `old` did not announce, and that answers are closed
/// to members which a later version adds.
fn as_judged(document: &Value, old: &Value) -> Value {
    let mut judged = document.clone();
    let paths = judged.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten();
    for (path, item) in paths {
        for method in METHODS {
            let Some(responses) =
                item.pointer_mut(&format!("/{method}/responses")).and_then(Value::as_object_mut)
            else {
                continue;
            };
            let announced = operation(old, path, method).and_then(|operation| operation.get("responses"));
            responses.retain(|status, response| {
                announced.is_none_or(|announced| announced.get(status).is_some())
                    || !refuses(status, response)
            });
            for response in responses.values_mut() {
                *response = open(response);
            }
        }
    }
    judged
}

/// Whether it is an error with the document that all errors have.
fn refuses(status: &str, response: &Value) -> bool {
    let is_error = status.starts_with(['4', '5']);
    let by_name =
        response.get("$ref").and_then(Value::as_str).is_some_and(|name| name.contains("/responses/Problem"));
    let inline = response.get("content").and_then(Value::as_object).is_some_and(is_problem);
    is_error && (by_name || inline)
}

fn is_problem(content: &Map<String, Value>) -> bool {
    content.keys().all(|media_type| media_type == "application/problem+json")
}
