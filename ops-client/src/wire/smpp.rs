//! The SMPP profile on the wire: its documents are the core's; what a client may leave out has a default here.

use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use ops_core::{
    Text,
    connection::{
        Access, AccessKind, AccessNote, AddressRange, Alphabet, BindTimeout, BindType, Burst, Charset, Cidr,
        Cidrs, ConnectTimeout, DataCoding, DateFormat, Destination, DestinationFormat, Direction, Dlr,
        DlrExpiry, Encoding, Encodings, Endpoint, Endpoints, EnquireLinkInterval, EnquireLinkMisses, Host,
        IdBase, IdCase, IdScope, IdSource, InactivityTimeout, InterfaceVersion, LongMessage, MaxBinds,
        MessageId, Npi, Numbering, Pins, Port, Prepend, Priority, RebindGap, ReceiptKind, ReceiptText,
        Reconnect, ReconnectAfterRefusal, ReconnectFactor, ReconnectInitial, ReconnectJitter, ReconnectMax,
        RegisteredDelivery, ResponseTimeout, ServiceType, Sessions, Site, Smpp, Source, StopAfterRefusals,
        SystemType, TestVector, ThrottleBackoff, Tls, TlsMode, TlsVersion, Tlv, TlvOctets, TlvTag, TlvType,
        Tlvs, Ton, Tps, TpsScope, TpsUnit, Trust, Weight, WindowSize,
    },
    limits,
    list::List,
    operator::TimeZone,
};
use utoipa::openapi::schema::Schema;

use super::{
    document::{default, documents},
    rule::{self, Described},
};
use crate::faults::{self, Faults};

