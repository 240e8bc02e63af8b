//! The rules across fields of an SMPP profile.

use super::{
    BindType, Direction, IdBase, IdScope, IdSource, InterfaceVersion, LongMessage, ReceiptKind, Smpp,
};
use crate::{
    Decimal, Number,
    invalid::{Fault, Rule},
    list::repeated,
};

impl Smpp {
    /// The profile, when its fields agree with each other.
    ///
    /// # Errors
    /// Every fault, with pointers below the profile.
    pub fn check(self) -> Result<Self, Vec<Fault>> {
        let faults: Vec<Fault> = self
            .directions()
            .into_iter()
            .chain(self.of_version())
            .chain(self.receive_path())
            .chain(self.times_and_counts())
            .chain(self.repetitions())
            .chain(self.dlr.check().into_iter().map(|fault| fault.below("/dlr")))
            .collect();
        if faults.is_empty() { Ok(self) } else { Err(faults) }
    }

    /// Endpoints for what the bind type does.
    fn directions(&self) -> Option<Fault> {
        let takes = |direction| self.endpoints.take(direction);
        let message = match self.bind_type {
            BindType::Transceiver if !takes(Direction::Any) => {
                "a transceiver needs an endpoint of direction any"
            }
            BindType::Transmitter | BindType::Pair if !takes(Direction::Transmit) => {
                "this bind type needs an endpoint of direction any or transmit"
            }
            BindType::Receiver | BindType::Pair if !takes(Direction::Receive) => {
                "this bind type needs an endpoint of direction any or receive"
            }
            _ => return None,
        };
        Some(combination("/endpoints", message))
    }

    /// What the interface version does not have.
    fn of_version(&self) -> Vec<Fault> {
        let receipt = self.registered_delivery.receipt;
        let success = receipt == ReceiptKind::SuccessOnly && self.interface_version != InterfaceVersion::V50;
        let mut faults = Vec::new();
        let mut refuse = |if_so: bool, pointer: &str, message: &str| {
            if if_so {
                faults.push(combination(pointer, message));
            }
        };
        refuse(success, "/registered_delivery/receipt", "success_only needs interface_version 5.0");
        if self.interface_version == InterfaceVersion::V33 {
            let both = [self.dlr.submit_id_base, self.dlr.receipt_id_base].map(|base| base == IdBase::Raw);
            refuse(
                self.bind_type == BindType::Transceiver,
                "/bind_type",
                "SMPP 3.3 has no transceiver: choose pair, transmitter or receiver",
            );
            refuse(!self.tlvs.is_empty(), "/tlvs", "SMPP 3.3 has no TLVs: leave them out");
            refuse(
                self.long_message != LongMessage::None,
                "/long_message",
                "SMPP 3.3 has neither a user data header nor TLVs: choose none",
            );
            refuse(
                self.dlr.id_source != IdSource::Text,
                "/dlr/id_source",
                "SMPP 3.3 has no TLVs: choose text",
            );
            let message = "ids of SMPP 3.3 are numbers: choose dec or hex";
            refuse(both[0], "/dlr/submit_id_base", message);
            refuse(both[1], "/dlr/receipt_id_base", message);
            refuse(
                receipt == ReceiptKind::FailureOnly,
                "/registered_delivery/receipt",
                "SMPP 3.3 asks for all receipts or none",
            );
        }
        faults
    }

    /// A session that receives, for receipts that are asked for.
    fn receive_path(&self) -> Option<Fault> {
        let asked =
            self.registered_delivery.receipt != ReceiptKind::None || self.registered_delivery.intermediate;
        (asked && !self.bind_type.receives() && self.dlr.scope != IdScope::Operator).then(|| {
            let message = "receipts need a session that receives: choose another bind_type, dlr.scope operator when they come \
                           over another connection, or registered_delivery.receipt none";
            combination("/registered_delivery", message)
        })
    }

    fn times_and_counts(&self) -> Vec<Fault> {
        let idle = self.inactivity_timeout_ms.get();
        let too_short = idle != 0 && idle < 2 * self.enquire_link_interval_ms.get();
        let needed = self.sessions.get() * self.bind_type.tcp_sessions();
        let too_few = self.max_binds.is_some_and(|most| most.get() < needed);
        let shrinks = self.reconnect.max_ms.get() < self.reconnect.initial_ms.get();
        let pointless = self.max_tps.is_none() && (self.burst.get() - 1.0).abs() > f64::EPSILON;
        let said: [(bool, &str, String); 4] = [
            (
                too_short,
                "/inactivity_timeout_ms",
                "must be 0, or at least twice enquire_link_interval_ms".to_owned(),
            ),
            (too_few, "/max_binds", format!("the wanted sessions take {needed} TCP sessions")),
            (shrinks, "/reconnect/max_ms", "must not be below initial_ms".to_owned()),
            (pointless, "/burst", "is a multiple of max_tps, which is not limited".to_owned()),
        ];
        said.into_iter().filter(|said| said.0).map(|(_, at, message)| combination(at, message)).collect()
    }

