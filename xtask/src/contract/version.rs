//! When a break is allowed: the version of the API says so.

use super::Document;

/// The document whose version counts for all.
const LEADS: &str = "openapi/admin.json";

/// Whether the new version is a major one: 2.0.0 after 1.4.2, and, as Cargo reads versions, 0.2.0 after 0.1.7.
pub(super) fn is_raised(old: &[Document], new: &[Document]) -> bool {
    match (major(old), major(new)) {
        (Some(old), Some(new)) => new > old,
        _ => false,
    }
}

fn major(documents: &[Document]) -> Option<(u64, u64)> {
    let document = documents.iter().find(|document| document.file == LEADS)?;
    let version = document.content.pointer("/info/version")?.as_str()?;
    let mut numbers = version.split(['.', '-', '+']).map(|number| number.parse().ok());
    match (numbers.next()??, numbers.next()??) {
        (0, minor) => Some((0, minor)),
        (major, _) => Some((major, 0)),
    }
}

/// What to do about a break.
pub(super) fn remedy() -> String {
    "these changes break callers: take them back, give an event a new version of its schema, or raise the major version \
     (before 1.0.0 the minor one) in Cargo.toml"
        .to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(version: &str) -> Vec<Document> {
        vec![Document { file: LEADS.to_owned(), content: json!({"info": {"version": version}}) }]
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
        assert!(!is_raised(&at("1.0.0"), &[]));
    }
}
