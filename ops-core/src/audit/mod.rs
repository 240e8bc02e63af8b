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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::decision::{colleague, hours};

    #[test]
    fn an_entry_says_who_did_what_to_which_thing_and_from_where() {
        let operator_id = OperatorId::from(Uuid::from_u128(1));
        let subjects = [
            (Subject::from(operator_id), "operator"),
            (ConnectionId::from(Uuid::from_u128(2)).into(), "connection"),
            (CredentialId::from(Uuid::from_u128(3)).into(), "credential"),
            (MaintenanceId::from(Uuid::from_u128(4)).into(), "maintenance"),
            (NoteId::from(Uuid::from_u128(5)).into(), "note"),
            (RuleId::from(Uuid::from_u128(6)).into(), "rule"),
        ];
        for (n, (subject, kind)) in (1..).zip(subjects) {
            let id = Uuid::from_u128(7).into();
            let action = ChangeName::ConnectionRedirect;
            let entry = AuditEntry::new(id, action, Some(operator_id), subject, &colleague(hours(1)))
                .with(Difference::between("host", &"a.example", &"b.example"))
                .with(Difference::between("port", &2775, &2775))
                .with([Difference::set("name", "main")]);
            let shown = json!({
                "id": Uuid::from_u128(7),
                "at": hours(1),
                "actor": { "issuer": "https://login.example.net", "subject": "colleague" },
                "action": "connection_redirect",
                "operator_id": Uuid::from_u128(1),
                "subject": { "kind": kind, "id": Uuid::from_u128(n) },
                "request_id": "request-of-a-colleague",
                "source_address": "192.0.2.7",
                "changes": [
                    { "field": "host", "old": "a.example", "new": "b.example" },
                    { "field": "name", "old": null, "new": "main" },
                ],
            });
            assert_eq!(json(&entry), shown);
            assert_eq!(serde_json::from_value::<AuditEntry>(shown).unwrap(), entry);
        }
    }

    #[test]
    fn an_entry_of_before_addresses_were_noted_is_still_read() {
        let operator = Uuid::from_u128(1);
        let stamp = colleague(hours(1)).from_address(None);
        let entry = AuditEntry::new(
            Uuid::from_u128(7).into(),
            ChangeName::OperatorDrain,
            None,
            OperatorId::from(operator),
            &stamp,
        );
        let mut old = json(&entry);
        assert_eq!(old.as_object_mut().unwrap().remove("source_address"), Some(Value::Null));
        assert_eq!(serde_json::from_value::<AuditEntry>(old).unwrap(), entry);
    }

    #[test]
    fn a_value_without_a_json_form_is_shown_as_null() {
        let with_odd_keys = std::collections::BTreeMap::from([(Some(1), 1)]);
        assert_eq!(Difference::set("map", with_odd_keys).new, Value::Null);
    }
}
