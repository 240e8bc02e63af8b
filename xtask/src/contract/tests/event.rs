//! A small event and the envelope that lists it, with changes that break readers and changes that do not.

use serde_json::{Value, json};

use super::{Planted, insert, push, remove, set};

pub(super) fn document() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:ops:event:thing.changed:v1",
        "type": "object", "required": ["id", "state", "parts"], "additionalProperties": false,
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "state": {"type": "string", "enum": ["up", "down"]},
            "name": {"type": "string", "maxLength": 64, "pattern": "^[a-z]+$"},
            "labels": {"type": "object", "additionalProperties": {"type": "string"}},
            "parts": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/Part"}},
        },
        "$defs": {"Part": {
            "type": "object", "required": ["n"], "additionalProperties": false,
            "properties": {"n": {"type": "integer", "minimum": 0}, "by": {"type": "string"}},
        }},
    })
}

pub(super) fn envelope() -> Value {
    json!({
        "type": "object", "required": ["type", "dataschema", "subject", "data"], "additionalProperties": false,
        "properties": {
            "type": {"type": "string", "enum": ["thing.changed"]},
            "dataschema": {"type": "string", "enum": ["urn:ops:event:thing.changed:v1"]},
            "subject": {"type": "string", "pattern": "^ops\\.thing\\.(changed)$"},
            "data": {"type": "object"},
        },
    })
}

pub(super) const BREAKS: [Planted; 14] = [
    ("a required member of an event goes", |d| {
        remove(d, "/properties", "state");
        set(d, "/required", json!(["id", "parts"]));
    }),
    ("an optional member of an event goes", |d| remove(d, "/properties", "name")),
    ("a member deep in an event goes", |d| remove(d, "/$defs/Part/properties", "by")),
    ("a required member of an event becomes optional", |d| set(d, "/required", json!(["id", "parts"]))),
    ("a word more in an event", |d| push(d, "/properties/state/enum", json!("resting"))),
    ("maxLength of an event loosened", |d| set(d, "/properties/name/maxLength", json!(128))),
    ("maxLength of an event goes", |d| remove(d, "/properties/name", "maxLength")),
    ("minimum deep in an event goes", |d| remove(d, "/$defs/Part/properties/n", "minimum")),
    ("a list in an event may be empty", |d| set(d, "/properties/parts/minItems", json!(0))),
    ("a type in an event is another one", |d| set(d, "/properties/id/type", json!("integer"))),
    ("a type deep in an event is another one", |d| set(d, "/$defs/Part/properties/n/type", json!("number"))),
    ("an event may be null somewhere", |d| set(d, "/properties/name/type", json!(["string", "null"]))),
    ("a format in an event is another one", |d| set(d, "/properties/id/format", json!("uri"))),
    ("values of a map in an event may be anything", |d| {
        set(d, "/properties/labels/additionalProperties", json!(true));
    }),
];

pub(super) const HARMLESS: [Planted; 11] = [
    ("an optional member more in an event", |d| insert(d, "/properties", "zone", json!({"type": "string"}))),
    ("a required member more in an event", |d| {
        insert(d, "/properties", "zone", json!({"type": "string"}));
        push(d, "/required", json!("zone"));
    }),
    ("a member more deep in an event", |d| {
        insert(d, "/$defs/Part/properties", "zone", json!({"type": "string"}));
    }),
    ("an optional member of an event becomes required", |d| push(d, "/required", json!("name"))),
    ("a word less in an event", |d| set(d, "/properties/state/enum", json!(["up"]))),
    ("maxLength of an event tightened", |d| set(d, "/properties/name/maxLength", json!(32))),
    ("minItems of an event raised", |d| set(d, "/properties/parts/minItems", json!(2))),
    ("an event gets a maximum", |d| insert(d, "/$defs/Part/properties/n", "maximum", json!(9))),
    ("an event is opened", |d| remove(d, "", "additionalProperties")),
    ("a part of an event is written in its place", |d| {
        let part = d.pointer("/$defs/Part").unwrap().clone();
        set(d, "/properties/parts/items", part);
    }),
    ("a description and an example in an event", |d| {
        insert(d, "", "description", json!("x"));
        insert(d, "/properties/name", "examples", json!(["a"]));
    }),
];
