//! A connection's profile on the wire: the object named after the protocol, whole in a new connection and merged in a patch.

use std::marker::PhantomData;

use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use ops_core::{
    Fault, InvalidRule as Rule,
    connection::{Http, Profile, Protocol, Smpp},
};
use serde::Serialize;
use serde_json::Map;
use utoipa::openapi::schema::Schema;

use super::{document, rule::Described};
use crate::faults::{self, Faults};

/// The objects of a body, of which the one that is named after the protocol must be there and no other.
pub(super) struct Objects<S, H> {
    pub(super) smpp: Option<S>,
    pub(super) http: Option<H>,
}

impl<S, H> Objects<S, H> {
    /// What is wrong with which objects are there.
    pub(super) fn missing_or_foreign(&self, protocol: Protocol) -> Vec<Fault> {
        let of = |is_there: bool, place: &str, is_it: bool| match (is_it, is_there) {
            (true, false) => Some(Fault::new(place, Rule::Required, "is required by the protocol")),
            (false, true) => Some(Fault::new(place, Rule::Combination, "is of another protocol")),
            _ => None,
        };
        let smpp = of(self.smpp.is_some(), "/smpp", protocol == Protocol::Smpp);
        smpp.into_iter().chain(of(self.http.is_some(), "/http", protocol == Protocol::Http)).collect()
    }
}

impl Objects<Smpp, Http> {
    /// The profile.
    pub(super) fn of(self, protocol: Protocol) -> Result<Profile, Vec<Fault>> {
        match (protocol, self) {
            (Protocol::Smpp, Self { smpp: Some(smpp), http: None }) => Ok(Profile::Smpp(Box::new(smpp))),
            (Protocol::Http, Self { smpp: None, http: Some(http) }) => Ok(Profile::Http(Box::new(http))),
            (protocol, objects) => Err(objects.missing_or_foreign(protocol)),
        }
    }
}

impl Objects<Patch<Smpp>, Patch<Http>> {
    /// The profile after the patch: merged into the present one, or a new one when the protocol is another.
    pub(super) fn applied_to(self, now: &Profile, protocol: Protocol) -> Result<Profile, Vec<Fault>> {
        let below = |place: &'static str| {
            move |faults: Vec<Fault>| faults.into_iter().map(|fault| fault.below(place)).collect::<Vec<_>>()
        };
        let profile = match (protocol, self, now) {
            (_, Self { smpp: None, http: None }, now) if protocol == now.protocol() => now.clone(),
            (Protocol::Smpp, Self { smpp: Some(patch), http: None }, now) => {
                let now = if let Profile::Smpp(now) = now { Some(&**now) } else { None };
                Profile::Smpp(Box::new(patch.applied_to(now).map_err(below("/smpp"))?))
            }
            (Protocol::Http, Self { smpp: None, http: Some(patch) }, now) => {
                let now = if let Profile::Http(now) = now { Some(&**now) } else { None };
                Profile::Http(Box::new(patch.applied_to(now).map_err(below("/http"))?))
            }
            (protocol, objects, now) => {
                let mut faults = objects.missing_or_foreign(protocol);
                // what is not in the patch stays
                faults.retain(|fault| protocol != now.protocol() || fault.invalid.rule != Rule::Required);
                return Err(faults);
            }
        };
        let place = match protocol {
            Protocol::Smpp => "/smpp",
            Protocol::Http => "/http",
        };
        profile.check().map_err(below(place))
    }
}

/// A merge patch of a profile (RFC 7396): it is merged into the document of the profile, and the whole is parsed as a new one
/// would be, so that there is one parser for both.
#[derive(Debug, Clone)]
pub(super) struct Patch<T> {
    /// As they came.
    members: Map<String, serde_json::Value>,
    of: PhantomData<T>,
}

impl<T> Deserr<Faults> for Patch<T> {
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        place: ValuePointerRef<'_>,
    ) -> Result<Self, Faults> {
        match serde_json::Value::from(value) {
            serde_json::Value::Object(members) => Ok(Self { members, of: PhantomData }),
            _ => Err(Faults::wrong_type(place, "an object")),
        }
    }
}

impl<T: Described> Described for Patch<T> {
    fn described() -> Schema {
        document::patched(T::described())
    }
}

impl<T: Serialize + Deserr<Faults>> Patch<T> {
    /// The document after the patch; without one before it, the patch is the whole.
    fn applied_to(self, now: Option<&T>) -> Result<T, Vec<Fault>> {
        let mut document = now.and_then(|now| serde_json::to_value(now).ok()).unwrap_or_default();
        merge(&mut document, self.members);
        faults::parse(document)
    }
}

