//! Where an SMPP connection leads.

use serde::{Deserialize, Serialize};

use crate::{
    connection::{Host, Port},
    invalid::{Fault, Invalid, Rule},
    limits,
    list::repeated,
    number_rule::number_value,
    text_rule::{TextRule, text_value, word_list},
    text_shape::{TRIM_HINT, TRIMMED, is_trimmed},
};

/// One place to connect to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// Name or address.
    pub host: Host,
    /// TCP port.
    pub port: Port,
    /// Lower is tried first.
    #[serde(default)]
    pub priority: Priority,
    /// Share among endpoints of one priority.
    #[serde(default)]
    pub weight: Weight,
    /// Which sessions it takes.
    #[serde(default)]
    pub direction: Direction,
    /// Where it stands, for people.
    #[serde(default)]
    pub site: Option<Site>,
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
        let twice = repeated(&endpoints, |e| (e.host.clone(), e.port, e.direction));
        let message = "has the host, port and direction of another";
        faults.extend(twice.into_iter().map(|at| Fault::new(format!("/{at}"), Rule::Unique, message)));
        if faults.is_empty() { Ok(Self(endpoints)) } else { Err(faults) }
    }

    /// The endpoints, in the order they were given.
    pub fn iter(&self) -> impl Iterator<Item = &Endpoint> {
        self.0.iter()
    }

    /// Whether one takes sessions of this direction.
    pub(super) fn take(&self, direction: Direction) -> bool {
        self.iter().any(|endpoint| endpoint.direction == Direction::Any || endpoint.direction == direction)
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

word_list! {
    /// Which sessions an endpoint takes.
    Direction default Any {
        /// Any.
        Any = "any",
        /// Sessions that send.
        Transmit = "transmit",
        /// Sessions that receive.
        Receive = "receive",
    }
}

text_value! {
    /// The name of a data centre.
    Site,
    TextRule { min: 1, max: 32, pattern: Some(TRIMMED), accepts: is_trimmed, hint: TRIM_HINT }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Number, Text};

    fn endpoint(host: &str) -> Endpoint {
        Endpoint {
            host: Host::parse(host).unwrap(),
            port: Port::parse(2775).unwrap(),
            priority: Priority::default(),
            weight: Weight::default(),
            direction: Direction::Any,
            site: None,
        }
    }

    #[test]
    fn endpoints_are_one_to_sixteen_and_none_twice() {
        let many = |n: usize| (0..n).map(|i| endpoint(&format!("s{i}.example.net"))).collect::<Vec<_>>();
        assert!(Endpoints::parse(many(0)).is_err());
        assert!(Endpoints::parse(many(16)).is_ok());
        assert!(Endpoints::parse(many(17)).is_err());
        let mut twice = many(2);
        twice.push(endpoint("s0.example.net"));
        assert_eq!(Endpoints::parse(twice).unwrap_err()[0].pointer, "/2");
    }
}
