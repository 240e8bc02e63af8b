//! What the crates bring with them: licences, sources and bans by cargo-deny, unused dependencies by cargo-machete. Each
//! of the two first sees a planted fault, or what it says of the checkout proves nothing.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cargo::{cargo, checkout};
use crate::check::output_unless_ok;
use crate::failure::Failure;
use crate::process;
use crate::servers::folder;
use crate::tools::{DENY, MACHETE};

/// What is wrong with licences, sources and bans. Advisories are left out: their database is a download that a check
/// must not depend on.
pub(crate) fn licences_sources_and_bans() -> Result<Vec<String>, Failure> {
    let planted = Planted::new()?;
    let mut deny = DENY.command()?;
    deny.args(["--offline", "--log-level", "error", "--config"]).arg(checkout().join("deny.toml"));
    deny.arg("--manifest-path").arg(planted.0.join("Cargo.toml")).args(["check", "bans", "licenses"]);
    let unseen = unseen(
        &output_unless_ok(deny)?,
        &["crate 'openssl-sys = 0.0.0' is explicitly banned", "GPL-3.0-only"],
    );
    let mut deny = DENY.command()?;
    deny.args(["--locked", "--log-level", "error", "check", "bans", "licenses", "sources"]);
    Ok([unseen, output_unless_ok(deny)?].concat())
}

/// Dependencies that no file of their crate names.
pub(crate) fn unused_dependencies() -> Result<Vec<String>, Failure> {
    let planted = Planted::new()?;
    let mut machete = MACHETE.command()?;
    machete.arg("--with-metadata").arg(&planted.0);
    let unseen = unseen(&output_unless_ok(machete)?, &["\topenssl-sys"]);
    let mut machete = MACHETE.command()?;
    // a library may have another name than its crate: only the metadata know it
    machete.args(["--with-metadata", "--skip-target-dir"]);
    Ok([unseen, output_unless_ok(machete)?].concat())
}

/// The planted faults that a tool did not name.
fn unseen(said: &[String], faults: &[&str]) -> Vec<String> {
    let is_unseen = |fault: &&&str| !said.iter().any(|line| line.contains(**fault));
    let sentence = |fault: &&str| {
        let said = said.join("\n");
        format!(
            "a planted fault was not seen, so this check proves nothing; wanted `{}`, got:\n{said}",
            fault.trim()
        )
    };
    faults.iter().filter(is_unseen).map(sentence).collect()
}

/// A crate in a folder of its own with a dependency that is banned, under a licence that is not allowed, and not used.
/// Everything of it is local.
struct Planted(PathBuf);

impl Planted {
    fn new() -> Result<Self, Failure> {
        let planted = Self(folder::create("planted", None)?);
        let dependency = "[dependencies]\nopenssl-sys = { path = \"banned\" }\n\n[workspace]\n";
        planted.write("", "planted", "MIT", dependency)?;
        planted.write("banned", "openssl-sys", "GPL-3.0-only", "")?;
        process::finish({
            let mut lock = cargo(&["generate-lockfile", "--offline", "--manifest-path"]);
            lock.arg(planted.0.join("Cargo.toml"));
            lock
        })?;
        Ok(planted)
    }

    fn write(&self, folder: &str, name: &str, licence: &str, rest: &str) -> Result<(), Failure> {
        let folder = self.0.join(folder);
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\nlicense = \"{licence}\"\n\n{rest}"
        );
        write(&folder.join("Cargo.toml"), &manifest)?;
        write(&folder.join("src/lib.rs"), "")
    }
}

impl Drop for Planted {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    file.parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(file, text))
        .map_err(|cause| Failure::because(file.display(), cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_that_does_not_see_the_planted_fault_is_reported_with_what_it_said() {
        let said = ["all is well".to_owned()];
        let complaints = unseen(&said, &["banned"]);
        assert_eq!(complaints.len(), 1);
        assert!(complaints[0].contains("wanted `banned`, got:\nall is well"), "{complaints:?}");
        assert!(unseen(&["it is banned".to_owned()], &["banned"]).is_empty());
    }

    #[test]
    fn the_planted_crate_is_one_that_cargo_takes_and_goes_with_its_value() {
        let planted = Planted::new().unwrap();
        assert!(planted.0.join("Cargo.lock").is_file());
        let folder = planted.0.clone();
        drop(planted);
        assert!(!folder.exists());
    }
}
