//! A small document of subjects, with changes that break who listens and changes that do not.

use serde_json::{Value, json};

use super::{Planted, insert, remove, set};

pub(super) fn document() -> Value {
    let message = |name: &str| {
        json!({
            "name": name, "contentType": "application/cloudevents+json", "payload": {"type": "object"},
            "headers": {"type": "object", "required": ["Nats-Msg-Id"], "properties": {
                "Nats-Msg-Id": {"type": "string", "format": "uuid"}, "trace": {"type": "string"},
            }},
        })
    };
    let channel = |verb: &str| {
        let messages = json!({verb: {"$ref": format!("#/components/messages/{verb}")}});
        json!({"address": format!("ops.thing.{{id}}.{verb}"), "x-stream": "OPS_THING", "messages": messages})
    };
    let operation = |verb: &str| json!({"action": "send", "channel": {"$ref": format!("#/channels/{verb}")}});
    json!({
        "asyncapi": "3.0.0", "info": {"title": "things", "version": "1.4.0"},
        "defaultContentType": "application/cloudevents+json",
        "channels": {"made": channel("made"), "gone": channel("gone")},
        "operations": {"publish_made": operation("made"), "publish_gone": operation("gone")},
        "components": {"messages": {"made": message("thing.made"), "gone": message("thing.gone")}},
    })
}

const MADE: &str = "/components/messages/made";

pub(super) const BREAKS: [Planted; 14] = [
    ("a subject goes", |d| remove(d, "/channels", "gone")),
    ("a subject is called otherwise", |d| set(d, "/channels/made/address", json!("ops.thing.made"))),
    ("a message goes from its subject", |d| remove(d, "/channels/made/messages", "made")),
    ("a message more on a subject", |d| {
        insert(d, "/channels/made/messages", "gone", json!({"$ref": "#/components/messages/gone"}));
    }),
    ("a message is of another kind", |d| set(d, &format!("{MADE}/name"), json!("thing.born"))),
    ("a message is of another media type", |d| set(d, &format!("{MADE}/contentType"), json!("text/plain"))),
    ("a message is of another default media type", |d| {
        remove(d, MADE, "contentType");
        set(d, "/defaultContentType", json!("text/plain"));
    }),
    ("another stream", |d| set(d, "/channels/made/x-stream", json!("OPS_OTHER"))),
    ("a payload of another type", |d| set(d, &format!("{MADE}/payload"), json!({"type": "array"}))),
    ("a payload goes", |d| remove(d, MADE, "payload")),
    ("a header goes", |d| remove(d, &format!("{MADE}/headers/properties"), "trace")),
    ("a required header becomes optional", |d| set(d, &format!("{MADE}/headers/required"), json!([]))),
    ("a header is of another type", |d| {
        set(d, &format!("{MADE}/headers/properties/Nats-Msg-Id/type"), json!("integer"));
    }),
    ("nothing is sent any more", |d| set(d, "/operations/publish_made/action", json!("receive"))),
];

pub(super) const HARMLESS: [Planted; 10] = [
    ("a subject more", |d| {
        let made = d.pointer("/channels/made").unwrap().clone();
        insert(d, "/channels", "born", made);
        set(d, "/channels/born/address", json!("ops.thing.{id}.born"));
    }),
    ("a message more that comes nowhere yet", |d| {
        insert(d, "/components/messages", "born", json!({"name": "thing.born"}));
    }),
    ("a header more", |d| {
        insert(d, &format!("{MADE}/headers/properties"), "traceparent", json!({"type": "string"}));
    }),
    ("an optional header becomes required", |d| {
        set(d, &format!("{MADE}/headers/required"), json!(["Nats-Msg-Id", "trace"]));
    }),
    ("the media type is the default", |d| remove(d, MADE, "contentType")),
    ("the default media type of nothing", |d| set(d, "/defaultContentType", json!("text/plain"))),
    ("a channel has another name in the document", |d| {
        let made = d.pointer("/channels/made").unwrap().clone();
        remove(d, "/channels", "made");
        insert(d, "/channels", "created", made);
        set(d, "/operations/publish_made/channel/$ref", json!("#/channels/created"));
    }),
    ("an operation has another name in the document", |d| {
        let made = d.pointer("/operations/publish_made").unwrap().clone();
        remove(d, "/operations", "publish_made");
        insert(d, "/operations", "tell_made", made);
    }),
    ("a parameter of a subject is called otherwise", |d| {
        set(d, "/channels/made/address", json!("ops.thing.{thing}.made"));
    }),
    ("a description", |d| insert(d, "/channels/made", "description", json!("x"))),
];
