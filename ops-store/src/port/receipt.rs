//! Idempotency receipts: the answer of a committed change, for whoever asks again.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Engine, EngineExt, ReadError};
use crate::sql;

/// Whose key it is: the same key of another caller or route is another key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ReceiptScope {
    /// The caller's issuer.
    pub issuer: String,
    /// The caller.
    pub subject: String,
    /// Method and path as the route table has it.
    pub route: String,
    /// The caller's `Idempotency-Key`.
    pub key: String,
}

/// A receipt to be kept with a change.
#[derive(Debug, Clone)]
pub struct Receipt {
    /// Whose key.
    pub scope: ReceiptScope,
    /// Keyed digest of the request.
    pub digest: [u8; 32],
    /// What is answered.
    pub reply: Reply,
    /// When.
    pub at: Timestamp,
}

/// An answer, fixed before the commit: it holds nothing that the database makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Strong entity tag, with its quotes.
    pub etag: Option<String>,
    /// Path of what was created.
    pub location: Option<String>,
    /// JSON.
    pub body: Option<String>,
}

/// A receipt that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredReceipt {
    /// Keyed digest of the request that it answered.
    pub digest: Vec<u8>,
    /// What was answered.
    pub reply: Reply,
}

/// Reads and forgets receipts.
#[async_trait]
pub trait Receipts: Send + Sync {
    /// The receipt of a key.
    async fn receipt(&self, scope: &ReceiptScope) -> Result<Option<StoredReceipt>, ReadError>;
    /// Forgets up to `batch` receipts older than `before`, and answers how many.
    async fn expire_receipts(&self, before: Timestamp, batch: usize) -> Result<u64, ReadError>;
}

#[async_trait]
impl<T: Engine> Receipts for T {
    async fn receipt(&self, scope: &ReceiptScope) -> Result<Option<StoredReceipt>, ReadError> {
        let [rows] = self.read_all([sql::receipt::by_scope(scope)]).await?;
        Ok(rows.first().map(sql::receipt::read).transpose()?)
    }

    async fn expire_receipts(&self, before: Timestamp, batch: usize) -> Result<u64, ReadError> {
        let batch = i64::try_from(batch).unwrap_or(i64::MAX);
        self.write_counting(vec![sql::receipt::expire(before, batch)], 0).await
    }
}
