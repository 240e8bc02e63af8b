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

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use crate::connection::testing::smpp;

    #[test]
    fn what_a_document_does_not_name_has_the_value_that_gateways_use() {
        let bind = json!({
            "endpoints": [
                {"host": "a.example.net", "port": 2775, "priority": 0, "weight": 1, "direction": "any", "site": null},
            ],
            "bind_type": "transceiver", "sessions": 1, "max_binds": null, "interface_version": "3.4",
            "system_type": "", "address_range": "", "addr_ton": 0, "addr_npi": 0, "service_type": "",
            "connect_timeout_ms": 10_000, "bind_timeout_ms": 30_000, "response_timeout_ms": 60_000,
            "enquire_link_interval_ms": 20_000, "enquire_link_misses": 3, "inactivity_timeout_ms": 0,
            "rebind_gap_ms": 2000,
        });
        let traffic = json!({
            "window_size": 10, "max_tps": null, "tps_unit": "segment", "tps_scope": "account", "burst": 1,
            "throttle_backoff_ms": 1000,
            "reconnect": {
                "initial_ms": 1000, "after_refusal_ms": 30_000, "factor": 2, "max_ms": 60_000, "jitter": 0.2,
                "stop_after_refusals": 5,
            },
            "tls": {
                "mode": "required", "min_version": "1.2", "server_name": null, "trust": "public", "spki_sha256": [],
            },
            "encodings": [
                {"alphabet": "gsm7", "data_coding": 0, "charset": "gsm7"},
                {"alphabet": "ucs2", "data_coding": 8, "charset": "utf16be"},
            ],
            "long_message": "udh",
            "source": {
                "alphanumeric": {"ton": 5, "npi": 0}, "international": {"ton": 1, "npi": 1},
                "short_code": {"ton": 3, "npi": 0},
            },
            "destination": {"format": "e164", "prepend": "", "ton": 1, "npi": 1},
            "registered_delivery": {"receipt": "final", "intermediate": false},
            "dlr": {
                "id_source": "tlv_then_text", "submit_id_base": "raw", "receipt_id_base": "raw", "id_case": "keep",
                "strip_leading_zeros": false, "scope": "connection", "expiry_s": 259_200, "time_zone": null,
                "date_format": "auto", "test_vectors": [],
            },
            "tlvs": [], "source_ips": [], "peer_ips": [], "access": {"kind": "internet", "note": null},
        });
        let members = [bind, traffic].map(|part| part.as_object().unwrap().clone());
        let whole: Map<_, _> = members.into_iter().flatten().collect();
        assert_eq!(serde_json::to_value(smpp(json!({}))).unwrap(), json!({"smpp": whole}));
    }

    #[test]
    fn whatever_a_document_names_is_written_as_it_was_read() {
        let named = json!({
            "max_binds": 4, "service_type": "CMT", "max_tps": 12.5, "burst": 1.5,
            "tls": {
                "mode": "off", "min_version": "1.3", "server_name": "b.example.net", "trust": "public",
                "spki_sha256": ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="],
            },
            "destination": {"format": "zero_zero", "prepend": "99", "ton": 2, "npi": 8},
            "tlvs": [{"tag": 5120, "type": "c_string", "octets_max": 21, "required": true, "direction": "transmit"}],
            "source_ips": ["192.0.2.7/32"], "peer_ips": ["2001:db8::/32"],
            "access": {"kind": "vpn", "note": "tunnel 7"},
        });
        let written = serde_json::to_value(smpp(named.clone())).unwrap();
        let Value::Object(members) = named else { panic!("an object") };
        for (name, value) in members {
            assert_eq!(written["smpp"][&name], value, "{name}");
        }
    }
}
