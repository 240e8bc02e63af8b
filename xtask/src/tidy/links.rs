//! The documents lead nowhere that does not exist: relative links, and the documents that README names.

use super::Fault;
use super::checkout::File;
use super::search::line_of;

pub(super) fn faults(files: &[File]) -> Vec<Fault> {
    let documents = files.iter().filter(|file| is_document(&file.path));
    documents.flat_map(|file| [broken_links(file, files), unknown_documents(file, files)].concat()).collect()
}

fn is_document(path: &str) -> bool {
    let top = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"];
    top.contains(&path) || (path.starts_with("docs/") && path.ends_with(".md"))
}

fn broken_links(file: &File, files: &[File]) -> Vec<Fault> {
    let prose = prose(&file.text);
    links(&prose)
        .into_iter()
        .filter(|(_, target)| is_relative(target))
        .filter(|(_, target)| !exists(&resolved(&file.path, target), files))
        .map(|(at, target)| {
            file.fault(line_of(&prose, at), format!("`{target}` does not exist: correct the link"))
        })
        .collect()
}

/// Any `docs/….md` in README, also one that is no link.
fn unknown_documents(file: &File, files: &[File]) -> Vec<Fault> {
    if file.path != "README.md" {
        return Vec::new();
    }
    let named = file.text.match_indices("docs/").filter_map(|(at, _)| {
        let rest = file.text.get(at..)?;
        let end =
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || "/_-.".contains(c))).unwrap_or(rest.len());
        Some((at, rest.get(..end)?.trim_end_matches('.'))).filter(|(_, name)| name.ends_with(".md"))
    });
    named
        .filter(|(_, name)| !files.iter().any(|file| file.path == *name))
        .map(|(at, name)| {
            file.fault(line_of(&file.text, at), format!("`{name}` does not exist: write it or drop it"))
        })
        .collect()
}

/// The text without what stands in code, byte for byte.
fn prose(text: &str) -> String {
    let mut fenced = false;
    let lines = text.split('\n').map(|line| {
        let is_fence = line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~");
        fenced ^= is_fence;
        if fenced || is_fence { " ".repeat(line.len()) } else { without_code(line) }
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn without_code(line: &str) -> String {
    let pieces: Vec<&str> = line.split('`').collect();
    let last = pieces.len() - 1;
    let blank = |(index, piece): (usize, &&str)| {
        let is_code = index % 2 == 1 && index < last;
        if is_code { " ".repeat(piece.len()) } else { (*piece).to_owned() }
    };
    pieces.iter().enumerate().map(blank).collect::<Vec<_>>().join("`")
}

/// The targets of `[text](target "title")` and `[name]: target`, with their places.
fn links<'a>(prose: &'a str) -> Vec<(usize, &'a str)> {
    let inline = prose.match_indices("](").filter_map(|(at, _)| {
        let rest = prose.get(at + 2..)?;
        Some((at + 2, rest.get(..rest.find([')', '\n'])?)?))
    });
    let named = prose.match_indices("]: ").filter_map(|(at, _)| {
        let line_start = prose.get(..at)?.rfind('\n').map_or(0, |newline| newline + 1);
        let rest = prose.get(at + 3..)?;
        let target = rest.get(..rest.find('\n').unwrap_or(rest.len()))?;
        prose.get(line_start..)?.starts_with('[').then_some((at + 3, target))
    });
    let without_title = |(at, inside): (usize, &'a str)| {
        let target = inside.split_whitespace().next()?;
        Some((at, target.trim_start_matches('<').trim_end_matches('>')))
    };
    inline.chain(named).filter_map(without_title).collect()
}

fn is_relative(target: &str) -> bool {
    !target.starts_with('#') && !target.contains("://") && !target.starts_with("mailto:")
}

fn resolved(document: &str, target: &str) -> String {
    let target = target.split('#').next().unwrap_or_default();
    let folder = document.rsplit_once('/').map_or("", |(folder, _)| folder);
    let start = if target.starts_with('/') { "" } else { folder };
    let mut path: Vec<&str> = Vec::new();
    for step in start.split('/').chain(target.split('/')) {
        match step {
            "" | "." => {}
            ".." if !path.is_empty() => drop(path.pop()),
            _ => path.push(step),
        }
    }
    path.join("/")
}

fn exists(path: &str, files: &[File]) -> bool {
    path.is_empty() || files.iter().any(|file| file.path == path || file.is_under(path))
}

#[cfg(test)]
mod tests {
    use super::super::checkout::testing::checkout;
    use super::*;

    fn found(readme: &str) -> Vec<String> {
        let files = [("README.md", readme), ("docs/A.md", ""), ("docs/adr/1.md", "[up](../A.md#part)")];
        faults(&checkout(&files)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_link_to_nothing_is_reported() {
        for text in ["\n[a](docs/B.txt)", "\n[a](../A.md \"title\")", "\n[a]: docs/C.txt", "\n![a](no.png)"] {
            let found = found(text);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert!(found[0].starts_with("README.md:2: "), "{found:?}");
        }
    }

    #[test]
    fn a_document_that_readme_names_and_nobody_wrote_is_reported() {
        assert_eq!(found("see `docs/MISSING.md`.").len(), 1);
    }

    #[test]
    fn links_that_lead_somewhere_and_links_in_code_pass() {
        let text = "[a](docs/A.md) [b](docs/adr/) [c](https://x.example/y) [d](#here) [e](docs/A.md#p) docs/A.md.\n\
                    `[f](no.md)`\n```\n[g](no.md)\n```\nit's ` alone [h](/docs/A.md)";
        assert_eq!(found(text), Vec::<String>::new());
    }
}
