//! The SMPP profile: endpoints, bind, window, rate and TLS. Field names and ranges are those of SMPP 3.4 and 5.0.

use serde::{Deserialize, Serialize};

use super::{Host, Port};
use crate::{
    invalid::{Fault, Invalid, Rule},
    limits,
    text_rule::{number_value, word_list},
};

/// An SMPP bind profile; a document: column, answer and connector use this form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smpp {
    /// Where to connect, 1 to 16.
    pub endpoints: Endpoints,
    /// Which bind operation (SMPP 3.4 §4.1).
    pub bind_type: BindType,
    /// Sessions that are wanted over all endpoints.
    pub sessions: Sessions,
    /// Submits that may be unanswered on one session.
    pub window_size: WindowSize,
    /// Messages per second; absent is unlimited, and 0 is refused.
    pub max_tps: Option<Tps>,
    /// Whether and how the connection is encrypted.
    pub tls: Tls,
}

impl Smpp {
    /// The rules across fields.
    ///
    /// # Errors
    /// Every fault, with pointers below the profile.
    pub fn check(self) -> Result<Self, Vec<Fault>> {
        let takes = |direction| {
            self.endpoints.iter().any(|e| e.direction == Direction::Any || e.direction == direction)
        };
        let missing = match self.bind_type {
            BindType::Transceiver if !takes(Direction::Any) => {
                Some("a transceiver needs an endpoint of direction any")
            }
            BindType::Transmitter | BindType::Pair if !takes(Direction::Transmit) => {
                Some("this bind type needs an endpoint of direction any or transmit")
            }
            BindType::Receiver | BindType::Pair if !takes(Direction::Receive) => {
                Some("this bind type needs an endpoint of direction any or receive")
            }
            _ => None,
        };
        match missing {
            Some(message) => Err(vec![Fault::new("/endpoints", Rule::Combination, message)]),
            None => Ok(self),
        }
    }
}

/// One place to connect to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// Name or address.
    pub host: Host,
    /// TCP port.
    pub port: Port,
    /// Lower is tried first.
    pub priority: Priority,
    /// Share among endpoints of one priority.
    pub weight: Weight,
    /// Which sessions it takes.
    pub direction: Direction,
}

/// The endpoints of a connection: 1 to 16, none twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Endpoint>", into = "Vec<Endpoint>")]
pub struct Endpoints(Vec<Endpoint>);

impl Endpoints {
    /// Checks number and repetition.
    ///
    /// # Errors
    /// Every fault, with pointers below the list.
    pub fn parse(endpoints: Vec<Endpoint>) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        if endpoints.is_empty() || endpoints.len() > limits::ENDPOINTS_MAX {
            let message = format!("must have 1 to {} entries", limits::ENDPOINTS_MAX);
            faults.push(Fault::new("", Rule::Length, message));
        }
        for (index, endpoint) in endpoints.iter().enumerate() {
            let same = |other: &&Endpoint| {
                (&other.host, other.port, other.direction)
                    == (&endpoint.host, endpoint.port, endpoint.direction)
            };
            if endpoints.iter().take(index).any(|other| same(&other)) {
                faults.push(Fault::new(
                    format!("/{index}"),
                    Rule::Unique,
                    "has the host, port and direction of another",
                ));
            }
        }
        if faults.is_empty() { Ok(Self(endpoints)) } else { Err(faults) }
    }

    /// The endpoints, in the order they were given.
    pub fn iter(&self) -> impl Iterator<Item = &Endpoint> {
        self.0.iter()
    }
}

impl TryFrom<Vec<Endpoint>> for Endpoints {
    type Error = Invalid;
    fn try_from(endpoints: Vec<Endpoint>) -> Result<Self, Invalid> {
        Self::parse(endpoints).map_err(|faults| {
            faults
                .into_iter()
                .next()
                .map_or_else(|| Invalid::new(Rule::Length, "refused"), |fault| fault.invalid)
        })
    }
}

impl From<Endpoints> for Vec<Endpoint> {
    fn from(endpoints: Endpoints) -> Self {
        endpoints.0
    }
}

number_value! {
    /// Lower is tried first.
    Priority, 0, 65_535, default 0
}
number_value! {
    /// Share among equals.
    Weight, 1, 10_000, default 1
}
number_value! {
    /// Sessions that are wanted.
    Sessions, 1, 200, default 1
}
number_value! {
    /// Unanswered submits on one session (SMPP 5.0 §2.9 leaves it to the parties; 10 is its advice).
    WindowSize, 1, 1000, default 10
}

word_list! {
    /// Which bind operation a connector sends (SMPP 3.4 §4.1).
    BindType {
        /// One session sends and receives.
        Transceiver = "transceiver",
        /// Sends only.
        Transmitter = "transmitter",
        /// Receives only.
        Receiver = "receiver",
        /// A transmitter and a receiver side by side.
        Pair = "pair",
    }
}

word_list! {
    /// Which sessions an endpoint takes.
    Direction {
        /// Any.
        Any = "any",
        /// Sessions that send.
        Transmit = "transmit",
        /// Sessions that receive.
        Receive = "receive",
    }
}

