//! Permissions and rights: `credential:write` in code, and the rights in blocks of TOML.

use std::collections::BTreeSet;

use super::document::Document;
use super::{Seen, rust};
use crate::failure::Failure;
use crate::tidy::checkout::File;

/// Where the words stand, in quotes.
const SOURCES: [&str; 2] = ["ops-daemon/src/http/permission.rs", "ops-daemon/src/config/identity.rs"];

pub(super) fn look(documents: &[Document], files: &[File]) -> Result<Seen, Failure> {
    let mut known = BTreeSet::new();
    for path in SOURCES {
        known.extend(rust::text(files, path)?.split('"').filter(|text| is_permission(text)));
    }
    let mut seen = Seen::default();
    for document in documents {
        for code in &document.codes {
            let words =
                if code.is_span() { vec![code.text.as_str()] } else { code.text.split('"').collect() };
            let is_toml = code.block.as_deref() == Some("toml");
            let mut at = 0;
            for word in words {
                if (code.is_span() || is_toml) && is_permission(word) {
                    let sentence =
                        || format!("there is no permission or right `{word}`: correct it, or drop it");
                    let wrong = !known.contains(word);
                    seen.name(wrong.then(|| document.fault_at(code.line_at(at), sentence())));
                }
                at += word.len() + 1;
            }
        }
    }
    Ok(seen)
}

/// Two words of small letters.
fn is_permission(text: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    // `urn:…` is a URI
    text.split_once(':').is_some_and(|(noun, verb)| noun != "urn" && is_part(noun) && is_part(verb))
}

#[cfg(test)]
mod tests {
    use super::super::document::testing::document;
    use super::*;
    use crate::tidy::checkout::testing::checkout;

    fn found(text: &str) -> Vec<String> {
        let files = checkout(&[
            (SOURCES[0], "Read = \"rule:read\"; \"a\""),
            (SOURCES[1], "Self::Lease => \"rule:lease\""),
        ]);
        let seen = look(&[document(text)], &files).unwrap();
        assert_eq!(seen.names, 2);
        seen.faults.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_permission_that_is_not_there_is_reported_and_one_that_is_passes() {
        let block = "```toml\nx = 1\nrights = [\"rule:lease\", \"rule:leased\"]\n```";
        for (text, line) in [("`rule:read` `rule:wrote`", 1), (block, 3)] {
            let faults = found(text);
            assert_eq!(faults.len(), 1, "{faults:?}");
            assert!(
                faults[0].starts_with(&format!("docs/A.md:{line}: there is no permission")),
                "{faults:?}"
            );
        }
        assert_eq!(found("`rule:read` `rule:lease` `urn:ops` `http://x` `a: b`"), Vec::<String>::new());
    }
}
