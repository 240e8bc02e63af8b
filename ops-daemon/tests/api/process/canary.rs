//! Passwords never leak: many are planted, also in requests that are refused, and then everything that the service tells or
//! keeps is searched for them. Only the lease answers with one.

use std::fs;

use futures::{StreamExt, stream};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::{dice::Dice, needle::Needles};
use crate::support::{Answer, Caller, Daemon, Database, Options, sample, until};

/// Each of the connections gets an active and a staged credential.
const OPERATORS: usize = 6;
const CONNECTIONS: usize = 5;
/// Passwords that are stored, at least; more stand in requests that are refused.
const STORED: usize = 10_000;
/// Connections that get theirs at once.
const AT_ONCE: usize = 8;
/// A UUID that nothing has.
const NOBODY: &str = "01900000-0000-7000-8000-000000000000";

#[tokio::test(flavor = "multi_thread")]
async fn no_password_is_told_or_kept_anywhere_but_by_a_lease_embedded() {
    never_leaks(Database::Sqlite).await;
}

#[cfg(feature = "stack")]
#[tokio::test(flavor = "multi_thread")]
async fn no_password_is_told_or_kept_anywhere_but_by_a_lease_on_servers() {
    never_leaks(Database::servers().await).await;
}

async fn never_leaks(database: Database) {
    let mut daemon = Daemon::start_with(database, Options { log: Some("trace"), ..Options::default() }).await;
    let mut search = Search::new();
    let connections = search.plant(&daemon).await;
    search.plant_refused(&daemon, &connections[0]).await;
    search.lease(&daemon, &connections).await;
    search.plant_many(&daemon, &connections).await;
    search.read_everything(&daemon, &connections[0]).await;
    search.look_inside(&daemon, "while it runs").await;
    daemon.signal("TERM");
    until("the daemon has ended", async || daemon.ended()).await;
    search.look_inside(&daemon, "after its end").await;
    eprintln!("{} canaries, {} answers", search.canaries, search.answers);
    assert!(search.canaries >= STORED && search.answers >= STORED);
    assert_eq!(search.leaks, Vec::<String>::new());
}

/// A connection with its operator and the two passwords that were stored for it.
struct Connection {
    operator: String,
    id: String,
    passwords: [String; 2],
}

impl Connection {
    fn credentials(&self) -> String {
        format!("/admin/v1/connections/{}/credentials", self.id)
    }
}

struct Search {
    dice: Dice,
    needles: Needles,
    canaries: usize,
    answers: usize,
    leaks: Vec<String>,
}

impl Search {
    fn new() -> Self {
        let (seed, dice) = Dice::of_this_run();
        eprintln!("OPS_TEST_SEED={seed} repeats this run");
        Self { dice, needles: Needles::new(), canaries: 0, answers: 0, leaks: Vec::new() }
    }

    /// A password that stands nowhere yet.
    fn canary(&mut self) -> String {
        const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789";
        let letters = (0..6).map(|_| char::from(*self.dice.one_of(LETTERS).unwrap()));
        let canary = format!("Cn{}", letters.collect::<String>());
        self.needles.add_secret(&canary);
        self.canaries += 1;
        canary
    }

    fn body(&mut self, system_id: &str, password: &str) -> String {
        let body = json!({"system_id": system_id, "password": password}).to_string();
        self.needles.add_digest(body.as_bytes(), &format!("the body with {password}"));
        body
    }

    fn look(&mut self, place: &str, hay: &[u8]) {
        self.leaks.extend(self.needles.found_in(hay).iter().map(|what| format!("{place}: {what}")));
    }

    /// An answer that must not tell: it is searched with its headers.
    async fn ask(&mut self, what: &str, request: RequestBuilder, status: u16) -> Answer {
        let answer = Caller::send(request).await.expect(status);
        self.look(what, format!("{:?}\n{}", answer.headers, answer.text).as_bytes());
        self.answers += 1;
        answer
    }