/// Messages per second: above 0 to 100,000, in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tps {
    thousandths: u32,
}

impl Tps {
    /// Largest rate, per second.
    pub const MAX: f64 = 100_000.0;

    /// Parses a rate with up to three decimals. 0 is refused: it is no way to say "unlimited".
    ///
    /// # Errors
    /// [`Rule::Range`].
    pub fn parse(raw: f64) -> Result<Self, Invalid> {
        let refused = || {
            Invalid::new(
                Rule::Range,
                "must be above 0 and at most 100000, with at most 3 decimals; leave it out for unlimited",
            )
        };
        if !(raw > 0.0 && raw <= Self::MAX) {
            return Err(refused());
        }
        let thousandths = (raw * 1000.0).round();
        if thousandths < 1.0 || (raw * 1000.0 - thousandths).abs() > 1e-6 {
            return Err(refused());
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number in 1..=10^8"
        )]
        Ok(Self { thousandths: thousandths as u32 })
    }

    /// The rate per second.
    #[must_use]
    pub fn per_second(self) -> f64 {
        f64::from(self.thousandths) / 1000.0
    }
}

impl Serialize for Tps {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.thousandths.is_multiple_of(1000) {
            serializer.serialize_u32(self.thousandths / 1000)
        } else {
            serializer.serialize_f64(self.per_second())
        }
    }
}

impl<'de> Deserialize<'de> for Tps {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(f64::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// Whether and how a connection is encrypted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// Whether.
    pub mode: TlsMode,
    /// Oldest version accepted.
    pub min_version: TlsVersion,
    /// The name to expect in the certificate, when it is not the host.
    pub server_name: Option<Host>,
}

impl Default for Tls {
    fn default() -> Self {
        Self { mode: TlsMode::Required, min_version: TlsVersion::V12, server_name: None }
    }
}

word_list! {
    /// Whether a connection is encrypted.
    TlsMode {
        /// Always.
        Required = "required",
        /// Never.
        Off = "off",
    }
}

word_list! {
    /// Oldest TLS version accepted.
    TlsVersion {
        /// TLS 1.2 (RFC 5246).
        V12 = "1.2",
        /// TLS 1.3 (RFC 8446).
        V13 = "1.3",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_is_no_way_to_say_unlimited() {
        for bad in [0.0, -1.0, 100_000.001, 0.0004, 1.0005, f64::NAN, f64::INFINITY] {
            assert!(Tps::parse(bad).is_err(), "{bad}");
        }
        for good in [0.001, 1.0, 12.345, 99_999.999, 100_000.0] {
            assert!((Tps::parse(good).unwrap().per_second() - good).abs() < 1e-9, "{good}");
        }
    }

    fn endpoint(host: &str, direction: Direction) -> Endpoint {
        use crate::Text;
        let (port, priority, weight) = (Port::default(), Priority::default(), Weight::default());
        Endpoint { host: Host::parse(host).unwrap(), port, priority, weight, direction }
    }

    #[test]
    fn a_pair_needs_endpoints_for_both_directions() {
        let smpp = |bind_type, directions: &[Direction]| {
            let endpoints = directions
                .iter()
                .enumerate()
                .map(|(i, d)| endpoint(&format!("s{i}.example.net"), *d))
                .collect();
            let endpoints = Endpoints::parse(endpoints).unwrap();
            let (sessions, window_size) = (Sessions::default(), WindowSize::default());
            Smpp { endpoints, bind_type, sessions, window_size, max_tps: None, tls: Tls::default() }.check()
        };
        use Direction::{Any, Receive, Transmit};
        assert!(smpp(BindType::Pair, &[Transmit, Receive]).is_ok());
        assert!(smpp(BindType::Pair, &[Any]).is_ok());
        assert_eq!(smpp(BindType::Pair, &[Transmit]).unwrap_err()[0].pointer, "/endpoints");
        assert!(smpp(BindType::Receiver, &[Transmit]).is_err());
        assert!(smpp(BindType::Transceiver, &[Transmit, Receive]).is_err());
    }

    #[test]
    fn endpoints_are_one_to_sixteen_and_none_twice() {
        let many = |n: usize| {
            (0..n).map(|i| endpoint(&format!("s{i}.example.net"), Direction::Any)).collect::<Vec<_>>()
        };
        assert!(Endpoints::parse(many(0)).is_err());
        assert!(Endpoints::parse(many(16)).is_ok());
        assert!(Endpoints::parse(many(17)).is_err());
        let mut twice = many(2);
        twice.push(endpoint("s0.example.net", Direction::Any));
        assert_eq!(Endpoints::parse(twice).unwrap_err()[0].pointer, "/2");
    }

    #[test]
    fn whole_rates_are_written_without_decimals() {
        let json = |rate| serde_json::to_string(&Tps::parse(rate).unwrap()).unwrap();
        assert_eq!((json(50.0), json(12.5)), ("50".to_owned(), "12.5".to_owned()));
    }
}
