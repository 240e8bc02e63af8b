//! Planted changes, each with its verdict.

use serde_json::{Value, json};

use super::*;

type Edit = fn(&mut Value);

/// A small API: one resource that is written and read.
fn api() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1.4.0"},
        "paths": {"/things/{id}": {
            "get": {
                "operationId": "thing_get", "x-permission": "thing:read",
                "parameters": [
                    {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}},
                    {"name": "limit", "in": "query", "required": false, "schema": {"type": "integer", "minimum": 1, "maximum": 200}},
                ],
                "responses": {
                    "200": {"description": "A", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
                    "404": {"$ref": "#/components/responses/Problem404"},
                },
            },
            "post": {
                "operationId": "thing_create", "x-permission": "thing:write",
                "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
                "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Create"}}}},
                "responses": {
                    "201": {"description": "A", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
                },
            },
        }},
        "components": {
            "schemas": {
                "Create": {
                    "type": "object", "required": ["name"], "additionalProperties": false,
                    "properties": {
                        "name": {"type": "string", "minLength": 1, "maxLength": 64},
                        "kind": {"type": "string", "enum": ["a", "b"]},
                        "count": {"type": "integer", "minimum": 0, "maximum": 10},
                    },
                },
                "Thing": {
                    "type": "object", "required": ["id", "name", "status"],
                    "properties": {
                        "id": {"type": "string"},
                        "name": {"type": "string", "maxLength": 64},
                        "status": {"type": "string", "enum": ["on", "off"]},
                        "note": {"type": ["string", "null"]},
                    },
                },
                "Problem": {"type": "object", "required": ["code"], "properties": {"code": {"type": "string"}}},
            },
            "responses": {
                "Problem404": {"description": "gone", "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}},
                "Problem429": {"description": "slow", "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}},
            },
        },
    })
}

fn event() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:ops:event:thing.changed:v1",
        "type": "object", "required": ["id", "state"], "additionalProperties": false,
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "state": {"type": "string", "enum": ["up", "down"]},
            "name": {"type": "string", "maxLength": 64},
            "parts": {"type": "array", "items": {"$ref": "#/$defs/Part"}},
        },
        "$defs": {"Part": {
            "type": "object", "required": ["n"], "additionalProperties": false, "properties": {"n": {"type": "integer"}},
        }},
    })
}

fn contract(api: Value, event: Value) -> Vec<Document> {
    [("events/thing.changed.v1.schema.json", event), ("openapi/admin.json", api)]
        .map(|(file, content)| Document { file: file.to_owned(), content })
        .into()
}

fn set(pointer: &str, value: Value) -> impl Fn(&mut Value) {
    move |document| *document.pointer_mut(pointer).unwrap() = value.clone()
}

fn drop_member(document: &mut Value, at: &str, name: &str) {
    document.pointer_mut(at).unwrap().as_object_mut().unwrap().remove(name).unwrap();
}

const CREATE: &str = "/components/schemas/Create";
const THING: &str = "/components/schemas/Thing";
const GET: &str = "/paths/~1things~1{id}/get";
const POST: &str = "/paths/~1things~1{id}/post";

