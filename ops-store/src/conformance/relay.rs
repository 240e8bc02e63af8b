//! What the relay keeps and asks of the outbox.

use std::sync::Arc;

use jiff::SignedDuration;
use ops_core::{Mark, id::EventId};
use uuid::Uuid;

use super::estate::{Estate, stamp, time};
use crate::{
    Store,
    port::{Backlog, Following, RelayMark},
    testing::Rows,
};

/// So many operators, an event each, and the time of each event.
async fn events(estate: &Estate, from: usize, count: usize) {
    for n in from..from + count {
        estate.operator(&format!("operator-{n}")).await;
    }
}

/// The ids of all events in the order they were written.
async fn ids(rows: &Rows) -> Vec<EventId> {
    let rows = rows.query("SELECT id FROM outbox ORDER BY row_no", []).await;
    rows.into_iter().map(|row| crate::sql::Row(row).uuid(0).unwrap()).collect()
}

/// The positions of several events come in the order they were asked for; one without a number has none, like a stranger.
pub async fn a_position_is_found_by_the_id_of_its_event_once_it_has_one(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    events(&estate, 0, 3).await;
    assert_eq!(estate.store.last_position().await.unwrap(), Mark::START);
    estate.store.number_events(2).await.unwrap();
    let ids = ids(&estate.rows).await;
    let asked = [ids[1], EventId::from(Uuid::from_u128(7)), ids[2], ids[0]];
    let found = estate.store.positions_of(&asked).await.unwrap();
    assert_eq!(found, [Some(Mark::new(1, 2)), None, None, Some(Mark::new(1, 1))]);
    assert!(estate.store.positions_of(&[]).await.unwrap().is_empty());
    assert_eq!(estate.store.last_position().await.unwrap(), Mark::new(1, 2));

    estate.rows.raise_epoch(2).await;
    estate.store.number_events(2).await.unwrap();
    assert_eq!(estate.store.last_position().await.unwrap(), Mark::new(2, 1));
}

/// There is one mark at the most; the last one that was kept counts.
pub async fn the_mark_of_the_relay_is_read_back_as_it_was_kept_last(store: Arc<dyn Store>, rows: Rows) {
    assert_eq!(store.relay_mark().await.unwrap(), None);
    for n in [7, 3] {
        let mark = RelayMark {
            stream_created: time(0) + SignedDuration::from_micros(n),
            stream_sequence: n.unsigned_abs() * 100,
            position: Mark::new(2, n),
        };
        store.keep_relay_mark(mark).await.unwrap();
        assert_eq!(store.relay_mark().await.unwrap(), Some(mark));
    }
    assert_eq!(rows.count("relay_mark").await, 1);
}

/// The backlog counts numbered and unnumbered events behind a position, of this epoch and of those after it.
pub async fn what_waits_behind_a_position_is_counted_over_epochs_and_with_what_has_no_number(
    store: Arc<dyn Store>,
    rows: Rows,
) {
    let estate = Estate::new(store, rows);
    assert_eq!(estate.store.backlog(Mark::START).await.unwrap(), Backlog::default());
    events(&estate, 0, 5).await;
    estate.store.number_events(4).await.unwrap();
    let first = Some(stamp(1).at());
    for (behind, events, oldest) in [
        (Mark::START, 5, first),
        (Mark::new(1, 0), 5, first),
        (Mark::new(1, 3), 2, Some(stamp(4).at())),
        (Mark::new(1, 4), 1, Some(stamp(5).at())),
    ] {
        assert_eq!(estate.store.backlog(behind).await.unwrap(), Backlog { events, oldest }, "{behind}");
    }
    estate.rows.raise_epoch(2).await;
    estate.store.number_events(10).await.unwrap();
    events(&estate, 5, 2).await;
    estate.store.number_events(1).await.unwrap();
    let waiting = [Mark::START, Mark::new(1, 4), Mark::new(2, 1), Mark::new(2, 2)];
    for (behind, events) in waiting.into_iter().zip([7, 3, 2, 1]) {
        assert_eq!(estate.store.backlog(behind).await.unwrap().events, events, "{behind}");
    }
    estate.store.number_events(1).await.unwrap();
    assert_eq!(estate.store.backlog(Mark::new(2, 3)).await.unwrap(), Backlog::default());
}

