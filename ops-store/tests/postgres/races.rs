//! Races on PostgreSQL: many tasks on several threads over a warm pool, in the role of the service.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use crate::estate::{connection, keep, new_operator, new_rule, operator, pause, receipt, stamp, warm};
use futures::future::join_all;
use ops_core::{
    Change, Mark, Text,
    change::ChangeName,
    event::{Changed, Event},
    health::Sample,
    operator::{LabelKey, LabelValue, update::Update},
};
use ops_store::{
    port::{
        Arrived, Commit, CommitError, Committed, ConnectionReads, EventReads, HealthLog, OperatorReads,
        Receipts, RoutingReads, SampleTaken, Sequencer,
    },
    postgres::PostgresStore,
    testing::{
        Rows,
        postgres::{Alone, Database},
    },
};
use tokio::sync::Barrier;

const CONNECTIONS: usize = 32;

async fn open() -> (PostgresStore, Rows, (Database, Alone)) {
    let alone = Alone::wait().await;
    let database = Database::create().await;
    let store = database.store(CONNECTIONS);
    warm(&store, CONNECTIONS).await;
    (store, database.rows().await, (database, alone))
}

/// Every task's result, when all of them began at one moment.
async fn at_once<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
    tasks: impl IntoIterator<Item = F>,
) -> Vec<T> {
    let tasks: Vec<F> = tasks.into_iter().collect();
    let start = Arc::new(Barrier::new(tasks.len()));
    let tasks = tasks.into_iter().map(|task| {
        let start = Arc::clone(&start);
        tokio::spawn(async move {
            start.wait().await;
            task.await
        })
    });
    join_all(tasks).await.into_iter().map(Result::unwrap).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn of_many_who_create_one_code_exactly_one_wins_and_the_others_learn_who() {
    let (store, rows, _alive) = open().await;
    for round in 0..50 {
        let results = at_once((0..CONNECTIONS).map(|_| {
            let store = store.clone();
            let (operator, change) = new_operator(&format!("code-{round}"));
            async move { (operator.id, store.commit(change, None).await) }
        }))
        .await;
        let winners: Vec<_> =
            results.iter().filter(|(_, result)| matches!(result, Ok(Committed::Done))).collect();
        let [(winner, _)] = winners[..] else { panic!("round {round}: {results:?}") };
        for (id, result) in &results {
            let learned = matches!(result, Err(CommitError::Taken { field: "code", existing })
                if *existing == Some(winner.uuid()));
            assert!(id == winner || learned, "round {round}: {result:?}");
        }
    }
    for table in ["operator", "outbox", "audit"] {
        assert_eq!(rows.count(table).await, 50, "{table}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn an_operator_is_never_deleted_and_given_a_rule_at_once() {
    let (store, rows, _alive) = open().await;
    let (mut deleted, mut given) = (0, 0);
    for round in 0..500 {
        let operator = operator(&store, &format!("o{round}")).await;
        let target = connection(&store, &operator, "main").await;
        let start = Arc::new(Barrier::new(2));
        let (deletion, rule) = tokio::join!(
            tokio::spawn({
                let (store, start) = (store.clone(), Arc::clone(&start));
                async move {
                    let dossier = store.dossier(operator.id).await.unwrap().unwrap();
                    let rules = &dossier.targeting_rules;
                    let change =
                        ops_core::operator::delete::delete(&dossier.operator, rules, 30, &stamp()).unwrap();
                    start.wait().await;
                    store.commit(change, None).await
                }
            }),
            tokio::spawn({
                let (store, start) = (store.clone(), Arc::clone(&start));
                async move {
                    let (_, target, _) = store.connection_file(target.id).await.unwrap().unwrap();
                    let (_, change) = new_rule(&[&target]);
                    start.wait().await;
                    store.commit(change, None).await
                }
            }),
        );
        match (deletion.unwrap(), rule.unwrap()) {
            (Ok(Committed::Done), Err(CommitError::Conflict(why))) if why == "target_alive" => deleted += 1,
            (Err(CommitError::Conflict(why)), Ok(Committed::Done))
                if why == "operator_version" || why == "operator_not_targeted" =>
            {
                given += 1;
            }
            both => panic!("round {round}: {both:?}"),
        }
    }
    println!("deleted {deleted}, given a rule {given}");
    assert_eq!((deleted + given, rows.count("rule_target").await), (500, given));
    let dangling = "SELECT count(*) FROM rule_target t JOIN operator o ON o.id = t.operator_id WHERE o.status = 'deleted'";
    assert_eq!(rows.number(dangling, []).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn sixteen_writers_on_one_operator_lose_no_update_and_leave_no_gap() {
    const WRITERS: u64 = 16;
    const EACH: u64 = 50;
    let (store, rows, _alive) = open().await;
    let id = operator(&store, "acme").await.id;
    let tries = at_once((0..WRITERS).map(|writer| {
        let store = store.clone();
        async move {
            let mut tries = 0;
            for _ in 0..EACH {
                for again in 1.. {
                    tries += 1;
                    let now = store.operator(id).await.unwrap().unwrap();
                    let change = counted_up(&now, writer);
                    match store.commit(change, None).await {
                        Ok(Committed::Done) => break,
                        Err(CommitError::Conflict(_)) => pause(again, writer).await,
                        other => panic!("{other:?}"),
                    }
                }
            }
            tries
        }
    }))
    .await;
    println!("{} commits, {} tries", WRITERS * EACH, tries.iter().sum::<u64>());
    let now = store.operator(id).await.unwrap().unwrap();
    let labels: BTreeMap<_, _> = now.labels.iter().collect();
    assert_eq!(labels["all"], "800");
    assert!((0..WRITERS).all(|writer| labels[&*format!("w{writer}")] == "50"));
    assert_eq!(now.version, 801);
    assert_eq!((rows.count("outbox").await, rows.count("audit").await), (801, 801));
    let sequences = rows.query("SELECT sequence FROM outbox ORDER BY row_no", []).await;
    assert!(sequences.iter().zip(1..).all(|(row, n)| row[0] == n.into()), "in the order of their rows");
}

/// The operator with one more in the label of a writer and in that of all.
fn counted_up(operator: &ops_core::operator::Operator, writer: u64) -> Change {
    let key = |key: &str| LabelKey::parse(key).unwrap();
    let old = |name: &str| -> u64 {
        operator.labels.iter().find(|(key, _)| *key == name).map_or(0, |(_, n)| n.parse().unwrap())
    };
    let next = |name: &str| (key(name), Some(LabelValue::parse(&(old(name) + 1).to_string()).unwrap()));
    let labels = [next("all"), next(&format!("w{writer}"))].into();
    let update = Update { labels: Some(labels), ..Update::default() };
    ops_core::operator::update::update(operator, update, &stamp()).unwrap().unwrap().1
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn each_key_has_one_effect_and_one_answer_however_many_send_it_at_once() {
    let (store, rows, _alive) = open().await;
    for key in 0..50 {
        let key = format!("key-{key}");
        let results = at_once((0..16).map(|_| {
            let (store, key) = (store.clone(), key.clone());
            let (operator, change) = new_operator(&key);
            let receipt = receipt(&key, &operator.id.to_string());
            async move {
                match store.commit(change, Some(receipt.clone())).await {
                    Ok(Committed::Done) => (true, receipt.reply),
                    Ok(Committed::Replayed(stored)) => (false, stored.reply),
                    Err(error) => panic!("{error:?}"),
                }
            }
        }))
        .await;
        assert_eq!(results.iter().filter(|(done, _)| *done).count(), 1, "{key}");
        assert!(results.iter().all(|(_, reply)| *reply == results[0].1), "{key}: {results:?}");
        let id = rows.texts("SELECT id::text FROM operator WHERE code = $1", [key.as_str().into()]).await;
        assert_eq!(results[0].1.location.as_ref(), id.first());
    }
    for table in ["operator", "outbox", "audit", "receipt"] {
        assert_eq!(rows.count(table).await, 50, "{table}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn a_commit_whose_caller_goes_away_is_kept_whole_or_not_at_all_and_leaves_no_open_transaction() {
    let _alone = Alone::wait().await;
    let database = Database::create().await;
    let (store, rows) = (database.store(4), database.rows().await);
    warm(&store, 4).await;
    for round in 0..25 {
        // more than there are connections: some go away before anything is sent, some at once after, some while it works
        let commits = (0..16).map(|n| {
            let store = store.clone();
            let code = format!("o{round}-{n}");
            let (operator, change) = new_operator(&code);
            let receipt = receipt(&code, &operator.id.to_string());
            tokio::spawn(async move {
                let mut commit = store.commit(change, Some(receipt));
                drop(futures::poll!(&mut commit));
                if n % 4 > 0 {
                    let within = Duration::from_micros(300 * n * (round % 5));
                    drop(tokio::time::timeout(within, commit).await);
                }
            })
        });
        for ended in join_all(commits.collect::<Vec<_>>()).await {
            ended.unwrap();
        }
    }
    // whatever was sent comes to its end: then nobody uses a connection of the pool
    let at_work = || store.connections().1;
    while at_work() > 0 {
        tokio::task::yield_now().await;
    }
    let open = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'ops_app' \
                AND state <> 'idle'";
    assert_eq!(rows.number(open, []).await, 0);
    let kept = rows.count("operator").await;
    println!("kept {kept} of 400");
    assert!(kept > 0 && kept < 400, "{kept}: the test must meet both ends");
    for table in ["outbox", "audit", "receipt"] {
        assert_eq!(rows.count(table).await, kept, "{table}");
    }
    let whole = "SELECT count(*) FROM operator o JOIN receipt r ON r.location = o.id::text JOIN outbox e ON e.operator_id = o.id \
                 JOIN audit a ON a.operator_id = o.id";
    assert_eq!(rows.number(whole, []).await, kept);
    for n in 0..8 {
        operator(&store, &format!("after-{n}")).await;
    }
    assert_eq!(rows.count("operator").await, kept + 8);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn the_end_of_a_failed_transaction_says_ok_and_is_not_believed() {
    let (store, rows, (database, _alone)) = open().await;
    // what the server does
    let raw = database.client("ops_app").await;
    raw.batch_execute("BEGIN").await.unwrap();
    raw.batch_execute("SELECT expect('planted', false, '')").await.unwrap_err();
    assert!(
        raw.batch_execute("COMMIT").await.is_ok(),
        "the server answers ROLLBACK, and the driver drops that word"
    );

    // what a commit makes of it: three statements fail, and the first one is told
    let acme = operator(&store, "acme").await;
    let before = rows.everything().await;
    let (second, change) = new_operator("acme");
    let change = change
        .expect(ops_core::operator::Expect::Version(acme.id, 7))
        .expect(ops_core::operator::Expect::NotTargeted(acme.id));
    let refusal = store.commit(change, Some(receipt("key", "x"))).await.unwrap_err();
    assert!(matches!(&refusal, CommitError::Conflict(name) if name == "operator_version"), "{refusal:?}");
    assert_eq!(store.receipt(&receipt("key", "x").scope).await.unwrap(), None);
    assert_eq!(store.operator(second.id).await.unwrap(), None);
    assert_eq!(rows.everything().await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn a_sequencer_never_numbers_an_event_before_the_one_before_it() {
    const WRITERS: i64 = 16;
    const EACH: i64 = 60;
    let (store, rows, _alive) = open().await;
    let mut operators = Vec::new();
    for n in 0..2 {
        operators.push(operator(&store, &format!("o{n}")).await.id);
    }
    let writing = Arc::new(AtomicBool::new(true));
    let sequencers: Vec<_> = (0..2)
        .map(|_| {
            let (store, writing) = (store.clone(), Arc::clone(&writing));
            tokio::spawn(async move {
                let mut looks = 0;
                // once more after the last write
                while store.number_events(5).await.unwrap() > 0 || writing.load(Ordering::SeqCst) {
                    looks += 1;
                }
                looks
            })
        })
        .collect();
    let reader = tokio::spawn({
        let (store, writing) = (store.clone(), Arc::clone(&writing));
        async move {
            let (mut after, mut seen, mut looks) = (Mark::START, BTreeMap::new(), 0);
            loop {
                let last = !writing.load(Ordering::SeqCst);
                let events = store.events_after(after, 1000).await.unwrap();
                for event in &events {
                    assert_eq!(event.position, Mark::new(1, after.n + 1), "a position is skipped");
                    after = event.position;
                    let sequence: &mut i64 = seen.entry(event.operator_id).or_default();
                    assert_eq!(
                        event.sequence.n,
                        *sequence + 1,
                        "position {} comes before its elder",
                        after.n
                    );
                    *sequence += 1;
                }
                looks += 1;
                if last && events.is_empty() {
                    return (seen, looks);
                }
            }
        }
    });
    at_once((0..WRITERS).map(|writer| {
        let (store, operators) = (store.clone(), operators.clone());
        async move {
            for n in 0..EACH {
                let of = operators[usize::try_from((writer + n) % 2).unwrap()];
                // no expectation: writers wait for each other, and none has to try again
                let stamp = stamp();
                let event = Event::updated(stamp.mint().id(), of, vec![Changed::status()], None);
                let change = Change::new(ChangeName::OperatorUpdate, &stamp).event(event);
                assert_eq!(store.commit(change, None).await.unwrap(), Committed::Done);
            }
        }
    }))
    .await;
    writing.store(false, Ordering::SeqCst);
    let mut rounds = 0;
    for sequencer in sequencers {
        rounds += sequencer.await.unwrap();
    }
    while store.number_events(100).await.unwrap() > 0 {}
    let (seen, looks) = reader.await.unwrap();
    println!("{rounds} rounds of the sequencers, {looks} looks of the reader, seen {:?}", seen.values());
    let all = store.events_after(Mark::START, 10_000).await.unwrap();
    assert_eq!(all.len(), usize::try_from(WRITERS * EACH + 2).unwrap());
    assert!(all.iter().zip(1..).all(|(event, n)| event.position == Mark::new(1, n)));
    let out_of_order = "SELECT count(*) FROM (SELECT sequence - lag(sequence, 1, 0::bigint) OVER \
                        (PARTITION BY operator_id ORDER BY row_no) AS step FROM outbox) AS steps WHERE step <> 1";
    assert_eq!(rows.number(out_of_order, []).await, 0, "row numbers are in the order of the sequence");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn changes_about_the_same_operators_in_any_order_never_wait_in_a_ring_and_each_moves_the_view() {
    let (store, rows, _alive) = open().await;
    let mut targets = Vec::new();
    for n in 0..3 {
        let operator = operator(&store, &format!("o{n}")).await;
        targets.push(connection(&store, &operator, "main").await);
    }
    let before = store.view().await.unwrap().version();
    let orders = [[0, 1, 2], [2, 1, 0], [1, 2, 0], [0, 2, 1]];
    let done = at_once((0..24).map(|writer| {
        let (store, targets) = (store.clone(), targets.clone());
        async move {
            for n in 0..10 {
                let order = orders[(writer + n) % 4].map(|i| &targets[i]);
                keep(&store, new_rule(&order).1).await;
            }
        }
    }))
    .await;
    assert_eq!(done.len(), 24);
    let version = store.view().await.unwrap().version();
    assert_eq!(version, Mark::new(1, before.n + 240));
    assert_eq!((rows.count("rule").await, rows.count("rule_target").await), (240, 720));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn batches_of_the_same_samples_in_any_order_count_each_sample_once() {
    const SAMPLES: i64 = 60;
    let (store, rows, _alive) = open().await;
    let operator = operator(&store, "acme").await;
    let mut connections = Vec::new();
    for n in 0..6 {
        connections.push(connection(&store, &operator, &format!("c{n}")).await.id);
    }
    for round in 0..40 {
        let results = at_once((0..8).map(|sender| {
            let (store, connections) = (store.clone(), connections.clone());
            let mut samples: Vec<Sample> = (0..SAMPLES)
                .map(|n| {
                    let json = serde_json::json!({
                        "connection_id": connections[usize::try_from(n % 6).unwrap()], "connector_id": format!("gateway/{}", n % 3),
                        "run_id": uuid::Uuid::from_u128(1), "seq": round * SAMPLES + n, "window_s": 30, "sessions": [],
                        "window_start": stamp_of_window(),
                    });
                    serde_json::from_value(json).unwrap()
                })
                .collect();
            if sender % 2 == 1 {
                samples.reverse();
            }
            let arrived = Arrived { samples, received_at: stamp_of_window(), eval_s: 30 };
            async move { store.append(arrived).await.unwrap() }
        }))
        .await;
        let accepted =
            results.iter().flatten().filter(|taken| matches!(taken, SampleTaken::Accepted { .. })).count();
        assert_eq!(i64::try_from(accepted).unwrap(), SAMPLES, "round {round}");
    }
    assert_eq!(rows.count("operator_health_log").await, 40 * SAMPLES);
    assert_eq!(rows.number("SELECT sum(samples)::bigint FROM health_window", []).await, 40 * SAMPLES);
}

fn stamp_of_window() -> jiff::Timestamp {
    ops_core::testing::stamp(0).at()
}