/// What breaks callers of the API.
const API_BREAKS: [(&str, Edit); 17] = [
    ("a tightened maxLength of a request", |d| {
        set(&format!("{CREATE}/properties/name/maxLength"), json!(32))(d);
    }),
    ("a raised minLength of a request", |d| set(&format!("{CREATE}/properties/name/minLength"), json!(3))(d)),
    ("a tightened maximum of a request", |d| set(&format!("{CREATE}/properties/count/maximum"), json!(9))(d)),
    ("a word less in a request", |d| set(&format!("{CREATE}/properties/kind/enum"), json!(["a"]))(d)),
    ("a new required member of a request", |d| {
        insert(d, &format!("{CREATE}/properties"), "zone", json!({"type": "string"}));
        set(&format!("{CREATE}/required"), json!(["name", "zone"]))(d);
    }),
    ("an optional member of a request becomes required", |d| {
        set(&format!("{CREATE}/required"), json!(["name", "kind"]))(d);
    }),
    ("a member of a request goes", |d| drop_member(d, &format!("{CREATE}/properties"), "count")),
    ("a type of a request changes", |d| set(&format!("{CREATE}/properties/count/type"), json!("string"))(d)),
    ("a required member of an answer goes", |d| {
        drop_member(d, &format!("{THING}/properties"), "name");
        set(&format!("{THING}/required"), json!(["id", "status"]))(d);
    }),
    ("a required member of an answer becomes optional", |d| {
        set(&format!("{THING}/required"), json!(["id", "status"]))(d);
    }),
    ("a word more in an answer", |d| {
        set(&format!("{THING}/properties/status/enum"), json!(["on", "off", "resting"]))(d);
    }),
    ("a type of an answer changes", |d| set(&format!("{THING}/properties/id/type"), json!("integer"))(d)),
    ("an answer may be null", |d| {
        set(&format!("{THING}/properties/name/type"), json!(["string", "null"]))(d);
    }),
    ("an operation goes", |d| drop_member(d, "/paths/~1things~1{id}", "post")),
    ("a new required parameter", |d| {
        let list = d.pointer_mut(&format!("{GET}/parameters")).unwrap().as_array_mut().unwrap();
        list.push(json!({"name": "zone", "in": "query", "required": true, "schema": {"type": "string"}}));
    }),
    ("a tightened parameter", |d| set(&format!("{GET}/parameters/1/schema/maximum"), json!(100))(d)),
    ("another permission", |d| set(&format!("{GET}/x-permission"), json!("thing:admin"))(d)),
];

/// What does not.
const API_HARMLESS: [(&str, Edit); 13] = [
    ("a new optional member of a request", |d| {
        insert(d, &format!("{CREATE}/properties"), "zone", json!({"type": "string"}));
    }),
    ("a loosened maxLength of a request", |d| {
        set(&format!("{CREATE}/properties/name/maxLength"), json!(128))(d);
    }),
    ("a word more in a request", |d| {
        set(&format!("{CREATE}/properties/kind/enum"), json!(["a", "b", "c"]))(d);
    }),
    ("a required member of a request becomes optional", |d| set(&format!("{CREATE}/required"), json!([]))(d)),
    ("a wider range of a request", |d| set(&format!("{CREATE}/properties/count/maximum"), json!(11))(d)),
    ("a new member of an answer", |d| {
        insert(d, &format!("{THING}/properties"), "zone", json!({"type": "string"}));
        set(&format!("{THING}/required"), json!(["id", "name", "status", "zone"]))(d);
    }),
    ("a word less in an answer", |d| set(&format!("{THING}/properties/status/enum"), json!(["on"]))(d)),
    ("an optional member of an answer becomes required", |d| {
        set(&format!("{THING}/required"), json!(["id", "name", "status", "note"]))(d);
    }),
    ("a new optional parameter", |d| {
        let list = d.pointer_mut(&format!("{GET}/parameters")).unwrap().as_array_mut().unwrap();
        list.push(json!({"name": "zone", "in": "query", "required": false, "schema": {"type": "string"}}));
    }),
    ("a new operation", |d| {
        let mut get = d.pointer(GET).unwrap().clone();
        get["operationId"] = json!("thing_delete");
        insert(d, "/paths/~1things~1{id}", "delete", get);
    }),
    ("a status that refuses", |d| {
        insert(d, &format!("{POST}/responses"), "429", json!({"$ref": "#/components/responses/Problem429"}));
    }),
    ("an example and a description", |d| {
        insert(d, THING, "description", json!("x"));
        insert(d, &format!("{GET}/responses/200/content/application~1json"), "example", json!({"id": "1"}));
    }),
    ("a new tag", |d| insert(d, GET, "tags", json!(["things"]))),
];

/// What breaks readers of an event.
const EVENT_BREAKS: [(&str, Edit); 6] = [
    ("a required member of an event goes", |d| {
        drop_member(d, "/properties", "state");
        set("/required", json!(["id"]))(d);
    }),
    ("a required member of an event becomes optional", |d| set("/required", json!(["id"]))(d)),
    ("a word more in an event", |d| set("/properties/state/enum", json!(["up", "down", "resting"]))(d)),
    ("a longer text in an event", |d| set("/properties/name/maxLength", json!(128))(d)),
    ("a type in an event changes", |d| set("/properties/id", json!({"type": "integer"}))(d)),
    ("a type deep in an event changes", |d| set("/$defs/Part/properties/n/type", json!("string"))(d)),
];

