//! Which changes of an event's schema break its readers: whatever is written by the new one must be understood by who knows
//! the old one, and a reader passes over members that it does not know.

use jsoncompat::{CompatibilityResult, Role, SchemaDocument, analyze_compat};
use serde_json::Value;

use super::Break;
use crate::failure::Failure;

/// Breaks between two texts of the schema of one version.
pub(super) fn breaks(file: &str, old: &Value, new: &Value) -> Result<Vec<Break>, Failure> {
    if old == new {
        return Ok(Vec::new());
    }
    let (old, new) = (parsed(file, old)?, parsed(file, new)?);
    let verdict = analyze_compat(&old, &new, Role::Serializer)
        .map_err(|cause| Failure::because(format!("cannot compare {file}"), cause))?;
    Ok(match verdict {
        CompatibilityResult::Compatible => Vec::new(),
        CompatibilityResult::Incompatible { counterexample, .. } => {
            vec![Break::new(file, format!("a reader of this version would not understand {counterexample}"))]
        }
        CompatibilityResult::Unknown { reason } => {
            vec![Break::new(
                file,
                format!(
                    "nobody can say that readers of this version understand what is written now: {reason}"
                ),
            )]
        }
    })
}

fn parsed(file: &str, schema: &Value) -> Result<SchemaDocument, Failure> {
    SchemaDocument::from_json(&open(schema))
        .map_err(|cause| Failure::because(format!("cannot read {file}"), cause))
}

/// The schema as a reader applies it: a member more is no fault.
pub(super) fn open(schema: &Value) -> Value {
    match schema {
        Value::Object(members) => {
            let kept = members.iter().filter(|(name, value)| {
                name.as_str() != "additionalProperties" || **value != Value::Bool(false)
            });
            Value::Object(kept.map(|(name, value)| (name.clone(), open(value))).collect())
        }
        Value::Array(items) => items.iter().map(open).collect(),
        other => other.clone(),
    }
}
