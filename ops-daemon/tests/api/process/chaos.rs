//! Daemon, PostgreSQL, the event stream's server and the secret store are killed in turn under load: nothing that was
//! acknowledged is lost, nothing is doubled, every event is on the stream once, and no secret is left over after a sweep.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use jiff::SignedDuration;
use ops_daemon::app::credential::sweep;
use ops_store::postgres::{PostgresStore, Settings};
use serde_json::json;

use super::{
    dice::Dice,
    kill::{Counts, all, at_work, reckon, settle},
    ledger::Client,
};
use crate::support::{Daemon, Database, Estate, now, until};

/// Clients at once.
const CLIENTS: u64 = 6;
/// Milliseconds of load before a kill and after it, and that a server stays away.
const LOAD_MS: (u64, u64) = (50, 400);
/// Kills of a run, unless `OPS_TEST_ROUNDS` says otherwise.
const ROUNDS: usize = 8;

#[derive(Debug, Clone, Copy)]
enum Victim {
    Daemon,
    Postgres,
    Nats,
    Vault,
}

const VICTIMS: [Victim; 4] = [Victim::Daemon, Victim::Postgres, Victim::Nats, Victim::Vault];

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_lost_or_doubled_when_daemon_postgres_nats_and_vault_are_killed_in_turn() {
    let rounds = std::env::var("OPS_TEST_ROUNDS").map_or(ROUNDS, |told| told.parse().expect("a number"));
    let (seed, mut dice) = Dice::of_this_run();
    println!("OPS_TEST_SEED={seed} OPS_TEST_ROUNDS={rounds} repeats this run");
    let began = Instant::now();
    let mut daemon = Daemon::start(Database::own_servers().await).await;
    let shared = Estate::create(&daemon, "shared").await.connection;
    let before = Counts::of(&daemon).await;
    let client = |n: u64| Client::new(format!("c{n}"), Dice::new(seed ^ (n + 1)), shared.clone());
    let mut clients: Vec<Client> = (0..CLIENTS).map(client).collect();
    let mut kills = [0; VICTIMS.len()];
    for round in 0..rounds {
        let nth = round % VICTIMS.len();
        kills[nth] += 1;
        let stop = Arc::new(AtomicBool::new(false));
        let work = at_work(&daemon, clients, &stop);
        pause(&mut dice).await;
        if matches!(VICTIMS[nth], Victim::Daemon) {
            daemon.kill();
            clients = all(work).await;
            let down = Instant::now();
            daemon = daemon.restart().await;
            println!("round {round}: the daemon was ready {:?} after its start", down.elapsed());
        } else {
            kill(&daemon, VICTIMS[nth], &mut dice).await;
            well(&daemon).await;
            pause(&mut dice).await;
            stop.store(true, Ordering::Relaxed);
            clients = all(work).await;
        }
        well(&daemon).await;
        clients = settle(&daemon, clients).await;
    }
    reckon(&daemon, &clients, before).await;
    let events = daemon.stream_is_whole().await;
    let swept = sweep_later(&daemon).await;
    let mut leased = 0;
    for client in &clients {
        leased += client.lease_all(&daemon.gateway()).await;
    }
    let changes: usize = clients.iter().map(Client::changes).sum();
    println!(
        "{rounds} kills (daemon {}, PostgreSQL {}, NATS {}, Vault {}): {changes} changes acknowledged, {events} events on \
         the stream, {leased} secrets leased at the end, {swept} left over and swept, in {:?}; seed {seed}",
        kills[0],
        kills[1],
        kills[2],
        kills[3],
        began.elapsed()
    );
}

/// Kills a server and starts it again a moment later.
async fn kill(daemon: &Daemon, victim: Victim, dice: &mut Dice) {
    let servers = daemon.servers();
    match victim {
        Victim::Daemon => {}
        Victim::Postgres => {
            tokio::task::block_in_place(|| servers.cluster().kill());
            pause(dice).await;
            tokio::task::block_in_place(|| servers.cluster().start_again());
        }
        Victim::Nats => {
            servers.nats().kill();
            pause(dice).await;
            tokio::task::block_in_place(|| servers.nats().start_again());
        }
        Victim::Vault => {
            servers.bao().await.kill();
            pause(dice).await;
            let mut bao = servers.bao().await;
            bao.restart().await;
            bao.unseal().await;
        }
    }
}

async fn pause(dice: &mut Dice) {
    // paced: the instant of a kill is what the test throws dice for
    tokio::time::sleep(Duration::from_millis(dice.between(LOAD_MS.0, LOAD_MS.1))).await;
}

/// Waits until nothing is degraded.
async fn well(daemon: &Daemon) {
    let ops = daemon.ops();
    until("nothing is degraded", async || {
        let ready = ops.try_get("/health/ready").await?;
        (ready.body["degraded"] == json!([])).then_some(())
    })
    .await;
}

/// What a sweep does eight days later: secrets whose row was never committed go, and nothing else does.
async fn sweep_later(daemon: &Daemon) -> usize {
    let servers = daemon.servers();
    let store = PostgresStore::new(Settings::local(servers.url_as("ops_app"), 1)).unwrap();
    let (secrets, later) = (servers.secrets(), now() + SignedDuration::from_hours(8 * 24));
    let before = sweep::look(&store, &secrets, later).await.unwrap();
    assert_eq!([before.spared.len(), before.foreign.len(), before.dangling.len()], [0; 3], "{before:?}");
    sweep::destroy(&secrets, &before.orphans).await.unwrap();
    let after = sweep::look(&store, &secrets, later).await.unwrap();
    assert_eq!(after, sweep::Swept::default());
    let credentials = daemon.rows().await.count("credential").await;
    assert_eq!(daemon.secrets().await, credentials, "one secret for each credential");
    before.orphans.len()
}
