//! What breaks callers of the API.

use serde_json::json;

use super::{Planted, insert, push, remove, set};

const LIST: &str = "/paths/~1things/get";
const POST: &str = "/paths/~1things/post";
const ONE: &str = "/paths/~1things~1{id}/get";
const CREATE: &str = "/components/schemas/Create";
const SENT: &str = "/components/schemas/Create/properties";
const THING: &str = "/components/schemas/Thing";
const GIVEN: &str = "/components/schemas/Thing/properties";

pub(super) const CHANGES: [Planted; 45] = [
    ("maxLength of a request tightened", |d| set(d, &format!("{SENT}/name/maxLength"), json!(32))),
    ("minLength of a request raised", |d| set(d, &format!("{SENT}/name/minLength"), json!(3))),
    ("maximum of a request tightened", |d| set(d, &format!("{SENT}/count/maximum"), json!(9))),
    ("minimum of a request raised", |d| set(d, &format!("{SENT}/count/minimum"), json!(1))),
    ("maxItems of a request tightened", |d| set(d, &format!("{SENT}/parts/maxItems"), json!(3))),
    ("maxLength within a list of a request tightened", |d| {
        set(d, &format!("{SENT}/parts/items/maxLength"), json!(7));
    }),
    ("maxLength of the names in a map of a request tightened", |d| {
        set(d, &format!("{SENT}/labels/propertyNames/maxLength"), json!(7));
    }),
    ("maxLength of the values in a map of a request tightened", |d| {
        set(d, &format!("{SENT}/labels/additionalProperties/maxLength"), json!(7));
    }),
    ("pattern of a request is another one", |d| set(d, &format!("{SENT}/code/pattern"), json!("^[a-y]+$"))),
    ("a request gets a pattern", |d| insert(d, &format!("{SENT}/name"), "pattern", json!("^[a-z]+$"))),
    ("a word less in a request", |d| set(d, &format!("{SENT}/kind/enum"), json!(["a"]))),
    ("a required member more in a request", |d| {
        insert(d, SENT, "zone", json!({"type": "string"}));
        push(d, &format!("{CREATE}/required"), json!("zone"));
    }),
    ("an optional member of a request becomes required", |d| {
        push(d, &format!("{CREATE}/required"), json!("kind"));
    }),
    ("an optional member of a request goes", |d| remove(d, SENT, "count")),
    ("a type of a request is another one", |d| set(d, &format!("{SENT}/name/type"), json!("boolean"))),
    ("null is not taken any more", |d| {
        set(d, &format!("{SENT}/place/oneOf"), json!([{"$ref": "#/components/schemas/Place"}]));
    }),
    ("a default is another one", |d| set(d, &format!("{SENT}/count/default"), json!(4))),
    ("a required member of an answer goes", |d| {
        remove(d, GIVEN, "name");
        set(d, &format!("{THING}/required"), json!(["id", "status", "part"]));
    }),
    ("an optional member of an answer goes", |d| remove(d, GIVEN, "note")),
    ("a required member of an answer becomes optional", |d| {
        set(d, &format!("{THING}/required"), json!(["id", "status", "part"]));
    }),
    ("a word more in an answer", |d| push(d, &format!("{GIVEN}/status/enum"), json!("resting"))),
    ("a list of words in an answer is opened", |d| remove(d, &format!("{GIVEN}/status"), "enum")),
    ("a type of an answer is another one", |d| {
        set(d, &format!("{GIVEN}/labels/additionalProperties/type"), json!("integer"));
    }),
    ("an answer may be null", |d| set(d, &format!("{GIVEN}/name/type"), json!(["string", "null"]))),
    ("maxLength of an answer loosened", |d| set(d, &format!("{GIVEN}/name/maxLength"), json!(128))),
    ("format of an answer goes", |d| remove(d, &format!("{GIVEN}/id"), "format")),
    ("an operation goes", |d| remove(d, "/paths/~1things", "post")),
    ("a path goes", |d| remove(d, "/paths", "/things/{id}")),
    ("a required parameter more", |d| {
        push(
            d,
            &format!("{LIST}/parameters"),
            json!({"name": "zone", "in": "query", "required": true, "schema": {"type": "string"}}),
        );
    }),
    ("a required header more", |d| {
        push(
            d,
            &format!("{ONE}/parameters"),
            json!({"name": "If-Match", "in": "header", "required": true, "schema": {"type": "string"}}),
        );
    }),
    ("an optional header becomes required", |d| {
        set(d, &format!("{POST}/parameters/0/required"), json!(true));
    }),
    ("a parameter goes", |d| {
        set(
            d,
            &format!("{LIST}/parameters"),
            json!([{"name": "limit", "in": "query", "required": false, "schema": {"type": "integer", "minimum": 1, "maximum": 200}}]),
        );
    }),
    ("maximum of a parameter tightened", |d| {
        set(d, &format!("{LIST}/parameters/0/schema/maximum"), json!(100));
    }),
    ("a word less in a parameter", |d| set(d, &format!("{LIST}/parameters/1/schema/enum"), json!(["on"]))),
    ("a media type of a request is another one", |d| {
        set(d, &format!("{POST}/requestBody/content"), json!({"application/xml": {}}));
    }),
    ("a body is demanded where there was none", |d| {
        insert(d, ONE, "requestBody", json!({"required": true, "content": {"application/json": {}}}));
    }),
    ("a status goes", |d| remove(d, &format!("{ONE}/responses"), "404")),
    ("a status more that is no refusal", |d| {
        insert(d, &format!("{POST}/responses"), "202", json!({"description": "Later"}));
    }),
    ("a status more that refuses in another way", |d| {
        insert(
            d,
            &format!("{POST}/responses"),
            "429",
            json!({"description": "Slow", "content": {"text/plain": {}}}),
        );
    }),
    ("a header of an answer goes", |d| remove(d, &format!("{POST}/responses/201/headers"), "ETag")),
    ("another permission", |d| set(d, &format!("{ONE}/x-permission"), json!("thing:admin"))),
    ("repeating does it twice", |d| set(d, &format!("{POST}/x-idempotent"), json!(false))),
    ("a security scheme goes", |d| remove(d, "/components/securitySchemes", "key")),
    ("a security scheme is another one", |d| {
        set(d, "/components/securitySchemes/bearer/scheme", json!("basic"));
    }),
    ("an operation asks for another proof", |d| {
        insert(d, "/components/securitySchemes", "certificate", json!({"type": "mutualTLS"}));
        set(d, &format!("{ONE}/security"), json!([{"certificate": []}]));
    }),
];
