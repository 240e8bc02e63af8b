//! Every refusal of a use case as a problem: the code, a sentence that says what to do next, and what helps to do it.

use std::error::Error;

use ops_client::error_code::ErrorCode;
use ops_core::operator::Status;

use super::problem::Problem;
use crate::app::refusal::Refusal;

/// Seconds after which a database or secret store that is away is worth asking again.
const RETRY_STORE_S: u32 = 2;
/// Seconds after which writers that met have parted.
const RETRY_BUSY_S: u32 = 1;

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match &refusal {
            Refusal::NotFound => Self::not_found(),
            Refusal::Invalid(faults) => {
                Self::new(ErrorCode::Invalid, "correct the values listed in errors").with_faults(faults.clone())
            }
            Refusal::Duplicate { field, existing } => {
                let detail = format!("another one has this {field}; choose another, or use the existing one");
                Self::new(ErrorCode::Duplicate, detail).duplicate_of(field, *existing)
            }
            Refusal::IllegalTransition { from, to } => Self::new(ErrorCode::IllegalTransition, move_hint(*from, *to))
                .transition(*from, *to),
            Refusal::InMaintenance { from } => Self::new(
                ErrorCode::IllegalTransition,
                "a planned window is running: end it first (DELETE /admin/v1/maintenances/{maintenance_id}), or wait for its end",
            )
            .transition(*from, Status::Active),
            Refusal::NotRestorable => Self::new(
                ErrorCode::IllegalTransition,
                "the time for a restore is over: its secrets and contacts are erased; create a new operator",
            )
            .transition(Status::Deleted, Status::Suspended),
            Refusal::WindowOver { from, to } => {
                let detail = format!("a window that is {from} cannot be changed any more: plan a new one");
                Self::new(ErrorCode::IllegalTransition, detail).transition(*from, *to)
            }
            Refusal::IllegalStage { from, to } => {
                let detail = format!("a credential that is {from} cannot become {to}: only a staged one can; stage another");
                Self::new(ErrorCode::IllegalTransition, detail).transition(*from, *to)
            }
            Refusal::NotReady(list) => {
                Self::new(ErrorCode::NotReady, "the operator is not ready: do what the items that block say")
                    .readiness(list.clone())
            }
            Refusal::OperatorInUse(rules) => {
                let detail = "routing rules target this operator; delete them or give them other targets first";
                Self::new(ErrorCode::OperatorInUse, detail).rules(rules.clone())
            }
            Refusal::ConnectionInUse(rules) => {
                let detail = "routing rules target this connection; delete them or give them other targets first";
                Self::new(ErrorCode::ConnectionInUse, detail).rules(rules.clone())
            }
            Refusal::CredentialPermissionRequired => Self::new(
                ErrorCode::CredentialPermissionRequired,
                "this connection has a credential, and whoever it connects to receives it: endpoints and TLS are changed by \
                 somebody with credential:write",
            ),
            Refusal::AlreadyStaged(version) => {
                let detail = format!("version {version} is staged already; only one can be staged at a time");
                Self::new(ErrorCode::AlreadyStaged, detail)
            }
            Refusal::NewAccountNeedsNewConnection => Self::new(
                ErrorCode::NewAccountNeedsNewConnection,
                "another system_id is another account, and receipts of the old one come only to it: create a connection",
            ),
            Refusal::PreconditionRequired => Self::new(
                ErrorCode::PreconditionRequired,
                "send If-Match with the ETag of the resource as you read it",
            ),
            Refusal::PreconditionFailed => {
                Self::new(ErrorCode::PreconditionFailed, "the resource has changed: read it again, then decide again")
            }
            Refusal::IdempotencyMismatch => Self::new(
                ErrorCode::IdempotencyMismatch,
                "this Idempotency-Key was used for another request: send a new key",
            ),
            Refusal::RateLimited { after_s } => Self::new(
                ErrorCode::RateLimited,
                "this identity has asked for as many connections as it may in a minute: wait, and ask for each secret once a start",
            )
            .retry_after(*after_s),
            Refusal::Busy => Self::new(ErrorCode::Busy, "too many writers at once; nothing was changed: try again")
                .retry_after(RETRY_BUSY_S),
            Refusal::StoreUnavailable(_) => {
                Self::new(ErrorCode::StoreUnavailable, "the database does not answer; nothing was changed: try again")
                    .retry_after(RETRY_STORE_S)
                    .caused_by(&refusal)
            }
            Refusal::OutcomeUnknown(_) => Self::new(
                ErrorCode::OutcomeUnknown,
                "it was sent and may have been kept: repeat the request, with the same Idempotency-Key if it had one",
            )
            .caused_by(&refusal),
            Refusal::SecretStoreUnavailable(_) => {
                Self::new(ErrorCode::SecretStoreUnavailable, "the secret store does not answer: try again")
                    .retry_after(RETRY_STORE_S)
                    .caused_by(&refusal)
            }
            Refusal::SecretMissing(_) => {
                let detail = "a secret that should be there is missing: store the credential again";
                Self::new(ErrorCode::SecretMissing, detail).caused_by(&refusal)
            }
            Refusal::EventStream(_) | Refusal::Internal(_) => Self::internal(&refusal as &dyn Error),
        }
    }
}

/// What to do about a move that is not in the table.
fn move_hint(from: Status, to: Status) -> String {
    let hint = match (from, to) {
        (Status::Deleted, _) => "it is deleted",
        (_, Status::Deleted) => "suspend it first",
        (Status::Maintenance, Status::Active) => "end its maintenance",
        (Status::Suspended, Status::Draining) => "it takes no new traffic already; activate it first",
        (Status::Draft, Status::Suspended | Status::Draining) => {
            "a draft takes no traffic; delete it, or leave it"
        }
        _ => "this move is not possible",
    };
    format!("an operator that is {from} cannot become {to}: {hint}")
}
