//! The operator on the wire: create, update, suspend, and how it is shown.

use deserr::{Deserr, ValuePointerRef};
use jiff::Timestamp;
use ops_core::{
    id::OperatorId,
    network,
    operator::{
        self, About, Code, Contacts, Contract, Countries, DisplayName, ExternalId, Importance, Kind, Labels,
        LegalName, Networks, Reason, Status, TimeZone, WebAddress, Words,
        readiness::{Item, Verdict},
    },
};
use serde::Serialize;
use utoipa::{
    ToSchema,
    openapi::{RefOr, schema::Schema},
};

use super::{
    about::{self, ContractUpdate},
    label::LabelsPatch,
    rule,
};
use crate::{
    faults::Faults,
    field::{Field, Present},
};

/// What an operator's importance is when nobody says.
const IMPORTANCE: Importance = Importance::Normal;

/// A new operator; it begins as a draft.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
#[schema(as = OperatorCreate)]
pub struct Create {
    #[schema(schema_with = rule::of::<Code>)]
    code: Code,
    #[schema(schema_with = rule::of::<DisplayName>)]
    display_name: DisplayName,
    #[schema(schema_with = rule::of::<Kind>)]
    kind: Kind,
    #[deserr(default)]
    #[schema(schema_with = rule::nullable::<ExternalId>)]
    external_id: Option<ExternalId>,
    #[deserr(default = IMPORTANCE)]
    #[schema(required = false, schema_with = importance)]
    importance: Importance,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Countries>)]
    countries: Countries,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Networks>)]
    networks: Networks,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Labels>)]
    labels: Labels,
    #[deserr(default)]
    #[schema(schema_with = rule::nullable::<LegalName>)]
    legal_name: Option<LegalName>,
    #[deserr(default)]
    #[schema(schema_with = rule::nullable::<WebAddress>)]
    website: Option<WebAddress>,
    #[deserr(default)]
    #[schema(schema_with = rule::nullable::<WebAddress>)]
    portal_url: Option<WebAddress>,
    #[deserr(default)]
    #[schema(schema_with = rule::nullable::<Words>)]
    description: Option<Words>,
    #[deserr(default)]
    #[schema(schema_with = rule::nullable::<Words>)]
    support_hours: Option<Words>,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Contacts>)]
    contacts: Contacts,
    #[deserr(default)]
    #[schema(schema_with = rule::nullable::<TimeZone>)]
    time_zone: Option<TimeZone>,
    #[deserr(default)]
    #[schema(schema_with = rule::nullable::<Contract>)]
    contract: Option<Contract>,
}

fn importance() -> RefOr<Schema> {
    rule::with_default(&IMPORTANCE)
}

impl Create {
    /// The command.
    #[must_use]
    pub fn into_command(self) -> operator::create::Create {
        let Self {
            code,
            display_name,
            kind,
            external_id,
            importance,
            countries,
            networks,
            labels,
            legal_name,
            website,
            portal_url,
            description,
            support_hours,
            contacts,
            time_zone,
            contract,
        } = self;
        let about = About {
            legal_name,
            website,
            portal_url,
            description,
            support_hours,
            contacts,
            time_zone,
            contract,
        };
        operator::create::Create {
            code,
            external_id,
            display_name,
            kind,
            importance,
            countries,
            networks,
            labels,
            about,
        }
    }
}

/// A merge patch of an operator's own fields (RFC 7396). Labels are merged key by key.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields = fixed)]
#[serde(deny_unknown_fields)]
#[schema(as = OperatorUpdate)]
pub struct Update {
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<DisplayName>)]
    display_name: Present<DisplayName>,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::nullable::<ExternalId>)]
    external_id: Field<ExternalId>,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Importance>)]
    importance: Present<Importance>,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Countries>)]
    countries: Present<Countries>,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Networks>)]
    networks: Present<Networks>,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<LabelsPatch>)]
    labels: Present<LabelsPatch>,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::nullable::<LegalName>)]
    legal_name: Field<LegalName>,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::nullable::<WebAddress>)]
    website: Field<WebAddress>,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::nullable::<WebAddress>)]
    portal_url: Field<WebAddress>,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::nullable::<Words>)]
    description: Field<Words>,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::nullable::<Words>)]
    support_hours: Field<Words>,
    /// The whole list.
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::of::<Contacts>)]
    contacts: Present<Contacts>,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::nullable::<TimeZone>)]
    time_zone: Field<TimeZone>,
    /// Merged field by field; null removes the contract.
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::nullable::<Contract>)]
    contract: Field<ContractUpdate>,
}

