//! The SMPP profile on the wire: what a client may leave out, and the shape of the core's document.

use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use ops_core::{
    Fault, Text,
    connection::{
        self, BindType, Direction, Host, Port, Priority, Sessions, TlsMode, TlsVersion, Tps, Weight,
        WindowSize,
    },
    limits,
};
use utoipa::{
    ToSchema,
    openapi::{
        ObjectBuilder, RefOr,
        schema::{Schema, Type},
    },
};

use super::rule::{self, Described};
use crate::faults::{self, Faults};

const BIND_TYPE: BindType = BindType::Transceiver;
const DIRECTION: Direction = Direction::Any;
const MIN_VERSION: TlsVersion = TlsVersion::V12;

/// An SMPP bind profile as a client sends it.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
pub struct SmppCreate {
    #[deserr(try_from(Vec<EndpointCreate>) = into_endpoints -> Vec<Fault>)]
    #[schema(schema_with = created_endpoints)]
    endpoints: connection::Endpoints,
    #[deserr(default = BIND_TYPE)]
    #[schema(required = false, schema_with = bind_type)]
    bind_type: BindType,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::defaulting::<Sessions>)]
    sessions: Sessions,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::defaulting::<WindowSize>)]
    window_size: WindowSize,
    #[deserr(default)]
    #[schema(schema_with = rule::nullable::<Tps>)]
    max_tps: Option<Tps>,
    #[deserr(default, from(TlsCreate) = TlsCreate::into_tls)]
    #[schema(required = false, value_type = TlsCreate)]
    tls: connection::Tls,
}

impl SmppCreate {
    /// The profile, when its fields agree with each other.
    ///
    /// # Errors
    /// Every fault, with pointers below the profile.
    pub fn into_profile(self) -> Result<connection::Smpp, Vec<Fault>> {
        let Self { endpoints, bind_type, sessions, window_size, max_tps, tls } = self;
        connection::Smpp { endpoints, bind_type, sessions, window_size, max_tps, tls }.check()
    }
}

/// One place to connect to.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
pub struct EndpointCreate {
    #[schema(schema_with = host_in_any_case)]
    host: Host,
    #[schema(schema_with = rule::of::<Port>)]
    port: Port,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::defaulting::<Priority>)]
    priority: Priority,
    #[deserr(default)]
    #[schema(required = false, schema_with = rule::defaulting::<Weight>)]
    weight: Weight,
    #[deserr(default = DIRECTION)]
    #[schema(required = false, schema_with = direction)]
    direction: Direction,
}

fn into_endpoints(endpoints: Vec<EndpointCreate>) -> Result<connection::Endpoints, Vec<Fault>> {
    connection::Endpoints::parse(endpoints.into_iter().map(EndpointCreate::into_endpoint).collect())
}

impl EndpointCreate {
    fn into_endpoint(self) -> connection::Endpoint {
        let Self { host, port, priority, weight, direction } = self;
        connection::Endpoint { host, port, priority, weight, direction }
    }
}

/// Whether and how the connection is encrypted.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
pub struct TlsCreate {
    #[schema(schema_with = rule::of::<TlsMode>)]
    mode: TlsMode,
    #[deserr(default = MIN_VERSION)]
    #[schema(required = false, schema_with = min_version)]
    min_version: TlsVersion,
    #[deserr(default)]
    #[schema(schema_with = server_name)]
    server_name: Option<Host>,
}

impl TlsCreate {
    fn into_tls(self) -> connection::Tls {
        let Self { mode, min_version, server_name } = self;
        connection::Tls { mode, min_version, server_name }
    }
}

fn bind_type() -> RefOr<Schema> {
    rule::with_default(&BIND_TYPE)
}

fn direction() -> RefOr<Schema> {
    rule::with_default(&DIRECTION)
}

fn min_version() -> RefOr<Schema> {
    rule::with_default(&MIN_VERSION)
}

fn host_in_any_case() -> RefOr<Schema> {
    RefOr::T(any_case())
}

fn server_name() -> RefOr<Schema> {
    RefOr::T(rule::or_null(any_case()))
}

