//! The SMPP profile. Field names and ranges are those of SMPP 3.4 and 5.0; what they leave open has the values that gateways
//! use.

mod endpoint;
mod binding;
mod timer;
mod flow;
mod tls;
mod text;
mod address;
mod receipt;
mod message_id;
mod tlv;
mod path;
mod check;

use serde::{Deserialize, Serialize};

pub use address::{Destination, DestinationFormat, Numbering, Prepend, Source};
pub use binding::{
    AddressRange, BindType, InterfaceVersion, MaxBinds, Npi, ServiceType, Sessions, SystemType, Ton,
};
pub use endpoint::{Direction, Endpoint, Endpoints, Priority, Site, Weight};
pub use flow::{
    Burst, Reconnect, ReconnectAfterRefusal, ReconnectFactor, ReconnectInitial, ReconnectJitter,
    ReconnectMax, StopAfterRefusals, ThrottleBackoff, Tps, TpsScope, TpsUnit, WindowSize,
};
pub use path::{Access, AccessKind, AccessNote, Cidrs};
pub use receipt::{
    DateFormat, Dlr, DlrExpiry, IdBase, IdCase, IdScope, IdSource, MessageId, ReceiptKind, ReceiptText,
    RegisteredDelivery, TestVector,
};
pub use text::{Alphabet, Charset, DataCoding, Encoding, Encodings, LongMessage};
pub use timer::{
    BindTimeout, ConnectTimeout, EnquireLinkInterval, EnquireLinkMisses, InactivityTimeout, RebindGap,
    ResponseTimeout,
};
pub use tls::{Pin, Pins, Tls, TlsMode, TlsVersion, Trust};
pub use tlv::{Tlv, TlvOctets, TlvTag, TlvType, Tlvs};

/// An SMPP bind profile; a document: column, answer and connector use this form. Whatever it does not name has its default,
/// so that a document of an earlier release is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smpp {
    /// Where to connect, 1 to 16.
    pub endpoints: Endpoints,
    /// Which bind operation (SMPP 3.4 §4.1).
    #[serde(default)]
    pub bind_type: BindType,
    /// Sessions that are wanted over all endpoints.
    #[serde(default)]
    pub sessions: Sessions,
    /// TCP sessions that the operator allows; none when it does not say.
    #[serde(default)]
    pub max_binds: Option<MaxBinds>,
    /// The version that a bind states.
    #[serde(default)]
    pub interface_version: InterfaceVersion,
    /// The kind of system that binds.
    #[serde(default)]
    pub system_type: SystemType,
    /// The addresses that the binding party serves.
    #[serde(default)]
    pub address_range: AddressRange,
    /// Type of number of `address_range`.
    #[serde(default)]
    pub addr_ton: Ton,
    /// Numbering plan of `address_range`.
    #[serde(default)]
    pub addr_npi: Npi,
    /// The service that messages are submitted under.
    #[serde(default)]
    pub service_type: ServiceType,
    /// Until a TCP connection must stand.
    #[serde(default)]
    pub connect_timeout_ms: ConnectTimeout,
    /// Until a bind must be answered.
    #[serde(default)]
    pub bind_timeout_ms: BindTimeout,
    /// Until any other request must be answered.
    #[serde(default)]
    pub response_timeout_ms: ResponseTimeout,
    /// Silence after which a session asks whether the other side is there.
    #[serde(default)]
    pub enquire_link_interval_ms: EnquireLinkInterval,
    /// Unanswered questions after which a session is given up.
    #[serde(default)]
    pub enquire_link_misses: EnquireLinkMisses,
    /// Time without any PDU after which a session is given up; 0 is never.
    #[serde(default)]
    pub inactivity_timeout_ms: InactivityTimeout,
    /// Between two binds to one endpoint.
    #[serde(default)]
    pub rebind_gap_ms: RebindGap,
    /// Submits that may be unanswered on one session.
    #[serde(default)]
    pub window_size: WindowSize,
    /// Messages per second; none is unlimited, and 0 is refused.
    #[serde(default)]
    pub max_tps: Option<Tps>,
    /// What `max_tps` counts.
    #[serde(default)]
    pub tps_unit: TpsUnit,
    /// Over what `max_tps` is kept.
    #[serde(default)]
    pub tps_scope: TpsScope,
    /// Seconds of the rate that may be sent at once after a pause.
    #[serde(default)]
    pub burst: Burst,
    /// The pause after the operator throttled.
    #[serde(default)]
    pub throttle_backoff_ms: ThrottleBackoff,
    /// When to connect again after a failure.
    #[serde(default)]
    pub reconnect: Reconnect,
    /// Whether and how the connection is encrypted.
    #[serde(default)]
    pub tls: Tls,
    /// Which data codings the operator takes.
    #[serde(default)]
    pub encodings: Encodings,
    /// How a message that is too long for one submit is sent.
    #[serde(default)]
    pub long_message: LongMessage,
    /// How senders are declared.
    #[serde(default)]
    pub source: Source,
    /// How recipients are written.
    #[serde(default)]
    pub destination: Destination,
    /// Which receipts are asked for.
    #[serde(default)]
    pub registered_delivery: RegisteredDelivery,
    /// How a receipt finds its message.
    #[serde(default)]
    pub dlr: Dlr,
    /// Optional parameters that the operator takes or wants.
    #[serde(default)]
    pub tlvs: Tlvs,
    /// Addresses that the operator expects us to come from.
    #[serde(default)]
    pub source_ips: Cidrs,
    /// Addresses that the operator comes from.
    #[serde(default)]
    pub peer_ips: Cidrs,
    /// Over what the operator is reached.
    #[serde(default)]
    pub access: Access,
}

