//! A new folder for one server: short enough for a socket path, and reachable for the user who runs the server.

use std::env;
use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{self, Command};

use crate::failure::Failure;
use crate::process::finish;

/// The kernel's limit for the path of a socket, less the terminating zero.
const LONGEST_SOCKET_PATH: usize = 107;
/// What the server adds to the folder.
const SOCKET_NAME: &str = "/.s.PGSQL.65535";

/// Makes `oms-NAME-…` under the system's temporary folder, closed to everybody but the owner of the data.
pub(crate) fn create(name: &str, owner: Option<&str>) -> Result<PathBuf, Failure> {
    let parents = [env::temp_dir(), PathBuf::from("/tmp"), PathBuf::from("/var/tmp")];
    let parent = parents
        .iter()
        .find(|parent| fits(parent) && (owner.is_none() || passable(parent)))
        .ok_or("no temporary folder is short enough and open to other users: set TMPDIR to one that is")?;
    let folder = make(parent, name)
        .map_err(|cause| Failure::because(format!("cannot make a folder in {}", parent.display()), cause))?;
    if let Some(owner) = owner {
        let mut chown = Command::new("chown");
        chown.arg(owner).arg(&folder);
        finish(chown)?;
    }
    Ok(folder)
}

fn make(parent: &Path, name: &str) -> io::Result<PathBuf> {
    let mut number = 0;
    loop {
        let folder = parent.join(format!("oms-{name}-{}-{number}", process::id()));
        match fs::DirBuilder::new().mode(0o700).create(&folder) {
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => number += 1,
            made => return made.map(|()| folder),
        }
    }
}

fn fits(parent: &Path) -> bool {
    let name = "/oms-postgres-4294967295-999";
    parent.as_os_str().len() + name.len() + SOCKET_NAME.len() <= LONGEST_SOCKET_PATH
}

/// Whether a stranger may walk through every folder down to this one.
fn passable(folder: &Path) -> bool {
    folder
        .ancestors()
        .all(|ancestor| fs::metadata(ancestor).is_ok_and(|found| found.permissions().mode() & 0o001 != 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_folders_are_never_the_same_and_both_are_private() {
        let (first, second) =
            (make(&env::temp_dir(), "test").unwrap(), make(&env::temp_dir(), "test").unwrap());
        assert_ne!(first, second);
        assert_eq!(fs::metadata(&first).unwrap().permissions().mode() & 0o777, 0o700);
        fs::remove_dir(first).unwrap();
        fs::remove_dir(second).unwrap();
    }

    #[test]
    fn a_parent_that_is_too_long_for_a_socket_is_passed_over() {
        assert!(fits(Path::new("/tmp")));
        assert!(!fits(Path::new(&format!("/{}", "x".repeat(80)))));
    }

    #[test]
    fn a_closed_folder_on_the_way_is_not_passable() {
        let closed = make(&env::temp_dir(), "test").unwrap();
        assert!(!passable(&closed));
        fs::remove_dir(closed).unwrap();
    }
}
