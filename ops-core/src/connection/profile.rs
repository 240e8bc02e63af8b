//! How to connect, by protocol.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Host, Http, Protocol, Smpp};
use crate::invalid::Fault;

/// How to connect. Stored as one JSON document, checked by the same parsers on write and on read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Profile {
    /// An SMPP bind.
    Smpp(Box<Smpp>),
    /// Requests over HTTP.
    Http(Box<Http>),
}

impl Profile {
    /// The protocol's word.
    #[must_use]
    pub const fn protocol(&self) -> Protocol {
        match self {
            Self::Smpp(_) => Protocol::Smpp,
            Self::Http(_) => Protocol::Http,
        }
    }

    /// The hosts that it leads to, each once.
    #[must_use]
    pub fn hosts(&self) -> BTreeSet<Host> {
        match self {
            Self::Smpp(smpp) => smpp.endpoints.iter().map(|endpoint| endpoint.host.clone()).collect(),
            Self::Http(http) => http.base_url.host().into_iter().collect(),
        }
    }

    /// The profile, when its fields agree with each other.
    ///
    /// # Errors
    /// Every fault, with pointers below the profile.
    pub fn check(self) -> Result<Self, Vec<Fault>> {
        match self {
            Self::Smpp(smpp) => smpp.check().map(|smpp| Self::Smpp(Box::new(smpp))),
            Self::Http(_) => Ok(self),
        }
    }

    /// Whether `next` would give a secret to somebody else: to whom it is sent, how, or whether it is encrypted, differs.
    #[must_use]
    pub fn redirects(&self, next: &Self) -> bool {
        match (self, next) {
            (Self::Smpp(now), Self::Smpp(next)) => now.redirects(next),
            (Self::Http(now), Self::Http(next)) => now.redirects(next),
            _ => true,
        }
    }

    /// Whether sessions must be bound anew for `next`. HTTP has none; there it is what [`Profile::redirects`] says.
    #[must_use]
    pub fn rebinds(&self, next: &Self) -> bool {
        match (self, next) {
            (Self::Smpp(now), Self::Smpp(next)) => now.rebinds(next),
            _ => self.redirects(next),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{connection::testing, invalid::Rule, testing::text};

    fn profile(mut document: Value, at: &str, value: Value) -> Profile {
        let (parent, name) = at.rsplit_once('/').unwrap();
        document.pointer_mut(parent).unwrap().as_object_mut().unwrap().insert(name.to_owned(), value);
        serde_json::from_value(document).unwrap()
    }

    fn smpp() -> Value {
        json!({"smpp": {"endpoints": [{"host": "a.example.net", "port": 2775}], "tls": {}}})
    }

    fn http() -> Value {
        json!({"http": {"base_url": "https://a.example.net/v1", "auth": "bearer"}})
    }

    #[test]
    fn who_receives_a_secret_and_what_needs_a_new_bind_is_told_field_by_field() {
        let elsewhere = json!([{"host": "b.example.net", "port": 2775}]);
        for (document, at, value, redirects, rebinds) in [
            (smpp(), "/smpp/endpoints", elsewhere, true, true),
            (smpp(), "/smpp/tls/server_name", json!("b.example.net"), true, true),
            (smpp(), "/smpp/bind_type", json!("pair"), false, true),
            (smpp(), "/smpp/interface_version", json!("5.0"), false, true),
            (smpp(), "/smpp/system_type", json!("x"), false, true),
            (smpp(), "/smpp/address_range", json!("^49"), false, true),
            (smpp(), "/smpp/addr_ton", json!(1), false, true),
            (smpp(), "/smpp/addr_npi", json!(1), false, true),
            (smpp(), "/smpp/window_size", json!(11), false, false),
            (smpp(), "/smpp/sessions", json!(2), false, false),
            (smpp(), "/smpp/max_tps", json!(5), false, false),
            (http(), "/http/base_url", json!("https://b.example.net/v1"), true, true),
            (http(), "/http/auth", json!("basic"), true, true),
            (http(), "/http/timeout_ms", json!(200), false, false),
        ] {
            let now: Profile = serde_json::from_value(document.clone()).unwrap();
            let next = profile(document, at, value);
            assert_ne!(now, next, "{at}");
            assert_eq!((now.redirects(&next), now.rebinds(&next)), (redirects, rebinds), "{at}");
            assert!(!now.redirects(&now.clone()) && !now.rebinds(&now.clone()));
        }
    }

    #[test]
    fn another_protocol_goes_to_somebody_else() {
        let [smpp, http]: [Profile; 2] = [smpp(), http()].map(|of| serde_json::from_value(of).unwrap());
        assert!(smpp.redirects(&http) && http.rebinds(&smpp));
        assert_eq!([smpp.protocol(), http.protocol()], [Protocol::Smpp, Protocol::Http]);
    }

    #[test]
    fn a_profile_leads_to_each_of_its_hosts_once() {
        let endpoint = |host: &str, port: i64| json!({"host": host, "port": port});
        let endpoints =
            [endpoint("b.example.net", 1), endpoint("a.example.net", 1), endpoint("a.example.net", 2)];
        let two = testing::smpp(json!({"endpoints": endpoints}));
        assert_eq!(two.hosts(), BTreeSet::from([text("a.example.net"), text("b.example.net")]));
        assert_eq!(testing::http(json!({})).hosts(), BTreeSet::from([text("api.example.net")]));
    }

    #[test]
    fn only_of_smpp_the_fields_can_disagree_with_each_other() {
        for sound in [testing::smpp(json!({})), testing::http(json!({}))] {
            assert_eq!(sound.clone().check(), Ok(sound));
        }
        let faults = testing::smpp(json!({"burst": 2, "dlr": {"test_vectors": [
            {"submit_id": "a", "receipt": "id:a", "expect": "a"}, {"submit_id": "b", "receipt": "id:a", "expect": "a"},
        ]}}))
        .check()
        .unwrap_err();
        let told: Vec<_> = faults.iter().map(|fault| (fault.pointer.as_str(), fault.invalid.rule)).collect();
        assert_eq!(
            told,
            [("/burst", Rule::Combination), ("/dlr/test_vectors/1/submit_id", Rule::Combination)]
        );
    }
}
