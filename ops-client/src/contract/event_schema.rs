//! The registry of event schemas: JSON Schema 2020-12, one document for each type's data and one for the envelope.

use ops_core::{Word, event::EventType};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::put;
use crate::wire::{
    event::{CloudEvent, DATA_VERSION, schema_name},
    event_data::{DeletedShape, HealthChangedShape, OperatorViewShape, UpdatedShape},
    glossary::explain,
};

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";
/// Where OpenAPI keeps schemas, and where a document of JSON Schema does.
const COMPONENTS: &str = "#/components/schemas/";
const DEFINITIONS: &str = "#/$defs/";

/// The schema of what `data` of this type holds. It is closed: this version writes nothing else. Readers pass over members
/// that they do not know, because a later version may add some.
#[must_use]
pub fn of(kind: EventType) -> Value {
    parts(kind).document(&schema_name(kind.as_str()))
}

/// The same in parts, for a document that has components.
pub(super) fn parts(kind: EventType) -> Parts {
    match kind {
        EventType::Created => Parts::of::<OperatorViewShape>(),
        EventType::Updated => Parts::of::<UpdatedShape>(),
        EventType::Deleted => Parts::of::<DeletedShape>(),
        EventType::HealthChanged => Parts::of::<HealthChangedShape>(),
    }
}

/// The schema of the event around its data.
#[must_use]
pub fn envelope() -> Value {
    let mut parts = Parts::of::<CloudEvent>();
    let data = json!({"type": "object", "description": "As the schema says that `dataschema` names."});
    put(&mut parts.root, "/properties", "data", data);
    put(&mut parts.root, "", "additionalProperties", false);
    parts.components.clear();
    parts.document(&format!("urn:ops:event:cloudevent:v{DATA_VERSION}"))
}

/// The file of the schema of this type's data, below the folder of the contract.
#[must_use]
pub fn file_of(kind: EventType) -> String {
    format!("events/{kind}.v{DATA_VERSION}.schema.json")
}

/// The file of the schema of the envelope, below the folder of the contract.
#[must_use]
pub fn envelope_file() -> String {
    format!("events/cloudevent.v{DATA_VERSION}.schema.json")
}

/// Every type.
pub fn kinds() -> impl Iterator<Item = EventType> {
    EventType::WORDS.iter().filter_map(|word| EventType::parse(word).ok())
}

/// A schema and those that it refers to.
pub(super) struct Parts {
    pub(super) root: Value,
    pub(super) components: Map<String, Value>,
}

impl Parts {
    fn of<T: ToSchema>() -> Self {
        let mut components = Vec::new();
        T::schemas(&mut components);
        let explained = |name: &str, mut schema: Value| {
            explain(name, &mut schema);
            schema
        };
        let root = explained(&T::name(), json!(T::schema()));
        let components = components.into_iter().map(|(name, schema)| {
            let schema = explained(&name, json!(schema));
            (name, schema)
        });
        Self { root, components: components.collect() }
    }

    /// As a document of its own.
    fn document(self, id: &str) -> Value {
        let mut document = local(&self.root);
        put(&mut document, "", "$schema", DIALECT);
        put(&mut document, "", "$id", id);
        if !self.components.is_empty() {
            put(&mut document, "", "$defs", local(&self.components.into()));
        }
        document
    }
}

/// With references that lead to the document's own definitions.
fn local(schema: &Value) -> Value {
    match schema {
        Value::Object(members) => {
            members.iter().map(|(name, member)| (name.clone(), local(member))).collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(local).collect(),
        Value::String(text) => text.replace(COMPONENTS, DEFINITIONS).into(),
        other => other.clone(),
    }
}
