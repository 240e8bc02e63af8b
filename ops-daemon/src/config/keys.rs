//! `[keys]`: keys of our own, outside the database.

use std::{fmt, path::PathBuf};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::VerifyingKey;

use super::{
    Config, Key32, Secrets,
    key_file::{parse_key, read_key},
    section::Section,
};

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
    /// Seals the audit trail: the seed of an Ed25519 key (RFC 8032 §5.1.5).
    pub audit: Key32,
    /// The file that it was read from.
    pub audit_file: PathBuf,
    /// Keys that sealed it before, so that those seals can be verified.
    pub former_audit_keys: Vec<FormerKey>,
}

/// A key that sealed the audit trail once. What it seals behind its last place was made by somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormerKey {
    /// Its public half.
    pub key: VerifyingKey,
    /// The last place that it sealed.
    pub through: i64,
}

impl fmt::Display for FormerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", STANDARD.encode(self.key.as_bytes()), self.through)
    }
}

impl FormerKey {
    /// The public key in base64, as the log told it at each start, `@`, and the last place that it sealed.
    fn parse(text: &str) -> Option<Self> {
        let (key, through) = text.split_once('@')?;
        let through =
            through.parse().ok().filter(|place: &i64| *place > 0 && place.to_string() == through)?;
        let key = parse_key(key.as_bytes())?;
        Some(Self { key: VerifyingKey::from_bytes(key.expose()).ok()?, through })
    }
}

pub(super) fn read(section: &mut Section<'_>) -> Option<Keys> {
    let idempotency = section.file("idempotency_file", "idempotency.key", read_key);
    let cursor = section.file("cursor_file", "cursor.key", read_key);
    let audit = section.file("audit_file", "audit.key", read_key);
    let former_audit_keys = former(section);
    let ((idempotency_file, idempotency), (cursor_file, cursor)) = (idempotency?, cursor?);
    let (audit_file, audit) = audit?;
    Some(Keys {
        idempotency,
        idempotency_file,
        cursor,
        cursor_file,
        audit,
        audit_file,
        former_audit_keys: former_audit_keys?,
    })
}

fn former(section: &mut Section<'_>) -> Option<Vec<FormerKey>> {
    const NAME: &str = "former_audit_keys";
    if !section.has(NAME) {
        section.known(NAME);
        return Some(Vec::new());
    }
    let texts = section.texts(NAME)?;
    let mut keys = Vec::new();
    for (at, text) in texts.iter().enumerate() {
        match FormerKey::parse(text) {
            Some(key) => keys.push(key),
            None => section.fault(
                &format!("{NAME}[{at}]"),
                "is no public key with the last place that it sealed",
                "write the public_key that the log told at its start, @, and the number before the dot of its last head",
            ),
        }
    }
    (keys.len() == texts.len()).then_some(keys)
}

/// A key that serves two ends is refused: what leaks of one is then known of the other.
pub(super) fn refuse_shared(config: &Config, root: &mut Section<'_>) {
    let mut keys = Vec::new();
    if let Secrets::Sealed(sealed) = &config.secrets {
        keys.push(("secrets.sealed.key_file", &sealed.key));
    }
    keys.push(("keys.idempotency_file", &config.keys.idempotency));
    keys.push(("keys.cursor_file", &config.keys.cursor));
    keys.push(("keys.audit_file", &config.keys.audit));
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