/// RFC 7396 §2. A null for a member that is not there stays, so that the parser tells when it knows no such member.
fn merge(document: &mut serde_json::Value, patch: Map<String, serde_json::Value>) {
    if !document.is_object() {
        *document = serde_json::Value::Object(Map::new());
    }
    let serde_json::Value::Object(members) = document else { return };
    for (name, value) in patch {
        match value {
            serde_json::Value::Null if members.remove(&name).is_some() => {}
            serde_json::Value::Object(patch) => {
                merge(members.entry(name).or_insert(serde_json::Value::Null), patch);
            }
            value => {
                members.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::wire::connection::Create;

    fn profile() -> Profile {
        let body = json!({"name": "main", "protocol": "smpp", "smpp": {
            "endpoints": [{"host": "a.example.net", "port": 2775}], "sessions": 4, "max_tps": 10,
            "tls": {"mode": "required", "server_name": "tls.example.net"},
        }});
        faults::parse::<Create>(body).unwrap().into_command().unwrap().profile
    }

    fn patched_to(
        protocol: Protocol,
        smpp: Option<serde_json::Value>,
        http: Option<serde_json::Value>,
    ) -> Result<serde_json::Value, Vec<(String, String)>> {
        let objects = Objects {
            smpp: smpp.map(|patch| faults::parse(patch).unwrap()),
            http: http.map(|patch| faults::parse(patch).unwrap()),
        };
        let told = |fault: Fault| (fault.pointer, fault.invalid.rule.as_str().to_owned());
        let applied = objects.applied_to(&profile(), protocol);
        applied
            .map(|profile| serde_json::to_value(profile).unwrap())
            .map_err(|faults| faults.into_iter().map(told).collect())
    }

    fn patched(patch: serde_json::Value) -> Result<serde_json::Value, Vec<(String, String)>> {
        patched_to(Protocol::Smpp, Some(patch), None).map(|mut profile| profile["smpp"].take())
    }

    fn told(rules: &[(&str, &str)]) -> Vec<(String, String)> {
        rules.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    }

    #[test]
    fn absent_keeps_null_removes_lists_are_replaced_and_objects_merge() {
        let now = serde_json::to_value(profile()).unwrap();
        assert_eq!(patched(json!({})).unwrap(), now["smpp"]);
        let merged = patched(json!({
            "sessions": null, "max_tps": null, "tls": {"server_name": null, "min_version": "1.3"},
            "endpoints": [{"host": "b.example.net", "port": 2776}], "source": {"short_code": {"ton": 6}},
        }))
        .unwrap();
        assert_eq!((&merged["sessions"], &merged["max_tps"]), (&json!(1), &json!(null)));
        let tls = &merged["tls"];
        assert_eq!(
            (&tls["mode"], &tls["min_version"], &tls["server_name"]),
            (&json!("required"), &json!("1.3"), &json!(null))
        );
        assert_eq!(merged["endpoints"].as_array().unwrap().len(), 1);
        assert_eq!(merged["endpoints"][0]["host"], "b.example.net");
        assert_eq!(merged["source"]["short_code"], json!({"ton": 6, "npi": 0}));
        assert_eq!(patched(json!({"tls": null})).unwrap()["tls"]["server_name"], json!(null));
    }

    #[test]
    fn every_fault_of_the_profile_as_it_would_be_is_told_in_the_body() {
        assert_eq!(
            patched(json!({"endpoints": null})).unwrap_err(),
            told(&[("/smpp/endpoints", "required")])
        );
        assert_eq!(patched(json!({"colour": null})).unwrap_err(), told(&[("/smpp/colour", "unknown")]));
        let mut several =
            patched(json!({"sessions": 201, "tls": {"mode": "maybe"}, "password": "x"})).unwrap_err();
        several.sort();
        assert_eq!(
            several,
            told(&[("/smpp/password", "unknown"), ("/smpp/sessions", "range"), ("/smpp/tls/mode", "one_of")])
        );
        let receiver = patched(json!({"bind_type": "receiver", "endpoints": [
            {"host": "a.example.net", "port": 1, "direction": "transmit"}]}));
        assert_eq!(receiver.unwrap_err(), told(&[("/smpp/endpoints", "combination")]));
        assert_eq!(faults::parse::<Patch<Smpp>>(json!([])).unwrap_err()[0].invalid.rule.as_str(), "type");
    }

    #[test]
    fn another_protocol_takes_a_whole_profile_of_its_own() {
        let http = json!({"base_url": "https://api.example.net/v1", "auth": "bearer"});
        let now = patched_to(Protocol::Http, None, Some(http.clone())).unwrap();
        assert_eq!(now["http"]["timeout_ms"], 10_000);
        let refused = |protocol, smpp, http| patched_to(protocol, smpp, http).unwrap_err();
        assert_eq!(refused(Protocol::Http, None, None), told(&[("/http", "required")]));
        assert_eq!(
            refused(Protocol::Http, Some(json!({})), None),
            told(&[("/smpp", "combination"), ("/http", "required")])
        );
        assert_eq!(refused(Protocol::Smpp, Some(json!({})), Some(http)), told(&[("/http", "combination")]));
        assert_eq!(
            refused(Protocol::Http, None, Some(json!({"auth": "bearer"}))),
            told(&[("/http/base_url", "required")])
        );
    }

    #[test]
    fn the_schema_asks_for_nothing_and_closes_what_it_describes() {
        let schema = serde_json::to_value(Patch::<Smpp>::described()).unwrap();
        assert!(schema.get("required").is_none() && schema["additionalProperties"] == false, "{schema}");
        let properties = &schema["properties"];
        assert!(properties["tls"].get("required").is_none());
        assert_eq!(properties["sessions"]["type"], json!(["integer", "null"]));
        assert_eq!(properties["endpoints"]["type"], "array");
        assert_eq!(properties["source"]["properties"]["short_code"]["type"], json!(["object", "null"]));
    }
}
