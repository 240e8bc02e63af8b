//! Several daemons on one database: one of them leads, a deposed leader cannot write, and they hear of each other.

use std::time::{Duration, Instant};

use ops_store::{
    port::{Bells as _, Candidate, Leaders as _, RoutingReads as _, ServiceReads as _},
    postgres::PostgresStore,
    testing::postgres::Database,
};

use crate::estate::operator;

/// No measure of speed: how long anything may take before the test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

async fn until_it_leads(candidate: &mut Box<dyn Candidate>) {
    let patience = Instant::now() + PATIENCE;
    while !candidate.leads().await.unwrap() {
        assert!(Instant::now() < patience, "nobody leads");
        // paced: the database ends a silent session by its own clock
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn of_several_candidates_one_leads_until_it_goes_and_each_task_has_a_lead_of_its_own() {
    let database = Database::create().await;
    let stores = [database.store(2), database.store(2)];
    let mut first = stores[0].candidate("relay").await.unwrap();
    let mut second = stores[1].candidate("relay").await.unwrap();
    assert!(first.leads().await.unwrap());
    assert!(!second.leads().await.unwrap());
    assert!(first.leads().await.unwrap(), "it still leads");
    let mut other = stores[1].candidate("judge").await.unwrap();
    assert!(other.leads().await.unwrap());
    let led = first.store();
    drop(first);
    drop(led);
    until_it_leads(&mut second).await;
}

#[tokio::test]
async fn a_leader_whose_session_was_ended_can_neither_lead_nor_write() {
    let database = Database::create().await;
    let store = database.store(2);
    operator(&store, "acme").await;
    let mut leader = store.candidate("relay").await.unwrap();
    assert!(leader.leads().await.unwrap());
    let led = leader.store();
    assert_eq!(led.number_events(0).await.unwrap(), 0, "it can write");
    let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'ops-daemon relay' \
               AND datname = current_database()";
    assert_eq!(database.rows().await.number(sql, []).await, 1);
    let mut next = store.candidate("relay").await.unwrap();
    until_it_leads(&mut next).await;
    assert!(led.number_events(10).await.is_err());
    assert!(leader.leads().await.is_err());
    assert_eq!(
        database.rows().await.number("SELECT count(*) FROM outbox WHERE position IS NOT NULL", []).await,
        0
    );
    assert_eq!(next.store().number_events(10).await.unwrap(), 1);
}

#[tokio::test]
async fn a_leader_that_says_nothing_is_deposed_and_cannot_write_any_more() {
    let database = Database::create().await;
    let store = database.store(2);
    operator(&store, "acme").await;
    let mut silent = store.candidate("relay").await.unwrap();
    assert!(silent.leads().await.unwrap());
    let mut next = store.candidate("relay").await.unwrap();
    until_it_leads(&mut next).await;
    assert!(silent.store().number_events(10).await.is_err());
    assert_eq!(next.store().number_events(10).await.unwrap(), 1);
}

#[tokio::test]
async fn the_others_hear_the_bell_and_whoever_rings_does_not() {
    let database = Database::create().await;
    let stores = [database.store(1), database.store(1)];
    let mut one = stores[0].bell().await.unwrap().unwrap();
    let mut other = stores[1].bell().await.unwrap().unwrap();
    one.ring().await.unwrap();
    other.heard().await.unwrap();
    other.ring().await.unwrap();
    // its own ring came before the other's, and was not heard
    one.heard().await.unwrap();
    let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'ops-daemon bell' \
               AND datname = current_database()";
    assert_eq!(database.rows().await.number(sql, []).await, 2);
    assert!(one.heard().await.is_err() && one.ring().await.is_err());
}

/// As if the rows had come from another server: a dump that was restored, or a standby that was promoted.
async fn put_elsewhere(database: &Database) {
    let admin = database.client("ops").await;
    admin.execute("UPDATE service SET system_identifier = 'another', timeline = 7", &[]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_connects_to_another_server_than_the_rows_came_from_begins_a_new_epoch_once() {
    let database = Database::create().await;
    assert_eq!(database.store(1).epoch().await.unwrap(), 1, "the first look only takes note");
    put_elsewhere(&database).await;
    let stores: Vec<PostgresStore> = (0..8).map(|_| database.store(4)).collect();
    let looks = stores.iter().flat_map(|store| [store.view_version(), store.view_version()]);
    for version in futures::future::join_all(looks).await {
        assert_eq!(version.unwrap().to_string(), "2.1");
    }
    // known before anything was read, so no tag of the old epoch is given to a row of the new one
    assert!(stores.iter().all(|store| store.known_epoch() == 2));
    assert!(!stores[0].sweeps_confirmed().await.unwrap());
    assert_eq!(database.store(1).epoch().await.unwrap(), 2, "and once only");
    let sql = "SELECT count(*) FROM service s, pg_control_system() here \
               WHERE s.system_identifier = here.system_identifier::text AND s.timeline = 1";
    assert_eq!(database.rows().await.number(sql, []).await, 1);
}

#[tokio::test]
async fn a_connection_without_a_pooler_passes_the_self_test() {
    let database = Database::create().await;
    ops_store::postgres::self_test(&database.settings_as("ops_app", 1)).await.unwrap();
}
