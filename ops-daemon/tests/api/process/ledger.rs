//! A client that writes down every request and every answer, so that what the service keeps can be compared with what it
//! said.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use reqwest::Method;
use serde_json::{Value, json};

use super::dice::Dice;
use crate::support::{Answer, Caller, sample};

/// A changing request.
#[derive(Debug, Clone)]
pub(super) struct Request {
    method: Method,
    path: String,
    body: Value,
    if_match: Option<String>,
    key: String,
}

/// A resource, as the last acknowledged answer showed it.
#[derive(Debug, Clone)]
struct Known {
    path: String,
    etag: String,
    body: Value,
}

/// One client, and its ledger.
pub(super) struct Client {
    name: String,
    dice: Dice,
    /// A connection that all clients route to, so that they meet at its operator.
    shared: String,
    sent: usize,
    operators: Vec<Known>,
    connections: Vec<Known>,
    rules: Vec<Known>,
    credentials: Vec<Known>,
    /// The connections that have a credential, and the password that was stored for it.
    passwords: BTreeMap<String, String>,
    acknowledged: Vec<(Request, Answer)>,
    unanswered: Option<Request>,
    leases: Leases,
}

/// Leases that a client asked for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Leases {
    /// Answered with the secret.
    pub(super) served: usize,
    /// Answered that the secret cannot be had now, or not at all.
    pub(super) refused: usize,
}

impl Client {
    pub(super) fn new(name: String, dice: Dice, shared: String) -> Self {
        Self {
            name,
            dice,
            shared,
            sent: 0,
            operators: Vec::new(),
            connections: Vec::new(),
            rules: Vec::new(),
            credentials: Vec::new(),
            passwords: BTreeMap::new(),
            acknowledged: Vec::new(),
            unanswered: None,
            leases: Leases::default(),
        }
    }

    /// Operators, connections, rules and credentials that were acknowledged.
    pub(super) const fn kept(&self) -> [usize; 4] {
        [self.operators.len(), self.connections.len(), self.rules.len(), self.credentials.len()]
    }

    /// What came of its leases.
    pub(super) const fn leases(&self) -> Leases {
        self.leases
    }

    /// Changes that were acknowledged.
    pub(super) const fn changes(&self) -> usize {
        self.acknowledged.len()
    }

    /// Events that these changes make: one for each operator that a change is about.
    pub(super) fn events(&self) -> usize {
        let operators_of = |(request, answer): &(Request, Answer)| match &answer.body["targets"] {
            Value::Array(targets) if request.path.ends_with("/rules") => targets.len(),
            _ => 1,
        };
        self.acknowledged.iter().map(operators_of).sum()
    }

    /// Whether the last request got no answer.
    pub(super) const fn waits(&self) -> bool {
        self.unanswered.is_some()
    }

    /// Sends changes one after the other, and asks for a secret now and then, until there is no answer or it is told to
    /// stop.
    pub(super) async fn work(&mut self, admin: &Caller, gateway: &Caller, stop: &AtomicBool) {
        while self.unanswered.is_none() && !stop.load(Ordering::Relaxed) {
            self.lease_one(gateway).await;
            let request = self.next();
            match send(admin, &request).await {
                Some(answer) => self.write_down(request, answer),
                None => self.unanswered = Some(request),
            }
        }
    }

    /// A secret that is served is the one that was acknowledged.
    async fn lease_one(&mut self, gateway: &Caller) {
        let passwords: Vec<_> = self.passwords.iter().collect();
        let Some((connection, password)) = self.dice.one_of(&passwords) else { return };
        let body = json!({"connection_ids": [connection]});
        let request = gateway.request(Method::POST, "/internal/v1/credential-leases").json(&body);
        match Caller::try_send(request).await {
            Ok(answer) if answer.status == 200 => {
                assert_eq!(answer.body["leases"][0]["secret"]["password"], **password, "{}", answer.text);
                self.leases.served += 1;
            }
            Ok(answer) => {
                assert!(matches!(answer.status, 503 | 504), "{}", answer.text);
                self.leases.refused += 1;
            }
            Err(_) => self.leases.refused += 1,
        }
    }

    /// Every secret that was acknowledged can be had.
    #[cfg(feature = "stack")]
    pub(super) async fn lease_all(&self, gateway: &Caller) -> usize {
        for (connection, password) in &self.passwords {
            let body = json!({"connection_ids": [connection]});
            let answer = gateway.post("/internal/v1/credential-leases", body).await.expect(200);
            assert_eq!(answer.body["leases"][0]["secret"]["password"], **password, "{}", answer.text);
        }
        self.passwords.len()
    }

    /// After the service has gone and come back: what was acknowledged is there as it was answered, and what was not is
    /// done once, however often it is repeated.
    pub(super) async fn settle(&mut self, admin: &Caller) {
        self.compare(admin, NEWEST).await;
        if let Some(request) = self.unanswered.take() {
            let answer = send(admin, &request).await.expect("the service is back");
            self.repeat(admin, &request, &answer).await;
            self.write_down(request, answer);
            self.compare(admin, NEWEST).await;
        }
        if let Some((request, answer)) = self.dice.one_of(&self.acknowledged).cloned() {
            self.repeat(admin, &request, &answer).await;
        }
    }

