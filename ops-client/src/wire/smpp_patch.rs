//! A merge patch of an SMPP profile (RFC 7396): it is merged into the document of the profile, and the whole is parsed as a new
//! one would be, so that there is one parser for both.

use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use ops_core::{Fault, connection::Smpp};
use serde_json::Map;
use utoipa::openapi::{RefOr, schema::Schema};

use super::{
    rule::{self, Described},
    smpp::{SmppCreate, TlsCreate},
};
use crate::faults::{self, Faults};

/// The members of a patch, as they came.
#[derive(Debug, Clone)]
pub struct SmppPatch(Map<String, serde_json::Value>);

impl Deserr<Faults> for SmppPatch {
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        place: ValuePointerRef<'_>,
    ) -> Result<Self, Faults> {
        match serde_json::Value::from(value) {
            serde_json::Value::Object(members) => Ok(Self(members)),
            _ => Err(Faults::wrong_type(place, "an object")),
        }
    }
}

impl SmppPatch {
    /// The profile after the patch.
    ///
    /// # Errors
    /// Every fault of it, with pointers below `/smpp`.
    pub(super) fn applied_to(self, profile: &Smpp) -> Result<Smpp, Vec<Fault>> {
        let mut document = serde_json::to_value(profile).unwrap_or_default();
        merge(&mut document, self.0);
        let below = |fault: Fault| Fault { pointer: format!("/smpp{}", fault.pointer), ..fault };
        faults::parse::<SmppCreate>(document)
            .and_then(SmppCreate::into_profile)
            .map_err(|faults| faults.into_iter().map(below).collect())
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

impl Described for SmppPatch {
    /// The members of a new profile, none of them required, and null where there is a default.
    fn described() -> Schema {
        let mut schema = all_optional(rule::inline::<SmppCreate>());
        if let Schema::Object(object) = &mut schema {
            for (name, property) in &mut object.properties {
                let inner = match name.as_str() {
                    "tls" => all_optional(rule::inline::<TlsCreate>()),
                    _ => match property {
                        RefOr::T(schema) => schema.clone(),
                        RefOr::Ref(_) => continue,
                    },
                };
                *property = RefOr::T(if name == "endpoints" { inner } else { rule::or_null(inner) });
            }
        }
        schema
    }
}

fn all_optional(schema: Schema) -> Schema {
    match schema {
        Schema::Object(mut object) => {
            object.required.clear();
            Schema::Object(object)
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use ops_core::connection::Profile;
    use serde_json::json;

    use super::*;
    use crate::wire::connection::Create;

    fn profile() -> Smpp {
        let body = json!({"name": "main", "protocol": "smpp", "smpp": {
            "endpoints": [{"host": "a.example.net", "port": 2775}], "sessions": 4, "max_tps": 10,
            "tls": {"mode": "required", "server_name": "tls.example.net"},
        }});
        let Profile::Smpp(smpp) = faults::parse::<Create>(body).unwrap().into_command().profile;
        smpp
    }

    fn patched(patch: serde_json::Value) -> Result<serde_json::Value, Vec<(String, String)>> {
        let patch = faults::parse::<SmppPatch>(patch).unwrap();
        let told = |fault: Fault| (fault.pointer, fault.invalid.rule.as_str().to_owned());
        let applied = patch.applied_to(&profile()).map_err(|faults| faults.into_iter().map(told).collect());
        applied.map(|smpp| serde_json::to_value(smpp).unwrap())
    }

    #[test]
    fn absent_keeps_null_removes_lists_are_replaced_and_objects_merge() {
        assert_eq!(patched(json!({})).unwrap(), serde_json::to_value(profile()).unwrap());
        let merged = patched(json!({
            "sessions": null, "max_tps": null, "tls": {"server_name": null, "min_version": "1.3"},
            "endpoints": [{"host": "b.example.net", "port": 2776}],
        }))
        .unwrap();
        assert_eq!((&merged["sessions"], &merged["max_tps"]), (&json!(1), &json!(null)));
        assert_eq!(merged["tls"], json!({"mode": "required", "min_version": "1.3", "server_name": null}));
        assert_eq!(merged["endpoints"].as_array().unwrap().len(), 1);
        assert_eq!(merged["endpoints"][0]["host"], "b.example.net");
        assert_eq!(patched(json!({"tls": null})).unwrap()["tls"]["server_name"], json!(null));
    }

    #[test]
    fn every_fault_of_the_profile_as_it_would_be_is_told_in_the_body() {
        let told = |rules: &[(&str, &str)]| -> Vec<(String, String)> {
            rules.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
        };
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
        assert_eq!(faults::parse::<SmppPatch>(json!([])).unwrap_err()[0].invalid.rule.as_str(), "type");
    }

    #[test]
    fn the_schema_asks_for_nothing_and_closes_what_it_describes() {
        let schema = serde_json::to_value(SmppPatch::described()).unwrap();
        assert!(schema.get("required").is_none() && schema["additionalProperties"] == false, "{schema}");
        assert!(schema["properties"]["tls"].get("required").is_none());
        assert_eq!(schema["properties"]["sessions"]["type"], json!(["integer", "null"]));
    }
}