/// Fields that are set once, by create.
fn fixed(key: &str, _: &[&str], place: ValuePointerRef<'_>) -> Faults {
    match key {
        "code" | "kind" => Faults::read_only(key, place),
        _ => Faults::refused_key(key, place),
    }
}

impl Update {
    /// The command.
    #[must_use]
    pub fn into_command(self) -> operator::update::Update {
        let Self {
            display_name,
            external_id,
            importance,
            countries,
            networks,
            labels,
            legal_name,
            website,
            portal_url,
            description,
            support_hours,
            contacts,
            time_zone,
            contract,
        } = self;
        let about = operator::update::AboutPatch {
            legal_name: legal_name.into_option(),
            website: website.into_option(),
            portal_url: portal_url.into_option(),
            description: description.into_option(),
            support_hours: support_hours.into_option(),
            contacts: contacts.into_option(),
            time_zone: time_zone.into_option(),
            contract: contract.into_option().map(|patch| patch.map(ContractUpdate::into_patch)),
        };
        operator::update::Update {
            display_name: display_name.into_option(),
            external_id: external_id.into_option(),
            importance: importance.into_option(),
            countries: countries.into_option(),
            networks: networks.into_option(),
            labels: labels.into_option().map(|LabelsPatch(patch)| patch),
            about,
        }
    }
}

/// Why an operator drains, and whether that ends by itself.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
#[schema(as = OperatorDrain)]
pub struct Drain {
    #[schema(schema_with = rule::of::<Reason>)]
    reason: Reason,
    /// When it is suspended by itself.
    #[deserr(default)]
    #[schema(schema_with = rule::nullable::<Timestamp>)]
    until: Option<Timestamp>,
}

impl Drain {
    /// The command.
    #[must_use]
    pub fn into_command(self) -> operator::drain::Drain {
        let Self { reason, until } = self;
        operator::drain::Drain { reason, until }
    }
}

/// Why an operator is suspended.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
#[schema(as = OperatorSuspend)]
pub struct Suspend {
    #[schema(schema_with = rule::of::<Reason>)]
    reason: Reason,
    /// Until when receipts are taken; 72 hours from now when it is not given.
    #[deserr(default)]
    #[schema(schema_with = rule::nullable::<Timestamp>)]
    receipts_until: Option<Timestamp>,
}

impl Suspend {
    /// The command.
    #[must_use]
    pub fn into_command(self) -> operator::suspend::Suspend {
        let Self { reason, receipts_until } = self;
        operator::suspend::Suspend { reason, receipts_until }
    }
}

