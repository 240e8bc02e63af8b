//! What each member of a document means, once for all documents that have it: a schema that is printed from a rule knows what
//! a value may be, and not what it is for.

mod words;

use serde_json::{Map, Value, json};

pub use words::GLOSSARY;

/// Adds to the schema of `owner`, and to what stands inside of it, what its members mean.
pub fn explain(owner: &str, schema: &mut Value) {
    let Some(members) = schema.as_object_mut() else { return };
    if let Some(properties) = members.get_mut("properties").and_then(Value::as_object_mut) {
        for (name, member) in properties.iter_mut() {
            // what a reference leads to says what it is; only an owner's own words go before that
            let is_general = !member["$ref"].is_string();
            if let (Some(says), Some(member)) = (meaning(owner, name, is_general), member.as_object_mut()) {
                say(says, member);
            }
            explain(name, member);
        }
    }
    for part in ["items", "additionalProperties"] {
        if let Some(part) = members.get_mut(part) {
            explain(owner, part);
        }
    }
    for forms in ["oneOf", "anyOf", "allOf"] {
        let forms = members.get_mut(forms).and_then(Value::as_array_mut);
        forms.into_iter().flatten().for_each(|form| explain(owner, form));
    }
}

/// What a member means there, or in general.
fn meaning(owner: &str, name: &str, is_general: bool) -> Option<&'static str> {
    let find = |wanted: &str| GLOSSARY.iter().find(|(known, _)| *known == wanted).map(|(_, says)| *says);
    find(&format!("{owner}.{name}")).or_else(|| find(name).filter(|_| is_general))
}

/// A description of its own wins; a rule's hint says what the value must be, and stands behind what it is.
fn say(says: &str, member: &mut Map<String, Value>) {
    let said = member.get("description").and_then(Value::as_str).unwrap_or_default();
    let description = match said {
        "" => says.to_owned(),
        hint if hint.starts_with("must ") => format!("{says} It {hint}."),
        hint if hint.starts_with("at most ") => format!("{says} {}{}.", "A", &hint[1..]),
        _ => return,
    };
    member.insert("description".to_owned(), json!(description));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_member_is_told_once_in_whole_sentences() {
        for (at, (name, says)) in GLOSSARY.iter().enumerate() {
            assert!(!GLOSSARY[at + 1..].iter().any(|(other, _)| other == name), "{name} stands there twice");
            assert!(says.ends_with('.') && !says.starts_with(char::is_whitespace), "{name}: {says}");
        }
    }

    #[test]
    fn a_member_is_told_by_its_owner_first_and_a_hint_stays_behind_it() {
        let mut schema = json!({"properties": {
            "code": {"description": "must be short"}, "id": {"type": "string"}, "labels": {"description": "at most 3"},
            "version": {"description": "own words"}, "status": {"$ref": "#/x"}, "strange": {"type": "string"},
            "binds": {"type": "object", "properties": {"busy": {"type": "integer"}}},
            "receipts": {"type": "array", "items": {"properties": {"expired": {}}}},
            "destination": {"oneOf": [{"properties": {"number": {}}}]},
        }});
        explain("Operator", &mut schema);
        let said =
            |pointer: &str| schema.pointer(pointer).unwrap()["description"].as_str().unwrap_or_default();
        assert!(said("/properties/code").ends_with("never changed. It must be short."));
        assert_eq!(said("/properties/id"), "The id of the operator.");
        assert!(said("/properties/labels").ends_with("by key. At most 3."));
        assert_eq!((said("/properties/version"), said("/properties/strange")), ("own words", ""));
        assert_eq!(said("/properties/status"), "", "what it refers to says it");
        assert!(said("/properties/binds/properties/busy").contains("busy"));
        assert!(said("/properties/receipts/items/properties/expired").contains("expired"));
        assert_eq!(said("/properties/destination/oneOf/0/properties/number"), "Exactly this number.");
    }
}
