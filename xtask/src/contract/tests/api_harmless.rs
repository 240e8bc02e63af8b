//! What breaks no caller of the API.

use serde_json::json;

use super::{Planted, insert, push, remove, set};

const LIST: &str = "/paths/~1things/get";
const POST: &str = "/paths/~1things/post";
const ONE: &str = "/paths/~1things~1{id}/get";
const CREATE: &str = "/components/schemas/Create";
const SENT: &str = "/components/schemas/Create/properties";
const THING: &str = "/components/schemas/Thing";
const GIVEN: &str = "/components/schemas/Thing/properties";

pub(super) const CHANGES: [Planted; 32] = [
    ("an optional member more in a request", |d| insert(d, SENT, "zone", json!({"type": "string"}))),
    ("an optional member more deep in a request", |d| {
        insert(d, "/components/schemas/Place/properties", "z", json!({"type": "number"}));
    }),
    ("maxLength of a request loosened", |d| set(d, &format!("{SENT}/name/maxLength"), json!(128))),
    ("minimum of a request goes", |d| remove(d, &format!("{SENT}/count"), "minimum")),
    ("a pattern of a request goes", |d| remove(d, &format!("{SENT}/code"), "pattern")),
    ("a word more in a request", |d| push(d, &format!("{SENT}/kind/enum"), json!("c"))),
    ("a request may be null", |d| set(d, &format!("{SENT}/name/type"), json!(["string", "null"]))),
    ("a wider format of a request", |d| set(d, &format!("{SENT}/count/format"), json!("int64"))),
    ("a required member of a request becomes optional", |d| set(d, &format!("{CREATE}/required"), json!([]))),
    ("a default where there was none", |d| insert(d, &format!("{SENT}/kind"), "default", json!("a"))),
    ("a member more in an answer", |d| insert(d, GIVEN, "zone", json!({"type": "string"}))),
    ("a required member more in an answer", |d| {
        insert(d, GIVEN, "zone", json!({"type": "string"}));
        push(d, &format!("{THING}/required"), json!("zone"));
    }),
    ("a member more in a closed part of an answer", |d| {
        insert(d, "/components/schemas/Part/properties", "zone", json!({"type": "string"}));
    }),
    ("an answer is closed", |d| insert(d, THING, "additionalProperties", json!(false))),
    ("a word less in an answer", |d| set(d, &format!("{GIVEN}/status/enum"), json!(["on"]))),
    ("maximum of an answer tightened", |d| set(d, "/components/schemas/Part/properties/n/maximum", json!(9))),
    ("an answer is not null any more", |d| set(d, &format!("{GIVEN}/note/type"), json!("string"))),
    ("an optional member of an answer becomes required", |d| {
        push(d, &format!("{THING}/required"), json!("note"));
    }),
    ("a nullable reference is written with anyOf", |d| {
        set(
            d,
            &format!("{GIVEN}/within"),
            json!({"anyOf": [{"$ref": "#/components/schemas/Thing"}, {"type": "null"}]}),
        );
    }),
    ("an optional parameter more", |d| {
        push(
            d,
            &format!("{LIST}/parameters"),
            json!({"name": "zone", "in": "query", "required": false, "schema": {"type": "string"}}),
        );
    }),
    ("maximum of a parameter loosened", |d| {
        set(d, &format!("{LIST}/parameters/0/schema/maximum"), json!(500));
    }),
    ("a path more", |d| {
        insert(
            d,
            "/paths",
            "/others",
            json!({"get": {"operationId": "other_list", "responses": {"204": {"description": "x"}}}}),
        );
    }),
    ("an operation more", |d| {
        insert(
            d,
            "/paths/~1things~1{id}",
            "delete",
            json!({"operationId": "thing_delete", "parameters": [], "responses": {"204": {"description": "x"}}}),
        );
    }),
    ("a parameter of a path has another name", |d| {
        let mut item = d.pointer("/paths/~1things~1{id}").unwrap().clone();
        item["get"]["parameters"][0]["name"] = json!("thing_id");
        remove(d, "/paths", "/things/{id}");
        insert(d, "/paths", "/things/{thing_id}", item);
    }),
    ("a header has capital letters", |d| {
        set(d, &format!("{POST}/parameters/0/name"), json!("idempotency-key"));
    }),
    ("a status more that refuses with a problem", |d| {
        insert(d, &format!("{POST}/responses"), "429", json!({"$ref": "#/components/responses/Problem429"}));
    }),
    ("a media type more in an answer", |d| {
        insert(d, &format!("{LIST}/responses/200/content"), "text/csv", json!({}));
    }),
    ("a header more in an answer", |d| {
        insert(
            d,
            &format!("{POST}/responses/201/headers"),
            "Location",
            json!({"schema": {"type": "string"}}),
        );
    }),
    ("a further way to show who is asking", |d| {
        insert(d, "/components/securitySchemes", "certificate", json!({"type": "mutualTLS"}));
        push(d, &format!("{ONE}/security"), json!({"certificate": []}));
    }),
    ("a permission is not needed any more", |d| set(d, &format!("{ONE}/x-permission"), json!("any_token"))),
    ("an example, a description and a name", |d| {
        insert(d, THING, "description", json!("x"));
        insert(d, &format!("{ONE}/responses/200/content/application~1json"), "example", json!({"id": "1"}));
        set(d, &format!("{ONE}/operationId"), json!("get_thing"));
    }),
    ("a tag more", |d| insert(d, ONE, "tags", json!(["things"]))),
];
