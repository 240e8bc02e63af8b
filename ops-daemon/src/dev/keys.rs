//! The keys of 32 octets that the configuration needs, made once.

use zeroize::Zeroizing;

use super::folder::{Folder, FolderError};
use crate::config::{
    FileRefused, Key32,
    key_file::{KEY_OCTETS, read_key},
};

/// Files of the keys.
pub(super) const IDEMPOTENCY: &str = "keys/idempotency";
pub(super) const CURSOR: &str = "keys/cursor";
pub(super) const AUDIT: &str = "keys/audit";
pub(super) const SEAL: &str = "keys/seal";

/// The keys of a folder.
pub(super) struct DevKeys {
    pub(super) idempotency: Key32,
    pub(super) cursor: Key32,
    pub(super) audit: Key32,
    pub(super) seal: Key32,
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum NoKey {
    /// The folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The file.
    #[error("{path} {wrong}; {remedy}", wrong = why.wrong, remedy = why.remedy)]
    File {
        /// Which.
        path: String,
        /// Why.
        why: FileRefused,
    },
    /// The machine has no randomness to give.
    #[error("the machine gives no random octets: {0}")]
    Random(getrandom::Error),
}

/// Makes those that are missing, and reads all.
pub(super) fn prepare(folder: &Folder) -> Result<DevKeys, NoKey> {
    Ok(DevKeys {
        idempotency: key(folder, IDEMPOTENCY)?,
        cursor: key(folder, CURSOR)?,
        audit: key(folder, AUDIT)?,
        seal: key(folder, SEAL)?,
    })
}

fn key(folder: &Folder, name: &str) -> Result<Key32, NoKey> {
    let path = folder.file(name);
    if !path.exists() {
        let mut octets = Zeroizing::new([0; KEY_OCTETS]);
        getrandom::fill(octets.as_mut()).map_err(NoKey::Random)?;
        folder.write_private(name, octets.as_ref())?;
    }
    read_key(&path).map_err(|why| NoKey::File { path: path.display().to_string(), why })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_made_once_and_differ() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Folder::open(parent.path()).unwrap();
        let first = prepare(&folder).unwrap_or_else(|why| panic!("{why}"));
        let again = prepare(&folder).unwrap_or_else(|why| panic!("{why}"));
        assert!(first.seal.is_same(&again.seal) && first.cursor.is_same(&again.cursor));
        assert!(!first.seal.is_same(&first.cursor) && !first.seal.is_same(&first.idempotency));
    }
}
