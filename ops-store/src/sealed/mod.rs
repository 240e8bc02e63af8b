//! The sealed file: secrets in a SQLite file of their own, each sealed (XChaCha20-Poly1305) under a key that lies
//! elsewhere and bound to its path. The embedded default of [`SecretStore`]; readable by its owner only.

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use ops_core::{
    Text,
    credential::{Password, Secret, SystemId},
    id::OperatorId,
};
use rusqlite::{Connection, OptionalExtension};
use zeroize::{Zeroize, Zeroizing};

use crate::{
    port::{SecretError, SecretPath, SecretStore},
    sqlite::private,
};

/// Octets of an XChaCha20 nonce: large enough to be drawn at random for every value.
const NONCE: usize = 24;

/// Secrets in one sealed file.
#[derive(Clone)]
pub struct SealedFile {
    file: Arc<Mutex<Connection>>,
    cipher: Arc<XChaCha20Poly1305>,
}

/// The sealed file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SealedError {
    /// SQLite refuses.
    #[error("the file of secrets cannot be opened")]
    Database(#[from] rusqlite::Error),
    /// The file's rights cannot be set.
    #[error("the file of secrets cannot be made private")]
    Private(#[from] std::io::Error),
    /// It was sealed under another key.
    #[error("the file of secrets was sealed under another key; put back the key file it was made with")]
    OtherKey,
}

impl SealedFile {
    /// Opens or makes the file. `key` is 32 octets; it is wiped when this returns.
    ///
    /// # Errors
    /// [`SealedError`].
    pub fn open(path: &Path, mut key: [u8; 32]) -> Result<Self, SealedError> {
        let cipher = XChaCha20Poly1305::new(&key.into());
        key.zeroize();
        private(path)?;
        let file = Connection::open(path)?;
        file.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
             CREATE TABLE IF NOT EXISTS secret (path TEXT NOT NULL PRIMARY KEY, sealed BLOB NOT NULL) STRICT;",
        )?;
        let store = Self { file: Arc::new(Mutex::new(file)), cipher: Arc::new(cipher) };
        store.check_key()?;
        Ok(store)
    }

    /// A known text under a path that no credential has tells at once when the key is another one.
    fn check_key(&self) -> Result<(), SealedError> {
        const PATH: &str = "key-check";
        let sealed = self.seal(PATH, PATH.as_bytes()).ok_or(SealedError::OtherKey)?;
        let file = self.lock();
        file.execute(
            "INSERT INTO secret (path, sealed) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            (PATH, sealed),
        )?;
        let found: Vec<u8> =
            file.query_row("SELECT sealed FROM secret WHERE path = ?1", [PATH], |row| row.get(0))?;
        drop(file);
        self.unseal(PATH, &found).map(drop).ok_or(SealedError::OtherKey)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Connection> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nonce and sealed text; the path is authenticated with it, so a value moved to another path does not open.
    fn seal(&self, path: &str, plain: &[u8]) -> Option<Vec<u8>> {
        let mut nonce = [0u8; NONCE];
        getrandom::fill(&mut nonce).ok()?;
        let payload = Payload { msg: plain, aad: path.as_bytes() };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload).ok()?;
        Some([nonce.as_slice(), &sealed].concat())
    }

    fn unseal(&self, path: &str, stored: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, sealed) = stored.split_at_checked(NONCE)?;
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        let payload = Payload { msg: sealed, aad: path.as_bytes() };
        self.cipher.decrypt(&XNonce::from(nonce), payload).ok().map(Zeroizing::new)
    }

    fn put_now(&self, path: SecretPath, secret: &Secret) -> Result<(), SecretError> {
        let name = path.to_string();
        // no JSON of the secret is made that would stay in memory: two texts, divided by an octet neither may hold
        let plain =
            Zeroizing::new([secret.system_id.as_str(), secret.password.expose()].join("\n").into_bytes());
        let sealed = self.seal(&name, &plain).ok_or_else(|| unavailable("the secret cannot be sealed"))?;
        let file = self.lock();
        let put = file.execute(
            "INSERT INTO secret (path, sealed) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            (&name, sealed),
        );
        if put.map_err(unavailable)? == 1 {
            return Ok(());
        }
        let found: Vec<u8> = file
            .query_row("SELECT sealed FROM secret WHERE path = ?1", [&name], |row| row.get(0))
            .map_err(unavailable)?;
        drop(file);
        match self.unseal(&name, &found) {
            Some(there) if *there == *plain => Ok(()),
            Some(_) => Err(SecretError::Exists(path)),
            None => Err(SecretError::Unreadable(path)),
        }
    }

    fn get_now(&self, path: SecretPath) -> Result<Secret, SecretError> {
        let name = path.to_string();
        let found: Option<Vec<u8>> = self
            .lock()
            .query_row("SELECT sealed FROM secret WHERE path = ?1", [&name], |row| row.get(0))
            .optional()
            .map_err(unavailable)?;
        let found = found.ok_or(SecretError::Missing(path))?;
        let plain = self.unseal(&name, &found).ok_or(SecretError::Unreadable(path))?;
        read_secret(&plain).ok_or(SecretError::Unreadable(path))
    }
}

