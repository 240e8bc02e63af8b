//! The audit trail: who did what, committed together with it. Allow-listed fields only, and never a secret.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    Stamp,
    actor::Actor,
    change::ChangeName,
    id::{AuditId, ConnectionId, CredentialId, MaintenanceId, NoteId, OperatorId, RuleId},
    operator::Operator,
    text_rule::word_list,
};

/// One entry of the trail; a document: what is stored is what is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Its own id.
    pub id: AuditId,
    /// When it was decided.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What was done.
    pub action: ChangeName,
    /// The operator it concerns; absent for a rule without targets.
    pub operator_id: Option<OperatorId>,
    /// What it was done to.
    pub subject: Subject,
    /// The request's id.
    pub request_id: String,
    /// Where the request came from; absent for our own tasks, and in entries of versions that did not note it.
    #[serde(default)]
    pub source_address: Option<IpAddr>,
    /// The fields that changed.
    pub changes: Vec<Difference>,
}

/// What an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Which noun.
    pub kind: SubjectKind,
    /// Which of them.
    pub id: Uuid,
}

word_list! {
    /// The nouns an entry can be about.
    SubjectKind {
        /// An operator.
        Operator = "operator",
        /// A connection.
        Connection = "connection",
        /// A credential.
        Credential = "credential",
        /// A planned window.
        Maintenance = "maintenance",
        /// A note about an operator.
        Note = "note",
        /// A routing rule.
        Rule = "rule",
    }
}

macro_rules! subject_of {
    ($($id:ident => $kind:ident),+ $(,)?) => {
        $(impl From<$id> for Subject {
            fn from(id: $id) -> Self {
                Self { kind: SubjectKind::$kind, id: id.uuid() }
            }
        })+
    };
}
subject_of! {
    OperatorId => Operator, ConnectionId => Connection, CredentialId => Credential, MaintenanceId => Maintenance,
    NoteId => Note, RuleId => Rule,
}

impl AuditEntry {
    /// An entry without differences yet.
    #[must_use]
    pub fn new(
        id: AuditId,
        action: ChangeName,
        operator_id: Option<OperatorId>,
        subject: impl Into<Subject>,
        stamp: &Stamp,
    ) -> Self {
        Self {
            id,
            at: stamp.at(),
            actor: stamp.actor().clone(),
            action,
            operator_id,
            subject: subject.into(),
            request_id: stamp.request_id().to_owned(),
            source_address: stamp.source_address(),
            changes: Vec::new(),
        }
    }

    /// An entry about an operator itself.
    #[must_use]
    pub fn about_operator(id: AuditId, action: ChangeName, operator: &Operator, stamp: &Stamp) -> Self {
        Self::new(id, action, Some(operator.id), operator.id, stamp)
    }

    /// The same entry with these differences.
    #[must_use]
    pub fn with(mut self, differences: impl IntoIterator<Item = Difference>) -> Self {
        self.changes.extend(differences);
        self
    }
}

/// One field before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// The field, as JSON names it.
    pub field: String,
    /// Before; null when it was not set.
    pub old: Value,
    /// After; null when it is not set any more.
    pub new: Value,
}

impl Difference {
    /// The difference of a field, or nothing when it did not change.
    #[must_use]
    pub fn between<T: PartialEq + Serialize>(field: &str, old: &T, new: &T) -> Option<Self> {
        (old != new).then(|| Self { field: field.to_owned(), old: json(old), new: json(new) })
    }

    /// A field of something new.
    pub fn set(field: &str, new: impl Serialize) -> Self {
        Self { field: field.to_owned(), old: Value::Null, new: json(&new) }
    }
}

/// Scalars and documents always have a JSON form; one that has none would be shown as null rather than stop a change.
fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or(Value::Null)
}
