//! One right document per request and answer: the OpenAPI documents show them, and the tests send and expect them.

pub mod answer;
pub mod request;

use serde_json::Value;

/// The example of what the OpenAPI documents call by this name.
#[must_use]
pub fn of(schema: &str) -> Option<Value> {
    Some(match schema {
        "OperatorCreate" => request::operator_create(),
        "OperatorUpdate" => request::operator_update(),
        "OperatorDrain" => request::drain(),
        "OperatorSuspend" => request::suspend(),
        "MaintenanceCreate" => request::maintenance_create(),
        "MaintenanceUpdate" => request::maintenance_update(),
        "NoteCreate" => request::note_create(),
        "ConnectionCreate" => request::connection_create(),
        "ConnectionUpdate" => request::connection_update(),
        "CredentialCreate" => request::credential_create(),
        "LeaseRequest" => request::lease_request(),
        "RuleCreate" => request::rule_create(&serde_json::json!({"prefix": "49"})),
        "ResolveRequest" => request::resolve_request(),
        "SampleBatch" => request::sample_batch(),
        name => return answer::of(name),
    })
}
