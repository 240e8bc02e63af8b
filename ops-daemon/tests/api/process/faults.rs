//! Every server that the service needs, with every fault of a network and of a dying process, and what each route answers
//! meanwhile. Afterwards all is well without a restart, and every write has had one effect.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use futures::future::join_all;
use ops_store::testing::fault_proxy::{Direction, Fault, FaultProxy};
use serde_json::{Value, json};

use crate::support::{Answer, ByWayOf, Daemon, Database, Estate, Options, sample, sample_of, until};

const OPERATORS: &str = "/admin/v1/operators";
const LEASES: &str = "/internal/v1/credential-leases";
/// Of the jitter of slow ways.
const SEED: u64 = 20_261_126;
/// No measure of speed: an answer that takes longer hangs.
const HANGS: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Server {
    Postgres,
    Nats,
    Vault,
}

/// What happens to a server or to the way there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// Its process stands still.
    Stopped,
    /// The way there does something.
    Way(Fault),
}

const TROUBLES: [(&str, Trouble); 6] = [
    ("stopped", Trouble::Stopped),
    ("refused", Trouble::Way(Fault::Refuse)),
    ("half-open", Trouble::Way(Fault::HalfOpen)),
    ("slow (3 s per chunk)", Trouble::Way(Fault::Slow(Duration::from_secs(3)))),
    ("answers lost", Trouble::Way(Fault::DropAnswers)),
    ("reset after 40 octets", Trouble::Way(Fault::ResetAfter(Direction::Asked, 40))),
];

struct Scene {
    daemon: Daemon,
    estate: Estate,
    postgres: FaultProxy,
    nats: FaultProxy,
    vault: FaultProxy,
    seq: i64,
}

impl Scene {
    async fn set() -> Self {
        let database = Database::own_servers().await;
        let Database::Servers(servers) = &database else { panic!("servers were asked for") };
        let before = |port| FaultProxy::before("127.0.0.1", port, SEED);
        let (postgres, nats, vault) = (
            before(servers.address().1).await,
            before(servers.nats_port()).await,
            before(servers.vault_port()).await,
        );
        let by_way_of =
            ByWayOf { postgres: Some(postgres.port()), nats: Some(nats.port()), vault: Some(vault.port()) };
        let daemon = Daemon::start_with(database, Options { by_way_of, ..Options::default() }).await;
        let estate = Estate::create(&daemon, "acme").await;
        daemon.admin().post("/admin/v1/routing/rules", estate.rule("german", "49")).await.expect(201);
        Self { daemon, estate, postgres, nats, vault, seq: 0 }
    }

    async fn make(&mut self, server: Server, trouble: Trouble) {
        match trouble {
            Trouble::Stopped => self.processes(server, "STOP").await,
            Trouble::Way(fault) => self.way(server).set(fault).await,
        }
    }

    async fn unmake(&mut self, server: Server, trouble: Trouble) {
        match trouble {
            Trouble::Stopped => self.processes(server, "CONT").await,
            Trouble::Way(_) => self.way(server).set(Fault::Pass).await,
        }
    }

    const fn way(&mut self, server: Server) -> &mut FaultProxy {
        match server {
            Server::Postgres => &mut self.postgres,
            Server::Nats => &mut self.nats,
            Server::Vault => &mut self.vault,
        }
    }

    async fn processes(&self, server: Server, signal: &str) {
        let servers = self.daemon.servers();
        match (server, signal) {
            (Server::Postgres, "STOP") => servers.cluster().pause(),
            (Server::Postgres, _) => servers.cluster().resume(),
            (Server::Nats, "STOP") => servers.nats().pause(),
            (Server::Nats, _) => servers.nats().resume(),
            (Server::Vault, _) => servers.bao().await.process().signal(signal),
        }
    }

    async fn degraded(&self, expected: Value) {
        let ops = self.daemon.ops();
        until(&format!("{expected} is degraded"), async || {
            let ready = ops.get("/health/ready").await.expect(200).body;
            assert_eq!(ready["status"], "ready");
            (ready["degraded"] == expected).then_some(())
        })
        .await;
    }

    /// A connection without a credential, for a write that the secret store takes part in.
    async fn connection(&self, case: &str) -> String {
        let path = format!("{OPERATORS}/{}/connections", self.estate.operator);
        self.daemon.admin().post(&path, sample::connection(case, "acme")).await.expect(201).id()
    }

