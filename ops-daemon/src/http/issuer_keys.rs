//! Keeps the issuer's keys current: reads them where the configuration says, and hands them to the verifier. What is bad or
//! does not come never replaces what is good; keys that could not be fetched for a day are not used any more.

use std::{path::Path, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;

use super::{
    jwks::{BadKeys, KeySet},
    key_fetch::{NotFetched, Patience, fetch},
    renewal::Renewal,
    token::Verifier,
};
use crate::config::{FileRefused, KeysAt, read_public_file};

/// How often the issuer is asked.
const FETCHED_EVERY: SignedDuration = SignedDuration::from_mins(5);
/// How often the file is looked at; less than the pause of the task, so each time.
const READ_EVERY: SignedDuration = SignedDuration::from_secs(1);
/// How long fetched keys serve when no others come: a key that was withdrawn must not count for ever.
pub const SERVED: SignedDuration = SignedDuration::from_hours(24);

/// Why there are no newer keys. One sentence with all causes: it is logged.
#[derive(Debug, thiserror::Error)]
pub enum NoKeys {
    /// The file cannot be read.
    #[error("the key set {wrong}; {remedy}")]
    File {
        /// What is wrong.
        wrong: String,
        /// What to do.
        remedy: String,
    },
    /// The issuer gives none.
    #[error("the key set cannot be fetched: {0}; the last good one serves for 24 hours")]
    Fetch(NotFetched),
    /// They cannot be used.
    #[error("the key set {0}; the last good one stays")]
    Bad(BadKeys),
}

/// The issuer's keys, where they are and what was last read there.
pub struct IssuerKeys {
    at: KeysAt,
    patience: Patience,
    /// Held during a read: there is one at a time.
    last: Mutex<Last>,
}

#[derive(Default)]
struct Last {
    digest: Option<[u8; 32]>,
    good_at: Option<Timestamp>,
    error: Option<Arc<NoKeys>>,
    too_old_told: bool,
}

impl IssuerKeys {
    /// Nothing is read yet.
    #[must_use]
    pub fn new(at: KeysAt) -> Self {
        Self { at, patience: Patience::NORMAL, last: Mutex::default() }
    }

    /// How the verifier asks for these keys.
    #[must_use]
    pub fn renewal(&self) -> Renewal {
        Renewal::every(match self.at {
            KeysAt::File(_) => READ_EVERY,
            KeysAt::Url { .. } => FETCHED_EVERY,
        })
    }

    /// Reads the keys if it is time, and gives them to `verifier`.
    ///
    /// # Errors
    /// Why the keys are not the newest: of this read, or of the last one when it is too early for another.
    pub async fn look(&self, verifier: &Verifier, now: Timestamp) -> Result<(), Arc<NoKeys>> {
        let mut last = self.last.lock().await;
        if !verifier.renewal.begin(now) {
            return last.error.clone().map_or(Ok(()), Err);
        }
        let read = self.read(&mut last, verifier, now).await.map_err(Arc::new);
        last.error = read.as_ref().err().cloned();
        self.tell_too_old(&mut last, now);
        verifier.renewal.end(read.is_err());
        read
    }

    async fn read(&self, last: &mut Last, verifier: &Verifier, now: Timestamp) -> Result<(), NoKeys> {
        let (document, until) = match &self.at {
            KeysAt::File(file) => (of_file(file)?, None),
            KeysAt::Url { url, ca_file } => (
                fetch(url, ca_file.as_deref(), self.patience).await.map_err(NoKeys::Fetch)?,
                Some(later(now, SERVED)),
            ),
        };
        let digest = Sha256::digest(&document).into();
        if last.digest == Some(digest) {
            verifier.prolong(until);
        } else {
            verifier.replace(KeySet::read(&document).map_err(NoKeys::Bad)?, until);
            last.digest = Some(digest);
            tracing::info!("the issuer's keys were read anew");
        }
        last.good_at = Some(now);
        Ok(())
    }

    /// Once, when it happens.
    fn tell_too_old(&self, last: &mut Last, now: Timestamp) {
        let is_fetched = matches!(self.at, KeysAt::Url { .. });
        let too_old = is_fetched && last.good_at.is_some_and(|at| now >= later(at, SERVED));
        if too_old && !last.too_old_told {
            tracing::error!(
                "the issuer's keys could not be fetched for 24 hours: every token is refused until they can"
            );
        }
        last.too_old_told = too_old;
    }
}

fn of_file(file: &Path) -> Result<Vec<u8>, NoKeys> {
    read_public_file(file).map_err(|FileRefused { wrong, remedy }| NoKeys::File { wrong, remedy })
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
