//! The connection on the wire: create, and how it is shown.

use deserr::{Deserr, ValuePointerRef};
use jiff::Timestamp;
use ops_core::{
    Fault,
    connection::{self, Name, Protocol, Status},
    id::{ConnectionId, OperatorId},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    rule,
    smpp::{SmppCreate, SmppProfile},
    smpp_patch::SmppPatch,
};
use crate::{faults::Faults, field::Present};

/// A new connection; it is enabled from the start.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
#[schema(as = ConnectionCreate)]
pub struct Create {
    #[schema(schema_with = rule::of::<Name>)]
    name: Name,
    #[schema(schema_with = rule::of::<Protocol>)]
    protocol: Protocol,
    #[deserr(try_from(SmppCreate) = SmppCreate::into_profile -> Vec<Fault>)]
    #[schema(value_type = SmppCreate)]
    smpp: connection::Smpp,
}

impl Create {
    /// The command.
    #[must_use]
    pub fn into_command(self) -> connection::create::Create {
        let Self { name, protocol, smpp } = self;
        let profile = match protocol {
            Protocol::Smpp => connection::Profile::Smpp(smpp),
        };
        connection::create::Create { name, profile }
    }
}

/// A merge patch of a connection (RFC 7396): the profile is merged field by field, lists are replaced.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields = fixed)]
#[serde(deny_unknown_fields)]
#[schema(as = ConnectionUpdate)]
pub struct Update {
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Name>)]
    name: Present<Name>,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<SmppPatch>)]
    smpp: Present<SmppPatch>,
}

/// What is set once, by create.
fn fixed(key: &str, _: &[&str], place: ValuePointerRef<'_>) -> Faults {
    match key {
        "protocol" => Faults::read_only(key, place),
        _ => Faults::refused_key(key, place),
    }
}

impl Update {
    /// The command: what the patch makes of this connection.
    ///
    /// # Errors
    /// Every fault of the profile as it would be, with pointers into the body.
    pub fn into_command(self, of: &connection::Connection) -> Result<connection::update::Update, Vec<Fault>> {
        let Self { name, smpp } = self;
        let connection::Profile::Smpp(now) = &of.profile;
        let smpp = match smpp.into_option() {
            None => now.clone(),
            Some(patch) => patch.applied_to(now)?,
        };
        Ok(connection::update::Update {
            name: name.into_option().unwrap_or_else(|| of.name.clone()),
            profile: connection::Profile::Smpp(smpp),
        })
    }
}

/// A connection as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Connection {
    #[schema(schema_with = rule::of::<ConnectionId>)]
    id: ConnectionId,
    #[schema(schema_with = rule::of::<OperatorId>)]
    operator_id: OperatorId,
    #[schema(schema_with = rule::of::<Name>)]
    name: Name,
    #[schema(schema_with = rule::of::<Status>)]
    status: Status,
    #[schema(schema_with = rule::of::<Protocol>)]
    protocol: Protocol,
    #[schema(value_type = SmppProfile)]
    smpp: connection::Smpp,
    version: i64,
    /// Counts what a connector must apply.
    config_version: i64,
    /// The `config_version` of the last change that needs a new bind.
    bind_version: i64,
    #[schema(schema_with = rule::of::<Timestamp>)]
    created_at: Timestamp,
    created_by: String,
    #[schema(schema_with = rule::of::<Timestamp>)]
    updated_at: Timestamp,
    updated_by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = rule::of::<Timestamp>)]
    deleted_at: Option<Timestamp>,
}

impl Connection {
    /// The answer to a read or a write.
    #[must_use]
    pub fn of(connection: &connection::Connection) -> Self {
        let connection::Fields {
            id,
            operator_id,
            name,
            status,
            profile,
            version,
            config_version,
            bind_version,
            created_at,
            created_by,
            updated_at,
            updated_by,
            deleted_at,
        } = connection.fields().clone();
        let protocol = profile.protocol();
        let connection::Profile::Smpp(smpp) = profile;
        Self {
            id,
            operator_id,
            name,
            status,
            protocol,
            smpp,
            version,
            config_version,
            bind_version,
            created_at,
            created_by,
            updated_at,
            updated_by,
            deleted_at,
        }
    }
}
