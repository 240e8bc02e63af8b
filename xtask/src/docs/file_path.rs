//! Files and folders of the checkout: every path in code that begins like one of ours or ends like one of our sources.

use std::collections::BTreeSet;

use super::Seen;
use super::document::{Code, Document};
use crate::failure::Failure;
use crate::tidy::checkout::File;

/// Only the checkout has files that end so.
const OURS: [&str; 6] = [".rs", ".sql", ".md", ".hcl", ".sh", ".tsv"];
/// A document that says this before a folder means that folder by a path without a beginning.
const WITHOUT_A_CRATE: &str = "Paths without a crate lie in ";

pub(super) fn look(documents: &[Document], files: &[File]) -> Result<Seen, Failure> {
    let mut seen = Seen::default();
    for document in documents {
        for (code, paths) in document.codes.iter().zip(paths(document, files)) {
            for Path { at, written, found } in paths {
                let sentence = || format!("`{written}` does not exist: correct it, or drop it");
                seen.name(found.is_none().then(|| document.fault_at(code.line_at(at), sentence())));
            }
        }
    }
    Ok(seen)
}

/// A path in a piece of code.
pub(super) struct Path {
    at: usize,
    written: String,
    /// The file or the folder that is meant, from the top of the checkout.
    pub(super) found: Option<String>,
}

/// The paths in each piece of code of a document.
pub(super) fn paths(document: &Document, files: &[File]) -> Vec<Vec<Path>> {
    let tree = Tree::of(files);
    let mut known = Known::of(document);
    let of = |code: &Code| {
        known.enter(code);
        let written = if code.is_span() { span(&code.text, &tree) } else { block(&code.text, &tree) };
        let mut paths = Vec::new();
        for (at, written) in written {
            let found = known.find(&written, &tree);
            known.named.extend(found.clone());
            paths.push(Path { at, written, found });
        }
        paths
    };
    document.codes.iter().map(of).collect()
}

/// The files of the checkout and the folders that they lie in.
struct Tree<'a>(BTreeSet<&'a str>);

impl<'a> Tree<'a> {
    fn of(files: &'a [File]) -> Self {
        let paths = files.iter().flat_map(|file| {
            let folders = file.path.match_indices('/').filter_map(|(at, _)| file.path.get(..at));
            folders.chain([file.path.as_str()])
        });
        Self(paths.collect())
    }

    fn has(&self, path: &str) -> bool {
        self.0.contains(path)
    }
}

/// Where a path may begin.
struct Known {
    /// The document's own folder, and the one that it means by a path without a beginning.
    folders: Vec<String>,
    paragraph: usize,
    /// Files and folders that the paragraph has named.
    named: Vec<String>,
}

impl Known {
    fn of(document: &Document) -> Self {
        let own = document.path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let meant = document.spans().filter(|code| code.before.ends_with(WITHOUT_A_CRATE));
        let meant = meant.map(|code| code.text.trim_end_matches('/').to_owned());
        Self {
            folders: [String::new(), own].into_iter().chain(meant).collect(),
            paragraph: 0,
            named: Vec::new(),
        }
    }

    fn enter(&mut self, code: &Code) {
        if self.paragraph != code.paragraph {
            self.paragraph = code.paragraph;
            self.named.clear();
        }
    }

    /// From the top, from the document, or from a folder above something that the paragraph has named before.
    fn find(&self, path: &str, tree: &Tree<'_>) -> Option<String> {
        let above = self.named.iter().rev().flat_map(|named| {
            let ends = named.match_indices('/').map(|(at, _)| at).rev();
            ends.filter_map(|at| named.get(..at)).map(str::to_owned).collect::<Vec<_>>()
        });
        let wanted = path.trim_end_matches('/');
        let candidates = self.folders.iter().cloned().chain(above);
        let whole =
            |folder: String| if folder.is_empty() { wanted.to_owned() } else { format!("{folder}/{wanted}") };
        candidates.map(whole).find(|path| tree.has(path))
    }
}

