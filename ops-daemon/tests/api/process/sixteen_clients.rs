//! Sixteen clients create, patch, move, delete and restore the same few operators for a while. Each acknowledged change is one
//! version, one event and one audit entry of its operator, and nobody has a code twice. `OPS_TEST_SECONDS` lengthens it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use reqwest::Method;
use serde_json::{Value, json};

use super::dice::Dice;
use crate::support::{Answer, Caller, Daemon, Database, sample};

const OPERATORS: &str = "/admin/v1/operators";
const CLIENTS: u64 = 16;
const CODES: u64 = 6;
/// Seconds unless told otherwise.
const SECONDS: u64 = 5;

/// In place of a version: the change was of something that hangs off the operator.
const BESIDE: i64 = 0;

/// Operator and version of every change that was acknowledged.
type Ledger = Arc<Mutex<Vec<(String, i64)>>>;

fn seconds() -> Duration {
    let told = std::env::var("OPS_TEST_SECONDS").ok();
    Duration::from_secs(told.map_or(SECONDS, |told| told.parse().expect("OPS_TEST_SECONDS is a number")))
}

struct Client {
    admin: Caller,
    dice: Dice,
    ledger: Ledger,
    /// What was answered how often.
    told: BTreeMap<String, u64>,
}

impl Client {
    async fn act(&mut self) {
        let code = format!("op-{}", self.dice.between(0, CODES));
        let list = self
            .admin
            .get(&format!("{OPERATORS}?q={code}&deleted=include&limit=200&sort=created_at"))
            .await
            .expect(200);
        let found = list.body["items"].as_array().unwrap().clone();
        let live = found.iter().find(|operator| operator["status"] != "deleted");
        match (self.dice.between(0, 8), live) {
            (0, _) | (_, None) if self.dice.between(0, 3) > 0 || found.is_empty() => self.create(&code).await,
            (_, None) => self.verb(found.last().unwrap(), "restore", json!({})).await,
            (1..=3, Some(operator)) => self.patch(operator).await,
            (4, Some(operator)) => self.verb(operator, "suspend", json!({"reason": "x"})).await,
            (5, Some(operator)) => self.verb(operator, "activate", json!({})).await,
            (6, Some(operator)) => self.verb(operator, "drain", json!({"reason": "x"})).await,
            (_, Some(operator)) => self.delete(operator).await,
        }
    }

    async fn create(&mut self, code: &str) {
        let answer = self.admin.post(OPERATORS, sample::operator(code)).await;
        self.note("create", 1, &answer);
        if answer.status == 201 {
            self.equip(&answer.id(), code).await;
        }
    }

    /// Gives it what it needs to be activated, unless somebody has deleted it meanwhile.
    async fn equip(&mut self, operator: &str, code: &str) {
        let path = format!("{OPERATORS}/{operator}/connections");
        let connection = self.admin.post(&path, sample::connection("main", code)).await;
        self.note_beside("connect", operator, &connection);
        if connection.status == 201 {
            let path = format!("{}/credentials", connection.header("location"));
            let credential = self.admin.post(&path, json!({"system_id": "sys", "password": "x"})).await;
            self.note_beside("credential", operator, &credential);
        }
    }

    /// A change with an event and an audit entry that is no version of the operator.
    fn note_beside(&mut self, what: &str, operator: &str, answer: &Answer) {
        if answer.status < 300 {
            self.ledger.lock().unwrap().push((operator.to_owned(), BESIDE));
        }
        self.count(what, answer);
    }

    async fn patch(&mut self, operator: &Value) {
        let labels = json!({"labels": {"n": self.dice.number().to_string()}});
        let answer = self.send(Method::PATCH, operator, "", &labels).await;
        self.note("patch", 0, &answer);
    }

    async fn verb(&mut self, operator: &Value, verb: &str, body: Value) {
        let answer = self.send(Method::POST, operator, &format!("/{verb}"), &body).await;
        let version = operator["version"].as_i64().unwrap();
        // moving to where it is already changes nothing
        if answer.status != 200 || answer.body["version"].as_i64() != Some(version) {
            self.note(verb, 0, &answer);
        }
    }

    async fn delete(&mut self, operator: &Value) {
        let answer = self.send(Method::DELETE, operator, "", &json!({})).await;
        if answer.status == 204 {
            let entry =
                (operator["id"].as_str().unwrap().to_owned(), operator["version"].as_i64().unwrap() + 1);
            self.ledger.lock().unwrap().push(entry);
        }
        self.count("delete", &answer);
    }

