//! A small API: one resource that is written and read, as the real documents are built.

use serde_json::{Value, json};

fn answer(schema: &str) -> Value {
    json!({"application/json": {"schema": {"$ref": format!("#/components/schemas/{schema}")}}})
}

fn problem(status: u16) -> Value {
    let schema = json!({"$ref": "#/components/schemas/Problem"});
    json!({"description": format!("{status}"), "content": {"application/problem+json": {"schema": schema}}})
}

pub(super) fn document() -> Value {
    let id =
        json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string", "format": "uuid"}});
    json!({
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1.4.0"},
        "paths": {
            "/things": {
                "get": {
                    "operationId": "thing_list", "x-permission": "thing:read", "x-idempotent": false,
                    "security": [{"bearer": []}],
                    "parameters": [
                        {"name": "limit", "in": "query", "required": false, "schema": {"type": "integer", "minimum": 1, "maximum": 200}},
                        {"name": "status", "in": "query", "required": false, "schema": {"type": "string", "enum": ["on", "off"]}},
                    ],
                    "responses": {"200": {"description": "A page", "content": answer("Page")}},
                },
                "post": {
                    "operationId": "thing_create", "x-permission": "thing:write", "x-idempotent": true,
                    "security": [{"bearer": []}],
                    "parameters": [{"name": "Idempotency-Key", "in": "header", "required": false, "schema": {"type": "string", "maxLength": 128}}],
                    "requestBody": {"required": true, "content": answer("Create")},
                    "responses": {
                        "201": {
                            "description": "A thing", "content": answer("Thing"),
                            "headers": {"ETag": {"required": true, "schema": {"type": "string"}}},
                        },
                        "409": {"$ref": "#/components/responses/Problem409"},
                    },
                },
            },
            "/things/{id}": {
                "get": {
                    "operationId": "thing_get", "x-permission": "thing:read", "security": [{"bearer": []}], "parameters": [id],
                    "responses": {
                        "200": {"description": "A thing", "content": answer("Thing")},
                        "404": {"$ref": "#/components/responses/Problem404"},
                    },
                },
            },
        },
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
            },
            "responses": {"Problem404": problem(404), "Problem409": problem(409), "Problem429": problem(429)},
            "schemas": {
                "Create": {
                    "type": "object", "required": ["name"], "additionalProperties": false,
                    "properties": {
                        "name": {"type": "string", "minLength": 1, "maxLength": 64},
                        "kind": {"type": "string", "enum": ["a", "b"]},
                        "code": {"type": "string", "pattern": "^[a-z]+$"},
                        "count": {"type": "integer", "format": "int32", "minimum": 0, "maximum": 10, "default": 3},
                        "parts": {"type": "array", "maxItems": 4, "items": {"type": "string", "maxLength": 8}},
                        "place": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Place"}]},
                        "labels": {"type": "object", "maxProperties": 64, "propertyNames": {"maxLength": 63}, "additionalProperties": {"type": "string", "maxLength": 255}},
                    },
                },
                "Place": {
                    "type": "object", "required": ["x"], "additionalProperties": false,
                    "properties": {"x": {"type": "number"}, "y": {"type": "number"}},
                },
                "Thing": {
                    "type": "object", "required": ["id", "name", "status", "part"],
                    "properties": {
                        "id": {"type": "string", "format": "uuid"},
                        "name": {"type": "string", "maxLength": 64},
                        "status": {"type": "string", "enum": ["on", "off"]},
                        "note": {"type": ["string", "null"]},
                        "part": {"$ref": "#/components/schemas/Part"},
                        "within": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Thing"}]},
                        "labels": {"type": "object", "additionalProperties": {"type": "string", "maxLength": 255}},
                    },
                },
                "Part": {
                    "type": "object", "required": ["n"], "additionalProperties": false,
                    "properties": {"n": {"type": "integer", "maximum": 10}, "by": {"type": "string"}},
                },
                "Page": {
                    "type": "object", "required": ["items"],
                    "properties": {
                        "items": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
                        "next_cursor": {"type": ["string", "null"]},
                    },
                },
                "Problem": {"type": "object", "required": ["code"], "properties": {"code": {"type": "string"}}},
            },
        },
    })
}
