//! The lease on the wire: the one answer that carries secrets.

use std::collections::BTreeSet;

use deserr::Deserr;
use ops_core::{
    Fault, Invalid, InvalidRule as Rule, Word,
    credential::{Credential, Password, Secret, Stage, SystemId, lease::Refused},
    id::ConnectionId,
    limits,
};
use serde::{Serialize, Serializer, ser::SerializeStruct};
use utoipa::{
    ToSchema,
    openapi::{RefOr, schema::Schema},
};

use super::rule::{self, Described};
use crate::faults::Faults;

/// The stages that can be leased.
const LEASED: [Stage; 2] = [Stage::Active, Stage::Staged];

/// Whose secrets a connector asks for.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
pub struct LeaseRequest {
    #[deserr(try_from(Vec<ConnectionId>) = some_and_unique -> Vec<Fault>)]
    #[schema(schema_with = connection_ids)]
    connection_ids: Vec<ConnectionId>,
    #[deserr(default = Stage::Active, try_from(&String) = leased_stage -> Invalid)]
    #[schema(required = false, schema_with = stage)]
    stage: Stage,
}

impl LeaseRequest {
    /// The connections, each once, and the stage.
    #[must_use]
    pub fn into_parts(self) -> (Vec<ConnectionId>, Stage) {
        let Self { connection_ids, stage } = self;
        (connection_ids, stage)
    }
}

fn some_and_unique(ids: Vec<ConnectionId>) -> Result<Vec<ConnectionId>, Vec<Fault>> {
    let mut faults = Vec::new();
    if ids.is_empty() || ids.len() > limits::LEASE_CONNECTIONS_MAX {
        let message = format!("must have 1 to {} entries", limits::LEASE_CONNECTIONS_MAX);
        faults.push(Fault::new("", Rule::Length, message));
    }
    let mut seen = BTreeSet::new();
    for (index, id) in ids.iter().enumerate() {
        if !seen.insert(id) {
            faults.push(Fault::new(format!("/{index}"), Rule::Unique, "stands in the list twice"));
        }
    }
    if faults.is_empty() { Ok(ids) } else { Err(faults) }
}

fn leased_stage(raw: &str) -> Result<Stage, Invalid> {
    let stage = LEASED.into_iter().find(|stage| stage.as_str() == raw);
    stage.ok_or_else(|| {
        Invalid::new(Rule::OneOf, format!("must be one of {}", LEASED.map(Stage::as_str).join(", ")))
    })
}

fn connection_ids() -> RefOr<Schema> {
    let mut list = rule::list_of(ConnectionId::described(), 1, Some(limits::LEASE_CONNECTIONS_MAX));
    if let Schema::Array(array) = &mut list {
        array.unique_items = true;
    }
    RefOr::T(list)
}

fn stage() -> RefOr<Schema> {
    let default = serde_json::Value::from(Stage::Active.as_str());
    RefOr::T(rule::words(LEASED.map(Stage::as_str)).default(Some(default)).into())
}

/// The secrets, and who gets none.
// no Debug: it carries secrets
#[derive(Serialize, ToSchema)]
pub struct LeaseAnswer {
    leases: Vec<Lease>,
    refused: Vec<LeaseRefused>,
}

impl LeaseAnswer {
    /// The answer: each granted credential with its secret, each refused connection with its code.
    #[must_use]
    pub fn of(granted: Vec<(Credential, Secret)>, refused: Vec<(ConnectionId, Refused)>) -> Self {
        let leases = granted.into_iter().map(|(credential, secret)| Lease {
            connection_id: credential.connection_id,
            version: credential.version,
            stage: credential.stage,
            secret: LeasedSecret(secret),
        });
        let refused = refused.into_iter().map(|(connection_id, code)| LeaseRefused { connection_id, code });
        Self { leases: leases.collect(), refused: refused.collect() }
    }
}

/// One leased secret.
#[derive(Serialize, ToSchema)]
pub struct Lease {
    #[schema(schema_with = rule::of::<ConnectionId>)]
    connection_id: ConnectionId,
    /// The credential's version, to be reported in samples.
    version: i64,
    #[schema(schema_with = stage)]
    stage: Stage,
    #[schema(value_type = SecretFields)]
    secret: LeasedSecret,
}

/// The one value that writes a password out.
struct LeasedSecret(Secret);

impl Serialize for LeasedSecret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Secret { system_id, password } = &self.0;
        let mut fields = serializer.serialize_struct("Secret", 2)?;
        fields.serialize_field("system_id", system_id)?;
        fields.serialize_field("password", password.expose())?;
        fields.end()
    }
}

/// What a connector binds with: the shape of a leased secret.
#[derive(ToSchema)]
#[schema(as = LeasedSecret)]
pub struct SecretFields {
    /// The account's name.
    #[schema(schema_with = rule::of::<SystemId>)]
    pub system_id: SystemId,
    /// Its password.
    #[schema(schema_with = rule::of::<Password>)]
    pub password: Password,
}

/// A connection whose secret is not served.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LeaseRefused {
    #[schema(schema_with = rule::of::<ConnectionId>)]
    connection_id: ConnectionId,
    #[schema(schema_with = rule::of::<Refused>)]
    code: Refused,
}
