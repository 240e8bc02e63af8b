//! Bodies by their media types.

use super::operation::Operation;
use crate::contract::Break;
use crate::contract::place::Place;
use crate::contract::schema::{self, Flow};

/// What callers cannot send any more in a body, and what they must.
pub(super) fn of_request(old: &Operation<'_>, new: &Operation<'_>) -> Vec<Break> {
    match (old.place.followed("requestBody"), new.place.followed("requestBody")) {
        (Some(was), Some(is)) => {
            let mut breaks = breaks(Flow::Taken, new, &was, &is);
            if is.is_true("required") && !was.is_true("required") {
                breaks.push(new.fault(
                    &format!("{}/required", is.pointer),
                    "the body must be sent now, and was optional",
                ));
            }
            breaks
        }
        (Some(was), None) => vec![old.fault(&was.pointer, "takes no body any more")],
        (None, Some(is)) if is.is_true("required") => vec![new.fault(&is.pointer, "a body must be sent now")],
        _ => Vec::new(),
    }
}

/// What breaks below `content`: media types that are gone, and what changed in the others.
pub(super) fn breaks(flow: Flow, operation: &Operation<'_>, old: &Place<'_>, new: &Place<'_>) -> Vec<Break> {
    let Some(before) = old.child("content") else { return Vec::new() };
    let after = new.child("content");
    let each = before.members().map(|(media_type, was)| {
        match after.as_ref().and_then(|after| after.followed(media_type)) {
            Some(is) => schema::breaks(flow, was.child("schema").as_ref(), is.child("schema").as_ref()),
            None => {
                let what = match flow {
                    Flow::Taken => format!("{media_type} is not taken any more"),
                    Flow::Given => format!("{media_type} is not given any more"),
                };
                vec![operation.fault(&was.pointer, what)]
            }
        }
    });
    each.flatten().collect()
}
