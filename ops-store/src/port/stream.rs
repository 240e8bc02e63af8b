//! The stream that events leave to: its end, its ids, and publishing behind its end.

use async_trait::async_trait;
use jiff::Timestamp;
use ops_core::id::EventId;

/// A stream of events that other services read. What it holds is a copy: the outbox is the truth.
#[async_trait]
pub trait EventStream: Send + Sync {
    /// Where the stream ends now.
    async fn tail(&self) -> Result<Tail, StreamError>;

    /// The ids of up to `count` places from `sequence` on backwards, the newest first. Places whose message is gone are
    /// left out; a message of somebody else has no id.
    async fn ids_back_from(&self, sequence: u64, count: u64) -> Result<Vec<Option<EventId>>, StreamError>;

    /// Puts messages behind `after` in their order, several at a time without an answer yet, and waits for every answer.
    /// It stops at the first one that is refused: nothing behind it gets in, because each message names the end that it
    /// must come behind.
    async fn publish(&self, after: End, messages: &mut Messages<'_>) -> Published;
}

/// Messages in order, each made when it is its turn.
pub type Messages<'a> = dyn Iterator<Item = Result<Message, StreamError>> + Send + 'a;

/// One event as it leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The event's id; readers and the stream recognise a repetition by it.
    pub id: EventId,
    /// `ops.operator.<operator_id>.<verb>`.
    pub subject: String,
    /// The CloudEvent as JSON.
    pub body: Vec<u8>,
}

/// The end of a stream, as it was read on one connection. On another connection it may be another stream's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// Sequence of the last message that the stream ever took; 0 before the first.
    pub sequence: u64,
    /// Counts the connections.
    pub connection: u64,
}

/// The end of a stream and what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tail {
    /// When the stream was made: tells a stream from its successor of the same name.
    pub created: Timestamp,
    /// Sequence of the oldest message that it still has.
    pub first_sequence: u64,
    /// Where the next message goes.
    pub end: End,
    /// What the last message is.
    pub newest: Newest,
}

/// What the last message of a stream is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Newest {
    /// It has none: nothing was published yet, or everything is past its age.
    Nothing,
    /// An event, ours or of a history that was lost.
    Event(EventId),
    /// A message without an event's id: somebody else publishes here.
    Foreign,
}

/// How far a publish came.
#[derive(Debug)]
pub struct Published {
    /// How many of the messages, from the first on, are on the stream.
    pub acknowledged: usize,
    /// Where the stream ends after them.
    pub end: End,
    /// Why it stopped before the last message.
    pub stopped: Option<StreamError>,
}

/// Why the stream did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// There is no such stream.
    #[error(
        "the event stream does not exist: create it with `ops-daemon stream ensure`; the outbox keeps the events"
    )]
    Missing,
    /// It ends somewhere else than expected, or has the event already: whoever publishes reads the end again.
    #[error("the event stream does not end where it was expected to")]
    Moved {
        /// Where the stream has the refused event, if it said so.
        original: Option<u64>,
    },
    /// No connection, or no answer in time.
    #[error("the event stream does not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It answers, and takes nothing; the text says what to do.
    #[error("the event stream refuses events: {0}")]
    Refused(String),
}