    /// Every kind of request at once; the writes under keys of the case.
    async fn ask(&mut self, case: &str, fresh: &str) -> BTreeMap<&'static str, (Answer, Duration)> {
        self.seq += 1;
        let (admin, gateway) = (self.daemon.admin(), self.daemon.gateway());
        let Estate { operator, connection } = &self.estate;
        let german = json!({"destination": "+491701234567"});
        let credentials = format!("/admin/v1/connections/{fresh}/credentials");
        let secret = json!({"system_id": "sys", "password": "pass-456"});
        let (create, store) = (format!("create {case}"), format!("store {case}"));
        let read = format!("{OPERATORS}/{operator}");
        let lease = json!({"connection_ids": [connection]});
        let samples = json!({"samples": [sample_of(connection, self.seq, true)]});
        macro_rules! timed {
            ($name:literal, $asked:expr) => {
                Box::pin(async {
                    let began = Instant::now();
                    let answer = $asked.await;
                    ($name, (answer, began.elapsed()))
                }) as futures::future::BoxFuture<'_, _>
            };
        }
        let all = vec![
            timed!("create operator", admin.post_keyed(OPERATORS, sample::operator(case), &create)),
            timed!("store credential", admin.post_keyed(&credentials, secret, &store)),
            timed!("lease", gateway.post(LEASES, lease)),
            timed!("samples", gateway.post("/internal/v1/health/samples", samples)),
            timed!("read operator", admin.get(&read)),
            timed!("list operators", admin.get(OPERATORS)),
            timed!("events", admin.get("/admin/v1/events")),
            timed!("resolve (admin)", admin.post("/admin/v1/routing/resolve", german.clone())),
            timed!("resolve (internal)", gateway.post("/internal/v1/routing/resolve", german.clone())),
            timed!("ready", self.daemon.ops().get("/health/ready")),
        ];
        join_all(all).await.into_iter().collect()
    }
}

/// Whether a route may answer so while a server is in trouble.
fn may(server: Server, route: &str, answer: &Answer) -> bool {
    let fine = matches!(answer.status, 200 | 201);
    let writes = ["create operator", "store credential", "lease", "samples"];
    match (server, route) {
        (_, "ready" | "resolve (admin)" | "resolve (internal)") | (Server::Nats, _) => fine,
        (Server::Vault, "lease" | "store credential") => {
            (answer.status, answer.code()) == (503, "secret_store_unavailable")
                && answer.headers.contains_key("retry-after")
        }
        (Server::Vault, _) => fine,
        (Server::Postgres, _) => match (answer.status, answer.code()) {
            (503, "store_unavailable" | "busy") => answer.headers.contains_key("retry-after"),
            (504, "outcome_unknown") => writes.contains(&route),
            _ => false,
        },
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_of_every_server_is_answered_as_it_is_written_and_mended_without_a_restart() {
    let mut scene = Scene::set().await;
    println!("seed {SEED}; answers and the time until they came, in seconds");
    let mut leased = 0;
    let servers =
        [(Server::Postgres, "database"), (Server::Nats, "event_stream"), (Server::Vault, "secret_store")];
    for (server, entry) in servers {
        for (nth, (name, trouble)) in TROUBLES.into_iter().enumerate() {
            let case = format!("{server:?}-{nth}").to_lowercase();
            let fresh = scene.connection(&case).await;
            scene.make(server, trouble).await;
            // once it is known that the server is away, and before anybody knows
            if nth % 2 == 0 {
                scene.degraded(json!([entry])).await;
            }
            let answers = scene.ask(&case, &fresh).await;
            let told: Vec<_> = answers
                .iter()
                .map(|(route, (answer, took))| format!("{route} {} {:.2}", answer.status, took.as_secs_f64()))
                .collect();
            println!("{server:?} {name}: {}", told.join(", "));
            for (route, (answer, took)) in &answers {
                // a server that is slow may still answer some of it in time
                let fine = matches!(answer.status, 200 | 201);
                assert!(fine || may(server, route, answer), "{server:?} {name}, {route}: {}", answer.text);
                assert!(*took < HANGS, "{server:?} {name}, {route}: {took:?}");
                if nth % 2 == 0 {
                    assert!(may(server, route, answer), "{server:?} {name}, {route}: {}", answer.text);
                }
            }
            leased += i64::from(answers["lease"].0.status == 200);
            scene.unmake(server, trouble).await;
            scene.degraded(json!([])).await;

            // the same requests again: what was kept is answered as it was, what was not is done now
            let again = until("everything is well", async || {
                let again = scene.ask(&case, &fresh).await;
                again.values().all(|(answer, _)| matches!(answer.status, 200 | 201)).then_some(again)
            })
            .await;
            for route in ["create operator", "store credential"] {
                let (before, after) = (&answers[route].0, &again[route].0);
                assert!(before.status != 201 || before.text == after.text, "{route}: {}", after.text);
            }
        }
    }
    let cases = i64::try_from(servers.len() * TROUBLES.len()).unwrap();
    let rows = scene.daemon.rows().await;
    let count = async |sql: &str| rows.number(sql, []).await;
    assert_eq!(rows.count("operator").await, cases + 1, "each create had one effect");
    assert_eq!(rows.count("credential").await, cases + 1, "and so had each credential");
    // a secret is stored before its row; one of a first try that failed stays until it is swept
    assert!(scene.daemon.secrets().await > cases);
    let leases = "SELECT count(*) FROM audit WHERE action = 'credential_lease'";
    println!("{leased} leases were answered in trouble, {} are on record", count(leases).await);
    assert!(count(leases).await >= leased + cases);
    assert_eq!(count("SELECT count(*) FROM audit WHERE action = 'operator_create'").await, cases + 1);

    let committed = rows.count("outbox").await;
    let messages = until("everything is on the stream", async || {
        let messages = scene.daemon.servers().messages().await;
        (i64::try_from(messages.len()).unwrap() >= committed).then_some(messages)
    })
    .await;
    let mut ids: Vec<_> = messages.iter().map(|message| message.id.clone().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(i64::try_from(ids.len()).unwrap(), rows.count("outbox").await, "each event once");
    assert_eq!(ids.len(), messages.len());
}
