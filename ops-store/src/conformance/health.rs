//! Samples, windows and judged health: every sample counts once, late ones are kept and not judged.

use std::sync::Arc;

use jiff::SignedDuration;
use ops_core::{
    connection,
    health::{
        ConnectionHealth, OperatorInput, Reason, SETTLE_S, Sample, SessionState, State, WindowSums, judge,
    },
    id::{ConnectionId, OperatorId},
};
use uuid::Uuid;

use super::estate::{Estate, sample, session, time};
use crate::{
    Store,
    port::{Arrived, LastHeard, SampleTaken},
    testing::Rows,
};

const ACCEPTED: SampleTaken = SampleTaken::Accepted { late: false };
const LATE: SampleTaken = SampleTaken::Accepted { late: true };

/// Samples that arrived some seconds after the beginning, judged in windows of half a minute.
fn arrived(samples: impl IntoIterator<Item = Sample>, at: i64) -> Arrived {
    Arrived { samples: samples.into_iter().collect(), received_at: time(at), eval_s: 30 }
}

impl Estate {
    async fn append(&self, samples: impl IntoIterator<Item = Sample>, at: i64) -> Vec<SampleTaken> {
        self.store.append(arrived(samples, at)).await.unwrap()
    }

    async fn judge_input(&self, at: i64) -> Vec<OperatorInput> {
        self.store.judge_input(time(at)).await.unwrap()
    }

    /// What is known of one connection.
    async fn heard(&self, connection: &connection::Connection) -> LastHeard {
        let rows = self.store.health_of(connection.operator_id).await.unwrap().unwrap();
        rows.into_iter().find(|row| row.health.connection_id == connection.id).unwrap().heard
    }
}

/// A sample counts once, however often it is sent; one of a connection that nobody knows or that is deleted, never.
pub async fn a_sample_counts_once_and_only_for_a_connection_that_is_there(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let operator = estate.operator("acme").await;
    let (main, backup) =
        (estate.connection(&operator, "main").await, estate.connection(&operator, "backup").await);
    let doomed = estate.operator("doomed").await;
    let gone = estate.connection(&doomed, "main").await;
    estate.delete(doomed.id).await;
    let first = || sample(main.id, "gateway/a", 0, 0, &[0]);
    let batch = [
        first(),
        sample(ConnectionId::from(Uuid::from_u128(9)), "gateway/a", 1, 0, &[0]),
        first(),
        sample(backup.id, "gateway/a", 2, 0, &[]),
        sample(gone.id, "gateway/a", 3, 0, &[0]),
        sample(main.id, "gateway/b", 0, 0, &[0]),
    ];
    use SampleTaken::{Duplicate, UnknownConnection};
    let taken = estate.append(batch.clone(), 31).await;
    assert_eq!(taken, [ACCEPTED, UnknownConnection, Duplicate, ACCEPTED, UnknownConnection, ACCEPTED]);
    let kept = estate.rows.everything().await;
    assert_eq!(kept["operator_health_log"].len(), 3);
    let again = estate.append(batch, 32).await;
    assert_eq!(again, [Duplicate, UnknownConnection, Duplicate, Duplicate, UnknownConnection, Duplicate]);
    assert_eq!(estate.rows.everything().await, kept);
    assert_eq!(estate.append([], 33).await, []);
    // another start of the connector, another number or another window is another sample
    let mut others = [first(), first(), first()];
    others[0].run_id = Uuid::from_u128(8).into();
    others[1].seq = 7;
    others[2].window_start = time(-1);
    assert_eq!(estate.append(others, 34).await, [ACCEPTED; 3]);
    let stored =
        estate.rows.texts("SELECT sample FROM operator_health_log WHERE seq = 0 ORDER BY connector_id", []);
    let stored: Sample = serde_json::from_str(&stored.await.pop().unwrap()).unwrap();
    assert_eq!(stored, sample(main.id, "gateway/b", 0, 0, &[0]));
}

/// A sample whose time is finer than a database keeps is accepted, counted, and known again.
pub async fn a_sample_whose_time_is_finer_than_a_microsecond_counts_like_any_other(
    store: Arc<dyn Store>,
    rows: Rows,
) {
    let estate = Estate::new(store, rows);
    let main = estate.connection(&estate.operator("acme").await, "main").await;
    let mut fine = sample(main.id, "gateway/a", 0, 0, &[0]);
    fine.window_start -= SignedDuration::from_nanos(1_000_001);
    assert_eq!(estate.append([fine.clone(), fine.clone()], 31).await, [ACCEPTED, SampleTaken::Duplicate]);
    assert_eq!(estate.append([fine], 32).await, [SampleTaken::Duplicate]);
    assert_eq!(estate.rows.number("SELECT samples FROM health_window", []).await, 1);
    assert_eq!(estate.heard(&main).await.sessions_bound, 1);
}