    /// The same request under the same key gets the same answer, octet by octet.
    async fn repeat(&self, admin: &Caller, request: &Request, first: &Answer) {
        let again = send(admin, request).await.expect("the service is back");
        let told =
            |answer: &Answer| (answer.status, answer.text.clone(), answer.etag(), answer.header("location"));
        assert_eq!(told(&again), told(first), "{}: {request:?}", self.name);
    }

    /// The newest of each kind are there as they were answered last.
    pub(super) async fn compare(&self, admin: &Caller, newest: usize) {
        let kinds = [&self.operators, &self.connections, &self.rules, &self.credentials];
        for known in kinds.into_iter().flat_map(|kind| kind.iter().rev().take(newest)) {
            let found = get(admin, &known.path).await.expect(200);
            let pending = self.unanswered.as_ref().is_some_and(|request| request.path == known.path);
            if pending && found.etag() != known.etag {
                let version = known.body["version"].as_i64().unwrap() + 1;
                assert_eq!(found.body["version"], version, "{}: {} {known:?}", self.name, found.text);
            } else {
                assert_eq!((&found.body, &found.etag()), (&known.body, &known.etag), "{}", self.name);
            }
        }
    }

    fn write_down(&mut self, request: Request, answer: Answer) {
        assert!(matches!(answer.status, 200 | 201), "{}: {request:?}: {}", self.name, answer.text);
        let mut body = answer.body.clone();
        // only writes have it
        body.as_object_mut().unwrap().remove("warnings");
        let known = Known { path: answer.header("location"), etag: answer.etag(), body };
        if request.method == Method::PATCH {
            let at = self.operators.iter().position(|known| known.path == request.path).unwrap();
            self.operators[at] = Known { path: request.path.clone(), ..known };
        } else if request.path.ends_with("/operators") {
            self.operators.push(known);
        } else if request.path.ends_with("/rules") {
            self.rules.push(known);
        } else if request.path.ends_with("/credentials") {
            let of = request.path.split('/').rev().nth(1).unwrap().to_owned();
            self.passwords.insert(of, request.body["password"].as_str().unwrap().to_owned());
            self.credentials.push(known);
        } else {
            self.connections.push(known);
        }
        self.acknowledged.push((request, answer));
    }

    fn next(&mut self) -> Request {
        self.sent += 1;
        let name = format!("{}-{}", self.name, self.sent);
        let throw = self.dice.between(0, 12);
        let operator = self.dice.one_of(&self.operators).cloned();
        let connection = self.dice.one_of(&self.connections).cloned();
        let is_bare = |known: &&Known| !self.passwords.contains_key(known.body["id"].as_str().unwrap());
        let bare = self.connections.iter().find(is_bare).cloned();
        let (method, path, body, if_match) = match (throw, operator, connection) {
            (10.., _, _) if bare.is_some() => {
                let id = bare.unwrap().body["id"].as_str().unwrap().to_owned();
                let password = format!("p{:07}", self.dice.between(0, 10_000_000));
                let body = json!({"system_id": "sys", "password": password});
                (Method::POST, format!("/admin/v1/connections/{id}/credentials"), body, None)
            }
            (3..6, Some(operator), _) => {
                let body = json!({"display_name": format!("Operator {name}"), "labels": {"n": name}});
                (Method::PATCH, operator.path, body, Some(operator.etag))
            }
            (6..8, Some(operator), _) => {
                let path = format!("{}/connections", operator.path);
                (Method::POST, path, sample::connection(&name, "kill"), None)
            }
            (8..10, _, Some(connection)) => {
                let targets =
                    json!([{"connection_id": connection.body["id"]}, {"connection_id": self.shared}]);
                let body =
                    json!({"name": name, "match": {"destination": {"prefix": "49"}}, "targets": targets});
                (Method::POST, "/admin/v1/routing/rules".to_owned(), body, None)
            }
            _ => (Method::POST, "/admin/v1/operators".to_owned(), sample::operator(&name), None),
        };
        Request { method, path, body, if_match, key: name }
    }
}

/// Resources of each kind that are compared after each interruption; all of them are at the end.
const NEWEST: usize = 30;
/// How often a request is repeated while the service says that it cannot answer now, such as on a busy machine.
const TRIES: usize = 50;

/// Nothing when there is no answer.
async fn send(admin: &Caller, request: &Request) -> Option<Answer> {
    let Request { method, path, body, if_match, key } = request;
    let mut answer = None;
    for _ in 0..TRIES {
        let mut built = admin.request(method.clone(), path).header("idempotency-key", key).json(body);
        if let Some(if_match) = if_match {
            built = built.header("if-match", if_match);
        }
        let told = Caller::try_send(built).await.ok()?;
        if !matches!(told.status, 503 | 504) {
            return Some(told);
        }
        answer = Some(told);
        // paced: the answer said "not now"
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    answer
}

/// A read, repeated while the service says that it cannot answer now.
async fn get(admin: &Caller, path: &str) -> Answer {
    for _ in 0..TRIES {
        let answer = admin.get(path).await;
        if answer.status != 503 {
            return answer;
        }
        // paced: the answer said "not now"
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    admin.get(path).await
}
