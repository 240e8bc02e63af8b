//! The cargo tools that gates run: each pinned, built once into the user's cache, and never in the `PATH` of anybody. What
//! it does is said on standard error.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::cache::{self, Workshop};
use crate::cargo::{self, cargo};
use crate::elapsed::elapsed;
use crate::failure::Failure;
use crate::process::stream;

/// Its folder of the cache.
const TOOLS: &str = "tools";

/// One program of crates.io.
pub(crate) struct Tool {
    /// Of the crate and of the program.
    name: &'static str,
    version: &'static str,
    /// What its build takes on two processors.
    minutes: u32,
    /// What of it is built, as `cargo install` takes it.
    features: &'static [&'static str],
}

/// Licences, sources and bans of everything that is locked.
pub(crate) const DENY: Tool = Tool { name: "cargo-deny", version: "0.20.2", minutes: 4, features: &[] };

/// Dependencies that nothing names.
pub(crate) const MACHETE: Tool = Tool { name: "cargo-machete", version: "0.9.2", minutes: 1, features: &[] };

/// What a program is made of.
pub(crate) const CYCLONEDX: Tool =
    Tool { name: "cargo-cyclonedx", version: "0.5.9", minutes: 2, features: &[] };

/// Small changes of the code that a test should notice.
pub(crate) const MUTANTS: Tool = Tool { name: "cargo-mutants", version: "27.1.0", minutes: 2, features: &[] };

/// Tools are used for seconds and built for minutes: optimise little, and link without a second look.
const QUICK_BUILD: [(&str, &str); 4] = [
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
    ("CARGO_PROFILE_RELEASE_DEBUG", "0"),
];

impl Tool {
    /// A command of the tool in the top folder of the checkout; builds it when the cache does not have it.
    pub(crate) fn command(&self) -> Result<Command, Failure> {
        let program = self.ensure_in(&cache::folder(TOOLS)?, |workshop| self.build(workshop))?;
        let mut command = cargo::in_checkout(Command::new(program));
        // as cargo would start it: some of them take their first argument for their own name when they see this variable
        command.arg(self.name.trim_start_matches("cargo-")).env("CARGO", cargo::program());
        Ok(command)
    }

    fn ensure_in(
        &self,
        cache: &Path,
        build: impl FnOnce(&Path) -> Result<PathBuf, Failure>,
    ) -> Result<PathBuf, Failure> {
        let program = cache.join(format!("{}-{}", self.name, self.version));
        if !program.is_file() {
            let workshop = Workshop::in_folder(cache)?;
            cache::put(&build(workshop.path())?, &program)?;
        }
        Ok(program)
    }

    /// Builds it somewhere below the workshop and says where.
    fn build(&self, workshop: &Path) -> Result<PathBuf, Failure> {
        let Self { name, version, minutes, features } = self;
        eprintln!("building {name} {version}, once, about {minutes} min …");
        let started = Instant::now();
        let mut install = cargo(&["install", "--locked", "--version", version, "--root"]);
        install.arg(workshop).arg("--target-dir").arg(workshop.join("target"));
        install.args(*features).arg(name).envs(QUICK_BUILD);
        let mut said = String::new();
        let status = stream(install, |line| {
            said.push_str(line);
            said.push('\n');
        })?;
        if !status.success() {
            return Err(format!("cargo install of {name} {version} ended with {status}\n{said}").into());
        }
        eprintln!("built in {}", elapsed(started.elapsed()));
        let program = workshop.join("bin").join(name);
        let built = fs::exists(&program).is_ok_and(|exists| exists);
        if built { Ok(program) } else { Err(format!("{name} {version} has no program of its name").into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::servers::folder;

    fn empty_cache() -> PathBuf {
        folder::create("tools", None).unwrap()
    }

    fn written(workshop: &Path) -> Result<PathBuf, Failure> {
        let program = workshop.join("program");
        fs::write(&program, "built").unwrap();
        Ok(program)
    }

    #[test]
    fn a_tool_is_built_when_the_cache_lacks_it_and_not_again() {
        let cache = empty_cache();
        let program = DENY.ensure_in(&cache, written).unwrap();
        assert_eq!(program, cache.join("cargo-deny-0.20.2"));
        let again = DENY.ensure_in(&cache, |_| panic!("built twice")).unwrap();
        assert_eq!(again, program);
        let newer = Tool { version: "99.0.0", ..DENY };
        assert_ne!(newer.ensure_in(&cache, written).unwrap(), program, "another version is another program");
        fs::remove_dir_all(cache).unwrap();
    }

    #[test]
    fn a_build_that_fails_leaves_nothing_and_says_why() {
        let cache = empty_cache();
        let failure = DENY.ensure_in(&cache, |workshop| {
            written(workshop)?;
            Err("no space left".into())
        });
        assert_eq!(failure.unwrap_err().to_string(), "no space left");
        assert_eq!(fs::read_dir(&cache).unwrap().count(), 0);
        fs::remove_dir_all(cache).unwrap();
    }
}
