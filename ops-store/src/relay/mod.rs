//! The relay: gives committed events their positions, and brings them to the stream in that order. It trusts nothing that it
//! remembers: where it stands is read from the stream's last message, and every message names the end that it must follow.

mod place;

use std::time::{Duration, Instant};

use ops_core::{Mark, event::Stored};
use tokio::sync::Mutex;

use crate::{
    Store,
    port::{EventStream, Message, ReadError, RelayMark, StreamError},
};
use place::Place;

/// Events of one read, and numbered in one transaction: short enough that nobody waits for the head.
const BATCH: usize = 1000;
/// How long a place is believed between two passes. A publish behind an end that is none any more is refused in any case.
const PLACE_FOR: Duration = Duration::from_millis(500);
/// After how long a pass that has no end reads its place again.
const READ_AGAIN_AFTER: Duration = Duration::from_secs(60);
/// How often a pass may find that the stream has moved. Another relay is at work then; the next pass goes on.
const MOVED_MAX: u32 = 16;
/// How often the mark is stored while there is work.
const MARK_EVERY: Duration = Duration::from_millis(500);

/// What a pass works with.
#[derive(Clone, Copy)]
pub struct Ends<'a> {
    /// Where events come from.
    pub store: &'a dyn Store,
    /// Where they go.
    pub stream: &'a dyn EventStream,
    /// How an event is written.
    pub write: &'a (dyn Fn(Stored) -> Result<Message, StreamError> + Sync),
}

/// A relay, and where it believes to stand. Several may run at once: the stream lets one of them on at a time.
#[derive(Default)]
pub struct Relay(Mutex<State>);

#[derive(Default)]
struct State {
    place: Option<Place>,
    marked: Option<(RelayMark, Instant)>,
}

/// What came of a pass.
#[derive(Debug)]
pub struct Passed {
    /// Events that the stream has taken.
    pub published: u64,
    /// How often the stream had moved.
    pub moved: u32,
    /// Why it ended before the outbox was empty.
    pub ended: Result<(), RelayError>,
}

/// Why a pass ends early.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// The outbox cannot be read or numbered.
    #[error("the outbox cannot be read")]
    Store(#[from] ReadError),
    /// The stream takes nothing.
    #[error(transparent)]
    Stream(#[from] StreamError),
}

/// Gives every committed event its position: the cursor of readers, also while there is no stream.
///
/// # Errors
/// [`ReadError`].
pub async fn number(store: &dyn Store) -> Result<(), ReadError> {
    let batch = u64::try_from(BATCH).unwrap_or(u64::MAX);
    while store.number_events(BATCH).await? == batch {}
    Ok(())
}

impl Relay {
    /// Numbers and publishes until the outbox is empty. What was published stays published, however the pass ends.
    pub async fn pass(&self, ends: Ends<'_>) -> Passed {
        let mut state = self.0.lock().await;
        let mut pass = Pass { ends, published: 0, moved: 0 };
        let mut ended = pass.run(&mut state).await;
        if let Err(error) = &ended {
            state.place = None;
            // readers of the outbox go on without the stream
            if matches!(error, RelayError::Stream(_))
                && let Err(error) = number(ends.store).await
            {
                ended = Err(error.into());
            }
        }
        Passed { published: pass.published, moved: pass.moved, ended }
    }
}

/// One pass.
struct Pass<'a> {
    ends: Ends<'a>,
    published: u64,
    moved: u32,
}

impl Pass<'_> {
    async fn run(&mut self, state: &mut State) -> Result<(), RelayError> {
        // numbered first: an event that the stream has may have lost its number with the rest of the database
        let mut place = match state.place.take() {
            Some(place) if place.read_at.elapsed() < PLACE_FOR => place,
            _ => self.find_place().await?,
        };
        let mut rows = self.next(place.position).await?;
        while let Some(last) = rows.last() {
            let write = self.ends.write;
            let mut messages = rows.iter().cloned().map(write);
            let (next, published) =
                futures::join!(self.next(last.position), self.ends.stream.publish(place.end, &mut messages));
            drop(messages);
            self.published += published.acknowledged as u64;
            place.end = published.end;
            if let Some(on_stream) = published.acknowledged.checked_sub(1).and_then(|n| rows.get(n)) {
                place.position = on_stream.position;
            }
            rows = match published.stopped {
                None if place.read_at.elapsed() < READ_AGAIN_AFTER => next?,
                None => {
                    place = self.find_place().await?;
                    self.next(place.position).await?
                }
                Some(StreamError::Moved { original }) => {
                    self.moved += 1;
                    if self.moved > MOVED_MAX {
                        return Err(StreamError::Moved { original }.into());
                    }
                    place = self.find_place().await?;
                    if let (Some(original), Some(refused)) = (original, rows.get(published.acknowledged)) {
                        self.pass_over(&mut place, original, refused).await?;
                    }
                    self.next(place.position).await?
                }
                Some(error) => return Err(error.into()),
            };
            self.keep_mark(&mut state.marked, &place).await?;
        }
        self.keep_mark(&mut state.marked, &place).await?;
        state.place = Some(place);
        Ok(())
    }

    async fn find_place(&self) -> Result<Place, RelayError> {
        number(self.ends.store).await?;
        place::find(self.ends).await
    }

    /// The next events behind a position, numbered now if they were not.
    async fn next(&self, behind: Mark) -> Result<Vec<Stored>, ReadError> {
        self.ends.store.number_events(BATCH).await?;
        self.ends.store.events_after(behind, BATCH).await
    }

    /// The stream says that it has the refused event at `original`. When the place is still before it, the event stands
    /// among messages that the outbox does not know, and is passed over.
    async fn pass_over(&self, place: &mut Place, original: u64, refused: &Stored) -> Result<(), RelayError> {
        if place.position >= refused.position {
            return Ok(());
        }
        let there = self.ends.stream.ids_back_from(original, 1).await?;
        if there.first() == Some(&Some(refused.id)) {
            tracing::warn!(event = %refused.id, sequence = original, "an event is on the stream out of its order");
            place.position = refused.position;
            return Ok(());
        }
        Err(StreamError::Refused(format!(
            "it remembers the event {} and has it no more; wait until its duplicate window has passed",
            refused.id
        ))
        .into())
    }

    /// Stores how far the stream is, now and then.
    async fn keep_mark(
        &self,
        marked: &mut Option<(RelayMark, Instant)>,
        place: &Place,
    ) -> Result<(), ReadError> {
        let mark = place.mark();
        if marked.is_some_and(|(kept, at)| kept == mark || at.elapsed() < MARK_EVERY) {
            return Ok(());
        }
        self.ends.store.keep_relay_mark(mark).await?;
        *marked = Some((mark, Instant::now()));
        Ok(())
    }
}