/// A sample that comes after its window was closed is kept, told so, and added to no window.
pub async fn a_late_sample_is_kept_and_not_judged(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let main = estate.connection(&estate.operator("acme").await, "main").await;
    let closed = 30 + SETTLE_S;
    assert_eq!(estate.append([sample(main.id, "gateway/a", 0, 0, &[0])], closed - 1).await, [ACCEPTED]);
    assert_eq!(estate.append([sample(main.id, "gateway/b", 0, 0, &[0])], closed).await, [LATE]);
    assert_eq!(estate.rows.count("operator_health_log WHERE late").await, 1);
    assert_eq!(estate.rows.number("SELECT samples FROM health_window", []).await, 1);
    assert_eq!(estate.heard(&main).await.sessions_bound, 2, "its sessions are news all the same");
}

/// The sums of a window grow with each sample of each connector, over any number of batches.
pub async fn the_sums_of_a_window_add_up_over_batches_and_connectors(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let operator = estate.operator("acme").await;
    let (main, backup) =
        (estate.connection(&operator, "main").await, estate.connection(&operator, "backup").await);
    let mut sums = WindowSums::empty(time(30));
    for (seq, connector) in [(0, "gateway/a"), (0, "gateway/b"), (1, "gateway/a"), (2, "gateway/a")] {
        let mut one = sample(main.id, connector, seq, if seq == 2 { -1 } else { 0 }, &[0, 1]);
        (one.submitted, one.ok, one.throttled, one.rejected_message) =
            (100 + u64::from(seq == 1), 50, 20, 10);
        (one.operator_error, one.no_answer) = (15, 5);
        (one.binds.bound, one.binds.busy) = (3, 2);
        let in_window = seq != 2 || one.window_end() > time(0);
        assert!(in_window);
        sums.add(&one);
        estate.append([one, sample(backup.id, connector, seq + 10, 0, &[])], 31).await;
    }
    let input = estate.judge_input(31 + SETTLE_S).await;
    let of = |id| input[0].connections.iter().find(|c| c.health.connection_id == id).unwrap();
    assert_eq!(of(main.id).windows, [sums]);
    assert_eq!(of(backup.id).windows, [WindowSums { samples: 4, ..WindowSums::empty(time(30)) }]);
    assert_eq!(
        estate.judge_input(30 + SETTLE_S - 1).await[0].connections[0].windows,
        [],
        "it is not closed yet"
    );
}

/// The latest word of each session stands: an older sample does not replace it, and a session that its connector does
/// not name any more does not count.
pub async fn the_latest_word_of_each_session_stands(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let main = estate.connection(&estate.operator("acme").await, "main").await;
    assert_eq!(estate.heard(&main).await, LastHeard::default());
    // one batch, the newest in the middle
    let batch = [
        sample(main.id, "gateway/a", 0, 0, &[0]),
        sample(main.id, "gateway/a", 2, 60, &[0, 1, 2]),
        sample(main.id, "gateway/a", 1, 30, &[]),
    ];
    estate.append(batch, 91).await;
    let heard = estate.heard(&main).await;
    let bound =
        |n| LastHeard { sessions_bound: n, sample_end: Some(time(90)), window_s: 30, all_lost_since: None };
    assert_eq!(heard, bound(3));
    estate.append([sample(main.id, "gateway/a", 3, 30, &[0])], 92).await;
    assert_eq!(estate.heard(&main).await, bound(3), "it is older");
    estate.append([sample(main.id, "gateway/b", 0, 60, &[0])], 92).await;
    assert_eq!(estate.heard(&main).await, bound(4));

    // slots 1 and 2 are not named any more, slot 0 is lost, and the other connector still has one
    let mut lost = sample(main.id, "gateway/a", 4, 90, &[]);
    lost.sessions = vec![session(0, SessionState::Backoff, time(100))];
    estate.append([lost], 121).await;
    assert_eq!(estate.heard(&main).await, LastHeard { sample_end: Some(time(120)), ..bound(1) });
    let mut lost = sample(main.id, "gateway/b", 1, 90, &[]);
    lost.sessions = vec![session(0, SessionState::Closed, time(110))];
    estate.append([lost], 121).await;
    let all_lost = LastHeard { all_lost_since: Some(time(110)), sample_end: Some(time(120)), ..bound(0) };
    assert_eq!(estate.heard(&main).await, all_lost);
    assert_eq!(estate.judge_input(121).await[0].connections[0].all_lost_since, Some(time(110)));
}

