//! Finds the programs of a PostgreSQL server that is new enough, and runs them as a user they accept.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process;

/// The oldest major version that the project supports.
pub(crate) const OLDEST: u32 = 15;
const NEEDED: [&str; 4] = ["initdb", "pg_ctl", "postgres", "psql"];
/// initdb and postgres refuse to run as root; the package makes this user.
const SERVICE_USER: &str = "postgres";

/// One installed server.
#[derive(Clone)]
pub(crate) struct Binaries {
    folder: PathBuf,
    version: String,
    root: bool,
}

impl Binaries {
    /// The newest server under /usr/lib/postgresql, else the one in PATH; none below version 15.
    pub(crate) fn find() -> Option<Self> {
        let root = is_root();
        packaged().into_iter().chain(in_path()).find_map(|folder| {
            let version = version_of(&folder)?;
            (major(&version)? >= OLDEST).then_some(Self { folder, version, root })
        })
    }

    /// For example `15.18`.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// The folder of all its programs.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Who must own the data: nobody special, unless we are root.
    pub(crate) fn service_user(&self) -> Option<&'static str> {
        self.root.then_some(SERVICE_USER)
    }

    /// A server program, run by us, or by the service user when we are root.
    pub(crate) fn as_service_user(&self, name: &str) -> Command {
        let program = self.program(name);
        let mut command = if self.root {
            let mut setpriv = Command::new("setpriv");
            setpriv
                .arg(format!("--reuid={SERVICE_USER}"))
                .arg(format!("--regid={SERVICE_USER}"))
                .arg("--init-groups")
                .arg(program);
            setpriv
        } else {
            Command::new(program)
        };
        // The service user may not enter our folder; and we read what the programs say, so it must be English.
        command.current_dir("/").env("LC_ALL", "C");
        command
    }
}

/// Whether this process may install packages.
pub(crate) fn is_root() -> bool {
    let mut id = Command::new("id");
    id.arg("-u");
    process::finish(id).is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn packaged() -> Vec<PathBuf> {
    let Ok(versions) = fs::read_dir("/usr/lib/postgresql") else { return Vec::new() };
    let mut found: Vec<(u32, PathBuf)> = versions
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    found.sort_by_key(|(major, _)| std::cmp::Reverse(*major));
    found.into_iter().map(|(_, folder)| folder).collect()
}

fn in_path() -> Vec<PathBuf> {
    env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default()
}

fn version_of(folder: &Path) -> Option<String> {
    if !NEEDED.iter().all(|name| folder.join(name).is_file()) {
        return None;
    }
    let mut postgres = Command::new(folder.join("postgres"));
    postgres.arg("--version");
    let output = process::finish(postgres).ok()?;
    version_in(&String::from_utf8_lossy(&output.stdout)).map(str::to_owned)
}

// postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)
fn version_in(line: &str) -> Option<&str> {
    line.split_once("(PostgreSQL) ")?.1.split_whitespace().next()
}

// 15.18, 18beta1
fn major(version: &str) -> Option<u32> {
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_what_the_server_says_of_itself() {
        let line = "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n";
        assert_eq!(version_in(line), Some("15.18"));
        assert_eq!(major("15.18"), Some(15));
        assert_eq!(major("18beta1"), Some(18));
        assert_eq!(version_in("something else"), None);
    }
}
