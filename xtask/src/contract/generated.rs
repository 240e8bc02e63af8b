//! What the code makes, against what is committed.

use std::fs;
use std::path::Path;

use super::FOLDER;
use crate::cargo::{cargo, checkout};
use crate::failure::Failure;
use crate::process::{finish, stream};
use crate::servers::folder;

const REMEDY: &str = "run cargo xtask contract --write, and look at what changes";

/// Writes what the code makes into the checkout; examples are written by hand and stay.
pub(super) fn write() -> Result<(), Failure> {
    let made = make()?;
    for (file, text) in &made {
        let path = checkout().join(FOLDER).join(file);
        let folder = path.parent().map_or_else(|| checkout().to_owned(), Path::to_owned);
        let written = fs::create_dir_all(folder).and_then(|()| fs::write(&path, text));
        written.map_err(|cause| Failure::because(path.display().to_string(), cause))?;
    }
    for file in lying()?.into_iter().filter(|file| !made.iter().any(|(name, _)| name == file)) {
        fs::remove_file(checkout().join(FOLDER).join(&file))
            .map_err(|cause| Failure::because(file, cause))?;
    }
    Ok(())
}

/// Where the committed contract is another one.
pub(super) fn differences() -> Result<Vec<String>, Failure> {
    let mut committed = Vec::new();
    for file in lying()? {
        let path = checkout().join(FOLDER).join(&file);
        let text =
            fs::read_to_string(&path).map_err(|cause| Failure::because(path.display().to_string(), cause))?;
        committed.push((file, text));
    }
    Ok(between(&make()?, &committed))
}

fn between(made: &[(String, String)], committed: &[(String, String)]) -> Vec<String> {
    let mut faults = Vec::new();
    for (file, text) in made {
        match committed.iter().find(|(name, _)| name == file) {
            None => faults.push(format!("{FOLDER}/{file}: is not committed; {REMEDY}")),
            Some((_, committed)) if committed != text => {
                let line = text.lines().zip(committed.lines()).take_while(|(a, b)| a == b).count() + 1;
                faults.push(format!("{FOLDER}/{file}:{line}: is not what the code makes; {REMEDY}"));
            }
            Some(_) => {}
        }
    }
    let left = committed.iter().filter(|(file, _)| !made.iter().any(|(name, _)| name == file));
    faults
        .extend(left.map(|(file, _)| format!("{FOLDER}/{file}: the code makes no such document; {REMEDY}")));
    faults
}

/// Committed documents that the code makes, by their path below the folder.
fn lying() -> Result<Vec<String>, Failure> {
    let files = super::base::json_files(&checkout().join(FOLDER))?;
    let below = files.iter().filter_map(|path| path.strip_prefix(FOLDER)?.strip_prefix('/'));
    Ok(below.filter(|file| !file.contains("/examples/")).map(str::to_owned).collect())
}

/// Every document as the code makes it.
fn make() -> Result<Vec<(String, String)>, Failure> {
    let mut said = Vec::new();
    let build = stream(cargo(&["build", "--quiet", "-p", "ops-daemon"]), |line| said.push(line.to_owned()))?;
    if !build.success() {
        return Err(said.join("\n").into());
    }
    let folder = folder::create("contract", None)?;
    let made = made_in(&folder);
    fs::remove_dir_all(&folder)
        .map_err(|cause| Failure::because(format!("cannot remove {}", folder.display()), cause))?;
    made
}

fn made_in(folder: &Path) -> Result<Vec<(String, String)>, Failure> {
    let mut command = cargo(&["run", "--quiet", "-p", "ops-daemon", "--", "contract", "--into"]);
    command.arg(folder);
    finish(command)?;
    let mut made = Vec::new();
    let mut left = vec![folder.to_owned()];
    while let Some(path) = left.pop() {
        let because = |cause| Failure::because(path.display().to_string(), cause);
        if path.is_dir() {
            left.extend(fs::read_dir(&path).map_err(because)?.flatten().map(|entry| entry.path()));
        } else {
            let file = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
            made.push((file, fs::read_to_string(&path).map_err(because)?));
        }
    }
    made.sort();
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn what_is_missing_different_or_left_over_is_told_with_its_line() {
        let made = files(&[("a.json", "1\n2\n3\n"), ("b.json", "1\n"), ("c.json", "1\n")]);
        assert_eq!(between(&made, &made), Vec::<String>::new());
        let committed = files(&[("a.json", "1\n2\n4\n"), ("c.json", "1\n"), ("d.json", "1\n")]);
        let told = between(&made, &committed);
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told[0].starts_with("docs/contract/a.json:3: is not what the code makes"), "{told:?}");
        assert!(told[1].starts_with("docs/contract/b.json: is not committed"), "{told:?}");
        assert!(told[2].starts_with("docs/contract/d.json: the code makes no such document"), "{told:?}");
    }
}
