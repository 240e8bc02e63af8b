//! One process at a time: a lock beside a file that two processes must not serve.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

/// The lock; it ends with its value, and with the process however that ends.
#[derive(Debug)]
pub struct Sole {
    _lock: File,
}

/// Why the file is not ours.
#[derive(Debug, thiserror::Error)]
pub enum NotSole {
    /// Another process has it.
    #[error("another process serves {}: stop it, or name another file", file.display())]
    Taken {
        /// What it serves.
        file: PathBuf,
    },
    /// The lock cannot be made.
    #[error("{} cannot be locked: {source}", lock.display())]
    Io {
        /// The lock's file.
        lock: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl Sole {
    /// Takes `file`, which need not exist yet. The lock has a file of its own beside it, since SQLite's own locks end
    /// when anybody closes the database's file.
    ///
    /// # Errors
    /// [`NotSole`].
    pub fn claim(file: &Path) -> Result<Self, NotSole> {
        let path = file.with_added_extension("lock");
        let failed = |source| NotSole::Io { lock: path.clone(), source };
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let lock = options.open(&path).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(NotSole::Taken { file: file.to_owned() }),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_taken_by_one_until_it_is_let_go() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ops.sqlite");
        let first = Sole::claim(&file).unwrap();
        let refused = Sole::claim(&file).unwrap_err().to_string();
        assert!(
            refused.contains(&file.display().to_string()) && refused.contains("another process"),
            "{refused}"
        );
        drop(first);
        assert!(Sole::claim(&file).is_ok());
    }
}
