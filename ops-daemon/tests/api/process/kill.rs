//! The daemon is killed under load, again and again: nothing that was acknowledged is lost, nothing is doubled.

use std::{
    collections::BTreeSet,
    sync::{Arc, atomic::AtomicBool},
    time::{Duration, Instant},
};

use tokio::task::JoinHandle;

use super::{dice::Dice, ledger::Client};
use crate::support::{Daemon, Database, Estate};

/// Clients at once.
const CLIENTS: u64 = 8;
/// Milliseconds of load before a kill.
const LOAD_MS: (u64, u64) = (50, 400);

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_and_nothing_is_doubled_by_twenty_kills_embedded() {
    killed(Database::Sqlite, 20).await;
}

#[cfg(feature = "stack")]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_and_nothing_is_doubled_by_twenty_kills_on_servers() {
    killed(Database::servers().await, 20).await;
}

async fn killed(database: Database, rounds: usize) {
    let (seed, mut dice) = Dice::of_this_run();
    eprintln!("OPS_TEST_SEED={seed} repeats this run");
    let mut daemon = Daemon::start(database).await;
    let shared = Estate::create(&daemon, "shared").await.connection;
    let client = |n: u64| Client::new(format!("c{n}"), Dice::new(seed ^ (n + 1)), shared.clone());
    let mut clients: Vec<Client> = (0..CLIENTS).map(client).collect();
    let before = Counts::of(&daemon).await;
    for round in 1..=rounds {
        let load = Duration::from_millis(dice.between(LOAD_MS.0, LOAD_MS.1));
        clients = load_until_killed(&mut daemon, clients, load).await;
        let down = Instant::now();
        daemon = daemon.restart().await;
        let ready = down.elapsed();
        let waiting = clients.iter().filter(|client| client.waits()).count();
        let told = before.with(&clients).audit;
        let done = Counts::of(&daemon).await.audit - told;
        eprintln!(
            "round {round}: killed after {load:?}, {told} changes acknowledged, {waiting} not, of which {done} were kept; \
             ready {ready:?} after the start"
        );
        clients = settle(&daemon, clients).await;
    }
    reckon(&daemon, &clients, before).await;
}

/// All clients work; the daemon is killed after `load`, and each client ends with a request that has no answer.
async fn load_until_killed(daemon: &mut Daemon, clients: Vec<Client>, load: Duration) -> Vec<Client> {
    let work = at_work(daemon, clients, &Arc::default());
    // paced: the instant of the kill is what the test throws dice for
    tokio::time::sleep(load).await;
    daemon.kill();
    all(work).await
}

/// All clients work until there is no answer, or they are told to stop.
pub(super) fn at_work(
    daemon: &Daemon,
    clients: Vec<Client>,
    stop: &Arc<AtomicBool>,
) -> Vec<JoinHandle<Client>> {
    let (admin, gateway) = (daemon.admin(), daemon.gateway());
    let work = clients.into_iter().map(|mut client| {
        let (admin, gateway, stop) = (admin.clone(), gateway.clone(), Arc::clone(stop));
        tokio::spawn(async move {
            client.work(&admin, &gateway, &stop).await;
            client
        })
    });
    work.collect()
}

pub(super) async fn settle(daemon: &Daemon, clients: Vec<Client>) -> Vec<Client> {
    let admin = daemon.admin();
    let settling = clients.into_iter().map(|mut client| {
        let admin = admin.clone();
        tokio::spawn(async move {
            client.settle(&admin).await;
            client
        })
    });
    all(settling.collect()).await
}

pub(super) async fn all(tasks: Vec<JoinHandle<Client>>) -> Vec<Client> {
    let mut clients = Vec::new();
    for task in tasks {
        clients.push(task.await.unwrap());
    }
    clients
}

/// How many rows there are of everything that the clients make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counts {
    operators: i64,
    connections: i64,
    rules: i64,
    credentials: i64,
    events: i64,
    audit: i64,
    receipts: i64,
}

