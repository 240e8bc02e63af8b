//! What people need to know about an operator: contacts and the contract, as a client sends them and as they are shown.

use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use jiff::civil::Date;
use ops_core::{
    Fault,
    connection::Tps,
    limits,
    operator::{
        self, ContactName, ContractReference, ContractedBinds, Currency, Email, Hours, Level, NoticeDays,
        Phone, Role,
    },
};
use utoipa::{ToSchema, openapi::schema::Schema};

use super::rule::{self, Described};
use crate::{faults::Faults, field::Field};

/// Somebody to call, as a client sends it; an email or a phone is needed.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
pub struct ContactCreate {
    #[schema(schema_with = rule::of::<Role>)]
    role: Role,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::defaulting::<Level>)]
    level: Level,
    #[schema(schema_with = rule::of::<ContactName>)]
    name: ContactName,
    #[deserr(default)]
    #[schema(schema_with = rule::nullable::<Email>)]
    email: Option<Email>,
    #[deserr(default)]
    #[schema(schema_with = rule::nullable::<Phone>)]
    phone: Option<Phone>,
    #[deserr(default)]
    #[schema(schema_with = rule::nullable::<Hours>)]
    hours: Option<Hours>,
}

impl ContactCreate {
    fn into_contact(self) -> Result<operator::Contact, Vec<Fault>> {
        let Self { role, level, name, email, phone, hours } = self;
        operator::Contact { role, level, name, email, phone, hours }.check()
    }
}

impl Deserr<Faults> for operator::Contact {
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        place: ValuePointerRef<'_>,
    ) -> Result<Self, Faults> {
        let contact = ContactCreate::deserialize_from_value(value, place)?;
        contact.into_contact().map_err(|faults| Faults::below(place, faults))
    }
}

impl Deserr<Faults> for operator::Contacts {
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        place: ValuePointerRef<'_>,
    ) -> Result<Self, Faults> {
        let contacts = Vec::deserialize_from_value(value, place)?;
        Self::parse(contacts).map_err(|invalid| Faults::refused(place, invalid))
    }
}

impl Described for operator::Contacts {
    fn described() -> Schema {
        rule::list_of(rule::inline::<ContactCreate>(), 0, Some(limits::CONTACTS_MAX))
    }
}

/// The contract, as a client sends it.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
pub struct ContractCreate {
    #[deserr(default)]
    #[schema(schema_with = rule::nullable::<ContractReference>)]
    reference: Option<ContractReference>,
    #[deserr(default)]
    #[schema(schema_with = rule::nullable::<Date>)]
    starts_on: Option<Date>,
    #[deserr(default)]
    #[schema(schema_with = rule::nullable::<Date>)]
    ends_on: Option<Date>,
    #[deserr(default)]
    #[schema(schema_with = rule::nullable::<NoticeDays>)]
    notice_days: Option<NoticeDays>,
    #[deserr(default)]
    #[schema(schema_with = rule::nullable::<Currency>)]
    currency: Option<Currency>,
    #[deserr(default)]
    #[schema(schema_with = rule::nullable::<Tps>)]
    contracted_tps: Option<Tps>,
    #[deserr(default)]
    #[schema(schema_with = rule::nullable::<ContractedBinds>)]
    contracted_binds: Option<ContractedBinds>,
}

impl Deserr<Faults> for operator::Contract {
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        place: ValuePointerRef<'_>,
    ) -> Result<Self, Faults> {
        let ContractCreate {
            reference,
            starts_on,
            ends_on,
            notice_days,
            currency,
            contracted_tps,
            contracted_binds,
        } = ContractCreate::deserialize_from_value(value, place)?;
        let contract =
            Self { reference, starts_on, ends_on, notice_days, currency, contracted_tps, contracted_binds };
        contract.check().map_err(|faults| Faults::below(place, faults))
    }
}

impl Described for operator::Contract {
    fn described() -> Schema {
        rule::inline::<ContractCreate>()
    }
}

/// A merge patch of the contract (RFC 7396).
#[derive(Debug, Deserr)]
#[deserr(error = Faults, deny_unknown_fields)]
pub(super) struct ContractUpdate {
    #[deserr(default)]
    reference: Field<ContractReference>,
    #[deserr(default)]
    starts_on: Field<Date>,
    #[deserr(default)]
    ends_on: Field<Date>,
    #[deserr(default)]
    notice_days: Field<NoticeDays>,
    #[deserr(default)]
    currency: Field<Currency>,
    #[deserr(default)]
    contracted_tps: Field<Tps>,
    #[deserr(default)]
    contracted_binds: Field<ContractedBinds>,
}

impl ContractUpdate {
    pub(super) fn into_patch(self) -> operator::ContractPatch {
        let Self { reference, starts_on, ends_on, notice_days, currency, contracted_tps, contracted_binds } =
            self;
        operator::ContractPatch {
            reference: reference.into_option(),
            starts_on: starts_on.into_option(),
            ends_on: ends_on.into_option(),
            notice_days: notice_days.into_option(),
            currency: currency.into_option(),
            contracted_tps: contracted_tps.into_option(),
            contracted_binds: contracted_binds.into_option(),
        }
    }
}

/// Somebody to call, as it is shown.
// The shape of `ops_core::operator::Contact`.
#[derive(ToSchema)]
pub struct Contact {
    /// For what.
    #[schema(schema_with = rule::of::<Role>)]
    pub role: Role,
    /// Whom to call first: 1, and then upwards.
    #[schema(schema_with = rule::of::<Level>)]
    pub level: Level,
    /// Who it is.
    #[schema(schema_with = rule::of::<ContactName>)]
    pub name: ContactName,
    /// Where to write.
    #[schema(required, schema_with = rule::nullable::<Email>)]
    pub email: Option<Email>,
    /// Where to call.
    #[schema(required, schema_with = rule::nullable::<Phone>)]
    pub phone: Option<Phone>,
    /// When.
    #[schema(required, schema_with = rule::nullable::<Hours>)]
    pub hours: Option<Hours>,
}

/// The contract as it is shown.
// The shape of `ops_core::operator::Contract`.
#[derive(ToSchema)]
pub struct Contract {
    /// Its number in the legal department's files.
    #[schema(required, schema_with = rule::nullable::<ContractReference>)]
    pub reference: Option<ContractReference>,
    /// Its first day.
    #[schema(required, schema_with = rule::nullable::<Date>)]
    pub starts_on: Option<Date>,
    /// Its last day.
    #[schema(required, schema_with = rule::nullable::<Date>)]
    pub ends_on: Option<Date>,
    /// Days of notice.
    #[schema(required, schema_with = rule::nullable::<NoticeDays>)]
    pub notice_days: Option<NoticeDays>,
    /// In what it is paid (ISO 4217).
    #[schema(required, schema_with = rule::nullable::<Currency>)]
    pub currency: Option<Currency>,
    /// Messages per second that were bought.
    #[schema(required, schema_with = rule::nullable::<Tps>)]
    pub contracted_tps: Option<Tps>,
    /// TCP sessions that were bought.
    #[schema(required, schema_with = rule::nullable::<ContractedBinds>)]
    pub contracted_binds: Option<ContractedBinds>,
}