/// A host as a client may write it: the pattern of the rule is about lower case, which the door makes.
pub(super) fn any_case() -> Schema {
    let pattern = Host::RULE.shape().replace("a-z", "A-Za-z").replace("a-f", "A-Fa-f");
    let said = "a domain name with at least two labels, or an IP address; upper case is made lower";
    rule::text(&Host::RULE).pattern(Some(pattern)).description(Some(said)).into()
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
    fn described() -> Schema {
        rule::text(&Self::RULE).into()
    }
}

impl Deserr<Faults> for Tps {
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        place: ValuePointerRef<'_>,
    ) -> Result<Self, Faults> {
        #[expect(
            clippy::cast_precision_loss,
            reason = "what is not exact here is far above the largest rate"
        )]
        let rate = match value {
            Value::Integer(rate) => rate as f64,
            Value::NegativeInteger(rate) => rate as f64,
            Value::Float(rate) => rate,
            _ => return Err(Faults::wrong_type(place, "a number")),
        };
        Self::parse(rate).map_err(|invalid| Faults::refused(place, invalid))
    }
}

impl Described for Tps {
    fn described() -> Schema {
        let said = "messages per second, with at most 3 decimals; null is unlimited";
        let number = ObjectBuilder::new().schema_type(Type::Number).description(Some(said));
        number.exclusive_minimum(Some(0)).maximum(Some(Self::MAX)).into()
    }
}

/// An SMPP bind profile as it is shown: the shape of [`ops_core::connection::Smpp`].
#[derive(ToSchema)]
pub struct SmppProfile {
    /// Where to connect.
    #[schema(schema_with = shown_endpoints)]
    pub endpoints: Vec<Endpoint>,
    /// Which bind operation.
    #[schema(schema_with = rule::of::<BindType>)]
    pub bind_type: BindType,
    /// Sessions that are wanted over all endpoints.
    #[schema(schema_with = rule::of::<Sessions>)]
    pub sessions: Sessions,
    /// Submits that may be unanswered on one session.
    #[schema(schema_with = rule::of::<WindowSize>)]
    pub window_size: WindowSize,
    /// Messages per second; null is unlimited.
    #[schema(required, schema_with = rule::nullable::<Tps>)]
    pub max_tps: Option<Tps>,
    /// Whether and how the connection is encrypted.
    pub tls: Tls,
}

/// One endpoint as it is shown: the shape of [`ops_core::connection::Endpoint`].
#[derive(ToSchema)]
pub struct Endpoint {
    /// Name or address.
    #[schema(schema_with = rule::of::<Host>)]
    pub host: Host,
    /// TCP port.
    #[schema(schema_with = rule::of::<Port>)]
    pub port: Port,
    /// Lower is tried first.
    #[schema(schema_with = rule::of::<Priority>)]
    pub priority: Priority,
    /// Share among endpoints of one priority.
    #[schema(schema_with = rule::of::<Weight>)]
    pub weight: Weight,
    /// Which sessions it takes.
    #[schema(schema_with = rule::of::<Direction>)]
    pub direction: Direction,
}

/// Whether and how a connection is encrypted, as it is shown: the shape of [`ops_core::connection::Tls`].
#[derive(ToSchema)]
pub struct Tls {
    /// Whether.
    #[schema(schema_with = rule::of::<TlsMode>)]
    pub mode: TlsMode,
    /// Oldest version accepted.
    #[schema(schema_with = rule::of::<TlsVersion>)]
    pub min_version: TlsVersion,
    /// The name to expect in the certificate, when it is not the host.
    #[schema(required, schema_with = rule::nullable::<Host>)]
    pub server_name: Option<Host>,
}

fn created_endpoints() -> RefOr<Schema> {
    RefOr::T(rule::list_of(rule::inline::<EndpointCreate>(), 1, Some(limits::ENDPOINTS_MAX)))
}

fn shown_endpoints() -> RefOr<Schema> {
    RefOr::T(rule::list_of(rule::inline::<Endpoint>(), 1, Some(limits::ENDPOINTS_MAX)))
}
