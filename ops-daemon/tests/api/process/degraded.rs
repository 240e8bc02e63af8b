//! PostgreSQL goes away while the daemon serves: answers from memory go on, everything else says so, nothing is half
//! done, and all is well when it is back, without a restart.

use serde_json::{Value, json};

use crate::support::{Answer, ByWayOf, Caller, Daemon, Database, Estate, Options, sample, sample_of, until};
use ops_store::testing::fault_proxy::{Fault, FaultProxy};

const OPERATORS: &str = "/admin/v1/operators";
const RULES: &str = "/admin/v1/routing/rules";

struct Scene {
    proxy: FaultProxy,
    daemon: Daemon,
    estate: Estate,
}

impl Scene {
    async fn set() -> Self {
        let database = Database::servers().await;
        let Database::Servers(server) = &database else { panic!("PostgreSQL was asked for") };
        let (host, port) = server.address();
        let proxy = FaultProxy::before(&host, port, 1).await;
        let options = Options {
            by_way_of: ByWayOf { postgres: Some(proxy.port()), ..ByWayOf::default() },
            ..Options::default()
        };
        let daemon = Daemon::start_with(database, options).await;
        let estate = Estate::create(&daemon, "acme").await;
        daemon.admin().post(RULES, estate.rule("german", "49")).await.expect(201);
        Self { proxy, daemon, estate }
    }

    /// Fills the pool, so that the next request finds a connection that seems well.
    async fn connect_many(&self) {
        let admin = self.daemon.admin();
        let reads = (0..32).map(|_| {
            let admin = admin.clone();
            tokio::spawn(async move { admin.get(OPERATORS).await.expect(200) })
        });
        for read in reads.collect::<Vec<_>>() {
            read.await.unwrap();
        }
    }

    async fn resolved(&self) -> (Value, Value) {
        let german = json!({"destination": "+491701234567"});
        let (admin, gateway) = (self.daemon.admin(), self.daemon.gateway());
        let by_admin = admin.post("/admin/v1/routing/resolve", german.clone()).await.expect(200).body;
        (by_admin, gateway.post("/internal/v1/routing/resolve", german).await.expect(200).body)
    }

    async fn degraded(&self, entries: Value) {
        let ops = self.daemon.ops();
        until("the probe tells what is away", async || {
            // ready all the time: the answers from memory are still there
            let ready = ops.get("/health/ready").await.expect(200).body;
            (ready == json!({"status": "ready", "degraded": entries})).then_some(())
        })
        .await;
    }

    /// Asks for something at every kind of door that needs the database; the first answers are of writes.
    async fn ask_for_all(&self) -> Vec<(&'static str, Answer)> {
        let (admin, gateway) = (self.daemon.admin(), self.daemon.gateway());
        let Estate { operator, connection } = &self.estate;
        let samples = json!({"samples": [sample_of(connection, 1, true)]});
        vec![
            ("create", admin.post_keyed(OPERATORS, sample::operator("new"), "create").await),
            ("rule", admin.post_keyed(RULES, self.estate.rule("french", "33"), "rule").await),
            ("patch", self.patch(&admin).await),
            ("read", admin.get(&format!("{OPERATORS}/{operator}")).await),
            ("list", admin.get(OPERATORS).await),
            ("events", admin.get("/admin/v1/events").await),
            (
                "lease",
                gateway.post("/internal/v1/credential-leases", json!({"connection_ids": [connection]})).await,
            ),
            ("samples", gateway.post("/internal/v1/health/samples", samples).await),
        ]
    }

    async fn patch(&self, admin: &Caller) -> Answer {
        let path = format!("{OPERATORS}/{}", self.estate.operator);
        let request = admin.request(reqwest::Method::PATCH, &path).json(&json!({"importance": "critical"}));
        Caller::send(request.header("if-match", "*").header("idempotency-key", "patch")).await
    }

