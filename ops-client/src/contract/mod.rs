//! What is promised to readers of events, as documents: the registry of schemas, and AsyncAPI.

use serde_json::Value;

pub mod asyncapi;
pub mod event_schema;

#[cfg(test)]
mod tests;

/// Sets a member of the object at a pointer (RFC 6901).
fn put(document: &mut Value, at: &str, name: &str, member: impl Into<Value>) {
    if let Some(members) = document.pointer_mut(at).and_then(Value::as_object_mut) {
        members.insert(name.to_owned(), member.into());
    }
}