fn span(text: &str, tree: &Tree<'_>) -> Vec<(usize, String)> {
    let is_plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "/._-{},".contains(c));
    if !is_plain || text.is_empty() {
        // what a message says of a file, such as `run migrations/postgres/roles.sql`
        return block(text, tree);
    }
    let is_ours =
        begins_like_ours(text, tree) || ends_like_ours(text) || is_at_the_top(text) || is_crate(text);
    if is_ours { braces(text).into_iter().map(|path| (0, path)).collect() } else { Vec::new() }
}

/// Whether it is the name of a source.
pub(super) fn ends_like_ours(text: &str) -> bool {
    OURS.iter().any(|ending| text.ends_with(ending) && text.len() > ending.len())
}

/// `Cargo.toml`, `clippy.toml`: the configuration of tools; that of the service lies elsewhere.
fn is_at_the_top(text: &str) -> bool {
    text.ends_with(".toml") && text != "ops.toml" && !text.contains('/')
}

/// `ops-core` and its like.
fn is_crate(text: &str) -> bool {
    text.starts_with("ops-") && text.chars().all(|c| c.is_ascii_lowercase() || c == '-')
}

/// In commands and their comments only paths from the top are meant.
fn block(text: &str, tree: &Tree<'_>) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut at = 0;
    for word in text.split(|c: char| c.is_whitespace() || "\"'`(),;:".contains(c)) {
        let path = word.trim_end_matches('.');
        let is_plain = path.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
        if is_plain && begins_like_ours(path, tree) {
            found.push((at, path.to_owned()));
        }
        at += word.len() + 1;
    }
    found
}

/// Whether its first part is a folder at the top of the checkout.
fn begins_like_ours(text: &str, tree: &Tree<'_>) -> bool {
    text.split_once('/').is_some_and(|(first, _)| tree.has(first))
}

/// `a/{b,c}` is `a/b` and `a/c`.
fn braces(text: &str) -> Vec<String> {
    match text.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?))) {
        Some((before, (inside, after))) => {
            inside.split(',').map(|one| format!("{before}{one}{after}")).collect()
        }
        None => vec![text.to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::testing::document;
    use super::*;
    use crate::tidy::checkout::testing::checkout;

    fn found(text: &str) -> (usize, Vec<String>) {
        let paths = [
            "a/src/one.rs",
            "a/src/in/two.rs",
            "a/src/in/three.rs",
            "b/four.sh",
            ".ci/run",
            "docs/B.md",
            "lint.toml",
        ];
        let files = checkout(&paths.map(|path| (path, "")));
        let seen = look(&[document(text)], &files).unwrap();
        (seen.names, seen.faults.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_file_that_is_not_there_is_reported() {
        for wrong in [
            "\n`a/src/no.rs`",
            "\n`a/no`",
            "\n`two.rs`",
            "\n`no.md`",
            "\n`other.toml`",
            "\n`ops-cor`",
            "```sh\nbash b/no.sh\n```",
            "\n`run b/no.sh once`",
        ] {
            let (names, faults) = found(wrong);
            assert!(names == 1 && faults[0].starts_with("docs/A.md:2: `"), "{wrong}: {faults:?}");
        }
        assert_eq!(
            found("`a/src/{one.rs,no.rs}`").1,
            ["docs/A.md:1: `a/src/no.rs` does not exist: correct it, or drop it"]
        );
    }

    #[test]
    fn a_path_may_begin_at_the_top_at_the_document_or_where_one_before_it_lies() {
        for right in [
            "`a/src/one.rs`",
            "`a/src/`",
            "`B.md`",
            "`.ci/run`",
            "`lint.toml`",
            "```sh\nbash b/four.sh # x\n```",
        ] {
            assert_eq!(found(right), (1, vec![]), "{right}");
        }
        assert_eq!(found("`a/src/in/two.rs` and `three.rs`, `in/three.rs`, `one.rs`"), (4, vec![]));
        assert_eq!(found("`a/src/in/two.rs`\n\n`three.rs`").1.len(), 1);
        assert_eq!(found("Paths without a crate lie in `a/src/`.\n\n`in/two.rs`"), (2, vec![]));
    }

    #[test]
    fn files_of_others_do_not_count() {
        let others = "`~/a/no.rs` `/etc/a/no.toml` `ops.toml` `tls/ca.pem` `x/no` `.rs`\n\n```sh\ncat x/no target/a\n```";
        assert_eq!(found(others), (0, vec![]));
    }
}