    /// Decided on the version that was read.
    async fn send(&self, method: Method, operator: &Value, rest: &str, body: &Value) -> Answer {
        let path = format!("{OPERATORS}/{}{rest}", operator["id"].as_str().unwrap());
        let tag = format!("\"1.{}\"", operator["version"]);
        Caller::send(self.admin.request(method, &path).header("if-match", tag).json(body)).await
    }

    fn note(&mut self, what: &str, created: i64, answer: &Answer) {
        if answer.status < 300 {
            let version = answer.body["version"].as_i64().unwrap();
            assert!(created == 0 || version == created);
            self.ledger.lock().unwrap().push((answer.id(), version));
        }
        self.count(what, answer);
    }

    fn count(&mut self, what: &str, answer: &Answer) {
        let refused = matches!(answer.status, 404 | 409 | 412) || answer.code() == "busy";
        assert!(answer.status < 300 || refused, "{what}: {} {}", answer.status, answer.text);
        let name = if answer.status < 300 { "done" } else { answer.code() };
        *self.told.entry(format!("{what} {name}")).or_default() += 1;
    }
}

async fn crowd(daemon: &Daemon) {
    let ledger = Ledger::default();
    let (seed, mut dice) = Dice::of_this_run();
    let over = Instant::now() + seconds();
    let clients = (0..CLIENTS).map(|_| {
        let dice = Dice::new(dice.number());
        let mut client =
            Client { admin: daemon.admin(), dice, ledger: Arc::clone(&ledger), told: BTreeMap::new() };
        tokio::spawn(async move {
            while Instant::now() < over {
                client.act().await;
            }
            client.told
        })
    });
    let mut told: BTreeMap<String, u64> = BTreeMap::new();
    for client in clients.collect::<Vec<_>>() {
        for (what, times) in client.await.unwrap() {
            *told.entry(what).or_default() += times;
        }
    }
    let ledger = ledger.lock().unwrap().clone();
    eprintln!("seed {seed}: {} changes acknowledged; {told:?}", ledger.len());
    compare(daemon, &ledger).await;
}

async fn compare(daemon: &Daemon, ledger: &[(String, i64)]) {
    let mut versions: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for (operator, version) in ledger {
        versions.entry(operator).or_default().push(*version);
    }
    let (audit, events) = (daemon.audit().await, daemon.events().await);
    assert_eq!((audit.len(), events.len()), (ledger.len(), ledger.len()), "one of each per change");
    for (operator, changes) in versions {
        let mut acknowledged: Vec<_> = changes.iter().copied().filter(|version| *version != BESIDE).collect();
        acknowledged.sort_unstable();
        let count = i64::try_from(acknowledged.len()).unwrap();
        assert_eq!(
            acknowledged,
            (1..=count).collect::<Vec<_>>(),
            "{operator}: each version is one acknowledged change"
        );
        let row = daemon.admin().get(&format!("{OPERATORS}/{operator}")).await.expect(200);
        assert_eq!(row.body["version"], json!(count), "{operator}: no update is lost");
        let of_audit = audit.iter().filter(|entry| entry["operator_id"] == operator).count();
        let source = format!("urn:ops:dev/operators/{operator}");
        let of_events: Vec<_> = events.iter().filter(|event| event["source"] == source.as_str()).collect();
        assert_eq!((of_audit, of_events.len()), (changes.len(), changes.len()));
        for (n, event) in of_events.iter().enumerate() {
            assert_eq!(event["sequence"], format!("0001{:016}", n + 1), "{operator}: without a gap");
        }
    }
    let live = daemon.admin().get(&format!("{OPERATORS}?limit=200")).await.expect(200);
    let codes: Vec<_> =
        live.body["items"].as_array().unwrap().iter().map(|one| one["code"].to_string()).collect();
    assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len(), "nobody has a code twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_clients_lose_nothing_and_double_nothing_embedded() {
    crowd(&Daemon::start(Database::Sqlite).await).await;
}

#[cfg(feature = "stack")]
#[tokio::test(flavor = "multi_thread")]
async fn sixteen_clients_lose_nothing_and_double_nothing_on_servers() {
    let daemon = Daemon::start(Database::servers().await).await;
    crowd(&daemon).await;
    daemon.stream_is_whole().await;
}
