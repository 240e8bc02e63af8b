//! Exactly four facts that other services learn. Each is a document: what is stored is what is published.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    health,
    id::{ConnectionId, EventId, MaintenanceId, OperatorId, RuleId},
    operator::{self, Countries, Importance, Kind, Labels, Networks, Operator, Status},
    text_rule::word_list,
};

/// One fact about one operator. Its sequence is drawn by the store, under the operator's lock.
#[derive(Debug, Clone)]
pub struct Event {
    /// CloudEvents `id`.
    pub id: EventId,
    /// Whom it is about.
    pub operator_id: OperatorId,
    /// Which of the four.
    pub kind: EventType,
    /// CloudEvents `data`.
    pub data: Data,
}

word_list! {
    /// CloudEvents `type`: the closed list.
    EventType {
        /// An operator was created.
        Created = "operator.created",
        /// Something about an operator changed.
        Updated = "operator.updated",
        /// An operator was deleted.
        Deleted = "operator.deleted",
        /// The judged health of an operator's connections changed.
        HealthChanged = "operator.health_changed",
    }
}

/// CloudEvents `data` of the four types.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Data {
    /// Of `operator.created`.
    Created(OperatorView),
    /// Of `operator.updated`.
    Updated(Updated),
    /// Of `operator.deleted`.
    Deleted(Deleted),
    /// Of `operator.health_changed`.
    HealthChanged(HealthChanged),
}

impl Data {
    /// Reads the data of an event of this type, whoever wrote it: members that are not known here are passed over.
    ///
    /// # Errors
    /// A member is missing, or holds what this version does not know.
    pub fn read(kind: EventType, data: serde_json::Value) -> Result<Self, serde_json::Error> {
        Ok(match kind {
            EventType::Created => Self::Created(serde_json::from_value(data)?),
            EventType::Updated => Self::Updated(serde_json::from_value(data)?),
            EventType::Deleted => Self::Deleted(serde_json::from_value(data)?),
            EventType::HealthChanged => Self::HealthChanged(serde_json::from_value(data)?),
        })
    }
}

/// Data of `operator.updated`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Updated {
    /// What changed.
    pub changes: Vec<Changed>,
    /// The operator now, exactly when changes name profile, status or restored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<OperatorView>,
}

/// Data of `operator.deleted`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deleted {
    /// Whom it was about.
    pub id: OperatorId,
    /// Its code, free again.
    pub code: operator::Code,
    /// When.
    pub deleted_at: Timestamp,
    /// From when its secrets and contacts are erased.
    pub purge_after: Timestamp,
}

/// The public view of an operator: what other services may know. No contacts, contract or legal name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatorView {
    /// Whom it is about.
    pub id: OperatorId,
    /// Its code.
    pub code: operator::Code,
    /// Its key in another system.
    pub external_id: Option<operator::ExternalId>,
    /// As people call it.
    pub display_name: operator::DisplayName,
    /// What it is.
    pub kind: Kind,
    /// How much hangs on it.
    pub importance: Importance,
    /// Where it works.
    pub countries: Countries,
    /// Whose numbers it reaches.
    pub networks: Networks,
    /// Free labels.
    pub labels: Labels,
    /// Where it stands.
    pub status: Status,
    /// Counts the changes of these fields.
    pub version: i64,
}

impl OperatorView {
    /// The view of `operator`.
    #[must_use]
    pub fn of(operator: &Operator) -> Self {
        Self {
            id: operator.id,
            code: operator.code.clone(),
            external_id: operator.external_id.clone(),
            display_name: operator.display_name.clone(),
            kind: operator.kind,
            importance: operator.importance,
            countries: operator.countries.clone(),
            networks: operator.networks.clone(),
            labels: operator.labels.clone(),
            status: operator.status,
            version: operator.version,
        }
    }
}

word_list! {
    /// What of an operator changed.
    What {
        /// Its own fields.
        Profile = "profile",
        /// Its status.
        Status = "status",
        /// A planned window was made, moved, cancelled, or has begun or ended.
        Maintenance = "maintenance",
        /// It came back from deletion, with its connections.
        Restored = "restored",
        /// A connection was added or changed.
        Connection = "connection",
        /// A credential was stored or moved.
        Credential = "credential",
        /// A routing rule that targets it.
        Routing = "routing",
    }
}

