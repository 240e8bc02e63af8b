//! Which changes of an API break its callers: what they send must still be taken, and what they get must still be understood.
//! Schemas are judged as [`schema`](super::schema) says; what stands around them, here.
//!
//! | change | verdict |
//! |---|---|
//! | an operation or a path goes | breaks; another name for a parameter in a path does not |
//! | an operation needs another `x-permission` | breaks: rights have no order, so who had the old one may lack the new one; none at all (`any_token`) is harmless |
//! | repeating it does something twice now (`x-idempotent`) | breaks |
//! | a way to show who is asking goes, or is another one | breaks; a further way is harmless |
//! | a parameter or header goes | breaks: unknown ones are refused |
//! | a required parameter or header more, or an optional one becomes required | breaks; an optional one more is harmless |
//! | a body is demanded, or none is taken any more, or not in a media type | breaks; a further media type is harmless |
//! | a status goes | breaks, also a refusal: callers tell cases apart by it |
//! | a status more | breaks, unless it refuses (4xx, 5xx) with the problem document, which callers know by its class |
//! | an answer has a media type or a header less | breaks; one more is harmless: callers ask for the former and pass over the latter |
//! | a path, an operation, a name of an operation, a tag, a server, any words | harmless |

mod answer;
mod content;
mod operation;
mod parameter;
mod security;

use serde_json::Value;

use super::Break;
use super::place::Place;

/// The document as the rules look at it.
struct Api<'a> {
    root: Place<'a>,
}

/// Breaks between two texts of an API's document.
pub(super) fn breaks(old: &Value, new: &Value) -> Vec<Break> {
    let (old, new) = (Api { root: Place::root(old) }, Api { root: Place::root(new) });
    let mut breaks = security::breaks(&old, &new);
    breaks.extend(operation::breaks(&old, &new));
    breaks.extend(unjudged(&old.root, &new.root, "webhooks"));
    breaks
}

/// A part that no rule looks at may stay as it is, and that is all that can be said.
fn unjudged(old: &Place<'_>, new: &Place<'_>, name: &str) -> Option<Break> {
    let (before, after) = (old.child(name)?, new.child(name));
    let is_same = after.is_some_and(|after| after.value == before.value);
    (!is_same)
        .then(|| Break::at(&before.pointer, "changed, and no rule of this gate can judge it: write one"))
}
