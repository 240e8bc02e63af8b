//! Every other name in code: `a_word_of_ours`, `AType`, `a::path`, `table.column`, `member: "value"`, `a-crate`,
//! `A-Header`, the parameters of a query. Each of its parts stands somewhere in the sources.

use std::collections::BTreeSet;

use super::document::{Code, Document};
use super::{Seen, daemon_command, file_path, test_name};
use crate::failure::Failure;
use crate::tidy::checkout::File;
use crate::tidy::search::is_word;
use crate::tidy::source::Source;

/// Words of others, which no source of ours has.
const NOT_OURS: [&str; 3] = [
    "compile_fail",    // of rustdoc, in comments
    "jq",              // a program
    "max_connections", // of PostgreSQL
];

pub(super) fn look(documents: &[Document], files: &[File]) -> Result<Seen, Failure> {
    let words = words(files)?;
    let mut seen = Seen::default();
    for document in documents {
        for code in document.spans().filter(|code| !is_of_another_kind(code)) {
            let parts = parts(&code.text);
            let missing = parts.iter().find(|part| !has(&words, part) && !NOT_OURS.contains(part));
            let wrong = missing.map(|part| {
                document.fault(code, format!("no source has the word `{part}`: correct it, or drop it"))
            });
            if !parts.is_empty() {
                seen.name(wrong);
            }
        }
    }
    Ok(seen)
}

/// Metrics, roles and crates begin with `ops_`; tests and sources are looked up as files.
fn is_of_another_kind(code: &Code) -> bool {
    let begins_like_a_metric = code.text.starts_with("ops_") && !code.text.contains("::");
    begins_like_a_metric || file_path::ends_like_ours(&code.text) || test_name::is_named_by(code)
}

/// As it is; or a header, which Rust spells `IF_MATCH` or `"if-match"`.
fn has(words: &BTreeSet<String>, part: &str) -> bool {
    let is_header = || {
        words.contains(&part.to_ascii_lowercase())
            || words.contains(&part.replace('-', "_").to_ascii_uppercase())
    };
    words.contains(part) || part.contains('-') && is_header()
}

/// The words that must be there; none, when it is no name.
fn parts(text: &str) -> Vec<&str> {
    if let Some(parts) = member(text).or_else(|| query(text)) {
        return parts;
    }
    let name = text.trim_end_matches("()").trim_end_matches(['!', '/']);
    let is_kebab = name.split('-').all(|part| is_part(part) && !part.contains('_'));
    if is_kebab && name.contains('-') {
        return vec![name];
    }
    let name = name.strip_suffix('>').unwrap_or(name);
    let parts: Vec<&str> = name.split("::").flat_map(|part| part.split(['<', '.', '=', '/'])).collect();
    if parts.iter().all(|part| is_part(part)) { parts } else { Vec::new() }
}

/// The names of the parameters of `path?name=value`.
fn query(text: &str) -> Option<Vec<&str>> {
    let (path, query) = text.split_once('?')?;
    let parameters = query.split('&').filter_map(|parameter| Some(parameter.split_once('=')?.0));
    (!path.contains(' ')).then(|| parameters.collect())
}

/// `a_word`, `AType`; not `PATH`, not `1`.
fn is_part(part: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    part.starts_with(|c: char| c.is_ascii_alphabetic())
        && part.contains(|c: char| c.is_ascii_lowercase())
        && part.chars().all(is_plain)
        && part.len() > 1
}

/// Name and words of `member: "value"`, as JSON has it.
fn member(text: &str) -> Option<Vec<&str>> {
    let (name, value) = text.split_once(": ")?;
    serde_json::from_str::<serde_json::Value>(value).ok()?;
    let values = value.split('"').skip(1).step_by(2);
    Some([name].into_iter().chain(values).filter(|part| is_part(part)).collect())
}

/// Every word of a file that is no document, without the comments of Rust; and not the names that the tests beside this
/// file make up.
fn words(files: &[File]) -> Result<BTreeSet<String>, Failure> {
    let sources = files.iter().filter(|file| {
        !file.path.ends_with(".md") && file.path != "Cargo.lock" && !file.is_under("xtask/src/docs")
    });
    let commands = daemon_command::command(files)?;
    let mut words: BTreeSet<String> =
        commands.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    for file in sources {
        let text = if file.is_rust() { Source::of(&file.text).uncommented } else { file.text.clone() };
        words.extend(text.split(|c| !is_word(c)).map(str::to_owned));
        words.extend(
            text.split(|c| !is_word(c) && c != '-').filter(|word| word.contains('-')).map(str::to_owned),
        );
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::super::daemon_command::testing::with_daemon;
    use super::super::document::testing::document;
    use super::*;

    fn found(text: &str) -> (usize, usize) {
        let files = with_daemon(&[
            (
                "a/src/lib.rs",
                "enum Colour { Red } const TASK: &str = \"paint_all\"; use header::IF_MATCH; // gone_word",
            ),
            ("m/V1.sql", "CONSTRAINT colour_known"),
            ("Cargo.toml", "red-paint = 1"),
            ("docs/B.md", "told_only"),
            ("Cargo.lock", "locked_only"),
            ("xtask/src/docs/a.rs", "planted_only"),
        ]);
        let seen = look(&[document(text)], &files).unwrap();
        (seen.names, seen.faults.len())
    }

    #[test]
    fn a_word_that_no_source_has_is_reported() {
        for wrong in [
            "paint_al",
            "gone_word",
            "told_only",
            "locked_only",
            "planted_only",
            "Color",
            "Colour::Blue",
            "color::Red",
            "Colour<Blue>",
            "colour_known.blue",
            "paint_al()",
            "blue-paint",
            "painted: true",
            "paint_all: \"blue\"",
            "paint_al=paint_all",
            "paint_al/colour_known.Red",
            "If-Matched",
            "x?colour_known=x&colour_unknown=y",
        ] {
            assert_eq!(found(&format!("`{wrong}`")), (1, 1), "{wrong}");
        }
    }

    #[test]
    fn words_of_sources_pass_and_what_is_no_name_does_not_count() {
        for right in [
            "paint_all",
            "colour_known",
            "Colour",
            "Colour::Red",
            "Colour<Red>",
            "paint_all()",
            "colour_known.paint_all",
            "red-paint",
            "new-epoch",
            "If-Match",
            "paint_all/colour_known.Red",
            "x?colour_known=x",
            "paint_all: [\"colour_known\"]",
        ] {
            assert_eq!(found(&format!("`{right}`")), (1, 0), "{right}");
        }
        for other in ["PATH", "BAO_", "no: such thing", "a, b", "0.1.0", "--flag", "ops_app", "n", "…"] {
            assert_eq!(found(&format!("`{other}`")), (0, 0), "{other}");
        }
    }
}