impl SealedFile {
    /// The paths that begin with `prefix`, ascending; one that we did not write is left alone.
    async fn under(&self, prefix: String) -> Result<Vec<SecretPath>, SecretError> {
        let store = self.clone();
        let paths = tokio::task::spawn_blocking(move || {
            let file = store.lock();
            let mut found =
                file.prepare("SELECT path FROM secret WHERE substr(path, 1, length(?1)) = ?1 ORDER BY path")?;
            let paths = found.query_map([prefix], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
            Ok::<_, rusqlite::Error>(paths)
        });
        let paths = paths.await.map_err(unavailable)?.map_err(unavailable)?;
        Ok(paths.iter().filter_map(|path| path.parse().ok()).collect())
    }
}

fn read_secret(plain: &[u8]) -> Option<Secret> {
    let (system_id, password) = std::str::from_utf8(plain).ok()?.split_once('\n')?;
    Some(Secret {
        system_id: SystemId::parse(system_id).ok()?,
        password: Password::parse(password.to_owned()).ok()?,
    })
}

#[async_trait]
impl SecretStore for SealedFile {
    async fn put(&self, path: SecretPath, secret: &Secret) -> Result<(), SecretError> {
        let (store, secret) = (self.clone(), secret.clone());
        tokio::task::spawn_blocking(move || store.put_now(path, &secret)).await.map_err(unavailable)?
    }

    async fn get(&self, path: SecretPath) -> Result<Secret, SecretError> {
        let store = self.clone();
        tokio::task::spawn_blocking(move || store.get_now(path)).await.map_err(unavailable)?
    }

    async fn destroy(&self, path: SecretPath) -> Result<(), SecretError> {
        let store = self.clone();
        let destroyed = tokio::task::spawn_blocking(move || {
            store.lock().execute("DELETE FROM secret WHERE path = ?1", [path.to_string()])
        });
        destroyed.await.map_err(unavailable)?.map_err(unavailable).map(drop)
    }

    async fn operators(&self) -> Result<Vec<OperatorId>, SecretError> {
        let paths = self.under("operators/".into()).await?;
        let operators: BTreeSet<_> = paths.into_iter().map(|path| path.operator).collect();
        Ok(operators.into_iter().collect())
    }

    async fn paths(&self, operator: OperatorId) -> Result<Vec<SecretPath>, SecretError> {
        self.under(format!("operators/{operator}/")).await
    }

    async fn health(&self) -> Result<(), SecretError> {
        let store = self.clone();
        let asked = tokio::task::spawn_blocking(move || store.lock().query_row("SELECT 1", [], |_| Ok(())));
        asked.await.map_err(unavailable)?.map_err(unavailable)
    }
}

fn unavailable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> SecretError {
    SecretError::Unavailable(error.into())
}
