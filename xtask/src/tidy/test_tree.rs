//! Each Rust file of a test folder is reached from the folder's `main.rs`: an unlisted one is silently not compiled.

use std::collections::BTreeSet;

use super::Fault;
use super::checkout::File;
use super::search::is_word;
use super::source::Source;

pub(super) fn faults(files: &[File]) -> Vec<Fault> {
    let roots = files.iter().filter(|file| is_root(&file.path));
    roots.flat_map(|root| unreached(root, files)).collect()
}

/// `crate/tests/api/main.rs`
fn is_root(path: &str) -> bool {
    matches!(path.rsplit('/').collect::<Vec<_>>().as_slice(), ["main.rs", _, "tests", ..])
}

fn unreached(root: &File, files: &[File]) -> Vec<Fault> {
    let folder = parent(&root.path);
    let mut reached = BTreeSet::new();
    reach(root, folder, files, &mut reached);
    files
        .iter()
        .filter(|file| file.is_rust() && file.is_under(folder) && !reached.contains(file.path.as_str()))
        .map(|file| {
            let name = file.path.trim_end_matches("/mod.rs").trim_end_matches(".rs").rsplit('/').next();
            let name = name.unwrap_or_default();
            file.fault(
                1,
                format!(
                    "it is not compiled, because no `mod {name};` leads to it from {}: add it there or in the \
                     module above",
                    root.path
                ),
            )
        })
        .collect()
}

/// Follows the modules that a file declares; `folder` is where its modules lie.
fn reach<'a>(file: &'a File, folder: &str, files: &'a [File], reached: &mut BTreeSet<&'a str>) {
    if !reached.insert(&file.path) {
        return;
    }
    for module in modules(&file.text) {
        let base = [&[folder.to_owned()][..], &module.inside[..]].concat().join("/");
        let own = format!("{base}/{}", module.name);
        let candidates = match &module.path {
            Some(path) => vec![format!("{}/{path}", parent(&file.path))],
            None => vec![format!("{own}.rs"), format!("{own}/mod.rs")],
        };
        for found in files.iter().filter(|file| candidates.contains(&file.path)) {
            let folder = if module.path.is_some() { parent(&found.path) } else { &own };
            reach(found, folder, files, reached);
        }
    }
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// One `mod name;`.
struct Module {
    name: String,
    /// The inline modules around it.
    inside: Vec<String>,
    /// From `#[path = "…"]`.
    path: Option<String>,
}

fn modules(text: &str) -> Vec<Module> {
    let code = Source::of(text).code;
    let tokens = tokens(&code);
    let mut around: Vec<Option<String>> = Vec::new();
    let mut found = Vec::new();
    for (index, &(at, token)) in tokens.iter().enumerate() {
        let mut before = tokens.iter().take(index).rev().map(|&(_, token)| token);
        let name = before.next().filter(|_| before.next() == Some("mod"));
        match (token, name) {
            ("{", name) => around.push(name.map(str::to_owned)),
            ("}", _) => drop(around.pop()),
            (";", Some(name)) => found.push(Module {
                name: name.to_owned(),
                inside: around.iter().flatten().cloned().collect(),
                path: path_attribute(&code, text, at),
            }),
            _ => {}
        }
    }
    found
}

/// Words and single characters, with their places.
fn tokens(code: &str) -> Vec<(usize, &str)> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = code.get(at..).filter(|rest| !rest.is_empty()) {
        let word = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
        let length = if word == 0 { rest.chars().next().map_or(1, char::len_utf8) } else { word };
        if let Some(token) = rest.get(..length).filter(|token| !token.trim().is_empty()) {
            tokens.push((at, token));
        }
        at += length;
    }
    tokens
}

/// The file name in the attributes of the declaration that ends at `semicolon`.
fn path_attribute(code: &str, text: &str, semicolon: usize) -> Option<String> {
    let start = code.get(..semicolon)?.rfind([';', '{', '}']).map_or(0, |at| at + 1);
    if !code.get(start..semicolon)?.contains("#[path") {
        return None;
    }
    let attribute = text.get(start..semicolon)?.split_once("#[path")?.1;
    attribute.split('"').nth(1).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::super::checkout::testing::checkout;
    use super::*;

    fn paths(files: &[(&str, &str)]) -> Vec<String> {
        faults(&checkout(files)).into_iter().map(|fault| fault.path).collect()
    }

    #[test]
    fn an_unlisted_file_is_reported() {
        let files = [
            ("d/tests/api/main.rs", "mod admin;\n// mod lost;\n"),
            ("d/tests/api/admin/mod.rs", "mod create;"),
            ("d/tests/api/admin/create.rs", ""),
            ("d/tests/api/admin/remove.rs", ""),
            ("d/tests/api/lost.rs", ""),
            ("d/tests/alone.rs", ""),
        ];
        assert_eq!(paths(&files), ["d/tests/api/admin/remove.rs", "d/tests/api/lost.rs"]);
    }

    #[test]
    fn modules_may_be_inline_beside_or_given_by_path() {
        let main =
            "mod admin { pub mod operator { mod create; } }\nmod start;\n#[path = \"other.rs\"]\nmod x;";
        let files = [
            ("d/tests/api/main.rs", main),
            ("d/tests/api/admin/operator/create.rs", ""),
            ("d/tests/api/start.rs", "#[cfg(feature = \"stack\")]\nmod below;"),
            ("d/tests/api/start/below.rs", ""),
            ("d/tests/api/other.rs", ""),
        ];
        assert_eq!(paths(&files), Vec::<String>::new());
    }
}