impl Counts {
    pub(super) async fn of(daemon: &Daemon) -> Self {
        let rows = daemon.rows().await;
        Self {
            operators: rows.count("operator").await,
            connections: rows.count("connection").await,
            rules: rows.count("rule").await,
            credentials: rows.count("credential").await,
            events: rows.count("outbox").await,
            // a lease that was not answered may be on record
            audit: rows.number("SELECT count(*) FROM audit WHERE action <> 'credential_lease'", []).await,
            receipts: rows.count("receipt").await,
        }
    }

    /// What the ledgers say that there must be now.
    fn with(self, clients: &[Client]) -> Self {
        let sum = |of: fn(&Client) -> usize| i64::try_from(clients.iter().map(of).sum::<usize>()).unwrap();
        Self {
            operators: self.operators + sum(|client| client.kept()[0]),
            connections: self.connections + sum(|client| client.kept()[1]),
            rules: self.rules + sum(|client| client.kept()[2]),
            credentials: self.credentials + sum(|client| client.kept()[3]),
            events: self.events + sum(Client::events),
            audit: self.audit + sum(Client::changes),
            receipts: self.receipts + sum(Client::changes),
        }
    }
}

pub(super) async fn reckon(daemon: &Daemon, clients: &[Client], before: Counts) {
    assert_eq!(Counts::of(daemon).await, before.with(clients));
    for client in clients {
        client.compare(&daemon.admin(), usize::MAX).await;
    }
    let rows = daemon.rows().await;
    for (what, sql) in [
        (
            "a code stands once",
            "SELECT count(*) FROM (SELECT code FROM operator GROUP BY code HAVING count(*) > 1) AS twice",
        ),
        (
            "a display name stands once",
            "SELECT count(*) FROM (SELECT name_key FROM operator GROUP BY name_key HAVING count(*) > 1) AS twice",
        ),
        (
            "a rule stands once",
            "SELECT count(*) FROM (SELECT name FROM rule GROUP BY name HAVING count(*) > 1) AS twice",
        ),
        (
            "sequences start at 1 and have no gap",
            "SELECT count(*) FROM (SELECT operator_id FROM outbox GROUP BY operator_id \
             HAVING min(sequence) <> 1 OR max(sequence) <> count(DISTINCT sequence) OR count(*) <> count(DISTINCT sequence)) AS gaps",
        ),
        (
            "an operator's events are as many as it has drawn",
            "SELECT count(*) FROM operator WHERE event_sequence <> (SELECT count(*) FROM outbox WHERE operator_id = operator.id)",
        ),
        (
            "an operator's positions follow its sequences",
            "SELECT count(*) FROM outbox AS one JOIN outbox AS next ON next.operator_id = one.operator_id \
             AND next.sequence = one.sequence + 1 WHERE next.position <= one.position",
        ),
    ] {
        assert_eq!(rows.number(sql, []).await, 0, "{what}");
    }
    // read to the end, so all are numbered now
    let told = daemon.events().await;
    let ids: BTreeSet<_> = told.iter().map(|event| event["id"].as_str().unwrap()).collect();
    let events = rows.count("outbox").await;
    let counts = [told.len(), ids.len()].map(|count| i64::try_from(count).unwrap());
    assert_eq!(counts, [events, events], "every event is told once");
    for sql in ["SELECT max(position) FROM outbox", "SELECT count(DISTINCT position) FROM outbox"] {
        assert_eq!(rows.number(sql, []).await, events, "positions have no gap");
    }
    assert_eq!(rows.number("SELECT min(position) FROM outbox", []).await, 1);
    // who got a secret is on record
    let (served, refused) = clients.iter().map(Client::leases).fold((0, 0), |(served, refused), of| {
        (served + i64::try_from(of.served).unwrap(), refused + i64::try_from(of.refused).unwrap())
    });
    let on_record = rows.number("SELECT count(*) FROM audit WHERE action = 'credential_lease'", []).await;
    assert!((served..=served + refused).contains(&on_record), "{served} served, {on_record} on record");
    #[cfg(feature = "stack")]
    if matches!(daemon.database(), Database::Servers(_)) {
        daemon.stream_is_whole().await;
    }
}