    async fn plant(&mut self, daemon: &Daemon) -> Vec<Connection> {
        let (admin, mut connections) = (daemon.admin(), Vec::new());
        for n in 0..OPERATORS {
            let code = format!("planted-{n}");
            let operator = admin.post("/admin/v1/operators", sample::operator(&code)).await.expect(201).id();
            for m in 0..CONNECTIONS {
                let path = format!("/admin/v1/operators/{operator}/connections");
                let id =
                    admin.post(&path, sample::connection(&format!("to-{m}"), &code)).await.expect(201).id();
                let passwords = [self.canary(), self.canary()];
                let connection = Connection { operator: operator.clone(), id, passwords };
                self.plant_both(&admin, &connection).await;
                connections.push(connection);
            }
            self.ask(
                "activate",
                admin.request(Method::POST, &format!("/admin/v1/operators/{operator}/activate")),
                200,
            )
            .await;
        }
        let rule = json!({"name": "planted", "match": {"destination": {"any": true}}, "targets": [{"connection_id": connections[0].id}]});
        self.ask("rule", admin.request(Method::POST, "/admin/v1/routing/rules").json(&rule), 201).await;
        connections
    }

    /// An active and a staged credential, each asked for twice under its key, then under the same key with another one.
    async fn plant_both(&mut self, admin: &Caller, connection: &Connection) {
        for (at, password) in connection.passwords.iter().enumerate() {
            let (body, other) = (self.body("sys", password), self.canary());
            let other = self.body("sys", &other);
            for (what, body, status) in
                [("stored", &body, 201), ("replayed", &body, 201), ("mismatch", &other, 422)]
            {
                let key = format!("{}-{at}", connection.id);
                let request = post(admin, &connection.credentials(), body).header("idempotency-key", key);
                self.ask(what, request, status).await;
            }
        }
    }

