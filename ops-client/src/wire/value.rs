//! The core's values at the door: how JSON becomes one, and the schema that says the same.

use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use ops_core::{
    Invalid, InvalidRule as Rule, Number, Text, Word, audit, change, connection, credential, event, health,
    id, maintenance, network, note, operator, routing,
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
    connection::Name,
    credential::SystemId, credential::Note,
    routing::Prefix, routing::RuleName, routing::Note, routing::SplitKey,
}

numbers! {
    operator::Level, operator::NoticeDays, operator::ContractedBinds,
    maintenance::DrainSeconds,
    connection::Port, connection::Priority, connection::Weight, connection::Sessions, connection::WindowSize,
    routing::Precedence, routing::Tier, routing::Weight, routing::Attempt,
}

words! {
    operator::Importance, operator::Kind, operator::Role,
    maintenance::Phase,
    connection::BindType, connection::Direction, connection::Protocol, connection::TlsMode, connection::TlsVersion,
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
    event::EventType,
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
