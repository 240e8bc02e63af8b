//! Ids: UUIDv7, one type per noun, so that no two nouns are mixed up.

use std::{fmt, str::FromStr};

use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// The id as a UUID.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }
        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(text).map(Self)
            }
        }
    };
}

id!(/// An operator.
    OperatorId);
id!(/// A connection of an operator.
    ConnectionId);
id!(/// One credential of a connection; also the last segment of its secret's path.
    CredentialId);
id!(/// A planned window.
    MaintenanceId);
id!(/// A note about an operator.
    NoteId);
id!(/// A routing rule.
    RuleId);
id!(/// An event; CloudEvents `id`.
    EventId);
id!(/// An audit entry.
    AuditId);
id!(/// One start of a connector process.
    RunId);
