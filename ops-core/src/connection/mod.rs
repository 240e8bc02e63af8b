//! The connection: one account at an operator, with its endpoints.

pub mod create;
pub mod update;
pub mod status;
pub mod delete;
mod field;
mod smpp;

use std::ops::Deref;

use jiff::Timestamp;

pub use field::{Host, Name, Port, Protocol, Status};
pub use smpp::{
    BindType, Direction, Endpoint, Endpoints, Priority, Sessions, Smpp, Tls, TlsMode, TlsVersion, Tps,
    Weight, WindowSize,
};

use crate::id::{ConnectionId, OperatorId};

/// A connection. Its fields are read through [`Fields`]; only decisions make a changed one.
#[derive(Debug, Clone, PartialEq)]
pub struct Connection(Fields);

/// Every field of a connection, as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Fields {
    /// Ours.
    pub id: ConnectionId,
    /// Whose account it is.
    pub operator_id: OperatorId,
    /// Unique within the operator.
    pub name: Name,
    /// Whether it may be used.
    pub status: Status,
    /// How to connect.
    pub profile: Profile,
    /// Counts changes of these fields; starts at 1.
    pub version: i64,
    /// Counts what a connector must apply; starts at 1.
    pub config_version: i64,
    /// The `config_version` of the last change that needs a new bind.
    pub bind_version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// Whose token created it.
    pub created_by: String,
    /// When these fields last changed.
    pub updated_at: Timestamp,
    /// Whose token changed them.
    pub updated_by: String,
    /// When it was deleted, if it was.
    pub deleted_at: Option<Timestamp>,
}

/// How to connect, by protocol. Stored as one JSON document, checked by the same parsers on write and on read.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Profile {
    /// An SMPP bind.
    Smpp(Smpp),
}

impl Profile {
    /// The protocol's word.
    #[must_use]
    pub const fn protocol(&self) -> Protocol {
        match self {
            Self::Smpp(_) => Protocol::Smpp,
        }
    }

    /// Whether `next` would give a secret to somebody else: where it is sent, or whether it is encrypted, differs.
    #[must_use]
    pub fn redirects(&self, next: &Self) -> bool {
        let (Self::Smpp(now), Self::Smpp(next)) = (self, next);
        now.endpoints != next.endpoints || now.tls != next.tls
    }

    /// Whether sessions must be bound anew for `next`.
    #[must_use]
    pub fn rebinds(&self, next: &Self) -> bool {
        let (Self::Smpp(now), Self::Smpp(next)) = (self, next);
        now.endpoints != next.endpoints || now.bind_type != next.bind_type || now.tls != next.tls
    }
}

impl Connection {
    /// A connection as it was stored.
    #[must_use]
    pub const fn restore(fields: Fields) -> Self {
        Self(fields)
    }

    /// Its fields, to be stored.
    #[must_use]
    pub const fn fields(&self) -> &Fields {
        &self.0
    }
}

impl Connection {
    /// The next version of this connection, changed by `edit` at the stamp's time by its actor.
    fn changed(&self, stamp: &crate::Stamp, edit: impl FnOnce(&mut Fields)) -> Self {
        let mut fields = self.0.clone();
        edit(&mut fields);
        fields.version += 1;
        fields.updated_at = stamp.at();
        fields.updated_by = stamp.actor().subject.clone();
        Self(fields)
    }
}

impl Deref for Connection {
    type Target = Fields;
    fn deref(&self) -> &Fields {
        &self.0
    }
}

/// What a decision about a connection relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// It is not deleted.
    Alive(ConnectionId),
    /// It is still at this version (and not deleted).
    Version(ConnectionId, i64),
    /// It still has no credential whose secret there is.
    WithoutCredential(ConnectionId),
    /// No rule targets it.
    NotTargeted(ConnectionId),
}

/// What is stored of a connection.
#[derive(Debug, Clone)]
pub enum Write {
    /// A new one.
    Insert(Connection),
    /// Its fields.
    Put(Connection),
    /// Its credentials are given up: a sweep destroys their secrets.
    DestroyCredentials(ConnectionId),
}
