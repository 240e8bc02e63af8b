//! Configuration keys: blocks of TOML, sections in brackets, `section.key`, and `key = …`.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Seen;
use super::config_reader::{Configuration, configuration};
use super::document::{Code, Document};
use crate::failure::Failure;
use crate::tidy::Fault;
use crate::tidy::checkout::File;
use crate::tidy::search::is_word;

/// Parameters of others that are written in the same way.
const NOT_OURS: [&str; 1] = [
    "cas", // of Vault's KV engine
];
/// Files are written like keys: `ops.toml`, `admin.jwt`.
const ENDINGS: [&str; 8] = [".json", ".jwt", ".key", ".lock", ".pem", ".sqlite", ".toml", ".url"];

pub(super) fn look(documents: &[Document], files: &[File]) -> Result<Seen, Failure> {
    let configuration = configuration(files)?;
    let mut seen = Seen::default();
    for document in documents {
        for code in &document.codes {
            match code.block.as_deref() {
                Some("toml") => block(document, code, &configuration, &mut seen),
                Some(_) => {}
                None => span(document, code, &configuration, &mut seen),
            }
        }
    }
    Ok(seen)
}

fn unknown(document: &Document, line: usize, key: &str) -> Fault {
    document.fault_at(line, format!("the configuration has no `{key}`: correct it, or drop it"))
}

fn span(document: &Document, code: &Code, configuration: &Configuration, seen: &mut Seen) {
    let Configuration { keys, sections, lists, .. } = configuration;
    let text = code.text.as_str();
    let right = if let Some(list) = inside(text, "[[", "]]") {
        lists.contains(list)
    } else if let Some(section) = inside(text, "[", "]") {
        sections.contains(section)
    } else if let Some((key, _)) = assignment(text).filter(|(key, _)| !NOT_OURS.contains(key)) {
        keys.iter().any(|known| known == key || known.ends_with(&format!(".{key}")))
    } else if is_dotted(text, configuration) {
        keys.contains(text)
    } else {
        return;
    };
    seen.name((!right).then(|| unknown(document, code.line, text)));
}

fn inside<'a>(text: &'a str, open: &str, close: &str) -> Option<&'a str> {
    let name = text.strip_prefix(open)?.strip_suffix(close)?;
    (!name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || ".-_".contains(c))).then_some(name)
}

/// Key and value of `key = …`.
fn assignment(text: &str) -> Option<(&str, &str)> {
    let (key, value) = text.split_once(" = ")?;
    (!key.is_empty() && key.chars().all(|c| c.is_ascii_lowercase() || "._".contains(c)))
        .then_some((key, value))
}

/// `section.key`, where that section exists.
fn is_dotted(text: &str, configuration: &Configuration) -> bool {
    let is_key = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._".contains(c));
    let first = text.split_once('.').map_or("", |(first, _)| first);
    // `ops.` begins subjects and tables too; those have kinds of their own
    let is_other = text.starts_with("ops.operator.") || text.starts_with("ops.refinery_");
    let is_file = ENDINGS.iter().any(|ending| text.ends_with(ending));
    is_key && configuration.sections.contains(first) && !is_other && !is_file
}

fn block(document: &Document, code: &Code, configuration: &Configuration, seen: &mut Seen) {
    match DeTable::parse(&code.text) {
        Ok(table) => keys_of(table.get_ref(), "", &mut |key, at| {
            let wrong = !configuration.keys.contains(key);
            seen.name(wrong.then(|| unknown(document, code.line_at(at), key)));
        }),
        Err(cause) => {
            let line = code.line_at(cause.span().map_or(0, |span| span.start));
            let sentence =
                format!("this is no TOML: {}; correct it, or mark the block `text`", cause.message());
            seen.name(Some(document.fault_at(line, sentence)));
        }
    }
    for (line, key) in in_comments(&code.text) {
        let wrong = !configuration.keys.contains(&key);
        seen.name(wrong.then(|| unknown(document, code.line + line, &key)));
    }
}

/// Every key by its whole name, with its place.
fn keys_of(table: &DeTable<'_>, prefix: &str, found: &mut impl FnMut(&str, usize)) {
    for (name, value) in table {
        let key = format!("{prefix}{}", name.get_ref());
        found(&key, name.span().start);
        below(value, &format!("{key}."), found);
    }
}

fn below(value: &Spanned<DeValue<'_>>, prefix: &str, found: &mut impl FnMut(&str, usize)) {
    match value.get_ref() {
        DeValue::Table(table) => keys_of(table, prefix, found),
        DeValue::Array(entries) => {
            for entry in entries {
                below(entry, prefix, found);
            }
        }
        _ => {}
    }
}

/// The keys that comments name as `key = …`, each in the section of its line, with the number of the line from 0.
fn in_comments(text: &str) -> Vec<(usize, String)> {
    let mut section = String::new();
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let (code, comment) = line.split_once('#').unwrap_or((line, ""));
        if code.starts_with('[') {
            section = format!("{}.", code.trim().trim_matches(['[', ']']));
        }
        for (at, _) in comment.match_indices(" = ") {
            let before = comment.get(..at).unwrap_or_default();
            let key = before.rsplit(|c| !is_word(c)).next().unwrap_or_default();
            found.push((number, format!("{section}{key}")));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::config_reader::testing::with_configuration;
    use super::super::document::testing::document;
    use super::*;

    fn found(text: &str) -> (usize, Vec<String>) {
        let seen = look(&[document(text)], &with_configuration(&[])).unwrap();
        (seen.names, seen.faults.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_key_or_a_section_that_is_not_there_is_reported() {
        for wrong in [
            "\n`admin.port`",
            "\n`[admin.tsl]`",
            "\n`[[admin.tls]]`",
            "\n`listens = \"x\"`",
            "\n`[identities]`",
        ] {
            let (names, faults) = found(wrong);
            assert!(
                names == 1 && faults[0].starts_with("docs/A.md:2: the configuration has no"),
                "{wrong}: {faults:?}"
            );
        }
    }

    #[test]
    fn a_wrong_key_of_a_block_is_reported_at_its_line_also_in_a_comment() {
        let block = "```toml\nembedded = []\n[admin]\nlisten = \"x\" # or listens = \"y\"\nport = 1\n[[internal.identities]]\nnames = \"x\"\n```";
        let (names, faults) = found(block);
        assert_eq!(names, 8);
        let lines: Vec<_> = faults.iter().map(|fault| fault.split(' ').next().unwrap()).collect();
        assert_eq!(lines, ["docs/A.md:5:", "docs/A.md:7:", "docs/A.md:4:"]);
        assert!(found("```toml\n[admin\n```").1[0].contains("docs/A.md:2: this is no TOML"));
    }

    #[test]
    fn keys_that_are_there_and_other_names_pass() {
        let right = "`admin.listen` `[admin.tls]` `[[internal.identities]]` `listen = \"x\"` `embedded = []`\n\n```toml\n[admin.tls]\n# key = \"…\"  by default\n```";
        let (names, faults) = found(right);
        assert_eq!((names, faults), (8, vec![]));
        let other = "`cas = 0` `service.epoch` `#[expect(x)]` `[a, b]`\n\n```text\n[nothing]\n```";
        assert_eq!(found(other), (0, vec![]));
    }
}
