//! The contract as it was: at the last release, or at a commit that is named.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{Document, FOLDER};
use crate::cargo::checkout;
use crate::failure::Failure;
use crate::process::finish;

/// What is compared with.
pub(super) struct Base {
    pub(super) name: String,
}

impl Base {
    /// The commit that is named, or the last release; nothing when there was none.
    pub(super) fn find(named: Option<&str>) -> Result<Option<Self>, Failure> {
        let found = match named {
            Some(name) => git(&["rev-parse", "--verify", "--quiet", &format!("{name}^{{commit}}")])
                .map(|_| Some(name.to_owned()))
                .map_err(|_| {
                    format!("{name} is no commit here; name a tag or a commit, or fetch it first")
                })?,
            None => last_release()?,
        };
        Ok(found.map(|name| Self { name }))
    }

    /// Every document of the contract as it was then.
    pub(super) fn documents(&self) -> Result<Vec<Document>, Failure> {
        let listed = git(&["ls-tree", "-r", "--name-only", &self.name, "--", FOLDER])?;
        let files = listed.lines().filter(|path| path.ends_with(".json"));
        files
            .map(|path| {
                let text = git(&["show", &format!("{}:{path}", self.name)])?;
                document(path, &text)
            })
            .collect()
    }
}

/// The contract as it lies in the checkout.
pub(super) fn committed() -> Result<Vec<Document>, Failure> {
    let mut documents = Vec::new();
    for path in json_files(&checkout().join(FOLDER))? {
        let text = fs::read_to_string(checkout().join(&path))
            .map_err(|cause| Failure::because(path.clone(), cause))?;
        documents.push(document(&path, &text)?);
    }
    Ok(documents)
}

/// The paths of a folder's JSON files from the top of the checkout, in order.
pub(super) fn json_files(folder: &Path) -> Result<Vec<String>, Failure> {
    let (mut files, mut left) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(path) = left.pop() {
        if path.is_dir() {
            let inside =
                fs::read_dir(&path).map_err(|cause| Failure::because(path.display().to_string(), cause))?;
            left.extend(inside.flatten().map(|entry| entry.path()));
        } else if path.extension().is_some_and(|extension| extension == "json") {
            let below = path.strip_prefix(checkout()).unwrap_or(&path);
            files.push(below.display().to_string());
        }
    }
    files.sort();
    Ok(files)
}

fn document(path: &str, text: &str) -> Result<Document, Failure> {
    let content =
        serde_json::from_str(text).map_err(|cause| Failure::because(format!("{path} is no JSON"), cause))?;
    let file = path.strip_prefix(FOLDER).unwrap_or(path).trim_start_matches('/').to_owned();
    Ok(Document { file, content })
}

fn last_release() -> Result<Option<String>, Failure> {
    let tags = git(&["tag", "--list", "v*", "--merged", "HEAD", "--sort=-version:refname"])?;
    Ok(tags.lines().next().map(str::to_owned))
}

fn git(arguments: &[&str]) -> Result<String, Failure> {
    let mut command = Command::new("git");
    command.args(arguments).current_dir(checkout());
    let output = finish(command)?;
    String::from_utf8(output.stdout).map_err(|cause| Failure::because("git", cause))
}
