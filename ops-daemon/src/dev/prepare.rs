//! Makes the whole folder ready, and the configuration for it.

use std::path::Path;

use jiff::Timestamp;

use super::{
    authority::{self, NoCertificate},
    config::{self, Wanted},
    folder::{Folder, FolderError},
    issuer::{self, NoToken},
    keys::{self, NoKey},
    refuse::refuse_exposure,
};
use crate::config::{Config, Fault};

/// A folder that is ready. While it lives, no other `dev` can use the folder.
pub struct Prepared {
    /// The folder, and the lock on it.
    pub folder: Folder,
    /// What to run with.
    pub config: Config,
}

/// Why `dev` cannot start.
#[derive(Debug, thiserror::Error)]
pub enum NotPrepared {
    /// It would be reachable by others, or runs where others depend on it.
    #[error("dev is for one machine only")]
    Exposed(Vec<Fault>),
    /// The folder cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A key cannot be made or read.
    #[error(transparent)]
    Key(#[from] NoKey),
    /// A token cannot be made.
    #[error(transparent)]
    Token(#[from] NoToken),
    /// A certificate cannot be made.
    #[error(transparent)]
    Certificate(#[from] NoCertificate),
}

/// Makes what is missing, renews what is about to end, and leaves the rest as it is. `env` tells where we run.
///
/// # Errors
/// [`NotPrepared`].
pub fn prepare(
    folder: &Path,
    wanted: &Wanted,
    env: impl IntoIterator<Item = (String, String)>,
    now: Timestamp,
) -> Result<Prepared, NotPrepared> {
    let exposed = refuse_exposure(env);
    if !exposed.is_empty() {
        return Err(NotPrepared::Exposed(exposed));
    }
    let folder = Folder::open(folder)?;
    let keys = keys::prepare(&folder)?;
    issuer::prepare(&folder, now)?;
    authority::prepare(&folder, now)?;
    let config = config::config(&folder, keys, wanted);
    Ok(Prepared { folder, config })
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, fs, os::unix::fs::PermissionsExt as _, path::PathBuf};

    use super::*;

    fn files(of: &Path) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(of).unwrap().map(Result::unwrap) {
            if entry.path().is_dir() {
                files.extend(files_below(&entry.path()));
            } else {
                let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
                files.insert(entry.path(), (mode, fs::read(entry.path()).unwrap()));
            }
        }
        files
    }

    fn files_below(folder: &Path) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
        assert_eq!(fs::metadata(folder).unwrap().permissions().mode() & 0o777, 0o700, "{}", folder.display());
        files(folder)
    }

    fn now() -> Timestamp {
        "2026-01-02T03:04:05Z".parse().unwrap()
    }

    #[test]
    fn everything_is_made_and_only_public_files_can_be_read_by_others() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("data");
        let prepared = prepare(&folder, &Wanted::default(), [], now()).unwrap_or_else(|why| panic!("{why}"));
        let made: Vec<(String, u32)> = files_below(&folder)
            .into_iter()
            .map(|(path, (mode, _))| (path.strip_prefix(&folder).unwrap().display().to_string(), mode))
            .collect();
        let wanted = [
            ("dev.lock", 0o600),
            ("jwks.json", 0o644),
            ("keys/audit", 0o600),
            ("keys/cursor", 0o600),
            ("keys/idempotency", 0o600),
            ("keys/issuer", 0o600),
            ("keys/seal", 0o600),
            ("tls/ca.key", 0o600),
            ("tls/ca.pem", 0o644),
            ("tls/gateway.key", 0o600),
            ("tls/gateway.pem", 0o644),
            ("tls/server.key", 0o600),
            ("tls/server.pem", 0o644),
            ("tokens/admin.jwt", 0o600),
            ("tokens/auditor.jwt", 0o600),
            ("tokens/editor.jwt", 0o600),
            ("tokens/viewer.jwt", 0o600),
        ];
        assert_eq!(made, wanted.map(|(name, mode)| (name.to_owned(), mode)));
        assert_eq!(prepared.folder.path(), fs::canonicalize(&folder).unwrap());
    }

    #[test]
    fn a_restart_keeps_keys_and_certificates_and_renews_the_tokens() {
        let folder = tempfile::tempdir().unwrap();
        drop(prepare(folder.path(), &Wanted::default(), [], now()).unwrap_or_else(|why| panic!("{why}")));
        let before = files(folder.path());
        let later = now() + jiff::SignedDuration::from_hours(30);
        drop(prepare(folder.path(), &Wanted::default(), [], later).unwrap_or_else(|why| panic!("{why}")));
        let after = files(folder.path());
        assert!(before.keys().eq(after.keys()));
        for (path, before) in before {
            let renewed = path.extension().is_some_and(|extension| extension == "jwt");
            assert_eq!(before == after[&path], !renewed, "{}", path.display());
        }
    }

    #[test]
    fn exposure_is_refused_before_anything_is_made() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("data");
        let env = [("KUBERNETES_SERVICE_HOST".to_owned(), "10.0.0.1".to_owned())];
        let refused = prepare(&folder, &Wanted::default(), env, now());
        assert!(matches!(refused, Err(NotPrepared::Exposed(_))));
        assert!(!folder.exists());
    }
}