/// An operator as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Operator {
    #[schema(schema_with = rule::of::<OperatorId>)]
    id: OperatorId,
    #[schema(schema_with = rule::of::<Code>)]
    code: Code,
    #[schema(required, schema_with = rule::nullable::<ExternalId>)]
    external_id: Option<ExternalId>,
    #[schema(schema_with = rule::of::<DisplayName>)]
    display_name: DisplayName,
    #[schema(schema_with = rule::of::<Kind>)]
    kind: Kind,
    #[schema(schema_with = rule::of::<Importance>)]
    importance: Importance,
    #[schema(schema_with = rule::of::<Countries>)]
    countries: Countries,
    #[schema(schema_with = rule::of::<Networks>)]
    networks: Networks,
    #[schema(schema_with = rule::of::<Labels>)]
    labels: Labels,
    #[schema(required, schema_with = rule::nullable::<LegalName>)]
    legal_name: Option<LegalName>,
    #[schema(required, schema_with = rule::nullable::<WebAddress>)]
    website: Option<WebAddress>,
    #[schema(required, schema_with = rule::nullable::<WebAddress>)]
    portal_url: Option<WebAddress>,
    #[schema(required, schema_with = rule::nullable::<Words>)]
    description: Option<Words>,
    #[schema(required, schema_with = rule::nullable::<Words>)]
    support_hours: Option<Words>,
    /// Whom to call, by role and level.
    #[schema(value_type = Vec<about::Contact>)]
    contacts: Contacts,
    #[schema(required, schema_with = rule::nullable::<TimeZone>)]
    time_zone: Option<TimeZone>,
    #[schema(required, value_type = Option<about::Contract>)]
    contract: Option<Contract>,
    #[schema(schema_with = rule::of::<Status>)]
    status: Status,
    #[schema(required, schema_with = rule::nullable::<Reason>)]
    status_reason: Option<Reason>,
    /// When a drain ends by itself in a suspension.
    #[schema(required, schema_with = rule::nullable::<Timestamp>)]
    status_until: Option<Timestamp>,
    #[schema(required, schema_with = rule::nullable::<Timestamp>)]
    receipts_until: Option<Timestamp>,
    version: i64,
    #[schema(schema_with = rule::of::<Timestamp>)]
    created_at: Timestamp,
    created_by: String,
    #[schema(schema_with = rule::of::<Timestamp>)]
    updated_at: Timestamp,
    updated_by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = rule::of::<Timestamp>)]
    deleted_at: Option<Timestamp>,
    /// From when a deleted operator cannot be restored; its secrets and contacts are erased then.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = rule::of::<Timestamp>)]
    purge_after: Option<Timestamp>,
    /// When its contacts were erased and its credentials given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = rule::of::<Timestamp>)]
    erased_at: Option<Timestamp>,
    /// When the last of its secrets was destroyed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = rule::of::<Timestamp>)]
    purged_at: Option<Timestamp>,
    /// What was stored although it looks wrong; in answers to writes only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    warnings: Option<Vec<Warning>>,
}

/// Something that was stored although it looks wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Warning {
    /// JSON pointer into this answer.
    pub pointer: String,
    /// What looks wrong.
    pub message: String,
}

impl Operator {
    /// The answer to a read.
    #[must_use]
    pub fn of(operator: &operator::Operator) -> Self {
        let operator::Fields {
            id,
            code,
            external_id,
            display_name,
            kind,
            importance,
            countries,
            networks,
            labels,
            about,
            status,
            status_reason,
            drain_reason: _, // the trail tells it; `status_reason` is what holds now
            status_until,
            receipts_until,
            version,
            created_at,
            created_by,
            updated_at,
            updated_by,
            deleted_at,
            purge_after,
            erased_at,
            purged_at,
        } = operator.fields().clone();
        let About {
            legal_name,
            website,
            portal_url,
            description,
            support_hours,
            contacts,
            time_zone,
            contract,
        } = *about;
        Self {
            id,
            code,
            external_id,
            display_name,
            kind,
            importance,
            countries,
            networks,
            labels,
            legal_name,
            website,
            portal_url,
            description,
            support_hours,
            contacts,
            time_zone,
            contract,
            status,
            status_reason,
            status_until,
            receipts_until,
            version,
            created_at,
            created_by,
            updated_at,
            updated_by,
            deleted_at,
            purge_after,
            erased_at,
            purged_at,
            warnings: None,
        }
    }

    /// The answer to a write: with a warning for each network that the reference data does not know.
    #[must_use]
    pub fn written(operator: &operator::Operator) -> Self {
        let unknown = operator.networks.iter().enumerate().filter(|(_, plmn)| network::find(plmn).is_none());
        let warnings = unknown.map(|(index, _)| Warning {
            pointer: format!("/networks/{index}"),
            message: "the reference data does not know this network".into(),
        });
        Self { warnings: Some(warnings.collect()), ..Self::of(operator) }
    }
}

/// Whether an operator may be activated.
// The shape of `ops_core::operator::readiness::Readiness`.
#[derive(ToSchema)]
pub struct Readiness {
    /// Whether nothing blocks.
    pub ready: bool,
    /// Every item, in the order a person works through them.
    pub items: Vec<ReadinessLine>,
}

/// One line of the readiness list.
// The shape of `ops_core::operator::readiness::Line`.
#[derive(ToSchema)]
pub struct ReadinessLine {
    /// What was looked at.
    #[schema(schema_with = rule::of::<Item>)]
    pub item: Item,
    /// What was found.
    #[schema(schema_with = rule::of::<Verdict>)]
    pub verdict: Verdict,
    /// What to do, when something is missing.
    #[schema(nullable = false)]
    pub hint: Option<String>,
}
