//! Reading the audit trail.

use async_trait::async_trait;
use ops_core::{
    audit::AuditEntry,
    id::{AuditId, OperatorId},
};

use super::{Engine, EngineExt, ReadError};
use crate::sql::{self, Corrupt};

/// Reads the audit trail.
#[async_trait]
pub trait AuditReads: Send + Sync {
    /// The newest entries before one, of one operator or of all, and where the next page begins.
    async fn audit(
        &self,
        operator: Option<OperatorId>,
        before: Option<AuditId>,
        limit: usize,
    ) -> Result<(Vec<AuditEntry>, Option<AuditId>), ReadError>;
}

#[async_trait]
impl<T: Engine> AuditReads for T {
    async fn audit(
        &self,
        operator: Option<OperatorId>,
        before: Option<AuditId>,
        limit: usize,
    ) -> Result<(Vec<AuditEntry>, Option<AuditId>), ReadError> {
        let one_more = i64::try_from(limit + 1).unwrap_or(i64::MAX);
        let [rows] = self.read_all([sql::audit::page(operator, before, one_more)]).await?;
        let mut entries = rows.iter().map(sql::audit::read).collect::<Result<Vec<_>, Corrupt>>()?;
        let more = entries.len() > limit;
        entries.truncate(limit);
        let next = entries.last().filter(|_| more).map(|entry| entry.id);
        Ok((entries, next))
    }
}
