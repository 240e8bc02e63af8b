//! Variables: every word `OPS_…` in code is read somewhere, or sets a key of the configuration.

use std::collections::BTreeSet;

use super::config_reader::{Configuration, configuration};
use super::document::Document;
use super::{Seen, event};
use crate::failure::Failure;
use crate::tidy::checkout::File;
use crate::tidy::search::is_word;

/// Stands between the parts of a key.
const NESTING: &str = "__";

pub(super) fn look(documents: &[Document], files: &[File]) -> Result<Seen, Failure> {
    let configuration = configuration(files)?;
    let read = read_somewhere(files);
    let stream = event::stream(files)?;
    let mut seen = Seen::default();
    for document in documents {
        for code in &document.codes {
            for (at, word) in variables(&code.text).filter(|(_, word)| *word != stream) {
                let wrong = (!read.contains(word) && !sets_a_key(word, &configuration)).then(|| {
                    let sentence = format!(
                        "nothing reads `{word}`: correct it, or drop it (OPS_ADMIN__LISTEN is `listen` of `[admin]`)"
                    );
                    document.fault_at(code.line_at(at), sentence)
                });
                seen.name(wrong);
            }
        }
    }
    Ok(seen)
}

/// As `ops-daemon/src/config/source.rs` reads them.
fn sets_a_key(variable: &str, configuration: &Configuration) -> bool {
    let name = variable.strip_prefix("OPS_").unwrap_or_default().to_ascii_lowercase();
    let key = name.replace(NESTING, ".");
    configuration.keys.contains(&key) && !configuration.is_in_a_list(&key)
}

/// Every text `"OPS_…"` of a source.
fn read_somewhere(files: &[File]) -> BTreeSet<&str> {
    // tests beside the configuration, and those of this file, name variables that are wrong
    let folders = ["ops-daemon/src/config", "xtask/src/docs"];
    let sources =
        files.iter().filter(|file| file.is_rust() && !folders.iter().any(|folder| file.is_under(folder)));
    let texts = sources.flat_map(|file| file.text.split('"'));
    texts.filter(|text| variables(text).any(|(_, word)| word.len() == text.len())).collect()
}

/// Every whole word `OPS_…` with its place.
fn variables(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices("OPS_").filter_map(|(at, _)| {
        let before = text.get(..at)?.chars().next_back();
        let rest = text.get(at..)?;
        let word = rest.get(..rest.find(|c| !is_word(c)).unwrap_or(rest.len()))?;
        // `OPS_…` names all of them
        (before.is_none_or(|c| !is_word(c)) && !word.ends_with('_')).then_some((at, word))
    })
}

#[cfg(test)]
mod tests {
    use super::super::config_reader::testing::with_configuration;
    use super::super::document::testing::document;
    use super::*;

    fn found(text: &str) -> (usize, usize) {
        let source =
            "#[arg(long, env = \"OPS_CONFIG\")] const A: &str = \"OPS_TEST_SEED\"; // \"set OPS_NOTHING\"";
        let stream =
            "pub const STREAM: &str = \"OPS_OPERATOR\";\npub const SUBJECTS: &str = \"ops.operator.>\";";
        let mistyped = "fn mistyped() { set(\"OPS_ADMIN_LISTEN\") }";
        let files = with_configuration(&[
            ("a/src/lib.rs", source),
            ("ops-store/src/nats/mod.rs", stream),
            ("ops-daemon/src/config/tests.rs", mistyped),
        ]);
        let seen = look(&[document(text)], &files).unwrap();
        (seen.names, seen.faults.len())
    }

    #[test]
    fn a_variable_that_nothing_reads_is_reported() {
        for wrong in [
            "`OPS_CONF`",
            "`OPS_NOTHING`",
            "`OPS_ADMIN__PORT`",
            "`OPS_ADMIN_LISTEN`",
            "`OPS_INTERNAL__IDENTITIES__NAME`",
            "```sh\nOPS_SEED=1 true\n```",
        ] {
            assert_eq!(found(wrong), (1, 1), "{wrong}");
        }
    }

    #[test]
    fn a_variable_that_is_read_or_sets_a_key_passes() {
        for right in
            ["`OPS_CONFIG`", "`OPS_ADMIN__LISTEN`", "`OPS_EMBEDDED=store`", "```sh\necho $OPS_TEST_SEED\n```"]
        {
            assert_eq!(found(right), (1, 0), "{right}");
        }
        for other in ["`OPS_…`", "`OPS_OPERATOR`", "`STOPS_X`"] {
            assert_eq!(found(other), (0, 0), "{other}");
        }
    }
}
