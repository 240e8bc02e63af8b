//! The credential: metadata of one secret of a connection. The secret itself passes through, and lies elsewhere.

pub mod create;
pub mod activate;
pub mod discard;
pub mod lease;
pub mod sweep;
mod field;
mod secret;
#[cfg(test)]
pub(crate) mod testing;

use jiff::Timestamp;

pub use field::{Note, Stage, SystemId};
pub use secret::{Password, Secret};

use crate::id::{ConnectionId, CredentialId, OperatorId};

/// Every field of a credential but its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// Ours; the last segment of the secret's path.
    pub id: CredentialId,
    /// Whose connection it belongs to.
    pub operator_id: OperatorId,
    /// What it opens.
    pub connection_id: ConnectionId,
    /// Counts the credentials of the connection; starts at 1.
    pub version: i64,
    /// Where it stands.
    pub stage: Stage,
    /// The account's name (SMPP 3.4 §5.2.1); not secret.
    pub system_id: SystemId,
    /// For people.
    pub note: Option<Note>,
    /// When it was stored.
    pub created_at: Timestamp,
    /// Whose token stored it.
    pub created_by: String,
    /// When it became the active one.
    pub activated_at: Option<Timestamp>,
    /// When another took its place.
    pub retired_at: Option<Timestamp>,
    /// When the operator will stop to accept it.
    pub expires_at: Option<Timestamp>,
    /// Seconds it is kept after retirement.
    pub retire_after_s: i64,
}

/// What a decision about a credential relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// It still stands there.
    Stage(CredentialId, Stage),
}

/// What is stored of a credential.
#[derive(Debug, Clone)]
pub enum Write {
    /// A new one.
    Insert(Credential),
    /// Its stage and the times of its moves.
    Put(Credential),
}