documents! {
    Smpp {
        /// Where to connect.
        endpoints: Endpoints,
        /// Which bind operation a connector sends (SMPP 3.4 §4.1).
        bind_type: BindType = default(),
        /// Sessions that are wanted over all endpoints; a pair counts as one.
        sessions: Sessions = default(),
        /// TCP sessions that the operator allows to the account; a pair takes two.
        max_binds: Option<MaxBinds> = None,
        /// The version that a bind states.
        interface_version: InterfaceVersion = default(),
        /// The kind of system that binds; more than 12 octets take a spec override.
        system_type: SystemType = default(),
        /// The addresses that the binding party serves; more than 40 octets take a spec override.
        address_range: AddressRange = default(),
        /// Type of number of address_range.
        addr_ton: Ton = default(),
        /// Numbering plan of address_range.
        addr_npi: Npi = default(),
        /// The service that messages are submitted under.
        service_type: ServiceType = default(),
        /// Milliseconds until a TCP connection must stand.
        connect_timeout_ms: ConnectTimeout = default(),
        /// Milliseconds until a bind must be answered.
        bind_timeout_ms: BindTimeout = default(),
        /// Milliseconds until any other request must be answered.
        response_timeout_ms: ResponseTimeout = default(),
        /// Milliseconds of silence after which a session asks whether the other side is there.
        enquire_link_interval_ms: EnquireLinkInterval = default(),
        /// Unanswered questions after which a session is given up.
        enquire_link_misses: EnquireLinkMisses = default(),
        /// Milliseconds without any PDU after which a session is given up; 0 is never, else at least twice
        /// enquire_link_interval_ms.
        inactivity_timeout_ms: InactivityTimeout = default(),
        /// Milliseconds between two binds to one endpoint.
        rebind_gap_ms: RebindGap = default(),
        /// Submits that may be unanswered on one session; more than 1000 take a spec override.
        window_size: WindowSize = default(),
        /// Messages per second; null is unlimited.
        max_tps: Option<Tps> = None,
        /// What max_tps counts.
        tps_unit: TpsUnit = default(),
        /// Over what max_tps is kept.
        tps_scope: TpsScope = default(),
        /// Seconds of the rate that may be sent at once after a pause.
        burst: Burst = default(),
        /// Milliseconds to pause after the operator throttled.
        throttle_backoff_ms: ThrottleBackoff = default(),
        /// When to connect again after a failure.
        reconnect: Reconnect = default(),
        /// Whether and how the connection is encrypted.
        tls: Tls = default(),
        /// Which data codings the operator takes; an alphabet without one is not sent.
        encodings: Encodings = default(),
        /// How a message that is too long for one submit is sent.
        long_message: LongMessage = default(),
        /// How senders are declared.
        source: Source = default(),
        /// How recipients are written.
        destination: Destination = default(),
        /// Which receipts are asked for.
        registered_delivery: RegisteredDelivery = default(),
        /// How a receipt finds its message.
        dlr: Dlr = default(),
        /// Optional parameters that the operator takes or wants.
        tlvs: Tlvs = default(),
        /// Addresses that the operator expects us to come from.
        source_ips: Cidrs = default(),
        /// Addresses that the operator comes from.
        peer_ips: Cidrs = default(),
        /// Over what the operator is reached.
        access: Access = default(),
    }
    Endpoint {
        host: Host,
        port: Port,
        /// Lower is tried first.
        priority: Priority = default(),
        /// Share among endpoints of one priority.
        weight: Weight = default(),
        /// Which sessions it takes.
        direction: Direction = default(),
        /// Where it stands, for people.
        site: Option<Site> = None,
    }
    Reconnect {
        /// Milliseconds before the first attempt.
        initial_ms: ReconnectInitial = default(),
        /// Milliseconds before the first attempt after a refused bind.
        after_refusal_ms: ReconnectAfterRefusal = default(),
        /// How much longer each pause is than the one before.
        factor: ReconnectFactor = default(),
        /// The longest pause, in milliseconds.
        max_ms: ReconnectMax = default(),
        /// The part of a pause that is drawn at random.
        jitter: ReconnectJitter = default(),
        /// Refused binds, per credential version, after which nobody tries until something changes.
        stop_after_refusals: StopAfterRefusals = default(),
    }
    Tls {
        /// off to a public address takes a spec override.
        mode: TlsMode = default(),
        /// Oldest version accepted.
        min_version: TlsVersion = default(),
        /// The name to expect in the certificate, when it is not the host.
        server_name: Option<Host> = None,
        /// Who must have signed the operator's certificate.
        trust: Trust = default(),
        /// Keys of which the operator's certificate chain must hold one.
        spki_sha256: Pins = default(),
    }
    Encoding {
        /// Which characters a message of this kind has.
        alphabet: Alphabet,
        /// What data_coding says for it (SMPP 3.4 §5.2.19).
        data_coding: DataCoding,
        /// How its characters become octets.
        charset: Charset,
    }
    Numbering {
        /// Type of number (SMPP 3.4 §5.2.5).
        ton: Ton,
        /// Numbering plan indicator (SMPP 3.4 §5.2.6).
        npi: Npi,
    }
    Source {
        /// A name.
        alphanumeric: Numbering = Source::default().alphanumeric,
        /// An E.164 number.
        international: Numbering = Source::default().international,
        /// A short code.
        short_code: Numbering = Source::default().short_code,
    }
    Destination {
        /// How the digits are written.
        format: DestinationFormat = default(),
        /// Digits in front of every recipient.
        prepend: Prepend = default(),
        /// Type of number.
        ton: Ton = Destination::default().ton,
        /// Numbering plan indicator.
        npi: Npi = Destination::default().npi,
    }
    RegisteredDelivery {
        /// Of which final states.
        receipt: ReceiptKind = default(),
        /// Whether also of states on the way.
        intermediate: bool = false,
    }
    Dlr {
        /// Where a receipt names the message.
        id_source: IdSource = default(),
        /// How the answer to a submit writes the id.
        submit_id_base: IdBase = default(),
        /// How a receipt writes it.
        receipt_id_base: IdBase = default(),
        /// What becomes of the letters of an id that is text.
        id_case: IdCase = default(),
        /// Whether zeros in front of an id that is text are dropped.
        strip_leading_zeros: bool = false,
        /// Where the operator's ids are unique.
        scope: IdScope = default(),
        /// Seconds after which a receipt is not waited for any more.
        expiry_s: DlrExpiry = default(),
        /// The zone of the times in receipts; null is UTC.
        time_zone: Option<TimeZone> = None,
        /// How receipts write times.
        date_format: DateFormat = default(),
        /// Pairs that these fields must bring together.
        test_vectors: List<TestVector, 0, 8> = default(),
    }
    TestVector {
        /// message_id of the answer to the submit.
        submit_id: MessageId,
        /// The receipt: its text, or the value of its TLV.
        receipt: ReceiptText,
        /// The id that both come to; of numbers it is decimal.
        expect: MessageId,
    }
    Tlv {
        /// Its tag.
        tag: TlvTag,
        /// What its value is.
        kind as "type": TlvType,
        /// Octets its value has at most.
        octets_max: TlvOctets = default(),
        /// Whether each message must have it.
        required: bool = false,
        /// In which messages it stands.
        direction: Direction = default(),
    }
    Access {
        /// Over what.
        kind: AccessKind = default(),
        /// For people.
        note: Option<AccessNote> = None,
    }
}

