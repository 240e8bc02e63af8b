//! Following events: first those that are stored behind the reader's place, then those that the bus tells, each once and in
//! order, until there is a reason to end.

use std::{collections::VecDeque, sync::Arc};

use ops_core::{Mark, event::Stored};
use ops_store::{
    Store,
    port::{Following, ReadError},
};
use tokio::{
    sync::broadcast::error::RecvError,
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

use super::bus::{Bus, Listener};

/// Stored events of one look.
const PAGE: usize = 200;

/// Why there is nothing more to come. A reader goes on at its place, here or at another replica.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bye {
    /// The process ends.
    Draining,
    /// The reader's time is over: its token or its connection ends.
    Expired,
    /// The reader is slower than what happens.
    Overflow,
    /// The reader is so slow that events behind it are not kept any more.
    Forgotten,
    /// The database does not answer.
    StoreUnavailable,
}

impl Bye {
    /// As readers see it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draining => "draining",
            Self::Expired => "expired",
            Self::Overflow => "overflow",
            Self::Forgotten => "forgotten",
            Self::StoreUnavailable => "store_unavailable",
        }
    }
}

/// Why stored events cannot be followed from a position.
#[derive(Debug, thiserror::Error)]
pub enum NotFollowed {
    /// Some of them are not kept any more.
    #[error("some events are not kept any more")]
    Forgotten,
    /// The database's failure.
    #[error(transparent)]
    Store(#[from] ReadError),
}

/// What comes next.
#[derive(Debug)]
pub enum Next {
    /// An event.
    Event(Arc<Stored>),
    /// The end.
    Bye(Bye),
}

/// A reader on its way.
pub struct Follow {
    store: Arc<dyn Store>,
    bus: Arc<Bus>,
    listener: Listener,
    after: Mark,
    ends_at: Instant,
    closing: CancellationToken,
    /// Read and not told yet.
    ready: VecDeque<Arc<Stored>>,
    /// Whether everything that was stored before the bus was heard is told.
    is_live: bool,
}

impl Follow {
    /// Follows what comes after a position, until `ends_at` or until the connection is `closing`. The listener was there
    /// before: what is numbered while stored events are read comes by the bus as well, and is told once.
    ///
    /// # Errors
    /// [`NotFollowed`].
    pub async fn begin(
        store: Arc<dyn Store>,
        bus: Arc<Bus>,
        listener: Listener,
        after: Mark,
        ends_at: Instant,
        closing: CancellationToken,
    ) -> Result<Self, NotFollowed> {
        let mut follow =
            Self { store, bus, listener, after, ends_at, closing, ready: VecDeque::new(), is_live: false };
        follow.catch_up().await?;
        Ok(follow)
    }

    /// Reads the next stored events.
    async fn catch_up(&mut self) -> Result<(), NotFollowed> {
        match self.store.every_event_after(self.after, PAGE).await? {
            Following::Forgotten => Err(NotFollowed::Forgotten),
            Following::Kept(stored) => {
                self.is_live = stored.is_empty();
                self.ready.extend(stored.into_iter().map(Arc::new));
                Ok(())
            }
        }
    }

    /// Where the reader is: what it has been told goes up to here.
    pub const fn place(&self) -> Mark {
        self.after
    }

