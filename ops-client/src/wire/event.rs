//! Events on the wire: CloudEvents 1.0 in its JSON format, and a page of them.

use jiff::Timestamp;
use ops_core::{
    Mark, Word,
    event::{EventType, Stored},
    id::EventId,
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::rule;

/// One event (CloudEvents 1.0.2 §3, JSON format 1.0.2). Readers ignore members that they do not know, and recognise a
/// repetition by `source` and `id`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CloudEvent {
    specversion: &'static str,
    #[schema(schema_with = rule::of::<EventId>)]
    id: EventId,
    /// The operator, as a URI reference below the configured source.
    #[schema(format = "uri-reference")]
    source: String,
    #[serde(rename = "type")]
    #[schema(schema_with = rule::of::<EventType>)]
    kind: EventType,
    /// The subject of the stream that carries it.
    subject: String,
    #[schema(schema_with = rule::of::<Timestamp>)]
    time: Timestamp,
    datacontenttype: &'static str,
    /// Which schema `data` follows.
    #[schema(format = "uri")]
    dataschema: String,
    /// The operator's own count: 4 digits of epoch and 16 of n, without gaps within an epoch.
    sequence: String,
    /// W3C trace context of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    traceparent: Option<String>,
    #[schema(value_type = Object)]
    data: Value,
}

impl CloudEvent {
    /// The event; `source` is the configured one, equal on all replicas.
    #[must_use]
    pub fn of(stored: Stored, source: &str) -> Self {
        let Stored {
            id,
            operator_id,
            sequence,
            // the cursor of a page
            position: _,
            kind,
            at,
            traceparent,
            data,
        } = stored;
        Self {
            specversion: "1.0",
            id,
            source: format!("{source}/operators/{operator_id}"),
            subject: format!("ops.operator.{operator_id}.{}", verb(kind)),
            time: at,
            datacontenttype: "application/json",
            dataschema: format!("urn:ops:event:{kind}:v1"),
            sequence: sequence.padded(),
            kind,
            traceparent,
            data,
        }
    }

    /// The subject of the stream that carries it.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }
}

/// What happened, without the noun.
fn verb(kind: EventType) -> &'static str {
    let word = kind.as_str();
    word.split_once('.').map_or(word, |(_, verb)| verb)
}

/// A page of events, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EventPage {
    items: Vec<CloudEvent>,
    /// Where to go on: `after` of the next request. It is there also when there is nothing new yet.
    #[schema(schema_with = rule::of::<Mark>)]
    next_cursor: Mark,
}

impl EventPage {
    /// The events after `after`, in the order of their positions.
    #[must_use]
    pub fn of(stored: Vec<Stored>, after: Mark, source: &str) -> Self {
        let next_cursor = stored.last().map_or(after, |last| last.position);
        let items = stored.into_iter().map(|stored| CloudEvent::of(stored, source)).collect();
        Self { items, next_cursor }
    }
}
