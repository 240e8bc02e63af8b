//! Events on the wire: CloudEvents 1.0 in its JSON format, and a page of them.

use std::borrow::Cow;

use jiff::Timestamp;
use ops_core::{
    Mark, Word,
    event::{Data, EventType, Stored},
    id::EventId,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, schema::Schema};

use super::{event_data::DataShape, rule};

/// One event (CloudEvents 1.0.2 §3, JSON format 1.0.2). Readers ignore members that they do not know, and recognise a
/// repetition by `source` and `id`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CloudEvent {
    #[schema(schema_with = specversion)]
    specversion: Cow<'static, str>,
    #[schema(schema_with = rule::of::<EventId>)]
    id: EventId,
    /// The operator, as a URI reference below the configured source.
    #[schema(format = "uri-reference", min_length = 1)]
    source: String,
    #[serde(rename = "type")]
    #[schema(schema_with = rule::of::<EventType>)]
    kind: EventType,
    /// The subject of the stream that carries it.
    #[schema(schema_with = subject)]
    subject: String,
    #[schema(schema_with = rule::of::<Timestamp>)]
    time: Timestamp,
    #[schema(schema_with = datacontenttype)]
    datacontenttype: Cow<'static, str>,
    /// Which schema `data` follows.
    #[schema(schema_with = dataschema)]
    dataschema: String,
    /// The operator's own count: 4 digits of epoch and 16 of n, without gaps within an epoch.
    #[schema(pattern = "^[0-9]{20}$")]
    sequence: String,
    /// W3C trace context of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 128)]
    traceparent: Option<String>,
    #[schema(value_type = DataShape)]
    data: Value,
}

const SPECVERSION: &str = "1.0";
const DATACONTENTTYPE: &str = "application/json";

fn specversion() -> RefOr<Schema> {
    RefOr::T(rule::words([SPECVERSION]).into())
}

fn datacontenttype() -> RefOr<Schema> {
    RefOr::T(rule::words([DATACONTENTTYPE]).into())
}

fn subject() -> RefOr<Schema> {
    let verbs: Vec<_> = EventType::WORDS.iter().map(|word| verb(word)).collect();
    let pattern = format!(r"^ops\.operator\.[0-9a-f-]{{36}}\.({})$", verbs.join("|"));
    RefOr::T(rule::string().pattern(Some(pattern)).into())
}

fn dataschema() -> RefOr<Schema> {
    let names: Vec<_> = EventType::WORDS.iter().map(|word| schema_name(word)).collect();
    RefOr::T(rule::words(names.iter().map(String::as_str)).into())
}

/// The version of the schema that data of any type follows. A change that readers would not understand raises it.
pub const DATA_VERSION: u16 = 1;

/// The name of the schema that data of this type follows.
#[must_use]
pub fn schema_name(event_type: &str) -> String {
    format!("urn:ops:event:{event_type}:v{DATA_VERSION}")
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
            specversion: SPECVERSION.into(),
            id,
            source: format!("{source}/operators/{operator_id}"),
            subject: format!("ops.operator.{operator_id}.{}", verb(kind.as_str())),
            time: at,
            datacontenttype: DATACONTENTTYPE.into(),
            dataschema: schema_name(kind.as_str()),
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

    /// What happened, typed.
    ///
    /// # Errors
    /// The data holds what this version does not know: a newer schema than [`DATA_VERSION`].
    pub fn read(&self) -> Result<Data, serde_json::Error> {
        Data::read(self.kind, self.data.clone())
    }
}

/// What happened, without the noun.
fn verb(event_type: &str) -> &str {
    event_type.split_once('.').map_or(event_type, |(_, verb)| verb)
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