    /// The next event, or the end.
    pub async fn next(&mut self) -> Next {
        loop {
            // also with events at hand: a reader that pauses does not go on with a token that is over
            if Instant::now() >= self.ends_at {
                return Next::Bye(Bye::Expired);
            }
            if let Some(event) = self.ready.pop_front() {
                if event.position <= self.after {
                    continue;
                }
                self.after = event.position;
                return Next::Event(event);
            }
            if self.bus.ending.is_cancelled() {
                return Next::Bye(Bye::Draining);
            }
            if self.closing.is_cancelled() {
                return Next::Bye(Bye::Expired);
            }
            if !self.is_live {
                match self.catch_up().await {
                    Ok(()) => continue,
                    Err(NotFollowed::Forgotten) => return Next::Bye(Bye::Forgotten),
                    Err(error) => {
                        let error = &error as &dyn std::error::Error;
                        tracing::warn!(error, "a reader of events is sent away");
                        return Next::Bye(Bye::StoreUnavailable);
                    }
                }
            }
            tokio::select! {
                biased;
                () = self.bus.ending.cancelled() => return Next::Bye(Bye::Draining),
                () = self.closing.cancelled() => return Next::Bye(Bye::Expired),
                () = sleep_until(self.ends_at) => return Next::Bye(Bye::Expired),
                told = self.listener.events.recv() => match told {
                    Ok(event) => self.ready.push_back(event),
                    Err(RecvError::Lagged(_)) => return Next::Bye(Bye::Overflow),
                    Err(RecvError::Closed) => return Next::Bye(Bye::Draining),
                },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;
    use ops_core::event::EventType;
    use ops_store::sqlite::SqliteStore;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    fn event(n: i64) -> Stored {
        Stored {
            id: Uuid::from_u128(u128::try_from(n).unwrap()).into(),
            operator_id: Uuid::nil().into(),
            sequence: Mark::new(1, n),
            position: Mark::new(1, n),
            kind: EventType::Updated,
            at: Timestamp::UNIX_EPOCH,
            traceparent: None,
            data: json!({"changes": []}),
        }
    }

    async fn told(follow: &mut Follow) -> Result<i64, Bye> {
        match follow.next().await {
            Next::Event(event) => Ok(event.position.n),
            Next::Bye(bye) => Err(bye),
        }
    }

    /// On a store without events, from a position on.
    async fn follow(folder: &tempfile::TempDir, after: i64, left: Duration) -> (Arc<Bus>, Follow) {
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&folder.path().join("x")).unwrap());
        let bus = Arc::new(Bus::default());
        bus.open();
        let listener = bus.listen().unwrap();
        let ends_at = Instant::now() + left;
        let (place, closing) = (Mark::new(1, after), CancellationToken::new());
        let follow = Follow::begin(store, Arc::clone(&bus), listener, place, ends_at, closing).await;
        (bus, follow.unwrap())
    }

    #[tokio::test]
    async fn what_the_bus_tells_comes_in_order_and_what_is_known_does_not_come_again() {
        let folder = tempfile::tempdir().unwrap();
        let (bus, mut follow) = follow(&folder, 2, Duration::from_secs(60)).await;
        (1..=4).chain(3..=5).for_each(|n| bus.tell(event(n)));
        for n in 3..=5 {
            assert_eq!(told(&mut follow).await, Ok(n));
        }
    }

    #[tokio::test]
    async fn who_is_too_slow_is_sent_away_and_so_is_whose_time_is_over() {
        let folder = tempfile::tempdir().unwrap();
        let (bus, mut slow) = follow(&folder, 0, Duration::from_secs(60)).await;
        (1..=5000).for_each(|n| bus.tell(event(n)));
        assert_eq!(told(&mut slow).await, Err(Bye::Overflow));
        let folder = tempfile::tempdir().unwrap();
        let (_bus, mut late) = follow(&folder, 0, Duration::from_millis(1)).await;
        assert_eq!(told(&mut late).await, Err(Bye::Expired));
    }

    #[tokio::test]
    async fn a_token_that_is_over_ends_a_stream_with_events_at_hand_and_so_does_its_connection() {
        let folder = tempfile::tempdir().unwrap();
        let (bus, mut paused) = follow(&folder, 0, Duration::from_secs(60)).await;
        (1..=3).for_each(|n| bus.tell(event(n)));
        assert_eq!(told(&mut paused).await, Ok(1));
        paused.ready.push_back(Arc::new(event(2)));
        paused.ends_at = Instant::now();
        assert_eq!((told(&mut paused).await, paused.place()), (Err(Bye::Expired), Mark::new(1, 1)));
        let folder = tempfile::tempdir().unwrap();
        let (_bus, mut closed) = follow(&folder, 7, Duration::from_secs(60)).await;
        let closing = closed.closing.clone();
        let (said, ()) = tokio::join!(told(&mut closed), async { closing.cancel() });
        assert_eq!((said, closed.place()), (Err(Bye::Expired), Mark::new(1, 7)));
    }

    #[tokio::test]
    async fn a_drain_ends_a_stream_after_what_it_has_read() {
        let folder = tempfile::tempdir().unwrap();
        let (bus, mut follow) = follow(&folder, 0, Duration::from_secs(60)).await;
        bus.tell(event(1));
        assert_eq!(told(&mut follow).await, Ok(1));
        bus.ending.cancel();
        assert_eq!(told(&mut follow).await, Err(Bye::Draining));
    }

    #[tokio::test]
    async fn listeners_have_places_and_none_before_the_bus_is_fed() {
        let bus = Bus::default();
        assert!(bus.listen().is_none());
        bus.open();
        let mut all: Vec<_> = (0..super::super::bus::LISTENERS_MAX).map(|_| bus.listen().unwrap()).collect();
        assert!(bus.listen().is_none());
        all.pop();
        assert!(bus.listen().is_some());
    }
}