    fn repetitions(&self) -> impl Iterator<Item = Fault> {
        let encodings = repeated(&self.encodings.0, |encoding| encoding.alphabet);
        let tlvs = repeated(&self.tlvs, |tlv| (tlv.tag, tlv.direction));
        let sources = repeated(&self.source_ips, |block| *block);
        let peers = repeated(&self.peer_ips, |block| *block);
        let told = |list: &'static str, message: &'static str, places: Vec<usize>| {
            places.into_iter().map(move |at| Fault::new(format!("/{list}/{at}"), Rule::Unique, message))
        };
        told("encodings", "has the alphabet of another", encodings)
            .chain(told("tlvs", "has tag and direction of another", tlvs))
            .chain(told("source_ips", "stands here twice", sources))
            .chain(told("peer_ips", "stands here twice", peers))
    }
}

fn combination(pointer: &str, message: impl Into<String>) -> Fault {
    Fault::new(pointer, Rule::Combination, message)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::connection::{Profile, testing::smpp};

    /// Pointers of the faults of a profile with these members.
    fn told(members: Value) -> Vec<String> {
        let Profile::Smpp(smpp) = smpp(members) else { panic!("it speaks SMPP") };
        let faults = smpp.check().err().unwrap_or_default();
        assert!(faults.iter().all(|fault| [Rule::Combination, Rule::Unique].contains(&fault.invalid.rule)));
        faults.into_iter().map(|fault| fault.pointer).collect()
    }

    fn old(mut members: Value) -> Value {
        let quiet = json!({
            "interface_version": "3.3", "bind_type": "pair", "long_message": "none",
            "dlr": {"id_source": "text", "submit_id_base": "hex", "receipt_id_base": "dec"},
        });
        for (name, value) in quiet.as_object().unwrap() {
            members.as_object_mut().unwrap().entry(name).or_insert(value.clone());
        }
        members
    }

    #[test]
    fn endpoints_serve_what_the_bind_type_does() {
        let to = |bind_type: &str, directions: &[&str]| {
            let endpoints: Vec<_> = directions
                .iter()
                .enumerate()
                .map(|(at, direction)| json!({"host": format!("s{at}.example.net"), "port": 1, "direction": direction}))
                .collect();
            let quiet = json!({"receipt": "none"});
            told(json!({"bind_type": bind_type, "endpoints": endpoints, "registered_delivery": quiet}))
        };
        assert!(to("pair", &["transmit", "receive"]).is_empty());
        assert!(to("pair", &["any"]).is_empty());
        assert!(to("transmitter", &["transmit"]).is_empty());
        assert!(to("receiver", &["receive"]).is_empty());
        assert!(to("transceiver", &["transmit", "any"]).is_empty());
        for (bind_type, directions) in [
            ("pair", &["transmit"][..]),
            ("pair", &["receive"]),
            ("receiver", &["transmit"]),
            ("transmitter", &["receive"]),
            ("transceiver", &["transmit", "receive"]),
        ] {
            assert_eq!(to(bind_type, directions), ["/endpoints"], "{bind_type}");
        }
    }

    #[test]
    fn smpp_3_3_has_no_transceiver_tlvs_user_data_headers_or_text_ids() {
        assert!(told(old(json!({}))).is_empty());
        assert_eq!(
            told(json!({"interface_version": "3.3"})),
            ["/bind_type", "/long_message", "/dlr/id_source", "/dlr/submit_id_base", "/dlr/receipt_id_base"]
        );
        for (dlr, at) in [
            (
                json!({"id_source": "tlv", "submit_id_base": "hex", "receipt_id_base": "hex"}),
                "/dlr/id_source",
            ),
            (
                json!({"id_source": "text", "submit_id_base": "raw", "receipt_id_base": "hex"}),
                "/dlr/submit_id_base",
            ),
            (
                json!({"id_source": "text", "submit_id_base": "dec", "receipt_id_base": "raw"}),
                "/dlr/receipt_id_base",
            ),
        ] {
            assert_eq!(told(old(json!({"dlr": dlr}))), [at]);
        }
        for long_message in ["udh", "sar_tlv", "message_payload"] {
            assert_eq!(told(old(json!({"long_message": long_message}))), ["/long_message"]);
        }
        assert_eq!(told(old(json!({"bind_type": "transceiver"}))), ["/bind_type"]);
        assert!(told(json!({"registered_delivery": {"receipt": "failure_only"}})).is_empty(), "3.4 has them");
        assert_eq!(told(old(json!({"tlvs": [{"tag": 5120, "type": "integer"}]}))), ["/tlvs"]);
        assert_eq!(
            told(old(json!({"registered_delivery": {"receipt": "failure_only"}}))),
            ["/registered_delivery/receipt"]
        );
    }

    #[test]
    fn receipts_of_successes_only_are_of_5_0() {
        let with = |version: &str| {
            told(json!({"interface_version": version, "registered_delivery": {"receipt": "success_only"}}))
        };
        assert!(with("5.0").is_empty());
        assert_eq!(with("3.4"), ["/registered_delivery/receipt"]);
        let before = old(json!({"registered_delivery": {"receipt": "success_only"}}));
        assert_eq!(told(before), ["/registered_delivery/receipt"]);
    }

    #[test]
    fn receipts_need_a_session_that_receives_here_or_elsewhere() {
        let with = |more: Value| {
            let mut members = json!({"bind_type": "transmitter"});
            members.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            told(members)
        };
        assert_eq!(with(json!({})), ["/registered_delivery"]);
        assert_eq!(
            with(json!({"registered_delivery": {"receipt": "none", "intermediate": true}})),
            ["/registered_delivery"]
        );
        assert!(with(json!({"registered_delivery": {"receipt": "none"}})).is_empty());
        assert!(with(json!({"dlr": {"scope": "operator"}})).is_empty());
        assert_eq!(with(json!({"dlr": {"scope": "session"}})), ["/registered_delivery"]);
        for receiving in ["receiver", "pair", "transceiver"] {
            assert!(with(json!({"bind_type": receiving})).is_empty(), "{receiving}");
        }
    }

    #[test]
    fn times_and_counts_agree_with_each_other() {
        assert!(told(json!({"inactivity_timeout_ms": 40_000})).is_empty());
        assert_eq!(told(json!({"inactivity_timeout_ms": 39_999})), ["/inactivity_timeout_ms"]);
        assert!(told(json!({"sessions": 2, "max_binds": 2})).is_empty());
        assert_eq!(told(json!({"sessions": 3, "max_binds": 2})), ["/max_binds"]);
        assert!(told(json!({"bind_type": "pair", "sessions": 2, "max_binds": 4})).is_empty());
        assert_eq!(told(json!({"bind_type": "pair", "sessions": 2, "max_binds": 3})), ["/max_binds"]);
        assert!(told(json!({"reconnect": {"initial_ms": 5000, "max_ms": 5000}})).is_empty());
        assert_eq!(told(json!({"reconnect": {"initial_ms": 5001, "max_ms": 5000}})), ["/reconnect/max_ms"]);
        assert!(told(json!({"burst": 2, "max_tps": 10})).is_empty());
        assert_eq!(told(json!({"burst": 2})), ["/burst"]);
        assert_eq!(told(json!({"burst": 1.001})), ["/burst"]);
        assert!(told(json!({"burst": 1})).is_empty(), "it is what nobody has to say");
    }

    #[test]
    fn what_says_the_same_twice_is_told() {
        let encoding = |alphabet: &str| json!({"alphabet": alphabet, "data_coding": 0, "charset": "gsm7"});
        assert_eq!(
            told(json!({
                "encodings": [encoding("gsm7"), encoding("ucs2"), encoding("gsm7")],
                "tlvs": [{"tag": 1, "type": "octets"}, {"tag": 1, "type": "integer"},
                         {"tag": 1, "type": "integer", "direction": "receive"}],
                "source_ips": ["192.0.2.1", "192.0.2.1/32"], "peer_ips": ["192.0.2.0/24", "192.0.2.1", "192.0.2.0/24"],
            })),
            ["/encodings/2", "/tlvs/1", "/source_ips/1", "/peer_ips/2"]
        );
    }

    #[test]
    fn a_document_of_the_first_release_is_read_with_the_defaults_of_what_it_does_not_name() {
        let stored = json!({
            "endpoints": [{"host": "a.example.net", "port": 2775, "priority": 0, "weight": 1, "direction": "any"}],
            "bind_type": "transceiver", "sessions": 1, "window_size": 10, "max_tps": null,
            "tls": {"mode": "required", "min_version": "1.2", "server_name": null},
        });
        let smpp: Smpp = serde_json::from_value(stored).unwrap();
        assert_eq!(smpp, Smpp::to(smpp.endpoints.clone()));
    }
}
