//! Notes, and the timeline of an operator: what was done, published, planned and noted, in one order.

use std::cmp::Reverse;

use deserr::Deserr;
use jiff::Timestamp;
use ops_core::{
    audit::AuditEntry,
    event::Stored,
    id::{NoteId, OperatorId},
    maintenance,
    note::{self, NoteText, Reference},
    operator::TimeZone,
};
use serde::Serialize;
use utoipa::{ToSchema, openapi::schema::Schema};
use uuid::Uuid;

use super::{
    audit::AuditEntryShape,
    event::CloudEvent,
    maintenance::Maintenance,
    rule::{self, Described},
};
use crate::faults::Faults;

/// A new note.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
pub struct NoteCreate {
    #[schema(schema_with = rule::of::<NoteText>)]
    text: NoteText,
    #[deserr(default)]
    #[schema(schema_with = rule::nullable::<Reference>)]
    reference: Option<Reference>,
}

impl NoteCreate {
    /// The command.
    #[must_use]
    pub fn into_command(self) -> note::create::Create {
        let Self { text, reference } = self;
        note::create::Create { text, reference }
    }
}

/// A note as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Note {
    #[schema(schema_with = rule::of::<NoteId>)]
    id: NoteId,
    #[schema(schema_with = rule::of::<OperatorId>)]
    operator_id: OperatorId,
    #[schema(schema_with = rule::of::<NoteText>)]
    text: NoteText,
    #[schema(required, schema_with = rule::nullable::<Reference>)]
    reference: Option<Reference>,
    #[schema(schema_with = rule::of::<Timestamp>)]
    created_at: Timestamp,
    created_by: String,
}

impl Note {
    /// The answer to a read or a write.
    #[must_use]
    pub fn of(note: note::Note) -> Self {
        let note::Note { id, operator_id, text, reference, created_at, created_by } = note;
        Self { id, operator_id, text, reference, created_at, created_by }
    }
}

/// One entry of the timeline: what it holds stands under the name of its kind.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = TimelineEntry)]
pub struct Entry {
    /// The id of what happened.
    #[schema(schema_with = rule::of::<Uuid>)]
    id: Uuid,
    /// When it was decided.
    #[schema(schema_with = rule::of::<Timestamp>)]
    at: Timestamp,
    #[schema(schema_with = rule::of::<Kind>)]
    kind: Kind,
    /// Who did what; for those who may read the audit trail.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = AuditEntryShape)]
    audit: Option<AuditEntry>,
    /// What was published.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    event: Option<CloudEvent>,
    /// What was planned; it stands where it was planned first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    maintenance: Option<Maintenance>,
    /// What was noted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    note: Option<Note>,
}

/// What an entry of the timeline is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An entry of the audit trail.
    Audit,
    /// A published event.
    Event,
    /// A planned window.
    Maintenance,
    /// A note.
    Note,
}

impl Described for Kind {
    fn described() -> Schema {
        rule::words(["audit", "event", "maintenance", "note"]).into()
    }
}

impl Entry {
    const fn new(kind: Kind, id: Uuid, at: Timestamp) -> Self {
        Self { id, at, kind, audit: None, event: None, maintenance: None, note: None }
    }

    /// An entry of the audit trail.
    #[must_use]
    pub fn audit(entry: AuditEntry) -> Self {
        let shown = Self::new(Kind::Audit, entry.id.uuid(), entry.at);
        Self { audit: Some(entry), ..shown }
    }

    /// An event, from the configured source.
    #[must_use]
    pub fn event(stored: Stored, source: &str) -> Self {
        let entry = Self::new(Kind::Event, stored.id.uuid(), stored.at);
        Self { event: Some(CloudEvent::of(stored, source)), ..entry }
    }

    /// A window, among the operator's windows that are not over.
    #[must_use]
    pub fn maintenance(
        window: &maintenance::Maintenance,
        open: &[maintenance::Maintenance],
        zone: Option<&TimeZone>,
    ) -> Self {
        let entry = Self::new(Kind::Maintenance, window.id.uuid(), window.created_at);
        Self { maintenance: Some(Maintenance::of(window, open, zone)), ..entry }
    }

    /// A note.
    #[must_use]
    pub fn note(note: note::Note) -> Self {
        let entry = Self::new(Kind::Note, note.id.uuid(), note.created_at);
        Self { note: Some(Note::of(note)), ..entry }
    }
}

/// The newest entries first, at most `limit`, and the id of the last of them when there are more: ids of all kinds are minted
/// in the order of time.
#[must_use]
pub fn newest(mut entries: Vec<Entry>, limit: usize) -> (Vec<Entry>, Option<Uuid>) {
    entries.sort_by_key(|entry| Reverse(entry.id));
    let more = entries.len() > limit;
    entries.truncate(limit);
    let next = entries.last().filter(|_| more).map(|last| last.id);
    (entries, next)
}