/// What does not.
const EVENT_HARMLESS: [(&str, Edit); 5] = [
    ("a new member of an event", |d| insert(d, "/properties", "zone", json!({"type": "string"}))),
    ("a new member deep in an event", |d| {
        insert(d, "/$defs/Part/properties", "zone", json!({"type": "string"}));
    }),
    ("a word less in an event", |d| set("/properties/state/enum", json!(["up"]))(d)),
    ("a shorter text in an event", |d| set("/properties/name/maxLength", json!(32))(d)),
    ("a description in an event", |d| insert(d, "", "description", json!("x"))),
];

fn insert(document: &mut Value, at: &str, name: &str, value: Value) {
    document.pointer_mut(at).unwrap().as_object_mut().unwrap().insert(name.to_owned(), value);
}

/// The verdict on one change.
fn judge(change_api: Option<Edit>, change_event: Option<Edit>) -> Verdict {
    let (mut changed_api, mut changed_event) = (api(), event());
    if let Some(edit) = change_api {
        edit(&mut changed_api);
    }
    if let Some(edit) = change_event {
        edit(&mut changed_event);
    }
    compare(&contract(api(), event()), &contract(changed_api, changed_event)).unwrap()
}

#[test]
fn every_planted_change_gets_its_verdict() {
    let mut wrong = Vec::new();
    let mut check = |name: &str, breaks: bool, verdict: &Verdict| {
        println!("{:<52} {}", name, if verdict.breaks.is_empty() { "harmless" } else { "breaks" });
        if verdict.breaks.is_empty() == breaks {
            wrong.push(format!("{name}: {:?}", verdict.breaks));
        }
        assert!(!verdict.allowed, "the version is the same");
    };
    for (name, edit) in API_BREAKS {
        check(name, true, &judge(Some(edit), None));
    }
    for (name, edit) in EVENT_BREAKS {
        check(name, true, &judge(None, Some(edit)));
    }
    for (name, edit) in API_HARMLESS {
        check(name, false, &judge(Some(edit), None));
    }
    for (name, edit) in EVENT_HARMLESS {
        check(name, false, &judge(None, Some(edit)));
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn a_major_version_allows_a_break_and_a_schema_that_goes_is_one() {
    let mut raised = api();
    set("/info/version", json!("2.0.0"))(&mut raised);
    drop_member(&mut raised, "/paths/~1things~1{id}", "post");
    let verdict = compare(&contract(api(), event()), &contract(raised, event())).unwrap();
    assert!(verdict.allowed && verdict.breaks.len() == 1, "{verdict:?}");
    let gone = compare(&contract(api(), event()), &contract(api(), event())[1..]).unwrap();
    assert!(!gone.allowed && gone.breaks[0].what.starts_with("is gone"), "{gone:?}");
    let second = Document { file: "events/thing.changed.v2.schema.json".to_owned(), content: json!({}) };
    let more = [contract(api(), event()), vec![second]].concat();
    assert_eq!(compare(&contract(api(), event()), &more).unwrap().breaks, []);
}

#[test]
fn the_committed_contract_can_be_judged_and_a_break_in_it_is_seen() {
    // the other API is of the same making, and ten times as large
    let mut committed = base::committed().unwrap();
    committed.retain(|document| document.file != "openapi/admin.json");
    assert_eq!(compare(&committed, &committed).unwrap().breaks, []);
    let edit = |file: &str, change: &dyn Fn(&mut Value)| {
        let mut broken = committed.clone();
        change(&mut broken.iter_mut().find(|document| document.file == file).unwrap().content);
        compare(&committed, &broken).unwrap().breaks
    };
    let ids = "/components/schemas/LeaseRequest/properties/connection_ids/maxItems";
    let breaks = edit("openapi/internal.json", &set(ids, json!(7)));
    assert!(
        breaks.len() == 1 && breaks[0].what.contains("POST /internal/v1/credential-leases"),
        "{breaks:?}"
    );
    let breaks = edit("events/operator.created.v1.schema.json", &|schema: &mut Value| {
        drop_member(schema, "/properties", "labels");
        schema["required"].as_array_mut().unwrap().retain(|name| name != "labels");
    });
    assert_eq!(breaks.len(), 1);
}