impl Smpp {
    /// A profile with these endpoints and the default of everything else.
    #[must_use]
    pub fn to(endpoints: Endpoints) -> Self {
        Self {
            endpoints,
            bind_type: BindType::default(),
            sessions: Sessions::default(),
            max_binds: None,
            interface_version: InterfaceVersion::default(),
            system_type: SystemType::default(),
            address_range: AddressRange::default(),
            addr_ton: Ton::default(),
            addr_npi: Npi::default(),
            service_type: ServiceType::default(),
            connect_timeout_ms: ConnectTimeout::default(),
            bind_timeout_ms: BindTimeout::default(),
            response_timeout_ms: ResponseTimeout::default(),
            enquire_link_interval_ms: EnquireLinkInterval::default(),
            enquire_link_misses: EnquireLinkMisses::default(),
            inactivity_timeout_ms: InactivityTimeout::default(),
            rebind_gap_ms: RebindGap::default(),
            window_size: WindowSize::default(),
            max_tps: None,
            tps_unit: TpsUnit::default(),
            tps_scope: TpsScope::default(),
            burst: Burst::default(),
            throttle_backoff_ms: ThrottleBackoff::default(),
            reconnect: Reconnect::default(),
            tls: Tls::default(),
            encodings: Encodings::default(),
            long_message: LongMessage::default(),
            source: Source::default(),
            destination: Destination::default(),
            registered_delivery: RegisteredDelivery::default(),
            dlr: Dlr::default(),
            tlvs: Tlvs::default(),
            source_ips: Cidrs::default(),
            peer_ips: Cidrs::default(),
            access: Access::default(),
        }
    }

    /// Whether `next` would give the secret to somebody else.
    pub(super) fn redirects(&self, next: &Self) -> bool {
        self.endpoints != next.endpoints || self.tls != next.tls
    }

    /// Whether sessions must be bound anew for `next`.
    pub(super) fn rebinds(&self, next: &Self) -> bool {
        let bind = |of: &Self| {
            let range = (of.address_range.clone(), of.addr_ton, of.addr_npi);
            (of.bind_type, of.interface_version, of.system_type.clone(), range)
        };
        self.redirects(next) || bind(self) != bind(next)
    }
}
