//! Makes sure that what a task needs is on the machine: installs it as root on Debian, else says the one command.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::binaries::{Binaries, OLDEST, is_root};
use crate::failure::Failure;
use crate::process;

/// Newest major version that is looked for in the package lists.
const NEWEST: u32 = 18;
/// Debian starts a server for everybody at installation, unless this file says otherwise.
const NO_MAIN_CLUSTER: &str = "/etc/postgresql-common/createcluster.conf";
const APT_OPTIONS: [&str; 2] = ["-o", "DPkg::Lock::Timeout=300"];

/// For what the programs are needed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    /// A server to work with.
    Server,
    /// A server, and the programs that the tests run.
    Tests,
}

/// The server's programs; installs them, and the tests' programs, when they are missing.
pub(crate) fn ensure(needs: Needs) -> Result<Binaries, Failure> {
    let missing = Missing::on_this_machine(needs);
    if missing.nothing() {
        return Binaries::find().ok_or_else(|| "PostgreSQL vanished while we looked".into());
    }
    if !is_root() {
        return Err(missing.what_to_run(packaged_major()).into());
    }
    missing.install()?;
    let missing = Missing::on_this_machine(needs);
    match Binaries::find() {
        Some(binaries) if missing.nothing() => Ok(binaries),
        _ => Err(format!("installed, and still missing: {}", missing.names()).into()),
    }
}

struct Missing {
    server: bool,
    programs: Vec<&'static str>,
}

impl Missing {
    fn on_this_machine(needs: Needs) -> Self {
        let programs: &[&str] = if needs == Needs::Tests { &["bash", "curl"] } else { &[] };
        Self {
            server: Binaries::find().is_none(),
            programs: programs.iter().copied().filter(|name| !in_path(name)).collect(),
        }
    }

    fn nothing(&self) -> bool {
        !self.server && self.programs.is_empty()
    }

    fn names(&self) -> String {
        let server = self.server.then(|| format!("PostgreSQL {OLDEST} or newer"));
        server.into_iter().chain(self.programs.iter().map(ToString::to_string)).collect::<Vec<_>>().join(", ")
    }

    /// The packages of that major version, and of each missing program the package of the same name.
    fn packages(&self, major: u32) -> Vec<String> {
        let server = [format!("postgresql-{major}"), format!("postgresql-{major}-partman")];
        let server = server.into_iter().filter(|_| self.server);
        server.chain(self.programs.iter().map(ToString::to_string)).collect()
    }

    fn what_to_run(&self, major: u32) -> String {
        let settings = if self.server {
            format!("mkdir -p /etc/postgresql-common; echo create_main_cluster = false > {NO_MAIN_CLUSTER}; ")
        } else {
            String::new()
        };
        format!(
            "missing: {}. Run this once, then this command again:\n\n  sudo sh -c '{settings}apt-get update && \
             DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends {}'\n",
            self.names(),
            self.packages(major).join(" "),
        )
    }

    fn install(&self) -> Result<(), Failure> {
        println!("missing: {}; installing by apt-get (about a minute) …", self.names());
        if self.server && !Path::new(NO_MAIN_CLUSTER).exists() {
            refuse_main_cluster().map_err(|cause| Failure::because(NO_MAIN_CLUSTER, cause))?;
        }
        apt_get(&["update"])?;
        let packages = self.packages(packaged_major());
        let mut arguments = vec!["install", "-y", "--no-install-recommends"];
        arguments.extend(packages.iter().map(String::as_str));
        apt_get(&arguments)
    }
}

fn refuse_main_cluster() -> std::io::Result<()> {
    fs::create_dir_all("/etc/postgresql-common")?;
    fs::write(NO_MAIN_CLUSTER, "create_main_cluster = false\n")
}

/// The oldest major version we support that the package lists of this release have.
fn packaged_major() -> u32 {
    let is_packaged = |major: &u32| {
        let mut apt_cache = Command::new("apt-cache");
        apt_cache.args(["show", "--no-all-versions", &format!("postgresql-{major}")]);
        process::finish(apt_cache).is_ok()
    };
    (OLDEST..=NEWEST).find(is_packaged).unwrap_or(OLDEST)
}

fn apt_get(arguments: &[&str]) -> Result<(), Failure> {
    let mut command = Command::new("apt-get");
    command.args(APT_OPTIONS).args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
    let mut said = String::new();
    let status = process::stream(command, |line| {
        said.push_str(line);
        said.push('\n');
    })?;
    if status.success() {
        return Ok(());
    }
    Err(format!("apt-get {} ended with {status}\n{said}", arguments.join(" ")).into())
}

fn in_path(program: &str) -> bool {
    env::var_os("PATH")
        .is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_command_names_only_what_is_missing() {
        let curl = Missing { server: false, programs: vec!["curl"] };
        assert!(curl.what_to_run(15).contains("--no-install-recommends curl'"));
        assert!(!curl.what_to_run(15).contains("postgresql"));

        let server = Missing { server: true, programs: vec![] };
        assert!(
            server.what_to_run(15).contains("sudo sh -c 'mkdir -p /etc/postgresql-common; echo create_main")
        );
        assert!(server.what_to_run(15).contains("postgresql-15 postgresql-15-partman'"));
    }

    #[test]
    fn a_program_in_the_path_is_not_missing() {
        assert!(in_path("sh"));
        assert!(!in_path("no-such-program-anywhere"));
    }
}
