//! Keeping a change: whole or not at all.

use async_trait::async_trait;
use ops_core::Change;
use uuid::Uuid;

use super::{Engine, Receipt, Receipts, StoredReceipt};
use crate::sql::{
    NotStorable,
    refusal::{self, Field, Meaning},
};

/// Keeps changes.
#[async_trait]
pub trait Commit: Send + Sync {
    /// All of `change`, and the receipt with it, or none of it. Runs to its end also when the caller goes away.
    async fn commit(&self, change: Change, receipt: Option<Receipt>) -> Result<Committed, CommitError>;
}

/// The end of a commit that is no failure.
#[derive(Debug, PartialEq, Eq)]
pub enum Committed {
    /// It is kept.
    Done,
    /// The key was used before; this is what was answered then. Whether it is the same request is in the digest.
    Replayed(StoredReceipt),
}

/// Why a change is not kept.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// What the decision relied on has changed, or two writers met: load again and decide again.
    #[error("what the change relied on no longer holds: {0}")]
    Conflict(String),
    /// A value that must be unique is taken.
    #[error("{field} is taken")]
    Taken {
        /// The field, as JSON names it.
        field: &'static str,
        /// Who holds it; nothing when they let go meanwhile.
        existing: Option<Uuid>,
    },
    /// Nothing was sent: no connection in time.
    #[error("the database does not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It was sent, and no answer came: it may be kept or not.
    #[error("the outcome of a commit is unknown")]
    OutcomeUnknown(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The database refused for a reason that no rule of ours names.
    #[error("the database refused a change for an unknown reason ({code} {constraint})")]
    Unmapped {
        /// The database's code.
        code: String,
        /// The constraint it named, or nothing.
        constraint: String,
    },
    /// A document of the change has no stored form.
    #[error(transparent)]
    NotStorable(#[from] NotStorable),
}

/// What a commit ends with that met a named unique constraint.
pub(crate) async fn refused_by_name(
    engine: &(impl Engine + Receipts),
    meaning: Meaning,
    change: &Change,
    receipt: Option<Receipt>,
) -> Result<Committed, CommitError> {
    match (meaning, receipt) {
        (Meaning::Taken(met), _) => {
            let (field, existing) = holder(engine, change, met).await;
            Err(CommitError::Taken { field: field.name(), existing })
        }
        (Meaning::KeyUsed, Some(receipt)) => match engine.receipt(&receipt.scope).await {
            Ok(Some(stored)) => Ok(Committed::Replayed(stored)),
            // it expired between the two looks
            Ok(None) => Err(CommitError::Conflict("idempotency_key_taken".into())),
            Err(error) => Err(CommitError::Unavailable(error.into())),
        },
        (Meaning::KeyUsed | Meaning::Conflict, _) => Err(CommitError::Conflict("a unique index".into())),
    }
}

/// The first value of the change that somebody else holds, and who; the refusal stands also without the name.
async fn holder(engine: &impl Engine, change: &Change, met: Field) -> (Field, Option<Uuid>) {
    let (fields, questions): (Vec<_>, Vec<_>) = refusal::holders(change, met).into_iter().unzip();
    match engine.read(questions).await {
        Ok(answers) => {
            let mut held = fields.into_iter().zip(&answers);
            let first = held.find_map(|(field, rows)| Some((field, rows.first()?.uuid(0).ok()?)));
            first.map_or((met, None), |(field, id)| (field, Some(id)))
        }
        Err(error) => {
            tracing::warn!(%error, field = met.name(), "the holder of a taken value is not known");
            (met, None)
        }
    }
}
