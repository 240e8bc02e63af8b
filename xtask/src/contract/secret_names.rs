//! No event has a member that is named like a secret: schemas are closed, so what no schema names is never published.

use serde_json::Value;

use super::{Document, FOLDER};

/// Parts of names that promise a secret.
const SECRETS: [&str; 9] =
    ["password", "passwd", "secret", "token", "private", "credential", "passphrase", "api_key", "apikey"];

/// Members of the event schemas that are named like one.
pub(super) fn faults(documents: &[Document]) -> Vec<String> {
    let events = documents.iter().filter(|document| document.file.starts_with("events/"));
    events
        .flat_map(|document| {
            let mut names = Vec::new();
            members(&document.content, &mut names);
            let told = |name: String| {
                format!(
                    "{FOLDER}/{}: the member {name:?} is named like a secret; events hold none",
                    document.file
                )
            };
            names.into_iter().filter(|name| is_secret(name)).map(told).collect::<Vec<_>>()
        })
        .collect()
}

fn is_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    SECRETS.iter().any(|part| name.contains(part))
}

/// Every name of a member that a schema gives, or, in an example, that stands there.
fn members(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for (name, inner) in object {
                names.push(name.clone());
                members(inner, names);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| members(item, names)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_member_named_like_a_secret_is_found_however_deep_and_a_word_in_a_list_is_none() {
        let sound = json!({"properties": {"what": {"enum": ["credential"]}, "id": {}}});
        let document = |content| Document { file: "events/x.v1.schema.json".to_owned(), content };
        assert_eq!(faults(&[document(sound.clone())]), Vec::<String>::new());
        for name in ["password", "smpp_password", "accessToken", "client_secret", "credential_id"] {
            let mut planted = sound.clone();
            planted["properties"]["id"]["properties"] = json!({name: {}});
            let told = faults(&[document(planted)]);
            assert!(told.len() == 1 && told[0].contains(name), "{told:?}");
        }
        let elsewhere = Document { file: "openapi/admin.json".to_owned(), content: json!({"password": 1}) };
        assert_eq!(faults(&[elsewhere]), Vec::<String>::new());
    }
}
