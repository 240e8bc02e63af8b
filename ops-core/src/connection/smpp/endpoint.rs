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
    use serde_json::{Value, json};

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

    fn many(n: usize) -> Vec<Endpoint> {
        (0..n).map(|i| endpoint(&format!("s{i}.example.net"))).collect()
    }

    #[test]
    fn endpoints_are_one_to_sixteen_and_none_twice() {
        for good in [1, 16] {
            let endpoints = Endpoints::parse(many(good)).unwrap();
            assert_eq!(
                endpoints.iter().cloned().collect::<Vec<_>>(),
                many(good),
                "in the order they were given"
            );
        }
        for bad in [0, 17] {
            let number = Fault::new("", Rule::Length, "must have 1 to 16 entries");
            assert_eq!(Endpoints::parse(many(bad)).unwrap_err(), [number], "{bad}");
        }
        let mut twice = many(17);
        twice.extend(many(1));
        let told: Vec<_> =
            Endpoints::parse(twice).unwrap_err().into_iter().map(|fault| fault.pointer).collect();
        assert_eq!(told, ["", "/17"], "all faults at once");
    }

    #[test]
    fn an_endpoint_is_another_one_by_host_port_or_direction_and_by_nothing_else() {
        let beside = |other: Endpoint| Endpoints::parse(vec![endpoint("a.example.net"), other]).is_ok();
        let same = || endpoint("a.example.net");
        assert!(beside(endpoint("b.example.net")));
        assert!(beside(Endpoint { port: Port::parse(2776).unwrap(), ..same() }));
        assert!(beside(Endpoint { direction: Direction::Transmit, ..same() }));
        assert!(!beside(Endpoint { priority: Priority::parse(1).unwrap(), ..same() }));
        assert!(!beside(Endpoint { weight: Weight::parse(2).unwrap(), ..same() }));
        assert!(!beside(Endpoint { site: Some(Site::parse("FRA").unwrap()), ..same() }));
    }

    #[test]
    fn a_document_lists_endpoints_with_everything_that_was_not_said_and_is_refused_by_its_first_fault() {
        let short = json!([{"host": "a.example.net", "port": 2775}]);
        let endpoints: Endpoints = serde_json::from_value(short.clone()).unwrap();
        assert_eq!(
            serde_json::to_value(&endpoints).unwrap(),
            json!([{"host": "a.example.net", "port": 2775, "priority": 0, "weight": 1, "direction": "any", "site": null}])
        );
        let refused =
            |document: Value| serde_json::from_value::<Endpoints>(document).unwrap_err().to_string();
        assert_eq!(refused(json!([])), "must have 1 to 16 entries");
        assert_eq!(refused(json!([short[0], short[0]])), "has the host, port and direction of another");
    }
}
