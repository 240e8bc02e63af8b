//! `SHA256SUMS` over all files of a release, in the form that `sha256sum --check` takes.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::artefact::Artefact;
use crate::failure::Failure;
use crate::process;

/// The name of the file.
pub(crate) const FILE: &str = "SHA256SUMS";

/// Writes it, reads everything back, and says what differs.
pub(crate) fn write(folder: &Path) -> Result<Vec<String>, Failure> {
    let artefacts = Artefact::all_in(folder)?;
    if artefacts.is_empty() {
        return Ok(vec!["there is nothing to sum".to_owned()]);
    }
    let lines: String = artefacts.iter().map(|one| format!("{}  {}\n", one.sha256, one.name)).collect();
    let file = folder.join(FILE);
    fs::write(&file, lines).map_err(|cause| Failure::because(file.display(), cause))?;
    check(folder)
}

/// As a person checks who fetched the files.
fn check(folder: &Path) -> Result<Vec<String>, Failure> {
    let mut sha256sum = Command::new("sha256sum");
    sha256sum.args(["--check", "--strict", FILE]).current_dir(folder);
    let mut said = Vec::new();
    let status = process::stream(sha256sum, |line| said.push(line.to_owned()))?;
    if status.success() {
        return Ok(Vec::new());
    }
    said.retain(|line| !line.ends_with(": OK"));
    Ok(said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::servers::folder;

    #[test]
    fn a_flipped_bit_and_a_file_that_went_are_found() {
        let release = folder::create("checksums", None).unwrap();
        fs::write(release.join("one.crate"), b"one").unwrap();
        fs::write(release.join("two.crate"), b"two").unwrap();
        assert_eq!(write(&release).unwrap(), Vec::<String>::new());

        fs::write(release.join("one.crate"), b"onf").unwrap();
        assert!(check(&release).unwrap().iter().any(|line| line == "one.crate: FAILED"));
        fs::remove_file(release.join("two.crate")).unwrap();
        assert!(check(&release).unwrap().iter().any(|line| line.starts_with("two.crate: FAILED open")));
        fs::remove_dir_all(release).unwrap();
    }

    #[test]
    fn a_release_without_files_is_none() {
        let release = folder::create("checksums", None).unwrap();
        assert_eq!(write(&release).unwrap(), ["there is nothing to sum"]);
        fs::remove_dir_all(release).unwrap();
    }
}
