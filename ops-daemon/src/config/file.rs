//! Reads the files that the configuration names, and refuses those that somebody else could read or change.

use std::{
    fs::{self, File},
    io::Read as _,
    os::unix::fs::PermissionsExt as _,
    path::Path,
};

use zeroize::Zeroizing;

/// Longest file that is read, in octets: a bundle of 200 CA certificates has about 400 KiB.
const FILE_OCTETS_MAX: u64 = 1024 * 1024;
/// Mode bits that a file with a secret must not have: anything for others, and writing by the group. The group may read,
/// because that is how Kubernetes gives a secret to a process that is not root.
const SECRET_REFUSES: u32 = 0o027;
/// Mode bits that any other file must not have: writing by group and others.
const PUBLIC_REFUSES: u32 = 0o022;

/// Why a file is not taken: both read on after the file's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// What is wrong.
    pub wrong: String,
    /// What to do.
    pub remedy: String,
}

impl Refused {
    /// A refusal.
    pub fn new(wrong: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { wrong: wrong.into(), remedy: remedy.into() }
    }
}

/// Reads a file that holds a secret. Links are followed: what counts is the real file.
///
/// # Errors
/// It cannot be read, is no file, is longer than 1 MiB, or others can read it, or others than the owner can write it.
pub fn read_private_file(path: &Path) -> Result<Zeroizing<Vec<u8>>, Refused> {
    read(path, SECRET_REFUSES).map(Zeroizing::new)
}

/// Reads a file that holds nothing secret, but that decides whom we trust.
///
/// # Errors
/// As for a secret one, but only group or others that may write are refused.
pub fn read_public_file(path: &Path) -> Result<Vec<u8>, Refused> {
    read(path, PUBLIC_REFUSES)
}

/// Checks a file that is made when it is missing, such as a database of secrets.
pub(super) fn check_private_if_there(path: &Path) -> Result<(), Refused> {
    if path.exists() {
        let found = fs::metadata(path).map_err(|error| unreadable(&error))?;
        return check(path, &found, SECRET_REFUSES);
    }
    // `parent` of a bare name is the empty path, which means the working folder
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if folder.is_dir() {
        return Ok(());
    }
    let remedy = format!("run: mkdir -m 700 -p {}", shell_word(folder));
    Err(Refused::new("cannot be made, its folder does not exist", remedy))
}

fn read(path: &Path, refused_bits: u32) -> Result<Vec<u8>, Refused> {
    // before opening: opening a named pipe would wait for a writer
    let found = fs::metadata(path).map_err(|error| unreadable(&error))?;
    if !found.is_file() {
        return Err(Refused::new("is not a file", "name a file"));
    }
    let file = File::open(path).map_err(|error| unreadable(&error))?;
    // of the opened file: the name may have been given to another one meanwhile
    let found = file.metadata().map_err(|error| unreadable(&error))?;
    check(path, &found, refused_bits)?;
    let mut content =
        Vec::with_capacity(usize::try_from(found.len().min(FILE_OCTETS_MAX)).unwrap_or_default() + 1);
    file.take(FILE_OCTETS_MAX + 1).read_to_end(&mut content).map_err(|error| unreadable(&error))?;
    if content.len() as u64 > FILE_OCTETS_MAX {
        return Err(Refused::new("is longer than 1 MiB", "name the right file"));
    }
    Ok(content)
}

fn check(path: &Path, found: &fs::Metadata, refused_bits: u32) -> Result<(), Refused> {
    let mode = found.permissions().mode() & 0o777;
    let given = mode & refused_bits;
    if given == 0 {
        return Ok(());
    }
    let may = if given & PUBLIC_REFUSES != 0 { "be changed" } else { "be read" };
    let command = if refused_bits == SECRET_REFUSES { "chmod 600" } else { "chmod go-w" };
    Err(Refused::new(
        format!("can {may} by others than its owner (mode {mode:04o})"),
        format!("run: {command} {}", shell_word(path)),
    ))
}

fn unreadable(error: &std::io::Error) -> Refused {
    let remedy = match error.kind() {
        std::io::ErrorKind::NotFound => "make the file, or name the right one",
        std::io::ErrorKind::PermissionDenied => "give it to the user that runs the service",
        _ => "check the file and its disk",
    };
    Refused::new(format!("cannot be read ({error})"), remedy)
}

/// A path as a shell reads it back.
pub(crate) fn shell_word(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@%:,".contains(c);
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(mode: u32) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "content").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        (folder, path)
    }

    #[test]
    fn a_secret_that_anyone_else_can_reach_is_refused_with_the_command_that_helps() {
        for mode in [0o644, 0o604, 0o620, 0o602, 0o660, 0o777] {
            let (_folder, path) = file(mode);
            let refused = read_private_file(&path).err().unwrap();
            assert!(refused.wrong.contains(&format!("mode {mode:04o}")), "{refused:?}");
            assert_eq!(refused.remedy, format!("run: chmod 600 {}", path.display()));
        }
        for mode in [0o600, 0o400, 0o700, 0o640, 0o440] {
            let (_folder, path) = file(mode);
            assert_eq!(*read_private_file(&path).ok().unwrap(), b"content");
        }
    }

    #[test]
    fn a_public_file_is_refused_only_when_others_can_change_it() {
        for (mode, taken) in [(0o644, true), (0o664, false), (0o646, false)] {
            let (_folder, path) = file(mode);
            assert_eq!(read_public_file(&path).is_ok(), taken, "{mode:o}");
        }
    }

    #[test]
    fn the_real_file_behind_a_link_counts() {
        let (folder, path) = file(0o644);
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(read_private_file(&link).err().unwrap().wrong.contains("0644"));
    }

    #[test]
    fn a_folder_a_missing_file_and_a_long_one_are_refused() {
        let (folder, path) = file(0o600);
        assert_eq!(read_private_file(folder.path()).err().unwrap().wrong, "is not a file");
        assert!(
            read_private_file(&folder.path().join("none")).err().unwrap().wrong.starts_with("cannot be read")
        );
        fs::write(&path, vec![0; 1024 * 1024 + 1]).unwrap();
        assert_eq!(read_private_file(&path).err().unwrap().wrong, "is longer than 1 MiB");
    }

    #[test]
    fn a_path_with_odd_characters_is_quoted_for_the_shell() {
        assert_eq!(shell_word(Path::new("/a b/it's")), r"'/a b/it'\''s'");
    }
}
