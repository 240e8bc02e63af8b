//! SQLite passes the conformance suite, and keeps its word when callers go away.
#![expect(clippy::unwrap_used, reason = "a test's own values")]

mod migrations;

use std::{sync::Arc, time::Duration};

use ops_core::{
    Change, Stamp,
    testing::{create_operator, stamp},
};
use ops_store::{
    Store,
    port::{Commit, CommitError, Committed, OperatorFilter},
    sqlite::SqliteStore,
    testing::{Rows, sqlite::File},
};

async fn open() -> (Arc<dyn Store>, Rows, File) {
    let file = File::create();
    (Arc::new(file.store()), file.rows(), file)
}

ops_store::conformance_tests!(open);

/// Three hundred operators, written by many at once.
async fn many(store: &Arc<dyn Store>) {
    let writes = (0..300).map(|n: u32| {
        let mut seed = [0; 16];
        seed[..4].copy_from_slice(&n.to_be_bytes());
        let stamp = Stamp::new(stamp(0).at(), stamp(0).actor().clone(), "r".into(), None, seed);
        let (_, change) = ops_core::operator::create::create(create_operator(&format!("o{n}")), &stamp);
        let store = Arc::clone(store);
        tokio::spawn(async move { store.commit(change, None).await.unwrap() })
    });
    assert!(futures::future::join_all(writes).await.into_iter().all(|done| done.unwrap() == Committed::Done));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_that_go_away_leave_room_for_those_who_stay() {
    let (store, _rows, _file) = open().await;
    many(&store).await;
    for _ in 0..50 {
        let filter = OperatorFilter::default();
        let mut gone: Vec<_> = (0..8).map(|_| store.operators(&filter, 300)).collect();
        for read in &mut gone {
            drop(futures::poll!(read));
        }
        drop(gone);
        let stayed = futures::future::join_all((0..8).map(|_| store.operators(&filter, 300))).await;
        assert!(stayed.into_iter().all(|page| page.unwrap().0.len() == 300));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn closing_ends_the_writer_after_what_is_queued_also_when_somebody_still_holds_the_store() {
    let file = File::create();
    let store: Arc<dyn Store> = Arc::new(file.store());
    let writers = Arc::clone(&store);
    let queued = tokio::spawn(async move { many(&writers).await });
    queued.await.unwrap();
    // polled in this order: the commit is queued before the end is
    let last = store.commit(change("last", 1), None);
    let (last, ended) =
        futures::join!(last, tokio::time::timeout(Duration::from_secs(5), file.store().close()));
    assert_eq!((last.unwrap(), ended), (Committed::Done, Ok(())));
    assert_eq!(file.rows().count("operator").await, 301);
    let late = store.commit(change("late", 2), None).await.unwrap_err();
    assert!(matches!(late, CommitError::Unavailable(_)), "{late:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_commit_whose_caller_goes_away_is_kept_whole_all_the_same() {
    let (store, rows, _file) = open().await;
    for n in 0..20 {
        let mut commit = store.commit(change(&format!("o{n}"), n), None);
        drop(futures::poll!(&mut commit));
        drop(commit);
    }
    store.commit(change("last", 200), None).await.unwrap();
    for table in ["operator", "outbox", "audit"] {
        assert_eq!(rows.count(table).await, 21, "{table}");
    }
}

#[tokio::test]
async fn a_file_is_opened_again_with_everything_in_it_and_tells_its_version() {
    let file = File::create();
    file.store().commit(change("acme", 1), None).await.unwrap();
    let again = SqliteStore::open(&file.path()).unwrap();
    again.commit(change("other", 2), None).await.unwrap();
    assert_eq!(file.rows().texts("SELECT code FROM operator ORDER BY code", []).await, ["acme", "other"]);
    let steps = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite")).unwrap().count();
    let version = ops_store::sqlite::schema_version(&file.path()).unwrap();
    assert_eq!(usize::try_from(version).unwrap(), steps, "a file of steps for each version");
}

fn change(code: &str, seed: u8) -> Change {
    ops_core::operator::create::create(create_operator(code), &stamp(seed)).1
}