    /// Requests that are refused at every door, each with a password of its own.
    async fn plant_refused(&mut self, daemon: &Daemon, connection: &Connection) {
        let (admin, path) = (daemon.admin(), connection.credentials());
        let nobody = format!("/admin/v1/connections/{NOBODY}/credentials");
        let operator = format!("/admin/v1/operators/{}", connection.operator);
        let [staged, account, lost, forbidden, alone, plain, large, dry] =
            std::array::from_fn(|_| self.canary());
        let bodies = [
            ("sys", &staged),
            ("another", &account),
            ("sys", &lost),
            ("sys", &forbidden),
            ("sys", &alone),
            ("sys", &plain),
        ]
        .map(|(system_id, password)| self.body(system_id, password));
        let [staged, account, lost, forbidden, alone, plain] = bodies;
        let large = format!(r#"{{"password":"{large}","note":"{}"}}"#, "x".repeat(1024 * 1024));
        let dry = self.body("sys", &dry);
        let untyped = admin.request(Method::POST, &path).header("content-type", "text/plain").body(plain);
        for (what, request, status) in [
            ("already staged", post(&admin, &path, &staged), 409),
            ("another account", post(&admin, &path, &account), 409),
            ("no such connection", post(&admin, &nobody, &lost), 404),
            ("wrong role", post(&daemon.as_role("editor"), &path, &forbidden), 403),
            ("no token", post(&daemon.anybody(), &path, &alone), 401),
            ("wrong media type", untyped, 415),
            ("too large", post(&admin, &path, &large), 413),
            ("already staged, dry run", post(&admin, &format!("{path}?dry_run=true"), &dry), 409),
        ] {
            self.ask(what, request, status).await;
        }
        for (what, form, status) in [
            ("too long", r#"{"system_id":"sys","password":"CANARYxyz"}"#, 422),
            ("not ASCII", r#"{"system_id":"sys","password":"CANARY\u00e9"}"#, 422),
            ("in a list", r#"{"system_id":"sys","password":["CANARY"]}"#, 422),
            ("in an object", r#"{"system_id":"sys","password":{"is":"CANARY"}}"#, 422),
            ("under an unknown key", r#"{"system_id":"sys","passwort":"CANARY"}"#, 422),
            ("in the place of all", r#""CANARY""#, 422),
            (
                "in a note of the wrong type",
                r#"{"system_id":"sys","password":"short","note":{"was":"CANARY"}}"#,
                422,
            ),
            ("repeated key", r#"{"system_id":"sys","password":"CANARY","password":"CANARY"}"#, 400),
            ("broken off", r#"{"system_id":"sys","password":"CANARY"#, 400),
            ("unquoted", r#"{"system_id":"sys","password":CANARY}"#, 400),
            ("followed by more", r#"{"system_id":"sys","password":"x"} CANARY"#, 400),
        ] {
            let canary = self.canary();
            let body = form.replace("CANARY", &canary);
            self.needles.add_digest(body.as_bytes(), what);
            self.ask(what, post(&admin, &path, &body), status).await;
        }
        for (what, method, path) in [
            ("in an operator", Method::POST, "/admin/v1/operators"),
            ("in a patch", Method::PATCH, &operator),
            ("in a connection", Method::POST, &format!("{operator}/connections")),
            ("in a rule", Method::POST, "/admin/v1/routing/rules"),
        ] {
            let body = json!({"password": self.canary(), "smpp": {"password": self.canary()}});
            let request = admin.request(method, path).header("if-match", "*").json(&body);
            self.ask(what, request, 422).await;
        }
    }

    /// Leases every active and some staged secrets: the answers are the only ones with a password.
    async fn lease(&mut self, daemon: &Daemon, connections: &[Connection]) {
        let gateway = daemon.gateway();
        for (at, stage, leased) in [(0, "active", connections), (1, "staged", &connections[..10])] {
            let ids: Vec<_> = leased.iter().map(|connection| connection.id.as_str()).collect();
            let answer = gateway
                .post_keyed(
                    "/internal/v1/credential-leases",
                    json!({"connection_ids": ids, "stage": stage}),
                    "a-lease",
                )
                .await
                .expect(200);
            let leases = answer.body["leases"].as_array().unwrap();
            let told: Vec<_> =
                leases.iter().map(|lease| lease["secret"]["password"].as_str().unwrap()).collect();
            let planted: Vec<_> = leased.iter().map(|connection| connection.passwords[at].as_str()).collect();
            assert_eq!(told, planted, "{stage}");
        }
        let admin = daemon.admin();
        for (verb, connection) in [("activate", &connections[1]), ("discard", &connections[2])] {
            let path = format!("{}/2/{verb}", connection.credentials());
            self.ask(verb, admin.request(Method::POST, &path), 200).await;
        }
        let refused = json!({"connection_ids": [connections[0].id], "password": self.canary()});
        self.ask(
            "refused lease",
            gateway.request(Method::POST, "/internal/v1/credential-leases").json(&refused),
            422,
        )
        .await;
    }

    /// Thousands more: at all connections at once a staged credential is given up and another one staged, again and again.
    async fn plant_many(&mut self, daemon: &Daemon, connections: &[Connection]) {
        let admin = daemon.admin();
        let rounds = STORED.div_ceil(connections.len());
        let mut planted = Vec::new();
        for connection in connections {
            let passwords: Vec<_> = (0..rounds).map(|_| self.canary()).collect();
            let bodies: Vec<_> = passwords.iter().map(|password| self.body("sys", password)).collect();
            planted.push(stage_each(&admin, connection.credentials(), bodies));
        }
        let planted: Vec<_> = stream::iter(planted).buffer_unordered(AT_ONCE).collect().await;
        for answer in planted.into_iter().flatten() {
            self.look("planted among thousands", format!("{:?}\n{}", answer.headers, answer.text).as_bytes());
            self.answers += 1;
        }
    }

    /// Every GET of both APIs with ids that exist, and the probes.
    async fn read_everything(&mut self, daemon: &Daemon, connection: &Connection) {
        let admin = daemon.admin();
        let rule = admin.get("/admin/v1/routing/rules").await.expect(200).body["items"][0]["id"].clone();
        let windows = format!("/admin/v1/operators/{}/maintenances", connection.operator);
        let window =
            json!({"starts_at": "2096-01-01T00:00:00Z", "ends_at": "2096-01-01T01:00:00Z", "reason": "x"});
        let window = admin.post(&windows, window).await.expect(201).id();
        let known = [
            ("{operator_id}", connection.operator.as_str()),
            ("{maintenance_id}", &window),
            ("{connection_id}", &connection.id),
            ("{rule_id}", rule.as_str().unwrap()),
            ("{version}", "1"),
        ];
        for caller in [admin, daemon.gateway()] {
            let document = self.ask("OpenAPI", caller.request(Method::GET, "/openapi.json"), 200).await;
            for path in gets(&document.body) {
                let filled = known.iter().fold(path.clone(), |path, (name, id)| path.replace(name, id));
                assert!(!filled.contains('{'), "{path} has a parameter that this test does not know");
                let answer = self.ask(&path, caller.request(Method::GET, &filled), 200).await;
                assert_eq!(secret_keys(&answer.body), Vec::<String>::new(), "{path}");
            }
        }
        for path in ["/metrics", "/health/ready", "/health/live"] {
            self.ask(path, daemon.ops().request(Method::GET, path), 200).await;
        }
        let (events, audit) = (daemon.events().await, daemon.audit().await);
        self.look("events and audit", format!("{events:?}\n{audit:?}").as_bytes());
        let mut frames = daemon.admin().follow("/admin/v1/events/stream?after=0.0", None).await;
        for event in &events {
            let frame = frames.next().await.unwrap();
            assert_eq!(&frame.data, event);
            self.look("the stream of events", format!("{frame:?}").as_bytes());
        }
    }

    /// The log, every row, every file, and a dump.
    async fn look_inside(&mut self, daemon: &Daemon, when: &str) {
        let log = daemon.output();
        assert!(
            log.contains(" TRACE ") && log.contains("/credentials"),
            "the log is at trace: {}",
            log.len()
        );
        self.look(&format!("log {when}"), log.as_bytes());
        for (table, rows) in daemon.rows().await.everything().await {
            self.look(&format!("table {table} {when}"), rows.join("\n").as_bytes());
        }
        let mut left = vec![daemon.folder().to_owned()];
        #[cfg(feature = "stack")]
        if let Database::Servers(servers) = daemon.database() {
            left.push(servers.nats().folder().to_owned());
        }
        let mut files = 0;
        while let Some(path) = left.pop() {
            if path.is_dir() {
                left.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            } else {
                self.look(&format!("{} {when}", path.display()), &fs::read(&path).unwrap());
                files += 1;
            }
        }
        assert!(files >= 16, "{files} files");
        #[cfg(feature = "stack")]
        self.look_into_dump(daemon, when);
    }

    #[cfg(feature = "stack")]
    fn look_into_dump(&mut self, daemon: &Daemon, when: &str) {
        let Database::Servers(database) = daemon.database() else { return };
        let Some(program) = pg_dump() else { return eprintln!("there is no pg_dump here") };
        let dump = std::process::Command::new(program).arg(database.url_as("ops")).output().unwrap();
        assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
        assert!(dump.stdout.windows(10).any(|octets| octets == b"ops.outbox"), "the dump has the tables");
        self.look(&format!("dump {when}"), &dump.stdout);
    }
}

fn post(caller: &Caller, path: &str, body: &str) -> RequestBuilder {
    caller.request(Method::POST, path).header("content-type", "application/json").body(body.to_owned())
}

/// Stages one credential after the other; each takes the place of the one before.
async fn stage_each(admin: &Caller, path: String, bodies: Vec<String>) -> Vec<Answer> {
    let listed = admin.get(&path).await.expect(200).body;
    let staged = listed["items"].as_array().unwrap().iter().find(|one| one["stage"] == "staged");
    let mut staged = staged.map(|one| one["version"].clone());
    let mut answers = Vec::new();
    for body in bodies {
        if let Some(version) = staged {
            answers.push(admin.act(&format!("{path}/{version}/discard")).await.expect(200));
        }
        answers.push(Caller::send(post(admin, &path, &body)).await.expect(201));
        staged = answers.last().map(|answer| answer.body["version"].clone());
    }
    answers
}

/// The paths of an OpenAPI document that can be read.
fn gets(document: &Value) -> Vec<String> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths.filter(|(_, operations)| operations.get("get").is_some()).map(|(path, _)| path.clone()).collect()
}

/// Names of members, however deep, that promise a secret.
fn secret_keys(value: &Value) -> Vec<String> {
    match value {
        Value::Object(members) => {
            let named = members
                .keys()
                .filter(|key| ["password", "secret"].iter().any(|word| key.contains(word)))
                .cloned();
            named.chain(members.values().flat_map(secret_keys)).collect()
        }
        Value::Array(items) => items.iter().flat_map(secret_keys).collect(),
        _ => Vec::new(),
    }
}

#[cfg(feature = "stack")]
fn pg_dump() -> Option<std::path::PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    versions.map(|version| version.path().join("bin/pg_dump")).filter(|program| program.exists()).max()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_digest_that_a_receipt_keeps_is_under_a_key_of_the_installation() {
    let mut digests = Vec::new();
    for _ in 0..2 {
        let daemon = Daemon::start(Database::Sqlite).await;
        daemon.admin().post_keyed("/admin/v1/operators", sample::operator("same"), "same").await.expect(201);
        digests.push(format!("{:?}", daemon.rows().await.query("SELECT digest FROM receipt", []).await));
    }
    assert!(digests[0].len() > 32 && digests[0] != digests[1], "{digests:?}");
}
