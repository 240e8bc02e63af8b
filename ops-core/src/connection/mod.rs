//! The connection: one account at an operator, with its endpoints.

pub mod create;
pub mod update;
pub mod status;
pub mod delete;
mod field;
mod profile;
mod account;
mod smpp;
mod http;
mod cidr;
pub mod endpoint_allowed;
pub mod spec_override;
#[cfg(test)]
pub(crate) mod testing;

use std::ops::Deref;

use jiff::Timestamp;

pub use account::{AllowDuplicate, Place};
pub use cidr::Cidr;
pub use endpoint_allowed::DeniedCidrs;
pub use field::{Host, Name, Port, Protocol, Status};
pub use http::{
    BaseUrl, Concurrency, HeaderName, Http, HttpAuth, HttpMethod, HttpTimeout, SuccessStatus, SuccessStatuses,
};
pub use profile::Profile;
pub use smpp::{
    Access, AccessKind, AccessNote, AddressRange, Alphabet, BindTimeout, BindType, Burst, Charset, Cidrs,
    ConnectTimeout, DataCoding, DateFormat, Destination, DestinationFormat, Direction, Dlr, DlrExpiry,
    Encoding, Encodings, Endpoint, Endpoints, EnquireLinkInterval, EnquireLinkMisses, IdBase, IdCase,
    IdScope, IdSource, InactivityTimeout, InterfaceVersion, LongMessage, MaxBinds, MessageId, Npi, Numbering,
    Pin, Pins, Prepend, Priority, RebindGap, ReceiptKind, ReceiptText, Reconnect, ReconnectAfterRefusal,
    ReconnectFactor, ReconnectInitial, ReconnectJitter, ReconnectMax, RegisteredDelivery, ResponseTimeout,
    ServiceType, Sessions, Site, Smpp, Source, StopAfterRefusals, SystemType, TestVector, ThrottleBackoff,
    Tls, TlsMode, TlsVersion, Tlv, TlvOctets, TlvTag, TlvType, Tlvs, Ton, Tps, TpsScope, TpsUnit, Trust,
    Weight, WindowSize,
};
pub use spec_override::{OverrideReason, SpecField, SpecOverride, SpecOverrides};

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
    /// Why it keeps not to the standard, where it does not.
    pub spec_overrides: SpecOverrides,
    /// Whether its health is part of its operator's.
    pub counts_for_operator: bool,
    /// Whether it leads into a network that is somebody's own.
    pub private_network: bool,
    /// Why it shares its account with another connection, when it does.
    pub allow_duplicate: Option<AllowDuplicate>,
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
