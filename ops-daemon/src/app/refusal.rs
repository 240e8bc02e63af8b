//! Why a use case has no result. `http/refused.rs` turns each into an answer; nothing else does.

use ops_core::{
    Fault,
    credential::Stage,
    id::RuleId,
    maintenance::Phase,
    operator::{Status, readiness::Readiness},
};
use ops_store::port::{CommitError, ReadError, SecretError};
use uuid::Uuid;

/// Any failure of ours or of what we depend on; its chain is logged once and never answered.
pub type Source = Box<dyn std::error::Error + Send + Sync>;

/// Why a use case has no result.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// There is no such thing, or it is deleted.
    #[error("there is no such resource")]
    NotFound,
    /// Values that a decision refuses; those of the body alone are refused before.
    #[error("the request holds refused values")]
    Invalid(Vec<Fault>),
    /// A value that must be unique is taken.
    #[error("{field} is taken")]
    Duplicate {
        /// The field, as JSON names it.
        field: &'static str,
        /// Who holds it.
        existing: Option<Uuid>,
    },
    /// The move is not in the table.
    #[error("an operator that is {from} cannot become {to}")]
    IllegalTransition {
        /// Where it stands.
        from: Status,
        /// Where it should go.
        to: Status,
    },
    /// A planned window is running: nobody is activated until it ends.
    #[error("an operator is not activated while a planned window is running")]
    InMaintenance {
        /// Where it stands.
        from: Status,
    },
    /// The time for a restore is over.
    #[error("the time for a restore is over")]
    NotRestorable,
    /// The planned window is over.
    #[error("a window that is {from} cannot become {to}")]
    WindowOver {
        /// How it ended.
        from: Phase,
        /// What was asked for.
        to: Phase,
    },
    /// The move of a credential is not in the table.
    #[error("a credential that is {from} cannot become {to}")]
    IllegalStage {
        /// Where it stands.
        from: Stage,
        /// Where it should go.
        to: Stage,
    },
    /// The readiness list blocks.
    #[error("the operator is not ready")]
    NotReady(Readiness),
    /// Rules target the operator.
    #[error("routing rules target this operator")]
    OperatorInUse(Vec<RuleId>),
    /// Rules target the connection.
    #[error("routing rules target this connection")]
    ConnectionInUse(Vec<RuleId>),
    /// The connection has a credential, and would send it somewhere else.
    #[error("to send a credential somewhere else takes the right to store one")]
    CredentialPermissionRequired,
    /// A credential is staged already.
    #[error("version {0} is staged already")]
    AlreadyStaged(i64),
    /// Another account.
    #[error("another system_id is another account")]
    NewAccountNeedsNewConnection,
    /// No If-Match where one is needed.
    #[error("If-Match is missing")]
    PreconditionRequired,
    /// The If-Match names another version.
    #[error("the resource has changed")]
    PreconditionFailed,
    /// The key was used for another request.
    #[error("the idempotency key was used for another request")]
    IdempotencyMismatch,
    /// The caller has asked for more than its share.
    #[error("the caller asks for too much")]
    RateLimited {
        /// Whole seconds after which the same request is let through, when nothing else is asked for.
        after_s: u32,
    },
    /// Too many conflicts in a row.
    #[error("too many writers at once")]
    Busy,
    /// Nothing was sent, or a read timed out.
    #[error("the database does not answer")]
    StoreUnavailable(#[source] Source),
    /// A commit was sent, and no answer came.
    #[error("the outcome of the commit is unknown")]
    OutcomeUnknown(#[source] Source),
    /// The secret store does not answer.
    #[error("the secret store does not answer")]
    SecretStoreUnavailable(#[source] Source),
    /// A secret that should be there is not.
    #[error("a secret is missing")]
    SecretMissing(#[source] Source),
    /// The event stream takes no events. No request meets it: events wait in the outbox.
    #[error("events cannot be published")]
    EventStream(#[source] Source),
    /// A mistake of ours.
    #[error("something went wrong")]
    Internal(#[source] Source),
}

impl Refusal {
    /// A mistake of ours.
    pub fn internal(source: impl Into<Source>) -> Self {
        Self::Internal(source.into())
    }
}

impl From<ReadError> for Refusal {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Unavailable(_) => Self::StoreUnavailable(error.into()),
            ReadError::OutcomeUnknown(_) => Self::OutcomeUnknown(error.into()),
            ReadError::Corrupt(_) => Self::Internal(error.into()),
        }
    }
}

impl From<CommitError> for Refusal {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Taken { field, existing } => Self::Duplicate { field, existing },
            CommitError::Conflict(_) => Self::Busy,
            CommitError::Unavailable(_) => Self::StoreUnavailable(error.into()),
            CommitError::OutcomeUnknown(_) => Self::OutcomeUnknown(error.into()),
            CommitError::Unmapped { .. } | CommitError::NotStorable(_) => Self::Internal(error.into()),
        }
    }
}

impl From<SecretError> for Refusal {
    fn from(error: SecretError) -> Self {
        match error {
            SecretError::Unavailable(_) => Self::SecretStoreUnavailable(error.into()),
            SecretError::Missing(_) => Self::SecretMissing(error.into()),
            SecretError::Exists(_) | SecretError::Unreadable(_) => Self::Internal(error.into()),
        }
    }
}
