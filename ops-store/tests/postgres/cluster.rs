//! The support for restores does what the tests of restores rely on.

use ops_store::testing::cluster::{Cluster, Timeline};

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
