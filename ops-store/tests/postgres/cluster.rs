//! The support for restores does what the tests of restores rely on.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use ops_store::testing::cluster::{Cluster, Timeline};
use tokio::time::timeout;

/// Rows, system and timeline, on a connection of its own.
async fn look(cluster: &Cluster) -> (i64, String, i64) {
    let client = cluster.client("ops").await;
    let sql = "SELECT (SELECT count(*) FROM thing), (SELECT system_identifier::text FROM pg_control_system()), \
               ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint";
    let row = client.query_one(sql, &[]).await.unwrap();
    (row.get(0), row.get(1), row.get(2))
}

async fn add(cluster: &Cluster) {
    cluster.client("ops").await.batch_execute("INSERT INTO thing DEFAULT VALUES").await.unwrap();
}

#[tokio::test]
async fn a_backup_that_is_put_back_has_lost_what_came_after_it_on_its_own_or_on_a_new_timeline() {
    let mut cluster = Cluster::start().await;
    cluster.client("ops").await.batch_execute("CREATE TABLE thing (n int)").await.unwrap();
    add(&cluster).await;
    let (count, system, timeline) = look(&cluster).await;
    assert_eq!((count, timeline), (1, 1));
    cluster.base_backup();
    for (way, timeline) in [(Timeline::Same, 1), (Timeline::New, 2)] {
        add(&cluster).await;
        assert_eq!(look(&cluster).await.0, 2, "{way:?}");
        cluster.restore(way);
        assert_eq!(look(&cluster).await, (1, system.clone(), timeline), "{way:?}");
    }
}

#[tokio::test]
async fn a_kill_and_a_pause_lose_nothing_that_was_committed() {
    let mut cluster = Cluster::start().await;
    cluster.client("ops").await.batch_execute("CREATE TABLE thing (n int)").await.unwrap();
    for round in 1..=3 {
        add(&cluster).await;
        cluster.kill();
        cluster.start_again();
        cluster.pause();
        cluster.resume();
        assert_eq!(look(&cluster).await.0, round);
    }
}

#[tokio::test]
async fn a_backup_is_put_back_also_in_the_place_of_a_server_that_was_killed() {
    let mut cluster = Cluster::start().await;
    cluster.client("ops").await.batch_execute("CREATE TABLE thing (n int)").await.unwrap();
    cluster.base_backup();
    add(&cluster).await;
    cluster.kill();
    cluster.restore(Timeline::New);
    let (count, _, timeline) = look(&cluster).await;
    assert_eq!((count, timeline), (0, 2));
}

#[tokio::test]
async fn nobody_is_answered_while_the_server_is_paused_and_everybody_is_afterwards() {
    let cluster = Cluster::start().await;
    let client = cluster.client("ops").await;
    cluster.pause();
    let mut known = Box::pin(client.query_one("SELECT 1", &[]));
    let mut new = Box::pin(cluster.client("ops"));
    assert!(timeout(HELD, &mut known).await.is_err(), "an answer in the pause");
    assert!(timeout(HELD, &mut new).await.is_err(), "a session in the pause");
    cluster.resume();
    assert_eq!(known.await.unwrap().get::<_, i32>(0), 1);
    assert!(new.await.query_one("SELECT 1", &[]).await.is_ok());
}

/// Longer than the server ever takes for an answer.
const HELD: Duration = Duration::from_millis(500);

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_takes_every_session_with_it_also_those_that_begin_meanwhile() {
    let mut cluster = Cluster::start().await;
    for round in 0..3 {
        let url = cluster.url_as("ops");
        let callers: Vec<_> = (0..8).map(|_| tokio::spawn(call_until_refused(url.clone()))).collect();
        // one session is there, and the next ones are on their way
        drop(cluster.client("ops").await);
        cluster.kill();
        assert_eq!(working_in(cluster.folder()), Vec::<PathBuf>::new(), "round {round}");
        for caller in callers {
            caller.await.unwrap();
        }
        cluster.start_again();
    }
}

/// Which processes have their working folder there; one that is dead has none.
fn working_in(folder: &Path) -> Vec<PathBuf> {
    let processes = std::fs::read_dir("/proc").unwrap().map(|process| process.unwrap().path());
    processes
        .filter(|process| process.join("cwd").read_link().is_ok_and(|cwd| cwd.starts_with(folder)))
        .collect()
}

async fn call_until_refused(url: String) {
    while let Ok((_client, connection)) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await {
        drop(connection);
    }
}
