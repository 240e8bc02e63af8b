//! The contract as it was: at the last release, or at a commit that is named.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Document, FOLDER};
use crate::cargo::checkout;
use crate::failure::Failure;
use crate::git::git;

/// The tags of releases.
const RELEASES: &str = "v*";

/// What is compared with.
pub(super) struct Base {
    checkout: PathBuf,
    pub(super) name: String,
}

impl Base {
    /// The commit that is named, or the last release; nothing when there was none.
    pub(super) fn find(named: Option<&str>) -> Result<Option<Self>, Failure> {
        Self::find_in(checkout(), named)
    }

    fn find_in(checkout: &Path, named: Option<&str>) -> Result<Option<Self>, Failure> {
        let found = match named {
            Some(name) => {
                git(checkout, &["rev-parse", "--verify", "--quiet", &format!("{name}^{{commit}}")]).map_err(
                    |_| format!("{name} is no commit here; name a tag or a commit, or fetch it first"),
                )?;
                Some(name.to_owned())
            }
            None => last_release(checkout)?,
        };
        Ok(found.map(|name| Self { checkout: checkout.to_owned(), name }))
    }

    /// Every document of the contract as it was then.
    pub(super) fn documents(&self) -> Result<Vec<Document>, Failure> {
        let listed = git(&self.checkout, &["ls-tree", "-r", "--name-only", &self.name, "--", FOLDER])?;
        let files = listed.lines().filter(|path| path.ends_with(".json"));
        files
            .map(|path| {
                let text = git(&self.checkout, &["show", &format!("{}:{path}", self.name)])?;
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

/// The nearest tag of a release below what is checked out.
fn last_release(checkout: &Path) -> Result<Option<String>, Failure> {
    if git(checkout, &["tag", "--list", RELEASES, "--merged", "HEAD"])?.trim().is_empty() {
        return Ok(None);
    }
    let name = git(checkout, &["describe", "--tags", "--abbrev=0", "--match", RELEASES])?;
    Ok(Some(name.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use crate::servers::folder;

    use super::*;

    /// A checkout with that text of the contract committed.
    fn commit(checkout: &Path, text: &str) {
        let file = checkout.join(FOLDER).join("openapi/admin.json");
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
        git(checkout, &["init", "--quiet"]).unwrap();
        git(checkout, &["add", "."]).unwrap();
        let author = ["-c", "user.name=t", "-c", "user.email=t@example.net", "-c", "commit.gpgsign=false"];
        git(checkout, &[author.as_slice(), &["commit", "--quiet", "-m", "t"]].concat()).unwrap();
    }

    #[test]
    fn the_base_is_the_last_release_or_the_commit_that_is_named() {
        let checkout = folder::create("base", None).unwrap();
        let found = |named| Base::find_in(&checkout, named).map(|base| base.map(|base| base.name));
        commit(&checkout, "1");
        assert_eq!(found(None).unwrap(), None, "no release yet");
        git(&checkout, &["tag", "v0.9.0"]).unwrap();
        commit(&checkout, "2");
        git(&checkout, &["tag", "v0.10.0"]).unwrap();
        git(&checkout, &["tag", "other"]).unwrap();
        commit(&checkout, "3");
        assert_eq!(found(None).unwrap().as_deref(), Some("v0.10.0"));
        let refused = found(Some("v7")).unwrap_err().to_string();
        assert!(refused.contains("v7 is no commit here"), "{refused}");
        let text = |named| {
            let documents = Base::find_in(&checkout, named).unwrap().unwrap().documents().unwrap();
            assert_eq!(documents[0].file, "openapi/admin.json");
            documents[0].content.to_string()
        };
        assert_eq!([text(Some("v0.9.0")), text(None), text(Some("HEAD"))], ["1", "2", "3"]);
        fs::remove_dir_all(checkout).unwrap();
    }
}
