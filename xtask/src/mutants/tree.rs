//! A checkout of its own for the mutants, so that nobody meets a changed file, and what differs from a commit before.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cargo::checkout;
use crate::failure::Failure;
use crate::git::git;
use crate::say::say;

/// What is committed, in another place.
pub(crate) struct Tree {
    pub(crate) path: PathBuf,
}

impl Tree {
    /// A clone below this folder at what is checked out here; an earlier one is brought to it, so that what was built stays
    /// of use.
    pub(crate) fn of_head(folder: &Path) -> Result<Self, Failure> {
        if !git(checkout(), &["status", "--porcelain"])?.is_empty() {
            say("mutants: what is not committed is left alone");
        }
        fs::create_dir_all(folder).map_err(|cause| Failure::because(folder.display(), cause))?;
        let path = folder.join("tree");
        if !path.join(".git").exists() {
            git(folder, &["init", "--quiet", "tree"])?;
        }
        let here = checkout().display().to_string();
        git(&path, &["fetch", "--quiet", "--depth=1", &format!("file://{here}"), "HEAD"])?;
        git(&path, &["checkout", "--quiet", "--force", "--detach", "FETCH_HEAD"])?;
        git(&path, &["clean", "--quiet", "--force", "-d"])?;
        Ok(Self { path })
    }

    /// The Rust that differs, in the form of `git diff`.
    pub(crate) fn changes_since(&self, base: Option<&str>) -> Result<String, Failure> {
        let Some(base) = base.map_or_else(default_base, |base| Ok(Some(base.to_owned())))? else {
            say(
                "mutants: no commit before this one is here to compare with; name one with --base, or fetch it",
            );
            return Ok(String::new());
        };
        let commit = git(checkout(), &["rev-parse", "--verify", "--quiet", &format!("{base}^{{commit}}")])
            .map_err(|_| format!("{base} is no commit here; name another with --base, or fetch it first"))?;
        say(format!("mutants of what differs from {base} ({:.9})", commit.trim()));
        git(checkout(), &["diff", "--no-ext-diff", "--no-color", commit.trim(), "HEAD", "--", "*.rs"])
    }
}

/// Where this branch left `origin/main`; on `main` itself, the commit before, unless the clone is a shallow one.
fn default_base() -> Result<Option<String>, Failure> {
    let head = git(checkout(), &["rev-parse", "HEAD"])?;
    match git(checkout(), &["merge-base", "HEAD", "origin/main"]) {
        Ok(fork) if fork != head => Ok(Some(fork.trim().to_owned())),
        _ => Ok(git(checkout(), &["rev-parse", "--verify", "--quiet", "HEAD~1"])
            .is_ok()
            .then(|| "HEAD~1".to_owned())),
    }
}
