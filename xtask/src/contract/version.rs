//! When a break is allowed: the version of the document says so.

use serde_json::Value;

/// Whether the new document has a major version above the old one's: 2.0.0 after 1.4.2. Before 1.0.0 the minor number counts
/// as major, as in Cargo: 0.2.0 after 0.1.7.
pub(super) fn is_raised(old: &Value, new: &Value) -> bool {
    match (major(old), major(new)) {
        (Some(old), Some(new)) => new > old,
        _ => false,
    }
}

/// The version as it stands in the document.
pub(super) fn of(document: &Value) -> &str {
    document.pointer("/info/version").and_then(Value::as_str).unwrap_or("without a version")
}

fn major(document: &Value) -> Option<(u64, u64)> {
    let mut numbers = of(document).split(['.', '-', '+']).map(|number| number.parse().ok());
    match (numbers.next()??, numbers.next()??) {
        (0, minor) => Some((0, minor)),
        (major, _) => Some((major, 0)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(version: &str) -> Value {
        json!({"info": {"version": version}})
    }

    #[test]
    fn only_a_major_step_allows_a_break() {
        for (old, new, raised) in [
            ("1.4.2", "2.0.0", true),
            ("1.4.2", "1.5.0", false),
            ("0.1.7", "0.2.0", true),
            ("0.1.7", "0.1.8", false),
            ("0.9.0", "1.0.0", true),
            ("2.0.0", "1.9.9", false),
            ("1.0.0", "2.0.0-rc.1", true),
        ] {
            assert_eq!(is_raised(&at(old), &at(new)), raised, "{old} → {new}");
        }
        assert!(!is_raised(&at("1.0.0"), &json!({})));
    }
}
