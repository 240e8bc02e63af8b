//! `[keys]`: keys of our own, outside the database.

use std::path::PathBuf;

use super::{Config, Key32, Secrets, key_file::read_key, section::Section};

/// Keys of our own.
#[derive(Clone)]
pub struct Keys {
    /// Authenticates the digest of a request that may be repeated.
    pub idempotency: Key32,
    /// The file that it was read from.
    pub idempotency_file: PathBuf,
    /// Authenticates the cursors of lists.
    pub cursor: Key32,
    /// The file that it was read from.
    pub cursor_file: PathBuf,
}

pub(super) fn read(section: &mut Section<'_>) -> Option<Keys> {
    let idempotency = section.file("idempotency_file", "idempotency.key", read_key);
    let cursor = section.file("cursor_file", "cursor.key", read_key);
    let ((idempotency_file, idempotency), (cursor_file, cursor)) = (idempotency?, cursor?);
    Some(Keys { idempotency, idempotency_file, cursor, cursor_file })
}

/// A key that serves two ends is refused: what leaks of one is then known of the other.
pub(super) fn refuse_shared(config: &Config, root: &mut Section<'_>) {
    let mut keys = Vec::new();
    if let Secrets::Sealed(sealed) = &config.secrets {
        keys.push(("secrets.sealed.key_file", &sealed.key));
    }
    keys.push(("keys.idempotency_file", &config.keys.idempotency));
    keys.push(("keys.cursor_file", &config.keys.cursor));
    for (at, (name, key)) in keys.iter().enumerate() {
        if let Some((twin, _)) = keys.iter().take(at).find(|(_, other)| other.is_same(key)) {
            root.fault(
                name,
                format!("holds the same key as {twin}"),
                "make a key of its own: openssl rand -base64 32",
            );
        }
    }
}
