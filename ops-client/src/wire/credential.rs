//! The credential on the wire: create (the one request that carries a secret, and cannot be printed) and its metadata.

use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use jiff::Timestamp;
use ops_core::{
    credential::{self, Note, Password, Secret, Stage, SystemId},
    id::{ConnectionId, CredentialId},
    limits,
};
use serde::Serialize;
use utoipa::{
    ToSchema,
    openapi::{RefOr, schema::Schema},
};

use super::rule::{self, Described};
use crate::faults::{self, Faults};

/// A new credential.
// no Debug: it carries the password
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
#[schema(as = CredentialCreate)]
pub struct Create {
    #[schema(schema_with = rule::of::<SystemId>)]
    system_id: SystemId,
    #[schema(schema_with = password_to_store)]
    password: Password,
    #[deserr(default)]
    #[schema(schema_with = rule::nullable::<Note>)]
    note: Option<Note>,
}

impl Create {
    /// The command, and the secret that goes past it to the secret store.
    #[must_use]
    pub fn into_command(self) -> (credential::create::Create, Secret) {
        let Self { system_id, password, note } = self;
        let long_password = password.is_long();
        let secret = Secret { system_id: system_id.clone(), password };
        (credential::create::Create { system_id, note, long_password }, secret)
    }
}

impl Deserr<Faults> for Password {
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        place: ValuePointerRef<'_>,
    ) -> Result<Self, Faults> {
        faults::text(value, place, Self::parse)
    }
}

impl Described for Password {
    fn described() -> Schema {
        let said = "0 to 8 printable ASCII characters (SMPP 3.4 §5.2.2), more with a spec override of the connection; never cut";
        rule::formatted("password")
            .max_length(Some(limits::SMPP_PASSWORD_LIFTED))
            .description(Some(said))
            .into()
    }
}

fn password_to_store() -> RefOr<Schema> {
    let mut schema = Password::described();
    if let Schema::Object(object) = &mut schema {
        object.write_only = Some(true);
    }
    RefOr::T(schema)
}

/// The metadata of a credential; never its secret.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Credential {
    #[schema(schema_with = rule::of::<CredentialId>)]
    id: CredentialId,
    #[schema(schema_with = rule::of::<ConnectionId>)]
    connection_id: ConnectionId,
    /// Counts the credentials of the connection.
    version: i64,
    #[schema(schema_with = rule::of::<Stage>)]
    stage: Stage,
    #[schema(schema_with = rule::of::<SystemId>)]
    system_id: SystemId,
    #[schema(required, schema_with = rule::nullable::<Note>)]
    note: Option<Note>,
    #[schema(schema_with = rule::of::<Timestamp>)]
    created_at: Timestamp,
    created_by: String,
    #[schema(required, schema_with = rule::nullable::<Timestamp>)]
    activated_at: Option<Timestamp>,
    #[schema(required, schema_with = rule::nullable::<Timestamp>)]
    retired_at: Option<Timestamp>,
}

impl Credential {
    /// The answer to a read or a write.
    #[must_use]
    pub fn of(credential: &credential::Credential) -> Self {
        let credential::Credential {
            id,
            // its connection tells
            operator_id: _,
            connection_id,
            version,
            stage,
            system_id,
            note,
            created_at,
            created_by,
            activated_at,
            retired_at,
            // nothing acts on these two yet
            expires_at: _,
            retire_after_s: _,
        } = credential.clone();
        Self {
            id,
            connection_id,
            version,
            stage,
            system_id,
            note,
            created_at,
            created_by,
            activated_at,
            retired_at,
        }
    }
}

/// The metadata of every credential of a connection, in the order of their versions; a connection has few, so there are no
/// pages.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CredentialList {
    /// The credentials.
    pub items: Vec<Credential>,
}
