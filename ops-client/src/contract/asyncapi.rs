//! The AsyncAPI 3.0 document: which events come on which subjects of the stream, and what they look like.

use ops_core::{Word, event::EventType};
use serde_json::{Map, Value, json};

use super::{
    event_schema::{self, Parts},
    put,
};
use crate::wire::event::schema_name;

const MEDIA_TYPE: &str = "application/cloudevents+json";

/// The document; `stream` is the name of the stream that carries every event.
#[must_use]
pub fn document(stream: &str) -> Value {
    let (mut channels, mut operations, mut messages) = (Map::new(), Map::new(), Map::new());
    let mut schemas = Map::new();
    for kind in event_schema::kinds() {
        let name = kind.as_str().replace('.', "_");
        let Parts { root, components } = event_schema::parts(kind);
        channels.insert(name.clone(), channel(kind, &name, stream));
        operations.insert(format!("publish_{name}"), operation(&name, &root));
        messages.insert(name, message(kind, root));
        schemas.extend(components);
    }
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Operator Management Service: events",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "CloudEvents 1.0 in the JSON format. Each event comes at least once and, for one operator, in the order \
                            of `sequence`: recognise repetitions by `source` and `id`. The schemas are closed, because they say exactly what \
                            this version publishes; a reader passes over members that it does not know, and does not refuse what \
                            a later version has added. JetStream keeps headers of its own (`Nats-Expected-…`) beside those named \
                            here; they are not for readers.",
        },
        "defaultContentType": MEDIA_TYPE,
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": schemas},
    })
}

fn channel(kind: EventType, name: &str, stream: &str) -> Value {
    let verb = kind.as_str().rsplit('.').next().unwrap_or_default();
    json!({
        "address": format!("ops.operator.{{operator_id}}.{verb}"),
        "description": format!("A subject of the JetStream stream `{stream}`."),
        "x-stream": stream,
        "parameters": {"operator_id": {"description": "The id of the operator that it is about."}},
        "messages": {name: {"$ref": format!("#/components/messages/{name}")}},
    })
}

fn operation(name: &str, data: &Value) -> Value {
    json!({
        "action": "send",
        "summary": data.get("description"),
        "channel": {"$ref": format!("#/channels/{name}")},
        "messages": [{"$ref": format!("#/channels/{name}/messages/{name}")}],
    })
}

/// The envelope with the data of its type.
fn message(kind: EventType, data: Value) -> Value {
    let mut payload = event_schema::envelope();
    if let Some(members) = payload.as_object_mut() {
        members.remove("$schema");
        members.remove("$id");
    }
    put(&mut payload, "/properties", "data", data);
    put(&mut payload, "/properties", "type", one(kind.as_str()));
    put(&mut payload, "/properties", "dataschema", one(&schema_name(kind.as_str())));
    put(&mut payload, "/properties", "subject", json!({"type": "string", "pattern": subject(kind)}));
    json!({
        "name": kind.as_str(),
        "contentType": MEDIA_TYPE,
        "headers": {"type": "object", "required": ["Nats-Msg-Id", "content-type"], "properties": {
            "Nats-Msg-Id": {"type": "string", "format": "uuid", "description": "The event's id."},
            "content-type": {"type": "string", "const": MEDIA_TYPE, "description": "What the message is."},
        }},
        "payload": payload,
    })
}

/// This word and no other.
fn one(word: &str) -> Value {
    json!({"type": "string", "const": word})
}

/// The subjects that a type comes on.
fn subject(kind: EventType) -> String {
    let verb = kind.as_str().rsplit('.').next().unwrap_or_default();
    format!("^ops\\.operator\\.[0-9a-f-]{{36}}\\.{verb}$")
}
