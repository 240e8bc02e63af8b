//! Where the relay stands: behind which event of the outbox, at which end of the stream. Found by the stream's messages.

use std::time::Instant;

use jiff::Timestamp;
use ops_core::{Mark, id::EventId};

use super::{Ends, RelayError};
use crate::port::{End, Newest, RelayMark, Tail};

/// Messages looked up at once on the way back.
const STEP: u64 = 200;
/// How far back a known event is looked for. Behind it everything is published anew, and readers see repetitions.
const BACK_MAX: u64 = 10_000;

/// Where the relay stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// Every event up to here is on the stream.
    pub(super) position: Mark,
    /// The next message goes here.
    pub(super) end: End,
    pub(super) stream_created: Timestamp,
    pub(super) read_at: Instant,
}

impl Place {
    pub(super) const fn mark(&self) -> RelayMark {
        RelayMark {
            stream_created: self.stream_created,
            stream_sequence: self.end.sequence,
            position: self.position,
        }
    }
}

/// Reads the end of the stream, and finds it in the outbox.
pub(super) async fn find(ends: Ends<'_>) -> Result<Place, RelayError> {
    let read_at = Instant::now();
    let tail = ends.stream.tail().await?;
    let position = match tail.newest {
        Newest::Nothing => of_an_empty_stream(ends, tail).await?,
        Newest::Event(id) => match known(ends, &[id]).await? {
            Some(position) => position,
            None => back_from(ends, tail).await?,
        },
        Newest::Foreign => back_from(ends, tail).await?,
    };
    Ok(Place { position, end: tail.end, stream_created: tail.created, read_at })
}

/// A stream that lost everything to its age goes on where it stood; any other empty one gets all that is kept.
async fn of_an_empty_stream(ends: Ends<'_>, tail: Tail) -> Result<Mark, RelayError> {
    let mark = ends.store.relay_mark().await?;
    let same =
        mark.filter(|mark| mark.stream_created == tail.created && mark.stream_sequence == tail.end.sequence);
    Ok(same.map_or(Mark::START, |mark| mark.position))
}

/// The newest message whose event is in the outbox. After a database was restored, the newest messages are of a history
/// that is lost; what is behind them was published before, and is not published again.
async fn back_from(ends: Ends<'_>, tail: Tail) -> Result<Mark, RelayError> {
    let oldest = tail.first_sequence.max(tail.end.sequence.saturating_sub(BACK_MAX - 1)).max(1);
    let mut sequence = tail.end.sequence;
    while sequence >= oldest {
        let count = STEP.min(sequence - oldest + 1);
        let ids = ends.stream.ids_back_from(sequence, count).await?;
        let ids: Vec<_> = ids.into_iter().flatten().collect();
        if let Some(position) = known(ends, &ids).await? {
            tracing::warn!(
                end = tail.end.sequence,
                %position,
                "the stream ends with messages that the outbox does not know; the relay goes on behind the newest it knows"
            );
            return Ok(position);
        }
        sequence -= count;
    }
    tracing::warn!(
        end = tail.end.sequence,
        "the outbox knows none of the stream's newest messages; everything that it keeps is published"
    );
    Ok(Mark::START)
}

/// The position of the first of `ids` that the outbox knows.
async fn known(ends: Ends<'_>, ids: &[EventId]) -> Result<Option<Mark>, RelayError> {
    Ok(ends.store.positions_of(ids).await?.into_iter().flatten().next())
}
