//! The files of the checkout as the rules see them: path and text, without what git ignores.

use std::fs;
use std::io;
use std::path::Path;

use super::Fault;
use super::source::Source;
use crate::cargo;
use crate::failure::Failure;

/// One file.
pub(crate) struct File {
    /// From the top of the checkout, with `/`.
    pub(crate) path: String,
    /// Empty when the file is no text.
    pub(crate) text: String,
}

impl File {
    /// A fault of this file.
    pub(crate) fn fault(&self, line: usize, sentence: impl Into<String>) -> Fault {
        Fault { path: self.path.clone(), line, sentence: sentence.into() }
    }

    pub(crate) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Its code without comments, strings and tests; nothing when the whole file is tests.
    pub(crate) fn shipped(&self) -> String {
        let only_tests = self.path.ends_with("/tests.rs") || self.path.contains("/tests/");
        if only_tests { String::new() } else { Source::of(&self.text).shipped }
    }

    /// Whether it lies somewhere under that folder.
    pub(crate) fn is_under(&self, folder: &str) -> bool {
        self.path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
    }

    /// Path below the folder of its crate, for example `src/lib.rs`; none outside of the crates.
    pub(crate) fn within_crate<'a>(&'a self, files: &[Self]) -> Option<&'a str> {
        let (folder, rest) = self.path.split_once('/')?;
        let manifest = format!("{folder}/Cargo.toml");
        files.iter().any(|file| file.path == manifest).then_some(rest)
    }
}

/// All files of the checkout, in the order of their paths.
pub(crate) fn files() -> Result<Vec<File>, Failure> {
    let top = cargo::checkout();
    let ignored = fs::read_to_string(top.join(".gitignore")).unwrap_or_default();
    let ignored: Vec<&str> = ignored.lines().map(str::trim).chain(["/.git"]).collect();
    let mut files = Vec::new();
    walk(top, "", &ignored, &mut files)
        .map_err(|cause| Failure::because("cannot read the checkout", cause))?;
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(files)
}

fn walk(folder: &Path, prefix: &str, ignored: &[&str], files: &mut Vec<File>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type()?;
        if ignored.iter().any(|pattern| matches(pattern, &path)) {
            continue;
        } else if kind.is_dir() {
            walk(&entry.path(), &format!("{path}/"), ignored, files)?;
        } else if kind.is_file() {
            files.push(File { path, text: String::from_utf8(fs::read(entry.path())?).unwrap_or_default() });
        }
    }
    Ok(())
}

/// Enough of git's patterns for this project: `/from/the/top`, `name` anywhere, `*.ending`, each also with `/` behind.
fn matches(pattern: &str, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let pattern = pattern.trim_end_matches('/');
    match (pattern.strip_prefix('/'), pattern.strip_prefix('*')) {
        (Some(from_the_top), _) => path == from_the_top,
        (_, Some(ending)) => name.ends_with(ending),
        _ => name == pattern,
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// A checkout with these files.
    pub(crate) fn checkout(files: &[(&str, &str)]) -> Vec<File> {
        files.iter().map(|(path, text)| File { path: (*path).to_owned(), text: (*text).to_owned() }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_folders_are_known_by_path_name_or_ending() {
        assert!(matches("/target", "target"));
        assert!(matches("/.stack/", ".stack"));
        assert!(!matches("/target", "docs/target"));
        assert!(matches("node_modules/", "console/node_modules"));
        assert!(matches("*.log", "a/b.log"));
        assert!(!matches("", "a"));
    }

    #[test]
    fn this_file_is_found_and_the_build_folder_is_not() {
        let files = files().unwrap();
        assert!(files.iter().any(|file| file.path == "xtask/src/tidy/checkout.rs"));
        assert!(!files.iter().any(|file| file.is_under("target") || file.is_under(".git")));
        let this = files.iter().find(|file| file.path == "xtask/src/main.rs").unwrap();
        assert_eq!(this.within_crate(&files), Some("src/main.rs"));
    }
}