impl Deserr<Faults> for Endpoints {
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        place: ValuePointerRef<'_>,
    ) -> Result<Self, Faults> {
        let endpoints = Vec::<Endpoint>::deserialize_from_value(value, place)?;
        Self::parse(endpoints).map_err(|faults| Faults::below(place, faults))
    }
}

impl Described for Endpoints {
    fn described() -> Schema {
        rule::list_of(Endpoint::described(), 1, Some(limits::ENDPOINTS_MAX))
    }
    fn shown() -> Schema {
        rule::list_of(Endpoint::shown(), 1, Some(limits::ENDPOINTS_MAX))
    }
}

impl Deserr<Faults> for Encodings {
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        place: ValuePointerRef<'_>,
    ) -> Result<Self, Faults> {
        Deserr::deserialize_from_value(value, place).map(Self)
    }
}

impl Described for Encodings {
    fn described() -> Schema {
        List::<Encoding, 0, 8>::described()
    }
    fn shown() -> Schema {
        List::<Encoding, 0, 8>::shown()
    }
}

impl Deserr<Faults> for Host {
    /// In lower case, whatever the client wrote: host names are the same in any case (RFC 4343).
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        place: ValuePointerRef<'_>,
    ) -> Result<Self, Faults> {
        faults::text(value, place, |raw| Self::parse(&raw.to_ascii_lowercase()))
    }
}

impl Described for Host {
    /// As a client may write it: the pattern of the rule is about lower case, which the door makes.
    fn described() -> Schema {
        let pattern = Self::RULE.shape().replace("a-z", "A-Za-z").replace("a-f", "A-Fa-f");
        let said = "a domain name with at least two labels, or an IP address; upper case is made lower";
        rule::text(&Self::RULE).pattern(Some(pattern)).description(Some(said)).into()
    }
    fn shown() -> Schema {
        rule::text(&Self::RULE).into()
    }
}

impl Deserr<Faults> for Trust {
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        place: ValuePointerRef<'_>,
    ) -> Result<Self, Faults> {
        faults::text(value, place, |raw| Self::parse(&raw))
    }
}

impl Described for Trust {
    fn described() -> Schema {
        let said = "public, or certificates in PEM, of together at most 32 KiB";
        let text = rule::string().max_length(Some(limits::TRUST_OCTETS_MAX)).pattern(Some(Self::SHAPE));
        text.description(Some(said)).into()
    }
}

impl Deserr<Faults> for Cidr {
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        place: ValuePointerRef<'_>,
    ) -> Result<Self, Faults> {
        faults::text(value, place, |raw| Self::parse(&raw))
    }
}

impl Described for Cidr {
    fn described() -> Schema {
        rule::text(&Self::RULE).into()
    }
}
