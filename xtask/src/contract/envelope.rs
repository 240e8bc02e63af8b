//! The envelope of all events lists them: it grows with every event that is new, and that breaks nobody, because readers pick
//! events by subject and type. Everything else of it is judged like the data of an event.

use serde_json::Value;

use super::{Break, Document, event};

/// Whether the file is the envelope's schema.
pub(super) fn is_envelope(file: &str) -> bool {
    file.starts_with("events/cloudevent.")
}

/// Breaks of the envelope, without what `new` lists because it has a schema for it that `old` had not.
pub(super) fn breaks(before: &Value, after: &Value, old: &[Document], new: &[Document]) -> Vec<Break> {
    let mut judged = after.clone();
    for added in new.iter().filter(|document| !old.iter().any(|known| known.file == document.file)) {
        let Some((name, version)) = event_of(&added.file) else { continue };
        let is_known = old.iter().any(|known| event_of(&known.file).is_some_and(|(other, _)| other == name));
        remove(&mut judged, "dataschema", &format!("urn:ops:event:{name}:{version}"));
        if !is_known {
            remove(&mut judged, "type", name);
            remove_subject(&mut judged, name);
        }
    }
    event::breaks(before, &judged)
}

/// Name and version of the event of a schema file: `events/operator.created.v1.schema.json`.
fn event_of(file: &str) -> Option<(&str, &str)> {
    let (name, version) = file.strip_prefix("events/")?.strip_suffix(".schema.json")?.rsplit_once('.')?;
    Some((name, version))
}

fn remove(envelope: &mut Value, member: &str, word: &str) {
    let words = envelope.pointer_mut(&format!("/properties/{member}/enum")).and_then(Value::as_array_mut);
    if let Some(words) = words {
        words.retain(|known| known != word);
    }
}

/// The subject ends in the last part of the event's name, as one of several in brackets.
fn remove_subject(envelope: &mut Value, name: &str) {
    let last = name.rsplit('.').next().unwrap_or(name);
    if let Some(Value::String(pattern)) = envelope.pointer_mut("/properties/subject/pattern") {
        *pattern = pattern
            .replace(&format!("|{last}|"), "|")
            .replace(&format!("({last}|"), "(")
            .replace(&format!("|{last})"), ")");
    }
}