    /// After the return: the same requests under the same keys have one effect each.
    async fn well_again(&self) {
        self.degraded(json!([])).await;
        let admin = self.daemon.admin();
        let french = self.estate.rule("french", "33");
        for (path, body, key) in [(OPERATORS, sample::operator("new"), "create"), (RULES, french, "rule")] {
            let answer = admin.post_keyed(path, body.clone(), key).await.expect(201);
            assert_eq!(admin.post_keyed(path, body, key).await.expect(201).text, answer.text);
        }
        let patched = self.patch(&admin).await.expect(200);
        assert_eq!((&patched.body["importance"], &patched.body["version"]), (&"critical".into(), &3.into()));
        let german =
            admin.post("/admin/v1/routing/resolve", json!({"destination": "+33612345678"})).await.expect(200);
        assert_eq!(german.body["outcome"], "route", "whoever writes reads it: {}", german.text);
        let rows = self.daemon.rows().await;
        let counts = [rows.count("operator").await, rows.count("rule").await, rows.count("receipt").await];
        assert_eq!(counts, [2, 2, 3]);
        // estate: created, connection, credential, activated; then two rules, a patch; and the new operator
        let mut events = self.daemon.events().await;
        // the samples that were sent may have moved the health
        events.retain(|event| event["type"] != "operator.health_changed");
        assert_eq!(events.len(), 8, "{events:?}");
        for (name, answer) in self.ask_for_all().await {
            assert!(matches!(answer.status, 200 | 201), "{name}: {}", answer.text);
        }
    }
}

/// What an answer must be that needs a database which is away.
fn says_so(name: &str, answer: &Answer) {
    match (answer.status, answer.code()) {
        (503, "store_unavailable") => {
            let seconds: u32 = answer.header("retry-after").parse().unwrap();
            assert!((1..=60).contains(&seconds), "{name}");
        }
        (504, "outcome_unknown") => {
            assert!(["create", "rule", "patch", "lease", "samples"].contains(&name), "{name}");
        }
        _ => panic!("{name}: {} {}", answer.status, answer.text),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_refuses_leaves_the_answers_from_memory_and_nothing_half_done() {
    let mut scene = Scene::set().await;
    let (resolved, stored) = (scene.resolved().await, scene.daemon.stored().await);
    for _ in 0..2 {
        scene.proxy.set(Fault::Refuse).await;
        scene.degraded(json!(["database"])).await;
        assert_eq!(scene.resolved().await, resolved);
        for (name, answer) in scene.ask_for_all().await {
            says_so(name, &answer);
            assert_eq!(answer.status, 503, "{name}: nothing can have been sent: {}", answer.text);
        }
        assert_eq!(scene.daemon.stored_now().await, stored);
        scene.proxy.set(Fault::Pass).await;
        scene.degraded(json!([])).await;
    }
    scene.well_again().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_hangs_leaves_the_answers_from_memory_and_one_effect_of_each_write() {
    let mut scene = Scene::set().await;
    let (resolved, stored) = (scene.resolved().await, scene.daemon.stored().await);
    scene.connect_many().await;
    scene.proxy.set(Fault::HalfOpen).await;
    let answers = scene.ask_for_all().await;
    answers.iter().for_each(|(name, answer)| says_so(name, answer));
    let told: Vec<_> = answers.iter().map(|(name, answer)| (*name, answer.status)).collect();
    eprintln!("{told:?}");
    assert!(told.contains(&("create", 504)), "it was sent, and may be kept later: {told:?}");
    scene.degraded(json!(["database"])).await;
    assert_eq!(scene.resolved().await, resolved);
    assert_eq!(scene.daemon.stored_now().await, stored);
    scene.proxy.set(Fault::Pass).await;
    scene.well_again().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_ends_every_session_is_used_again_without_a_restart() {
    let scene = Scene::set().await;
    let sql = "SELECT count(*) FROM (SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE datname = current_database() AND application_name = 'ops-daemon') AS ended";
    for _ in 0..3 {
        assert!(scene.daemon.rows().await.number(sql, []).await > 0);
        for (name, answer) in scene.ask_for_all().await {
            if !matches!(answer.status, 200 | 201) {
                says_so(name, &answer);
            }
        }
    }
    scene.well_again().await;
}
