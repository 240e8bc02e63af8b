//! Makes sure that the packages which servers and tests need are on the machine: installs them as root on Debian, else
//! says the one command.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::postgres::{Binaries, OLDEST, is_root};
use crate::failure::Failure;
use crate::process;

/// Newest major version that is looked for in the package lists.
const NEWEST: u32 = 18;
/// Debian starts a PostgreSQL for everybody at installation, unless this file says otherwise.
const NO_MAIN_CLUSTER: &str = "/etc/postgresql-common/createcluster.conf";
/// Debian also starts a pgbouncer for everybody, at installation and with the machine, unless its unit is masked so.
const PGBOUNCER_UNIT: &str = "/etc/systemd/system/pgbouncer.service";
/// Where there is no systemd: an installation starts no service while this program ends with 101.
const POLICY: &str = "/usr/sbin/policy-rc.d";
const APT_OPTIONS: [&str; 2] = ["-o", "DPkg::Lock::Timeout=300"];
/// Programs whose package has their name.
const PROGRAMS: [&str; 5] = ["pgbouncer", "bash", "curl", "openssl", "chromium"];
/// Reads the profiles that rustc's instrumentation writes today (raw version 10), and is in Debian 12 and 13.
const LLVM: &str = "llvm-19";
/// What of it is used.
const LLVM_PROGRAMS: [&str; 2] = ["llvm-profdata-19", "llvm-cov-19"];

/// Installs what is missing: PostgreSQL, the programs, and pip, if something must be fetched by it.
pub(super) fn ensure(with_pip: bool) -> Result<(), Failure> {
    ensure_nothing_is_missing(|| Missing::on_this_machine(with_pip))
}

/// Where `llvm-profdata` and `llvm-cov` are; installs them when they are missing.
pub(crate) fn llvm() -> Result<[PathBuf; 2], Failure> {
    let [profdata, cov] = LLVM_PROGRAMS;
    ensure_nothing_is_missing(|| {
        let missing = LLVM_PROGRAMS.iter().any(|program| find(program).is_none());
        Missing { server: false, pip: false, packages: missing.then_some(LLVM).into_iter().collect() }
    })?;
    let found = |program| find(program).ok_or_else(|| Failure::from("LLVM vanished while we looked"));
    Ok([found(profdata)?, found(cov)?])
}

fn ensure_nothing_is_missing(look: impl Fn() -> Missing) -> Result<(), Failure> {
    let missing = look();
    if missing.nothing() {
        return Ok(());
    }
    if !is_root() {
        return Err(missing.what_to_run(packaged_major()).into());
    }
    missing.install()?;
    let missing = look();
    if missing.nothing() {
        return Ok(());
    }
    Err(format!("installed, and still missing: {}", missing.names()).into())
}

/// Where a program is; those for administrators are not in everybody's PATH.
pub(super) fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]);
    folders.map(|folder| folder.join(program)).find(|path| path.is_file())
}

struct Missing {
    server: bool,
    pip: bool,
    /// All others.
    packages: Vec<&'static str>,
}

impl Missing {
    fn on_this_machine(with_pip: bool) -> Self {
        Self {
            server: Binaries::find().is_none(),
            pip: with_pip && !pip_runs(),
            packages: PROGRAMS.into_iter().filter(|name| find(name).is_none()).collect(),
        }
    }

    fn nothing(&self) -> bool {
        !self.server && !self.pip && self.packages.is_empty()
    }

    fn names(&self) -> String {
        let server = self.server.then(|| format!("PostgreSQL {OLDEST} or newer"));
        let pip = self.pip.then(|| "pip of Python 3".to_owned());
        let packages = self.packages.iter().map(ToString::to_string);
        server.into_iter().chain(pip).chain(packages).collect::<Vec<_>>().join(", ")
    }

    /// As the package lists call them, with that major version of the server.
    fn named(&self, major: u32) -> Vec<String> {
        let server = [format!("postgresql-{major}"), format!("postgresql-{major}-partman")];
        let server = server.into_iter().filter(|_| self.server);
        let pip = self.pip.then(|| "python3-pip".to_owned());
        server.chain(pip).chain(self.packages.iter().map(ToString::to_string)).collect()
    }

    fn brings_pgbouncer(&self) -> bool {
        self.packages.contains(&"pgbouncer")
    }

    fn what_to_run(&self, major: u32) -> String {
        let mut before = String::new();
        if self.server {
            before = format!(
                "mkdir -p /etc/postgresql-common; echo create_main_cluster = false > {NO_MAIN_CLUSTER}; "
            );
        }
        if self.brings_pgbouncer() {
            before += &format!("mkdir -p /etc/systemd/system; ln -sf /dev/null {PGBOUNCER_UNIT}; ");
        }
        format!(
            "missing: {}. Run this once, then this command again:\n\n  sudo sh -c '{before}apt-get update && \
             DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends {}'\n",
            self.names(),
            self.named(major).join(" "),
        )
    }

