//! The data folder: only for its owner, for one process at a time, each file whole or not there.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError},
    io::{self, Read as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

/// The folder unless told otherwise, in the working folder.
pub const DEFAULT_FOLDER: &str = ".ops-dev";
/// The lock, which also marks a folder as dev's.
pub(super) const LOCK: &str = "dev.lock";

/// Mode of folders: only for the owner.
const FOLDER_MODE: u32 = 0o700;
/// Mode of files with secrets.
const PRIVATE_MODE: u32 = 0o600;
/// Mode of files that are to be handed on.
const PUBLIC_MODE: u32 = 0o644;

/// A folder of ours. While it lives, no other process opens it.
pub struct Folder {
    path: PathBuf,
    _lock: File,
}

/// Why the folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Another process has it.
    #[error("another `ops-daemon dev` ({holder}) is running on {}: stop it, or choose another folder with --data", folder.display())]
    InUse {
        /// Which folder.
        folder: PathBuf,
        /// Who has it.
        holder: String,
    },
    /// It holds something else.
    #[error("{} holds files that are not of `ops-daemon dev`: choose an empty or a new folder with --data", folder.display())]
    NotOurs {
        /// Which folder.
        folder: PathBuf,
    },
    /// The file system refuses.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
}

impl Folder {
    /// Makes the folder if it is missing, and takes it.
    ///
    /// # Errors
    /// [`FolderError`].
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        make(path)?;
        // absolute, so that what is printed and configured holds in any working folder
        let path = fs::canonicalize(path).map_err(failed("find", path))?;
        let lock_path = path.join(LOCK);
        if !lock_path.exists() && fs::read_dir(&path).map_err(failed("read", &path))?.next().is_some() {
            return Err(FolderError::NotOurs { folder: path });
        }
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(PRIVATE_MODE);
        let lock = options.open(&lock_path).map_err(failed("open", &lock_path))?;
        let lock = take(lock, &path)?;
        fs::set_permissions(&path, Permissions::from_mode(FOLDER_MODE))
            .map_err(failed("close to others", &path))?;
        Ok(Self { path, _lock: lock })
    }

    /// Where it is, absolute.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the file `name` is or will be.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The content of the file `name`, if it is there.
    ///
    /// # Errors
    /// [`FolderError::Io`].
    pub fn read(&self, name: &str) -> Result<Option<Vec<u8>>, FolderError> {
        let path = self.file(name);
        match fs::read(&path) {
            Ok(content) => Ok(Some(content)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed("read", &path)(error)),
        }
    }

    /// Writes the file `name` with mode 0600, whole or not at all.
    ///
    /// # Errors
    /// [`FolderError::Io`].
    pub fn write_private(&self, name: &str, content: &[u8]) -> Result<(), FolderError> {
        self.write(name, content, PRIVATE_MODE)
    }

    /// Writes the file `name` with mode 0644, whole or not at all.
    ///
    /// # Errors
    /// [`FolderError::Io`].
    pub fn write_public(&self, name: &str, content: &[u8]) -> Result<(), FolderError> {
        self.write(name, content, PUBLIC_MODE)
    }

    fn write(&self, name: &str, content: &[u8], mode: u32) -> Result<(), FolderError> {
        let path = self.file(name);
        let folder = path.parent().unwrap_or(&self.path);
        make(folder)?;
        let draft = path.with_added_extension("new");
        match fs::remove_file(&draft) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(failed("remove", &draft)(error));
            }
            _ => {}
        }
        let written =
            OpenOptions::new().write(true).create_new(true).mode(mode).open(&draft).and_then(|mut file| {
                // the umask may have taken bits from a new file
                file.set_permissions(Permissions::from_mode(mode))?;
                file.write_all(content)?;
                file.sync_all()
            });
        written.map_err(failed("write", &draft))?;
        fs::rename(&draft, &path).map_err(failed("write", &path))?;
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed("sync", folder))
    }
}

fn make(path: &Path) -> Result<(), FolderError> {
    DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(path).map_err(failed("make", path))
}

fn take(mut lock: File, folder: &Path) -> Result<File, FolderError> {
    match lock.try_lock() {
        Ok(()) => {
            let note = format!("process {}\n", std::process::id());
            let noted = lock.set_len(0).and_then(|()| lock.write_all(note.as_bytes()));
            noted.map(|()| lock).map_err(failed("write", &folder.join(LOCK)))
        }
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            if lock.read_to_string(&mut holder).is_err() || holder.trim().is_empty() {
                holder = "unknown process".into();
            }
            Err(FolderError::InUse { folder: folder.to_owned(), holder: holder.trim().to_owned() })
        }
        Err(TryLockError::Error(error)) => Err(failed("lock", folder)(error)),
    }
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FolderError {
    let path = path.to_owned();
    move |source| FolderError::Io { action, path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_process_is_refused_and_told_which_folder_and_who() {
        let folder = tempfile::tempdir().unwrap();
        let first = Folder::open(folder.path()).unwrap();
        let refused = Folder::open(folder.path()).err().unwrap().to_string();
        let holder = format!("process {}", std::process::id());
        assert!(
            refused.contains(&folder.path().display().to_string()) && refused.contains(&holder),
            "{refused}"
        );
        drop(first);
        assert!(Folder::open(folder.path()).is_ok());
    }

    #[test]
    fn a_folder_with_other_files_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("thesis.tex"), "x").unwrap();
        assert!(matches!(Folder::open(folder.path()), Err(FolderError::NotOurs { .. })));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_open_folder_is_closed_to_others() {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        let _taken = Folder::open(folder.path()).unwrap();
        assert_eq!(fs::metadata(folder.path()).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn a_file_is_replaced_whole_and_an_interrupted_draft_does_not_matter() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Folder::open(parent.path()).unwrap();
        folder.write_public("keys/a", b"first").unwrap();
        fs::write(folder.file("keys/a.new"), "half").unwrap();
        folder.write_private("keys/a", b"second").unwrap();
        assert_eq!(folder.read("keys/a").unwrap().unwrap(), b"second");
        assert_eq!(fs::metadata(folder.file("keys/a")).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(folder.read("keys/a.new").unwrap(), None);
    }
}
