//! How often a change or a read travels to PostgreSQL and back, counted on the wire.

use std::time::Duration;

use crate::estate::{connection, keep, new_operator, new_rule, operator, receipt, stamp};
use crate::proxy::Proxy;
use ops_core::{
    Change, Mark,
    audit::AuditEntry,
    change::ChangeName,
    change::Expect,
    operator::{Operator, update::Update},
    testing::text,
};
use ops_store::{
    port::{
        AuditReads, Commit, Committed, CredentialReads, EventReads, OperatorReads, RoutingReads, ServiceReads,
    },
    postgres::{PostgresStore, Settings},
    testing::postgres::{Alone, Database},
};

/// A store with one connection, by way of a proxy.
async fn open(delay: Duration) -> (PostgresStore, Proxy, (Database, Alone)) {
    let alone = Alone::wait().await;
    let database = Database::create().await;
    let proxy = Proxy::before(database.address(), delay).await;
    let store =
        PostgresStore::new(Settings::local(database.url_by_way_of(proxy.port(), "ops_app"), 1)).unwrap();
    (store, proxy, (database, alone))
}

const HELD: Duration = Duration::from_millis(20);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn creating_an_operator_is_one_flight_also_on_a_connection_that_nobody_has_used() {
    let (store, proxy, _alive) = open(HELD).await;
    // it connects; the statement is none of those that a connection knows from its start
    let (flights, _) = proxy.flights_of(store.epoch()).await;
    println!("connecting and a first read: {flights} flights");
    for round in 0..5 {
        let code = format!("o{round}");
        let (operator, change) = new_operator(&code);
        let receipt = receipt(&code, &operator.id.to_string());
        let change = change.expect(Expect::Epoch(1));
        let (flights, done) = proxy.flights_of(store.commit(change, Some(receipt))).await;
        println!("create: {flights}");
        assert_eq!((flights, done.unwrap()), (1, Committed::Done), "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn changing_an_operator_is_two_flights_one_to_load_and_one_to_commit() {
    let (store, proxy, _alive) = open(HELD).await;
    let created = operator(&store, "acme").await;
    for round in 0..5 {
        let change = async {
            let now = store.operator(created.id).await.unwrap().unwrap();
            let change = renamed(&now, &format!("Name {round}"));
            store.commit(change, Some(receipt(&format!("key-{round}"), "here"))).await.unwrap()
        };
        let (flights, done) = proxy.flights_of(change).await;
        println!("load and commit: {flights}");
        assert_eq!((flights, done), (2, Committed::Done), "round {round}");
    }
}

fn renamed(operator: &Operator, name: &str) -> Change {
    let update = Update { display_name: Some(text(name)), ..Update::default() };
    ops_core::operator::update::update(operator, update, &stamp())
        .unwrap()
        .unwrap()
        .1
        .expect(Expect::Epoch(1))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_replay_is_two_flights_and_so_is_a_refusal_that_names_who_holds_the_value() {
    let (store, proxy, _alive) = open(HELD).await;
    let create = |key: &str| (new_operator("acme").1, Some(receipt(key, "here")));
    // twice each, so that the second time every statement is known
    for key in ["first", "first", "first", "second", "second"] {
        let (change, receipt) = create(key);
        drop(store.commit(change, receipt).await);
    }
    let (change, receipt) = create("first");
    let (flights, replayed) = proxy.flights_of(store.commit(change, receipt)).await;
    assert!(matches!(replayed, Ok(Committed::Replayed(_))));
    assert_eq!(flights, 2, "the refused flight, and the receipt");
    let (change, receipt) = create("second");
    let (flights, taken) = proxy.flights_of(store.commit(change, receipt)).await;
    assert!(taken.is_err());
    assert_eq!(flights, 2, "the refused flight, and the holders of the values");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_change_of_a_hundred_rows_and_every_read_is_one_flight() {
    let (store, proxy, _alive) = open(HELD).await;
    let operator = operator(&store, "acme").await;
    let main = connection(&store, &operator, "main").await;
    keep(&store, new_rule(&[&main]).1).await;
    let many = || {
        let stamp = stamp();
        let mut mint = stamp.mint();
        let name = ChangeName::CredentialLease;
        let entries =
            (0..100).map(|_| AuditEntry::about_operator(mint.id(), name, &operator, &stamp)).collect();
        Change { audit: entries, ..Change::new(name, &stamp) }
    };
    keep(&store, many()).await;
    let (flights, done) = proxy.flights_of(store.commit(many(), None)).await;
    assert_eq!((flights, done.unwrap()), (1, Committed::Done));

    let asked = [main.id; 200];
    for round in ["unknown", "known"] {
        let reads = [
            ("operator", proxy.flights_of(async { store.operator(operator.id).await.map(drop) }).await),
            ("dossier", proxy.flights_of(async { store.dossier(operator.id).await.map(drop) }).await),
            ("view", proxy.flights_of(async { store.view().await.map(drop) }).await),
            ("events", proxy.flights_of(async { store.events_after(Mark::START, 10).await.map(drop) }).await),
            (
                "audit",
                proxy
                    .flights_of(async {
                        store.audit(&ops_store::port::AuditFilter::default(), 10).await.map(drop)
                    })
                    .await,
            ),
            ("lease", proxy.flights_of(async { store.asked_for(&asked).await.map(drop) }).await),
        ];
        for (name, (flights, read)) in reads {
            println!("{name}, its statements {round}: {flights}");
            read.unwrap();
            assert!(round == "unknown" || flights == 1, "{name}: {flights}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_database_that_takes_long_to_let_us_in_is_reached_all_the_same() {
    // two flights to connect, each longer than anybody waits for a connection that is in use
    let (store, _proxy, _alive) = open(Duration::from_millis(250)).await;
    assert_eq!(store.epoch().await.unwrap(), 1);
}