    fn install(&self) -> Result<(), Failure> {
        eprintln!("missing: {}; installing by apt-get (about a minute) …", self.names());
        if self.server && !Path::new(NO_MAIN_CLUSTER).exists() {
            refuse_main_cluster().map_err(|cause| Failure::because(NO_MAIN_CLUSTER, cause))?;
        }
        if self.brings_pgbouncer() {
            mask(Path::new(PGBOUNCER_UNIT)).map_err(|cause| Failure::because(PGBOUNCER_UNIT, cause))?;
        }
        let quiet = Quiet::at(Path::new(POLICY)).map_err(|cause| Failure::because(POLICY, cause))?;
        apt_get(&["update"])?;
        let packages = self.named(packaged_major());
        let mut arguments = vec!["install", "-y", "--no-install-recommends"];
        arguments.extend(packages.iter().map(String::as_str));
        apt_get(&arguments)?;
        drop(quiet);
        Ok(())
    }
}

/// While this lives, an installation starts no service; a policy that the machine has of its own stays as it is.
struct Quiet<'a>(Option<&'a Path>);

impl<'a> Quiet<'a> {
    fn at(policy: &'a Path) -> io::Result<Self> {
        match fs::File::options().create_new(true).write(true).mode(0o755).open(policy) {
            Ok(mut file) => {
                let quiet = Self(Some(policy));
                file.write_all(b"#!/bin/sh\nexit 101\n")?;
                Ok(quiet)
            }
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => Ok(Self(None)),
            Err(cause) => Err(cause),
        }
    }
}

impl Drop for Quiet<'_> {
    fn drop(&mut self) {
        if let Some(policy) = self.0
            && let Err(cause) = fs::remove_file(policy)
        {
            eprintln!("error: remove {} by hand, or no service starts any more: {cause}", policy.display());
        }
    }
}

fn mask(unit: &Path) -> io::Result<()> {
    unit.parent().map_or(Ok(()), fs::create_dir_all)?;
    match std::os::unix::fs::symlink("/dev/null", unit) {
        Err(cause) if cause.kind() != io::ErrorKind::AlreadyExists => Err(cause),
        _ => Ok(()),
    }
}

fn pip_runs() -> bool {
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "--version"]);
    process::finish(pip).is_ok()
}

fn refuse_main_cluster() -> io::Result<()> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::servers::folder;

    fn missing(server: bool, pip: bool, packages: &[&'static str]) -> String {
        Missing { server, pip, packages: packages.to_vec() }.what_to_run(15)
    }

    #[test]
    fn the_one_command_names_only_what_is_missing() {
        let curl = missing(false, false, &["curl"]);
        assert!(
            curl.contains("sudo sh -c 'apt-get update") && curl.contains("--no-install-recommends curl'")
        );

        let server = missing(true, false, &[]);
        assert!(server.contains("sudo sh -c 'mkdir -p /etc/postgresql-common; echo create_main"));
        assert!(server.contains("postgresql-15 postgresql-15-partman'"));

        let pip = missing(false, true, &[]);
        assert!(pip.contains("missing: pip of Python 3.") && pip.contains("recommends python3-pip'"));
    }

    #[test]
    fn no_pgbouncer_is_started_for_everybody() {
        let pgbouncer = missing(false, false, &["pgbouncer"]);
        let mask = pgbouncer.find("ln -sf /dev/null /etc/systemd/system/pgbouncer.service;").unwrap();
        assert!(mask < pgbouncer.find("apt-get install").unwrap());

        let folder = folder::create("packages", None).unwrap();
        let unit = folder.join("system/pgbouncer.service");
        mask_twice(&unit);
        assert_eq!(fs::read_link(&unit).unwrap(), Path::new("/dev/null"));
        fs::remove_dir_all(folder).unwrap();
    }

    fn mask_twice(unit: &Path) {
        mask(unit).unwrap();
        mask(unit).unwrap();
    }

    #[test]
    fn a_policy_of_ours_goes_after_the_installation_and_one_of_the_machine_stays() {
        let folder = folder::create("packages", None).unwrap();
        let policy = folder.join("policy-rc.d");
        let ours = Quiet::at(&policy).unwrap();
        assert_eq!(Command::new(&policy).status().unwrap().code(), Some(101));
        drop(Quiet::at(&policy).unwrap());
        assert!(policy.exists(), "the second one met the first one's");
        drop(ours);
        assert!(!policy.exists());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_program_in_the_path_is_found() {
        assert!(find("sh").is_some_and(|path| path.is_absolute()));
        assert_eq!(find("no-such-program-anywhere"), None);
    }
}