/// Only what is old enough and published goes, some at a time; what has no number stays, and so does the newest published.
pub async fn published_events_expire_in_batches_the_oldest_first_and_the_last_one_stays(
    store: Arc<dyn Store>,
    rows: Rows,
) {
    let estate = Estate::new(store, rows);
    events(&estate, 0, 9).await;
    estate.store.number_events(8).await.unwrap();
    let published = Mark::new(1, 6);
    let expire = |before: u64, published, batch| {
        let (store, before) = (Arc::clone(&estate.store), stamp(before).at());
        async move { store.expire_events(before, published, batch).await.unwrap() }
    };
    let left = async || {
        let events = estate.store.events_after(Mark::START, 100).await.unwrap();
        events.iter().map(|event| event.position.n).collect::<Vec<_>>()
    };
    assert_eq!(expire(9, Mark::START, 100).await, 0, "nothing is published");
    assert_eq!(expire(1, published, 100).await, 0, "nothing is old enough");
    assert_eq!(expire(3, published, 100).await, 2, "an event of that very moment is not older");
    assert_eq!(left().await, [3, 4, 5, 6, 7, 8]);
    assert_eq!([expire(9, published, 2).await, expire(9, published, 2).await], [2, 1]);
    assert_eq!(
        left().await,
        [6, 7, 8],
        "what is not published stays, however old, and so does the place of the relay"
    );
    assert_eq!(expire(9, published, 2).await, 0);
    assert_eq!(estate.rows.count("outbox").await, 4);

    events(&estate, 9, 1).await;
    estate.store.number_events(10).await.unwrap();
    assert_eq!(left().await, [6, 7, 8, 9, 10], "positions go on");
}

/// A reader behind what was forgotten has missed some, also in an epoch before, and one that stands there has not.
pub async fn a_reader_who_has_missed_what_was_forgotten_is_told(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    events(&estate, 0, 4).await;
    estate.store.number_events(10).await.unwrap();
    let follows = async |after| match estate.store.every_event_after(after, 100).await.unwrap() {
        Following::Kept(events) => Some(events.len()),
        Following::Forgotten => None,
    };
    assert_eq!(follows(Mark::new(1, 1)).await, Some(3), "nothing is forgotten yet");
    let expire = async |before: u64, published| {
        estate.store.expire_events(stamp(before).at(), published, 100).await.unwrap()
    };
    assert_eq!(expire(2, Mark::new(1, 4)).await, 1);
    assert_eq!(expire(3, Mark::new(1, 4)).await, 1);
    for (n, left) in [(1, None), (2, Some(2)), (3, Some(1)), (4, Some(0)), (9, Some(0))] {
        assert_eq!(follows(Mark::new(1, n)).await, left, "after 1.{n}");
    }
    assert_eq!(follows(Mark::START).await, Some(2), "every one that is kept");

    estate.rows.raise_epoch(2).await;
    events(&estate, 4, 3).await;
    estate.store.number_events(10).await.unwrap();
    assert_eq!(expire(9, Mark::new(2, 2)).await, 3, "the rest of the epoch before, and one of this");
    for (after, left) in [(Mark::new(1, 4), None), (Mark::new(2, 0), None), (Mark::new(2, 1), Some(2))] {
        assert_eq!(follows(after).await, left, "after {after}");
    }
    assert_eq!(expire(9, Mark::new(2, 2)).await, 0);
    assert_eq!(follows(Mark::new(2, 1)).await, Some(2), "what goes no further takes nothing back");
}
