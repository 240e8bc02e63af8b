//! Reading the audit trail.

use async_trait::async_trait;
use jiff::Timestamp;
use ops_core::{
    audit::AuditEntry,
    change::ChangeName,
    id::{AuditId, OperatorId},
};
use uuid::Uuid;

use super::{Engine, EngineExt, ReadError};
use crate::sql::{self, Corrupt};

/// Which entries are asked for; without anything, all of them.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Under this operator.
    pub operator_id: Option<OperatorId>,
    /// Of this kind.
    pub action: Option<ChangeName>,
    /// By this subject of a token, identity of a certificate, or task.
    pub actor: Option<String>,
    /// About this thing.
    pub subject_id: Option<Uuid>,
    /// Of this request.
    pub request_id: Option<String>,
    /// From this time on.
    pub from: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
    /// Before this entry.
    pub before: Option<AuditId>,
}

/// Reads the audit trail.
#[async_trait]
pub trait AuditReads: Send + Sync {
    /// The newest entries that a filter takes, and where the next page begins.
    async fn audit(
        &self,
        filter: &AuditFilter,
        limit: usize,
    ) -> Result<(Vec<AuditEntry>, Option<AuditId>), ReadError>;
}

#[async_trait]
impl<T: Engine> AuditReads for T {
    async fn audit(
        &self,
        filter: &AuditFilter,
        limit: usize,
    ) -> Result<(Vec<AuditEntry>, Option<AuditId>), ReadError> {
        let one_more = i64::try_from(limit + 1).unwrap_or(i64::MAX);
        let [rows] = self.read_all([sql::audit::page(filter, one_more)]).await?;
        let mut entries = rows.iter().map(sql::audit::read).collect::<Result<Vec<_>, Corrupt>>()?;
        let more = entries.len() > limit;
        entries.truncate(limit);
        let next = entries.last().filter(|_| more).map(|entry| entry.id);
        Ok((entries, next))
    }
}
