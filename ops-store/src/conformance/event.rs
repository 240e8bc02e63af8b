//! Events: each operator's count has no gaps, and neither has everybody's.

use std::{collections::BTreeMap, sync::Arc};

use ops_core::{
    Mark, Text, connection,
    event::{EventType, Stored},
    id::OperatorId,
    operator,
    testing::{create_operator, text},
};

use super::estate::Estate;
use crate::{Store, sql::Value, testing::Rows};

/// Every numbered event.
async fn all(store: &Arc<dyn Store>) -> Vec<Stored> {
    store.events_after(Mark::START, 10_000).await.unwrap()
}

/// The sequences of each operator, in the order of everybody's positions.
fn by_operator(events: &[Stored]) -> BTreeMap<OperatorId, Vec<Mark>> {
    let mut sequences: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for event in events {
        sequences.entry(event.operator_id).or_default().push(event.sequence);
    }
    sequences
}

fn without_gaps(marks: impl IntoIterator<Item = Mark>) -> bool {
    marks.into_iter().zip(1..).all(|(mark, n)| mark == Mark::new(1, n))
}

/// Every kind of change draws the next number of each operator it is about, and a refused one draws none.
pub async fn the_events_of_one_operator_count_without_gaps(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let (acme, main) = estate.active("acme").await;
    let (other, theirs) = estate.active("other").await;
    estate.rule("both", 1, &[&main, &theirs]).await;
    estate.conflict(estate.put(acme.clone(), Some(1))).await;
    estate.keep(connection::status::disable(&main, &estate.stamp()).unwrap().1).await;
    let last = estate.operator("last").await;
    estate.delete(last.id).await;

    while estate.store.number_events(100).await.unwrap() > 0 {}
    let events = all(&estate.store).await;
    let of = by_operator(&events);
    assert!(of.values().all(|sequences| without_gaps(sequences.iter().copied())), "{of:?}");
    let counts = [acme.id, other.id, last.id].map(|id| of[&id].len());
    assert_eq!(counts, [6, 5, 2], "created, connection, credential, status, rule, and a connection disabled");
    assert!(without_gaps(events.iter().map(|event| event.position)));
}

/// A committed event is stored with its kind, time, trace context and data; it is shown once it has a number.
pub async fn an_event_is_shown_as_it_was_committed_once_it_has_a_number(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let stamp = estate.stamp();
    let command =
        operator::create::Create { display_name: text("Füße 😀 \u{1F1E9}"), ..create_operator("acme") };
    let (operator, change) = operator::create::create(command, &stamp);
    let event = change.events[0].clone();
    estate.keep(change).await;
    assert!(all(&estate.store).await.is_empty(), "it has no number yet");

    assert_eq!(estate.store.number_events(10).await.unwrap(), 1);
    let expected = Stored {
        id: event.id,
        operator_id: operator.id,
        sequence: Mark::new(1, 1),
        position: Mark::new(1, 1),
        kind: EventType::Created,
        at: stamp.at(),
        traceparent: stamp.traceparent().map(str::to_owned),
        data: serde_json::to_value(&event.data).unwrap(),
    };
    assert_eq!(expected.data["display_name"], operator.display_name.as_str());
    assert_eq!(all(&estate.store).await, [expected]);
    let text = serde_json::to_string(&event.data).unwrap();
    assert_eq!(estate.rows.texts("SELECT data FROM outbox", []).await, [text], "octet for octet");
}

/// Numbers have no gaps, keep each operator's order, and come once: in batches, by several at once, and again.
pub async fn events_are_numbered_without_gaps_in_batches_by_several_at_once_and_again(
    store: Arc<dyn Store>,
    rows: Rows,
) {
    let estate = Estate::new(store, rows);
    let mut operators = Vec::new();
    for n in 0..5 {
        operators.push(estate.operator(&format!("operator-{n}")).await);
    }
    for n in 0..12 {
        for operator in &operators {
            estate.connection(operator, &format!("c{n}")).await;
        }
    }
    assert_eq!(estate.store.number_events(0).await.unwrap(), 0);
    assert_eq!(estate.store.number_events(7).await.unwrap(), 7);
    let several = (0..8).map(|_| {
        let store = Arc::clone(&estate.store);
        tokio::spawn(async move {
            let mut numbered = 0;
            loop {
                match store.number_events(3).await.unwrap() {
                    0 => return numbered,
                    n => numbered += n,
                }
            }
        })
    });
    let numbered: u64 = futures::future::join_all(several).await.into_iter().map(Result::unwrap).sum();
    assert_eq!(numbered, 65 - 7);
    let events = all(&estate.store).await;
    assert_eq!(events.len(), 65);
    assert!(without_gaps(events.iter().map(|event| event.position)));
    assert!(by_operator(&events).into_values().all(without_gaps), "{events:?}");
    assert_eq!(estate.store.number_events(100).await.unwrap(), 0);
    assert_eq!(all(&estate.store).await, events);
}

/// Pages of events follow each other without repetition or gap.
pub async fn events_come_in_pages_after_a_position(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    for n in 0..7 {
        estate.operator(&format!("operator-{n}")).await;
    }
    estate.store.number_events(100).await.unwrap();
    let mut after = Mark::START;
    for expected in [3, 3, 1, 0] {
        let page = estate.store.events_after(after, 3).await.unwrap();
        assert_eq!(page.len(), expected);
        assert!(page.iter().zip(after.n + 1..).all(|(event, n)| event.position == Mark::new(1, n)));
        after = page.last().map_or(after, |event| event.position);
    }
    assert!(estate.store.events_after(Mark::new(2, 0), 3).await.unwrap().is_empty());
}

/// After a restore the epoch is raised: every count begins anew, above all that was counted before.
pub async fn a_new_epoch_begins_every_count_anew_above_the_old_one(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let operator = estate.operator("acme").await;
    let connection = estate.connection(&operator, "a").await;
    estate.store.number_events(1).await.unwrap();
    assert_eq!(estate.store.epoch().await.unwrap(), 1);
    assert_eq!(estate.store.view().await.unwrap().version(), Mark::new(1, 1));

    estate.rows.raise_epoch(2).await;
    assert_eq!(estate.store.epoch().await.unwrap(), 2);
    estate.keep(connection::status::disable(&connection, &estate.stamp()).unwrap().1).await;
    estate.connection(&operator, "b").await;
    estate.operator("later").await;
    while estate.store.number_events(2).await.unwrap() > 0 {}

    let events = all(&estate.store).await;
    let marks =
        |of: fn(&Stored) -> Mark| events.iter().map(of).map(|mark| mark.to_string()).collect::<Vec<_>>();
    assert_eq!(marks(|event| event.position), ["1.1", "2.1", "2.2", "2.3", "2.4"]);
    assert_eq!(marks(|event| event.sequence), ["1.1", "1.2", "2.1", "2.2", "2.1"]);
    assert_eq!(estate.store.view().await.unwrap().version(), Mark::new(2, 2));
    let head = estate.rows.query("SELECT epoch, position FROM outbox_head", []).await;
    assert_eq!(head, [[Value::from(2), Value::from(4)]]);
}