/// The judge sees operators that a connector has spoken of, with all their connections and the windows that it has not
/// judged; what it concludes is kept, and the view shows it.
pub async fn the_judge_sees_what_is_new_and_its_conclusions_are_kept(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let (operator, main) = estate.active("acme").await;
    let backup = estate.connection(&operator, "backup").await;
    estate.active("silent").await;
    assert!(estate.judge_input(1000).await.is_empty());
    for n in 0..3 {
        let sample = sample(main.id, "gateway/a", n, n * 30, &[0]);
        assert_eq!(estate.append([sample], n * 30 + 31).await, [ACCEPTED]);
    }

    let first = estate.judge_input(60 + SETTLE_S).await;
    let [input] = &first[..] else { panic!("{first:?}") };
    assert_eq!((input.operator_id, &input.code), (operator.id, &operator.code));
    let names: Vec<_> = input.connections.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["backup", "main"]);
    assert_eq!(
        input.connections[0].health,
        ConnectionHealth::unknown(backup.id, operator.id, backup.created_at)
    );
    assert_eq!((input.connections[0].last_sample_end, input.connections[0].last_window_s), (None, 0));
    assert_eq!(input.connections[1].status, connection::Status::Enabled);
    assert_eq!(
        input.connections[1].windows.iter().map(|w| w.window_end).collect::<Vec<_>>(),
        [time(30), time(60)]
    );
    assert_eq!(
        (input.connections[1].last_sample_end, input.connections[1].last_window_s),
        (Some(time(90)), 30)
    );

    let stamp = ops_core::testing::stamp_at(time(60 + SETTLE_S), 200);
    let judged = judge(input, 30, false, &stamp);
    let change = judged.change.unwrap();
    let before = estate.store.view().await.unwrap().version();
    estate.keep(change.clone()).await;
    let view = estate.store.view().await.unwrap();
    assert_eq!((view.version().n, view.connections()[&main.id].health), (before.n + 1, State::Healthy));
    let again = estate.conflict(change).await;
    assert_eq!(again, "health_revision", "somebody else judged the same: this one must look again");

    let second = estate.judge_input(90 + SETTLE_S).await;
    let main_now = &second[0].connections[1];
    assert_eq!(main_now.health.judged_through, Some(time(60)));
    assert_eq!((main_now.health.state, main_now.health.reason), (State::Healthy, Reason::Bound));
    assert_eq!(main_now.windows.iter().map(|w| w.window_end).collect::<Vec<_>>(), [time(90)]);
}

/// Progress of the judge is kept, unless somebody moved the state meanwhile.
pub async fn progress_is_kept_unless_the_state_was_moved_meanwhile(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let operator = estate.operator("acme").await;
    let (main, backup) =
        (estate.connection(&operator, "main").await, estate.connection(&operator, "backup").await);
    let of = |connection: &connection::Connection, revision, bound_windows| ConnectionHealth {
        state: State::Degraded,
        since: time(1) + SignedDuration::from_micros(1),
        reason: Reason::NoAnswer,
        bound_windows,
        unreachable_windows: 4,
        judged_through: Some(time(30)),
        revision,
        ..ConnectionHealth::unknown(connection.id, operator.id, connection.created_at)
    };
    let health = async || {
        let rows = estate.store.health_of(operator.id).await.unwrap().unwrap();
        rows.into_iter().map(|row| row.health).collect::<Vec<_>>()
    };
    estate.store.keep_progress(&[]).await.unwrap();
    let moved = ops_core::Change::new(ops_core::change::ChangeName::HealthTransition, &estate.stamp());
    estate.keep(moved.write(ops_core::health::Write::Put(of(&main, 2, 1)))).await;
    estate.store.keep_progress(&[of(&backup, 0, 1)]).await.unwrap();
    assert_eq!(health().await, [of(&backup, 0, 1), of(&main, 2, 1)]);
    estate.store.keep_progress(&[of(&main, 1, 9), of(&backup, 0, 2)]).await.unwrap();
    assert_eq!(
        health().await,
        [of(&backup, 0, 2), of(&main, 2, 1)],
        "an older revision is ignored, its neighbour kept"
    );
    estate.store.keep_progress(&[of(&main, 3, 9)]).await.unwrap();
    assert_eq!(health().await[1], of(&main, 2, 1), "so is a newer one: only a change moves the state");
}

/// The health of an operator tells of each connection what was judged, what was heard and its last window.
pub async fn the_health_of_an_operator_tells_of_each_connection(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let operator = estate.operator("acme").await;
    let (main, backup) =
        (estate.connection(&operator, "main").await, estate.connection(&operator, "backup").await);
    let foreign = estate.connection(&estate.operator("other").await, "main").await;
    estate.keep(connection::status::disable(&backup, &estate.stamp()).unwrap().1).await;
    let samples = [
        sample(main.id, "gateway/a", 0, 0, &[0]),
        sample(main.id, "gateway/a", 1, 30, &[0, 1]),
        sample(foreign.id, "gateway/a", 2, 60, &[0]),
    ];
    estate.append(samples, 61).await;
    let health = estate.store.health_of(operator.id).await.unwrap().unwrap();
    let [first, second] = &health[..] else { panic!("{health:?}") };
    assert_eq!((first.name.as_str(), first.status), ("backup", connection::Status::Disabled));
    assert_eq!((&first.heard, first.last_window), (&LastHeard::default(), None));
    assert_eq!((second.name.as_str(), second.status), ("main", connection::Status::Enabled));
    assert_eq!(second.health, ConnectionHealth::unknown(main.id, operator.id, main.created_at));
    assert_eq!((second.heard.sessions_bound, second.heard.sample_end), (2, Some(time(60))));
    let last = second.last_window.unwrap();
    assert_eq!((last.window_end, last.samples, last.submit_sessions_bound), (time(60), 1, 2));
    assert!(estate.store.health_of(OperatorId::from(Uuid::nil())).await.unwrap().is_none());
}
