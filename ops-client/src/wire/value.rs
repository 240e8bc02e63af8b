//! The core's values at the door: how JSON becomes one, and the schema that says the same.

use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use ops_core::{
    Decimal, Invalid, InvalidRule as Rule, Listed, Number, Text, Word, audit, change, connection, credential,
    event, health, id, maintenance, network, note, operator, routing,
};
use utoipa::openapi::{ObjectBuilder, schema::Schema};
use uuid::Uuid;

use super::rule::{self, Described};
use crate::faults::{self, Faults};

/// A value's schema only: what is never read from a body.
macro_rules! described {
    ($($type:ty => $schema:expr),+ $(,)?) => {$(
        impl Described for $type {
            fn described() -> Schema {
                $schema.into()
            }
        }
    )+};
}

macro_rules! texts {
    ($($type:ty),+ $(,)?) => {
        $(
            impl Deserr<Faults> for $type {
                fn deserialize_from_value<V: IntoValue>(value: Value<V>, place: ValuePointerRef<'_>) -> Result<Self, Faults> {
                    faults::text(value, place, |raw| Self::parse(&raw))
                }
            }
            described!($type => rule::text(&<$type as Text>::RULE));
        )+

        /// Every text that a body may hold, to be tried.
        #[cfg(test)]
        pub(super) fn all_texts() -> Vec<super::tests::value::TextValue> {
            vec![$(super::tests::value::TextValue::of::<$type>(stringify!($type))),+]
        }
    };
}

macro_rules! numbers {
    ($($type:ty),+ $(,)?) => {
        $(
            impl Deserr<Faults> for $type {
                fn deserialize_from_value<V: IntoValue>(value: Value<V>, place: ValuePointerRef<'_>) -> Result<Self, Faults> {
                    faults::whole_number(&value, place, Self::parse)
                }
            }
            described!($type => rule::number(<$type as Number>::RULE));
        )+

        /// Every number that a body may hold, to be tried.
        #[cfg(test)]
        pub(super) fn all_numbers() -> Vec<super::tests::value::NumberValue> {
            vec![$(super::tests::value::NumberValue::of::<$type>(stringify!($type))),+]
        }
    };
}

macro_rules! listed {
    ($($type:ty),+ $(,)?) => {
        $(
            impl Deserr<Faults> for $type {
                fn deserialize_from_value<V: IntoValue>(value: Value<V>, place: ValuePointerRef<'_>) -> Result<Self, Faults> {
                    faults::whole_number(&value, place, Self::parse)
                }
            }
            described!($type => rule::listed(<$type as Listed>::RANGES));
        )+

        /// Every number of a table that a body may hold, to be tried.
        #[cfg(test)]
        pub(super) fn all_listed() -> Vec<super::tests::value::ListedValue> {
            vec![$(super::tests::value::ListedValue::of::<$type>(stringify!($type))),+]
        }
    };
}

macro_rules! decimals {
    ($($type:ty),+ $(,)?) => {
        $(
            impl Deserr<Faults> for $type {
                fn deserialize_from_value<V: IntoValue>(value: Value<V>, place: ValuePointerRef<'_>) -> Result<Self, Faults> {
                    faults::number(&value, place, Self::parse)
                }
            }
            described!($type => rule::decimal::<$type>());
        )+

        /// Every number with decimals that a body may hold, to be tried.
        #[cfg(test)]
        pub(super) fn all_decimals() -> Vec<super::tests::value::DecimalValue> {
            vec![$(super::tests::value::DecimalValue::of::<$type>(stringify!($type))),+]
        }
    };
}

macro_rules! words {
    ($($type:ty),+ $(,)?) => {
        $(
            impl Deserr<Faults> for $type {
                fn deserialize_from_value<V: IntoValue>(value: Value<V>, place: ValuePointerRef<'_>) -> Result<Self, Faults> {
                    faults::text(value, place, |raw| Self::parse(&raw))
                }
            }
            described!($type => rule::words(<$type as Word>::WORDS.iter().copied()));
        )+

        /// Every word that a body may hold, to be tried.
        #[cfg(test)]
        pub(super) fn all_words() -> Vec<super::tests::value::WordValue> {
            vec![$(super::tests::value::WordValue::of::<$type>(stringify!($type))),+]
        }
    };
}

macro_rules! answered_words {
    ($($type:ty),+ $(,)?) => {
        described!($($type => rule::words(<$type as Word>::WORDS.iter().copied())),+);
    };
}

