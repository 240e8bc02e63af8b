//! Which changes of a schema break the other side, whatever the schema is used for.
//!
//! A schema is judged by who has to understand the values:
//!
//! | | requests ([`Flow::Taken`]) | answers and events ([`Flow::Given`]) |
//! |---|---|---|
//! | rule | the new schema takes all that the old one took | the new schema gives only what the old one announced |
//! | a type, a word of an enum, an alternative more | harmless | breaks: who matches on a closed list does not know it |
//! | one less | breaks | harmless |
//! | a limit (`maxLength`, `minimum`, `maxItems` …) tightened | breaks | harmless |
//! | a limit loosened | harmless | breaks: who keeps it in a column of that size loses it |
//! | `pattern`, `format` and whatever else demands something | more of it breaks, less is harmless | the other way round |
//! | a member more | harmless while it is optional | harmless: readers pass over members that they do not know, so it does not count that a schema is closed |
//! | a member less | breaks, also where it was optional | breaks, also where it was optional |
//! | an optional member becomes required | breaks | harmless |
//! | a required member becomes optional | harmless | breaks |
//! | another `default`, or none any more | breaks: a request without the member means something else | harmless: it only informs |
//! | descriptions, titles, examples, `deprecated`, `x-…` | harmless | harmless |
//!
//! Two demands that differ in their text, such as two patterns, cannot be compared: that counts as a break. A schema that says
//! the same in another way may therefore be reported, and a break is never passed over because nobody could tell.
//!
//! Own code, because the library that there is (jsoncompat 0.5) names no place in the document, takes a member more in a closed
//! answer for a break, needs 15 seconds for the admin API, and builds `serde_json` with `arbitrary_precision` for every crate
//! that is built together with this one: tests would run on another reader of numbers than the daemon that is shipped.

mod demand;
mod limit;
mod object;
mod shape;
mod word;

use serde_json::Value;

use super::Break;
use super::place::Place;
use shape::{Shape, shapes};

/// Who writes the values, and who has to understand them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// Others send, we read.
    Taken,
    /// We write, others read.
    Given,
}

/// What breaks between two schemas; also one of them may be missing, and then it allows everything.
pub(super) fn breaks(flow: Flow, old: Option<&Place<'_>>, new: Option<&Place<'_>>) -> Vec<Break> {
    match (flow, old, new) {
        (_, Some(old), Some(new)) => {
            Judge { flow, under_way: Vec::new() }.node(std::slice::from_ref(old), std::slice::from_ref(new))
        }
        (Flow::Taken, None, Some(new)) => {
            vec![Break::at(&new.pointer, "anything was taken, and a schema is demanded now")]
        }
        (Flow::Given, Some(old), None) => {
            vec![Break::at(&old.pointer, "had a schema, and may be anything now")]
        }
        _ => Vec::new(),
    }
}

struct Judge {
    flow: Flow,
    /// Pairs that are being compared: a schema may contain itself.
    under_way: Vec<(String, String)>,
}

impl Judge {
    /// Compares what is described by several schemas at once, as with `allOf`.
    fn node(&mut self, old: &[Place<'_>], new: &[Place<'_>]) -> Vec<Break> {
        let names = |places: &[Place<'_>]| {
            places.iter().map(|place| place.pointer.as_str()).collect::<Vec<_>>().join(" ")
        };
        let pair = (names(old), names(new));
        if self.under_way.contains(&pair) {
            return Vec::new();
        }
        self.under_way.push(pair);
        let breaks = self.alternatives(new, &shapes(old), &shapes(new));
        self.under_way.pop();
        breaks
    }

    /// Each alternative of the side that writes must be one that the other side understands.
    fn alternatives(&mut self, at: &[Place<'_>], old: &[Shape<'_>], new: &[Shape<'_>]) -> Vec<Break> {
        let mut breaks = Vec::new();
        let (writes, reads) = match self.flow {
            Flow::Taken => (old, new),
            Flow::Given => (new, old),
        };
        for written in writes {
            let candidates = reads.iter().filter(|read| read.admits(written));
            let judged = candidates.map(|read| match self.flow {
                Flow::Taken => self.shape(written, read),
                Flow::Given => self.shape(read, written),
            });
            match judged.min_by_key(Vec::len) {
                Some(fewest) => breaks.extend(fewest),
                None => {
                    let pointer = at.first().map_or("", |place| place.pointer.as_str());
                    breaks.push(Break::at(pointer, self.unknown_kind(written)));
                }
            }
        }
        breaks
    }

    fn unknown_kind(&self, written: &Shape<'_>) -> String {
        let kind = written.kind.unwrap_or("any type");
        match self.flow {
            Flow::Taken => format!("{kind} is not taken any more"),
            Flow::Given => format!("may be {kind} now, which it could not be before"),
        }
    }

    fn shape(&mut self, old: &Shape<'_>, new: &Shape<'_>) -> Vec<Break> {
        let mut breaks = word::breaks(self.flow, old, new);
        breaks.extend(limit::breaks(self.flow, old, new));
        breaks.extend(demand::breaks(self.flow, old, new));
        breaks.extend(self.default(old, new));
        breaks.extend(object::breaks(self, old, new));
        breaks.extend(self.within(old, new, "items"));
        breaks.extend(self.within(old, new, "propertyNames"));
        breaks
    }

    /// What stands in a schema below a keyword, and demands nothing where the keyword is missing.
    fn within(&mut self, old: &Shape<'_>, new: &Shape<'_>, keyword: &str) -> Vec<Break> {
        let (before, after) = (old.all(keyword), new.all(keyword));
        match (self.flow, before.is_empty(), after.is_empty()) {
            (_, false, false) => self.node(&before, &after),
            (Flow::Taken, true, false) => {
                vec![Break::at(&new.pointer(keyword), "is demanded now, and was not before")]
            }
            (Flow::Given, false, true) => {
                vec![Break::at(&new.pointer(keyword), "was announced, and may be anything now")]
            }
            _ => Vec::new(),
        }
    }

    fn default(&self, old: &Shape<'_>, new: &Shape<'_>) -> Option<Break> {
        let value = |shape: &Shape<'_>| shape.all("default").first().map(|place| place.value.clone());
        let before = value(old).filter(|_| self.flow == Flow::Taken)?;
        let what = match value(new) {
            Some(after) if after == before => return None,
            Some(after) => {
                format!("was {before} and is {after}: a request without it means something else now")
            }
            None => format!("was {before} and is gone: a request without it means something else now"),
        };
        Some(Break::at(&new.pointer("default"), what))
    }
}

/// The JSON type of a value, as schemas name it.
fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
