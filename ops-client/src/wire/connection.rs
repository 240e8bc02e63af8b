//! The connection on the wire: create, and how it is shown.

use deserr::Deserr;
use jiff::Timestamp;
use ops_core::{
    Fault,
    connection::{
        self, AllowDuplicate, Http, Name, OverrideReason, Profile, Protocol, Smpp, SpecField, SpecOverride,
        SpecOverrides, Status,
    },
    id::{ConnectionId, OperatorId},
    note::Reference,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    document::documents,
    profile::{Objects, Patch},
    rule,
};
use crate::{
    faults::Faults,
    field::{Field, Present},
};

documents! {
    SpecOverride {
        /// Which limit of the standard does not hold.
        field: SpecField,
        /// Why.
        reason: OverrideReason,
        /// The operator's document or ticket that says so.
        reference: Reference,
        /// When it ends: from then on every change is refused until it is renewed or taken away.
        expires_at: Option<Timestamp> = None,
    }
    AllowDuplicate {
        /// Why.
        reason: OverrideReason,
    }
}

/// A new connection; it is enabled from the start. Of the objects named after protocols exactly the one of `protocol` is there.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
#[schema(as = ConnectionCreate)]
pub struct Create {
    #[schema(schema_with = rule::of::<Name>)]
    name: Name,
    #[schema(schema_with = rule::of::<Protocol>)]
    protocol: Protocol,
    #[deserr(default, try_from(Present<Smpp>) = agreed -> Vec<Fault>)]
    #[schema(required = false, schema_with = rule::of::<Smpp>)]
    smpp: Option<Smpp>,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Http>)]
    http: Present<Http>,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<SpecOverrides>)]
    spec_overrides: SpecOverrides,
    /// Whether its health is part of its operator's.
    #[deserr(default = true)]
    #[schema(required = false, default = true)]
    counts_for_operator: bool,
    /// Whether it may lead to private addresses.
    #[deserr(default = false)]
    #[schema(required = false, default = false)]
    private_network: bool,
    /// Why it may share its account (host, port, system_id, system_type, direction) with another connection.
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::nullable::<AllowDuplicate>)]
    allow_duplicate: Option<AllowDuplicate>,
}

/// A profile whose fields agree with each other.
fn agreed(smpp: Present<Smpp>) -> Result<Option<Smpp>, Vec<Fault>> {
    smpp.into_option().map(Smpp::check).transpose()
}

impl Create {
    /// The command.
    ///
    /// # Errors
    /// When the object of its protocol is not there, or one of another protocol is.
    pub fn into_command(self) -> Result<connection::create::Create, Vec<Fault>> {
        let Self {
            name,
            protocol,
            smpp,
            http,
            spec_overrides,
            counts_for_operator,
            private_network,
            allow_duplicate,
        } = self;
        let profile = Objects { smpp, http: http.into_option() }.of(protocol)?;
        Ok(connection::create::Create {
            name,
            profile,
            spec_overrides,
            counts_for_operator,
            private_network,
            allow_duplicate,
        })
    }
}

/// A merge patch of a connection (RFC 7396): the profile is merged field by field, lists are replaced. Another `protocol` takes
/// its whole object.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
#[schema(as = ConnectionUpdate)]
pub struct Update {
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Name>)]
    name: Present<Name>,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Protocol>)]
    protocol: Present<Protocol>,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Patch<Smpp>>)]
    smpp: Present<Patch<Smpp>>,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Patch<Http>>)]
    http: Present<Patch<Http>>,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::nullable::<SpecOverrides>)]
    spec_overrides: Field<SpecOverrides>,
    /// Whether its health is part of its operator's.
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::nullable::<bool>)]
    counts_for_operator: Field<bool>,
    /// Whether it may lead to private addresses.
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::nullable::<bool>)]
    private_network: Field<bool>,
    /// Why it may share its account with another connection.
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::nullable::<AllowDuplicate>)]
    allow_duplicate: Field<AllowDuplicate>,
}

impl Update {
    /// The command: what the patch makes of this connection.
    ///
    /// # Errors
    /// Every fault of the profile as it would be, with pointers into the body.
    pub fn into_command(self, of: &connection::Connection) -> Result<connection::update::Update, Vec<Fault>> {
        let Self {
            name,
            protocol,
            smpp,
            http,
            spec_overrides,
            counts_for_operator,
            private_network,
            allow_duplicate,
        } = self;
        let objects = Objects { smpp: smpp.into_option(), http: http.into_option() };
        let protocol = protocol.into_option().unwrap_or(of.profile.protocol());
        Ok(connection::update::Update {
            name: name.into_option().unwrap_or_else(|| of.name.clone()),
            profile: objects.applied_to(&of.profile, protocol)?,
            spec_overrides: spec_overrides.applied_to(&of.spec_overrides, SpecOverrides::default()),
            counts_for_operator: counts_for_operator.applied_to(&of.counts_for_operator, true),
            private_network: private_network.applied_to(&of.private_network, false),
            allow_duplicate: match allow_duplicate {
                Field::Keep => of.allow_duplicate.clone(),
                Field::Remove => None,
                Field::Set(reason) => Some(reason),
            },
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
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = rule::shown::<Smpp>)]
    smpp: Option<Box<Smpp>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = rule::shown::<Http>)]
    http: Option<Box<Http>>,
    #[schema(schema_with = rule::shown::<SpecOverrides>)]
    spec_overrides: SpecOverrides,
    /// Whether its health is part of its operator's.
    counts_for_operator: bool,
    /// Whether it may lead to private addresses.
    private_network: bool,
    /// Why it may share its account with another connection.
    #[schema(required, schema_with = rule::nullable::<AllowDuplicate>)]
    allow_duplicate: Option<AllowDuplicate>,
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
            spec_overrides,
            counts_for_operator,
            private_network,
            allow_duplicate,
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
        let (smpp, http) = match profile {
            Profile::Smpp(smpp) => (Some(smpp), None),
            Profile::Http(http) => (None, Some(http)),
        };
        Self {
            id,
            operator_id,
            name,
            status,
            protocol,
            smpp,
            http,
            spec_overrides,
            counts_for_operator,
            private_network,
            allow_duplicate,
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
