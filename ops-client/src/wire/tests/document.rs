//! A type's OpenAPI schema as JSON, with its references resolved.

use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::ToSchema;

pub(super) struct Document {
    pub(super) root: Value,
    components: BTreeMap<String, Value>,
}

impl Document {
    pub(super) fn of<T: ToSchema>() -> Self {
        let mut schemas = Vec::new();
        T::schemas(&mut schemas);
        let components =
            schemas.into_iter().map(|(name, schema)| (name, serde_json::to_value(schema).unwrap()));
        Self { root: serde_json::to_value(T::schema()).unwrap(), components: components.collect() }
    }

    /// The schema behind a reference, or of the value that a nullable reference stands for.
    pub(super) fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        if let Some(reference) = schema["$ref"].as_str() {
            let name = reference.strip_prefix("#/components/schemas/").unwrap();
            let found = self.components.get(name);
            return self.resolve(found.unwrap_or_else(|| panic!("{name} is referred to and not collected")));
        }
        match schema["oneOf"].as_array().map(Vec::as_slice) {
            Some([one, other]) if is_null(one) => self.resolve(other),
            Some([one, other]) if is_null(other) => self.resolve(one),
            _ => schema,
        }
    }

    /// Whether null is allowed.
    pub(super) fn takes_null(&self, schema: &Value) -> bool {
        let parts = schema["oneOf"].as_array();
        types(schema).contains(&"null") || parts.is_some_and(|parts| parts.iter().any(is_null))
    }
}

fn is_null(schema: &Value) -> bool {
    schema["type"] == "null"
}

/// The JSON types that a schema names.
pub(super) fn types(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::String(of) => vec![of],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}
