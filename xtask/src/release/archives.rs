//! The archives of the crates, and whether they build without the checkout.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::version::{CRATES, Version};
use crate::cargo::{self, cargo, checkout, target_folder};
use crate::failure::Failure;
use crate::process;
use crate::servers::folder;

/// All crates, packed as `cargo publish` packs them, and unpacked in a folder outside of the checkout that goes with the
/// value.
pub(crate) struct Archives {
    unpacked: PathBuf,
    version: Version,
}

impl Archives {
    /// Puts the archives into this folder.
    pub(crate) fn pack(version: &Version, into: &Path, allow_dirty: bool) -> Result<Self, Failure> {
        let mut package = cargo(&["package", "--workspace", "--exclude", "xtask", "--no-verify", "--quiet"]);
        if allow_dirty {
            package.arg("--allow-dirty");
        }
        for (name, path) in CRATES.map(|name| (name, checkout().join(name))) {
            package.args(["--config", &found_at(name, &path)]);
        }
        process::finish(package)?;
        let archives = Self { unpacked: folder::create("release", None)?, version: *version };
        let packed = target_folder()?.join("package");
        for name in CRATES {
            let file = format!("{name}-{version}.crate");
            fs::copy(packed.join(&file), into.join(&file))
                .map_err(|cause| Failure::because(file.clone(), cause))?;
            let mut tar = Command::new("tar");
            tar.arg("--extract")
                .arg("--gzip")
                .arg("--file")
                .arg(into.join(&file))
                .current_dir(&archives.unpacked);
            process::finish(tar)?;
        }
        archives.link()?;
        Ok(archives)
    }

    /// Tells cargo in the folder that the crates of a release find each other there.
    fn link(&self) -> Result<(), Failure> {
        let lines: Vec<_> = CRATES.iter().map(|name| found_at(name, &self.path(name))).collect();
        let file = self.unpacked.join(".cargo/config.toml");
        fs::create_dir_all(self.unpacked.join(".cargo"))
            .and_then(|()| fs::write(&file, lines.join("\n")))
            .map_err(|cause| Failure::because(file.display(), cause))
    }

    /// The folder of one crate.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.unpacked.join(format!("{name}-{}", self.version))
    }

    /// A cargo command on the program as it was packed, with what was built before at hand.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Result<Command, Failure> {
        let mut command = Command::new(cargo::program());
        command
            .args(arguments)
            .current_dir(self.path("ops-daemon"))
            .env("CARGO_TARGET_DIR", target_folder()?);
        Ok(command)
    }

    /// The program is built from its archive and those of the libraries, with exactly what its lock file names; then it must
    /// know its version.
    pub(crate) fn complaints(&self) -> Result<Vec<String>, Failure> {
        process::finish(self.cargo(&["build", "--locked", "--quiet"])?)?;
        let run = process::finish(self.cargo(&["run", "--locked", "--quiet", "--", "--version"])?)?;
        let said = String::from_utf8_lossy(&run.stdout).trim().to_owned();
        let wanted = format!("ops-daemon {}", self.version);
        let differs = said != wanted;
        Ok(differs
            .then(|| format!("the program says that it is `{said}`, and not `{wanted}`"))
            .into_iter()
            .collect())
    }

    /// A text without the place where the archives are unpacked, so that it is the same every time.
    pub(crate) fn without_place(&self, text: &str) -> String {
        text.replace(&self.unpacked.display().to_string(), "")
    }
}

impl Drop for Archives {
    fn drop(&mut self) {
        if let Err(cause) = fs::remove_dir_all(&self.unpacked) {
            eprintln!("{} stays: {cause}", self.unpacked.display());
        }
    }
}

/// For cargo's configuration: the crate of this name is there, and not on crates.io, where others have some of these names.
fn found_at(name: &str, path: &Path) -> String {
    format!("patch.crates-io.{name}.path = {:?}", path.display().to_string())
}
