//! One file of a release.

use std::fmt;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::checksums;
use crate::failure::Failure;
use crate::process;

/// A file with what identifies it.
pub(crate) struct Artefact {
    pub(crate) name: String,
    pub(crate) sha256: String,
    octets: u64,
}

impl Artefact {
    /// Every file in the folder but the sums themselves, by name.
    pub(crate) fn all_in(folder: &Path) -> Result<Vec<Self>, Failure> {
        let failure = |cause| Failure::because(folder.display(), cause);
        let mut artefacts = Vec::new();
        for entry in fs::read_dir(folder).map_err(failure)? {
            let entry = entry.map_err(failure)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name != checksums::FILE {
                let octets = entry.metadata().map_err(failure)?.len();
                artefacts.push(Self { name, sha256: sha256(&entry.path())?, octets });
            }
        }
        artefacts.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(artefacts)
    }
}

impl fmt::Display for Artefact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<28} {:>8} kB  {}", self.name, self.octets.div_ceil(1000), self.sha256)
    }
}

fn sha256(file: &Path) -> Result<String, Failure> {
    let mut sha256sum = Command::new("sha256sum");
    sha256sum.arg(file);
    let output = process::finish(sha256sum)?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(said.split(' ').next().unwrap_or_default().to_owned())
}