macro_rules! ids {
    ($($type:ty),+ $(,)?) => {$(
        impl Deserr<Faults> for $type {
            fn deserialize_from_value<V: IntoValue>(value: Value<V>, place: ValuePointerRef<'_>) -> Result<Self, Faults> {
                Uuid::deserialize_from_value(value, place).map(Self::from)
            }
        }
        described!($type => uuid());
    )+};
}

texts! {
    operator::Code, operator::CountryCode, operator::DisplayName, operator::ExternalId, operator::Reason,
    operator::LegalName, operator::WebAddress, operator::Words, operator::TimeZone,
    operator::ContactName, operator::Email, operator::Phone, operator::Hours,
    operator::ContractReference, operator::Currency,
    note::NoteText, note::Reference,
    network::Mcc, network::Mnc,
    connection::Name, connection::OverrideReason,
    connection::SystemType, connection::AddressRange, connection::ServiceType, connection::Site, connection::Prepend,
    connection::Pin, connection::MessageId, connection::ReceiptText, connection::AccessNote,
    connection::BaseUrl, connection::HeaderName,
    credential::SystemId, credential::Note,
    routing::Prefix, routing::RuleName, routing::Note, routing::SplitKey,
}

numbers! {
    operator::Level, operator::NoticeDays, operator::ContractedBinds,
    maintenance::DrainSeconds,
    connection::Port, connection::Priority, connection::Weight, connection::Sessions, connection::MaxBinds, connection::Ton,
    connection::ConnectTimeout, connection::BindTimeout, connection::ResponseTimeout,
    connection::EnquireLinkInterval, connection::EnquireLinkMisses, connection::InactivityTimeout, connection::RebindGap,
    connection::WindowSize, connection::ThrottleBackoff,
    connection::ReconnectInitial, connection::ReconnectAfterRefusal, connection::ReconnectMax, connection::StopAfterRefusals,
    connection::DlrExpiry, connection::TlvTag, connection::TlvOctets,
    connection::HttpTimeout, connection::Concurrency, connection::SuccessStatus,
    routing::Precedence, routing::Tier, routing::Weight, routing::Attempt,
}

listed! {
    connection::Npi, connection::DataCoding,
}

decimals! {
    connection::Tps, connection::Burst, connection::ReconnectFactor, connection::ReconnectJitter,
}

words! {
    operator::Importance, operator::Kind, operator::Role,
    maintenance::Phase,
    connection::Protocol, connection::BindType, connection::InterfaceVersion, connection::Direction,
    connection::TpsUnit, connection::TpsScope, connection::TlsMode, connection::TlsVersion,
    connection::Alphabet, connection::Charset, connection::LongMessage, connection::DestinationFormat,
    connection::ReceiptKind, connection::IdSource, connection::IdBase, connection::IdCase, connection::IdScope,
    connection::DateFormat, connection::TlvType, connection::AccessKind,
    connection::HttpMethod, connection::HttpAuth, connection::SpecField,
    credential::Stage,
    routing::FailoverOn, routing::NetworkSource, routing::OnNoTarget, routing::PlmnSource,
    health::SessionState,
}

answered_words! {
    operator::Status, operator::readiness::Item, operator::readiness::Verdict,
    connection::Status,
    credential::lease::Refused,
    routing::Outcome, routing::Reason, routing::RuleOutcome,
    health::State, health::Reason,
    event::EventType, event::What,
    audit::SubjectKind, change::ChangeName,
}

ids! {
    id::OperatorId, id::ConnectionId, id::RuleId, id::RunId,
}

described! {
    id::CredentialId => uuid(),
    id::MaintenanceId => uuid(),
    id::NoteId => uuid(),
    id::EventId => uuid(),
    id::AuditId => uuid(),
    Uuid => uuid(),
    ops_core::Mark => rule::string().pattern(Some(r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$")),
    bool => rule::boolean(),
    String => rule::string(),
}

fn uuid() -> ObjectBuilder {
    rule::formatted("uuid")
}

impl Deserr<Faults> for Uuid {
    /// The hyphenated form only, as every answer writes it.
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        place: ValuePointerRef<'_>,
    ) -> Result<Self, Faults> {
        faults::text(value, place, |raw| {
            let hyphenated = raw.len() == uuid::fmt::Hyphenated::LENGTH;
            let refused = || Invalid::new(Rule::Pattern, "must be a UUID in its hyphenated form");
            hyphenated.then(|| Self::try_parse(&raw).ok()).flatten().ok_or_else(refused)
        })
    }
}
