//! Metrics: every word `ops_…` in code is a family of the daemon's metrics, or another known name that begins so.

use std::collections::BTreeSet;

use proc_macro2::TokenTree;

use super::document::Document;
use super::{Seen, rust};
use crate::failure::Failure;
use crate::tidy::checkout::File;
use crate::tidy::search::is_word;

const FAMILIES: &str = "ops-daemon/src/telemetry/families.rs";
const ROLES: &str = "migrations/postgres/roles.sql";
/// What the exposition adds to the name of a histogram.
const OF_HISTOGRAMS: [&str; 3] = ["_bucket", "_count", "_sum"];

pub(super) fn look(documents: &[Document], files: &[File]) -> Result<Seen, Failure> {
    let metrics = metrics(&rust::parsed(files, FAMILIES)?);
    let others = others(documents, files)?;
    let mut seen = Seen::default();
    for document in documents {
        for code in &document.codes {
            for (at, word) in words(&code.text) {
                if !others.contains(word) {
                    let wrong = (!is_metric(word, &metrics)).then(|| {
                        let sentence =
                            format!("`{word}` is no metric: correct it, or drop it ({FAMILIES} has them)");
                        document.fault_at(code.line_at(at), sentence)
                    });
                    seen.name(wrong);
                }
            }
        }
    }
    Ok(seen)
}

fn is_metric(word: &str, metrics: &BTreeSet<String>) -> bool {
    let of_histogram = OF_HISTOGRAMS.iter().filter_map(|suffix| word.strip_suffix(suffix));
    metrics.contains(word)
        || of_histogram.into_iter().any(|name| name.ends_with("_seconds") && metrics.contains(name))
}

/// `name: Type = "…", "…";` in `families! { … }`, with the prefix of all.
fn metrics(file: &syn::File) -> BTreeSet<String> {
    let calls = rust::macro_calls(file, "families");
    let lines = calls.iter().flat_map(|tokens| tokens.split(|token| rust::is_sign(token, ';')));
    lines
        .filter_map(|line| match line.first() {
            Some(TokenTree::Ident(name)) => Some(format!("ops_{name}")),
            _ => None,
        })
        .collect()
}

/// Crates as Rust spells them, roles of the database, and the database that the set-up itself makes.
fn others<'a>(documents: &'a [Document], files: &'a [File]) -> Result<BTreeSet<String>, Failure> {
    let crates = files.iter().filter_map(|file| file.path.strip_suffix("/Cargo.toml"));
    let crates = crates.map(|folder| folder.replace('-', "_"));
    let roles = after(rust::text(files, ROLES)?, "CREATE ROLE ");
    let codes = documents.iter().flat_map(|document| &document.codes);
    let databases = codes.flat_map(|code| after(&code.text, "CREATE DATABASE "));
    Ok(crates.chain(roles).chain(databases).collect())
}

fn after(text: &str, keyword: &str) -> Vec<String> {
    let found = text.match_indices(keyword).filter_map(|(at, _)| text.get(at + keyword.len()..));
    found.map(|rest| rest.chars().take_while(|c| is_word(*c)).collect()).collect()
}

/// Every whole word `ops_…` with its place.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices("ops_").filter_map(|(at, _)| {
        let before = text.get(..at)?.chars().next_back();
        let rest = text.get(at..)?;
        let word = rest.get(..rest.find(|c| !is_word(c)).unwrap_or(rest.len()))?;
        // `ops_…` and `ops_*` name all of them
        (before.is_none_or(|c| !is_word(c) && c != '.') && word.len() > "ops_".len()).then_some((at, word))
    })
}

#[cfg(test)]
mod tests {
    use super::super::document::testing::document;
    use super::*;
    use crate::tidy::checkout::testing::checkout;

    fn found(text: &str) -> Seen {
        let files = checkout(&[
            (
                FAMILIES,
                "macro_rules! families { () => {} }\nfamilies! { up_total: Counter = \"up\", \"Ups\";\n wait_seconds: Family<A, H, S> = \"wait\", \"Wait\"; }",
            ),
            (ROLES, "CREATE ROLE ops_app LOGIN;"),
            ("ops-core/Cargo.toml", ""),
        ]);
        look(&[document(text)], &files).unwrap()
    }

    #[test]
    fn a_metric_that_is_not_there_is_reported_in_spans_and_blocks() {
        for text in ["\n`ops_ups_total`", "```\nops_up 1\n```", "\n`sum(ops_up_total_count)`"] {
            let seen = found(text);
            assert_eq!((seen.names, seen.faults.len()), (1, 1), "{text}");
            assert_eq!(seen.faults[0].line, 2);
        }
    }

    #[test]
    fn metrics_and_other_names_that_begin_so_pass() {
        let seen = found("`ops_up_total` `rate(ops_wait_seconds_bucket)` `ops_…`");
        assert_eq!((seen.names, seen.faults), (2, vec![]));
        let text =
            "`ops_app` `ops_core::x` `x.ops_y` `stops_here`\n```sh\npsql -c 'CREATE DATABASE ops_local'\n```";
        let seen = found(text);
        assert_eq!((seen.names, seen.faults), (0, vec![]));
    }
}