/// One entry of `changes`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// What of it.
    pub what: What,
    /// Which window, connection or rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// Which fields of the profile, as JSON names them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
}

impl Changed {
    /// Its own fields, by name.
    #[must_use]
    pub fn profile(fields: impl IntoIterator<Item = String>) -> Self {
        Self { what: What::Profile, id: None, fields: fields.into_iter().collect() }
    }

    /// Its status.
    #[must_use]
    pub const fn status() -> Self {
        Self { what: What::Status, id: None, fields: Vec::new() }
    }

    /// One of its planned windows.
    #[must_use]
    pub const fn maintenance(id: MaintenanceId) -> Self {
        Self { what: What::Maintenance, id: Some(id.uuid()), fields: Vec::new() }
    }

    /// It came back from deletion.
    #[must_use]
    pub const fn restored() -> Self {
        Self { what: What::Restored, id: None, fields: Vec::new() }
    }

    /// One of its connections.
    #[must_use]
    pub const fn connection(id: ConnectionId) -> Self {
        Self { what: What::Connection, id: Some(id.uuid()), fields: Vec::new() }
    }

    /// The credentials of one of its connections.
    #[must_use]
    pub const fn credential(of: ConnectionId) -> Self {
        Self { what: What::Credential, id: Some(of.uuid()), fields: Vec::new() }
    }

    /// A rule that targets it.
    #[must_use]
    pub const fn routing(rule: RuleId) -> Self {
        Self { what: What::Routing, id: Some(rule.uuid()), fields: Vec::new() }
    }
}

/// Data of `operator.health_changed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthChanged {
    /// Whom it is about.
    pub id: OperatorId,
    /// Its code.
    pub code: operator::Code,
    /// The operator's state before; equal to `to` when only connections moved.
    pub from: health::State,
    /// The operator's state now.
    pub to: health::State,
    /// Since when.
    pub since: Timestamp,
    /// The connections that moved.
    pub connections: Vec<ConnectionHealthChanged>,
}

/// One connection of `operator.health_changed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionHealthChanged {
    /// Which.
    pub id: ConnectionId,
    /// Its name.
    pub name: String,
    /// The state before.
    pub from: health::State,
    /// The state now.
    pub to: health::State,
    /// Why.
    pub reason: health::Reason,
    /// Since when.
    pub since: Timestamp,
}

impl Event {
    /// `operator.created`.
    #[must_use]
    pub fn created(id: EventId, operator: &Operator) -> Self {
        Self {
            id,
            operator_id: operator.id,
            kind: EventType::Created,
            data: Data::Created(OperatorView::of(operator)),
        }
    }

    /// `operator.updated`; `view` exactly when the profile or status changed.
    #[must_use]
    pub fn updated(
        id: EventId,
        operator_id: OperatorId,
        changes: Vec<Changed>,
        view: Option<&Operator>,
    ) -> Self {
        let data = Data::Updated(Updated { changes, operator: view.map(OperatorView::of) });
        Self { id, operator_id, kind: EventType::Updated, data }
    }

    /// `operator.deleted`.
    #[must_use]
    pub fn deleted(id: EventId, operator: &Operator, deleted_at: Timestamp, purge_after: Timestamp) -> Self {
        let code = operator.code.clone();
        let data = Data::Deleted(Deleted { id: operator.id, code, deleted_at, purge_after });
        Self { id, operator_id: operator.id, kind: EventType::Deleted, data }
    }

    /// `operator.health_changed`.
    #[must_use]
    pub const fn health_changed(id: EventId, changed: HealthChanged) -> Self {
        Self {
            id,
            operator_id: changed.id,
            kind: EventType::HealthChanged,
            data: Data::HealthChanged(changed),
        }
    }
}

/// An event as it was committed and numbered.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// CloudEvents `id`.
    pub id: EventId,
    /// Whom it is about.
    pub operator_id: OperatorId,
    /// The operator's own count.
    pub sequence: crate::Mark,
    /// The cursor of everybody's count.
    pub position: crate::Mark,
    /// CloudEvents `type`.
    pub kind: EventType,
    /// When it was decided.
    pub at: Timestamp,
    /// Trace context of the request.
    pub traceparent: Option<String>,
    /// CloudEvents `data`, as stored.
    pub data: serde_json::Value,
}

#[cfg(test)]
mod tests;
