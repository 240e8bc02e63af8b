//! The account: what two connections must not share without saying so. It is (host, port, `system_id`, `system_type`, direction), claimed
//! for each place of the profile and each staged or active credential; the store keeps the claims, under the lock of the operator.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Direction, Host, OverrideReason, Port, Profile, SystemType};

/// A place where a connection logs in: its part of the account, without the credential's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Name or address, in lower case.
    pub host: Host,
    /// TCP port.
    pub port: Port,
    /// What kind of system logs in.
    pub system_type: SystemType,
    /// Transmit or receive; what does both is two places.
    pub direction: Direction,
}

/// That an account is shared on purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllowDuplicate {
    /// Why.
    pub reason: OverrideReason,
}

impl Profile {
    /// The places where it logs in: each endpoint in the directions that it takes and the bind type uses. HTTP has one, which
    /// sends; it is looked for, and claims nothing.
    #[must_use]
    pub fn places(&self) -> BTreeSet<Place> {
        match self {
            Self::Smpp(smpp) => {
                let of = |direction: Direction, is_used: bool| {
                    let takes = move |taken: Direction| taken == Direction::Any || taken == direction;
                    let used = smpp.endpoints.iter().filter(move |e| is_used && takes(e.direction));
                    used.map(move |endpoint| Place {
                        host: endpoint.host.clone(),
                        port: endpoint.port,
                        system_type: smpp.system_type.clone(),
                        direction,
                    })
                };
                let sends = of(Direction::Transmit, smpp.bind_type.sends());
                sends.chain(of(Direction::Receive, smpp.bind_type.receives())).collect()
            }
            Self::Http(http) => {
                let place = http.base_url.host().zip(http.base_url.port()).map(|(host, port)| Place {
                    host,
                    port,
                    system_type: SystemType::default(),
                    direction: Direction::Transmit,
                });
                place.into_iter().collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Number, Text};

    fn places(document: serde_json::Value) -> Vec<String> {
        let profile: Profile = serde_json::from_value(document).unwrap();
        let said = |place: &Place| {
            let (host, port) = (place.host.as_str(), place.port.get());
            format!("{host}:{port} {} {}", place.system_type, place.direction)
        };
        profile.places().iter().map(said).collect()
    }

    #[test]
    fn a_place_is_an_endpoint_in_a_direction_that_it_takes_and_the_bind_type_uses() {
        let of = |bind_type: &str| {
            places(json!({"smpp": {"bind_type": bind_type, "system_type": "VMA", "endpoints": [
                {"host": "a.example.net", "port": 1}, {"host": "b.example.net", "port": 2, "direction": "transmit"},
                {"host": "b.example.net", "port": 3, "direction": "receive", "site": "FRA"},
            ]}}))
        };
        let (sends, receives) = (
            ["a.example.net:1 VMA transmit", "b.example.net:2 VMA transmit"],
            ["a.example.net:1 VMA receive", "b.example.net:3 VMA receive"],
        );
        assert_eq!(of("transmitter"), sends);
        assert_eq!(of("receiver"), receives);
        for both in ["transceiver", "pair"] {
            assert_eq!(of(both), [sends[0], receives[0], sends[1], receives[1]], "{both}");
        }
    }

    #[test]
    fn http_has_one_place_that_sends() {
        let document = json!({"http": {"base_url": "https://api.example.net:8443/v1", "auth": "bearer"}});
        assert_eq!(places(document), ["api.example.net:8443  transmit"]);
    }
}
