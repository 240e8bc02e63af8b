//! What the suite's tests are made of: operators, connections, credentials and rules in few words, each kept by a change
//! that the domain decided.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use jiff::{SignedDuration, Timestamp};
use ops_core::{
    Change, Number, Stamp,
    actor::Actor,
    connection::{self, Connection},
    credential::{self, Credential},
    health::{Sample, Session, SessionState},
    id::{ConnectionId, OperatorId},
    operator::{self, Operator},
    routing::{self, Rule},
    testing::{create_connection, create_operator, text},
};
use uuid::Uuid;

use crate::{
    Store,
    port::{CommitError, Committed, Dossier, Receipt, ReceiptScope, Reply},
    testing::Rows,
};

/// A store, a look into it, and a source of stamps that are never the same.
pub(super) struct Estate {
    pub(super) store: Arc<dyn Store>,
    pub(super) rows: Rows,
    stamps: AtomicU64,
}

impl Estate {
    pub(super) fn new(store: Arc<dyn Store>, rows: Rows) -> Self {
        Self { store, rows, stamps: AtomicU64::new(0) }
    }

    /// A fresh stamp, a little later than the one before, at a time of whole microseconds only.
    pub(super) fn stamp(&self) -> Stamp {
        let n = self.stamps.fetch_add(1, Ordering::Relaxed) + 1;
        stamp(n)
    }

    pub(super) async fn try_keep(&self, change: Change) -> Result<Committed, CommitError> {
        self.store.commit(change, None).await
    }

    pub(super) async fn keep(&self, change: Change) {
        assert_eq!(self.try_keep(change).await.unwrap(), Committed::Done);
    }

    /// The refusal of `change`, which must leave every row as it was.
    pub(super) async fn refused(&self, change: Change, receipt: Option<Receipt>) -> CommitError {
        let before = self.rows.everything().await;
        let refusal = self.store.commit(change, receipt).await.unwrap_err();
        assert_eq!(before, self.rows.everything().await, "something of a refused change was kept: {refusal}");
        refusal
    }

    /// The name of the expectation that `change` fails; it must leave every row as it was.
    pub(super) async fn conflict(&self, change: Change) -> String {
        match self.refused(change, None).await {
            CommitError::Conflict(name) => name,
            other => panic!("{other:?}"),
        }
    }

    /// A draft.
    pub(super) async fn operator(&self, code: &str) -> Operator {
        let (operator, change) = operator::create::create(create_operator(code), &self.stamp());
        self.keep(change).await;
        operator
    }

    /// The operator as it is now.
    pub(super) async fn now(&self, id: OperatorId) -> Operator {
        self.store.operator(id).await.unwrap().unwrap()
    }

    pub(super) async fn dossier(&self, id: OperatorId) -> Dossier {
        self.store.dossier(id).await.unwrap().unwrap()
    }

    pub(super) async fn connection(&self, operator: &Operator, name: &str) -> Connection {
        // a host of its own, and so an account of its own
        let host = format!("c{}.example.net", self.stamps.load(Ordering::Relaxed));
        let command = create_connection(name, &host);
        let (connection, change) =
            connection::create::create(operator, command, &connection::DeniedCidrs::default(), &self.stamp())
                .unwrap();
        self.keep(change).await;
        connection
    }

    /// The next credential of a connection.
    pub(super) async fn credential(&self, connection: &Connection) -> Credential {
        let existing = self.store.credentials_of(connection.id).await.unwrap().unwrap();
        let command = credential::create::Create {
            system_id: text("acme"),
            note: Some(text("für Müller")),
            long_password: false,
        };
        let (credential, change) =
            credential::create::create(connection, &existing, command, &self.stamp()).unwrap();
        self.keep(change).await;
        credential
    }

    /// The change that makes a connection another one.
    pub(super) fn updated(
        &self,
        connection: &Connection,
        credentials: &[Credential],
        edit: impl FnOnce(&mut connection::update::Update),
    ) -> (Connection, Change) {
        let mut command = connection::update::Update::none(connection);
        edit(&mut command);
        let denied = connection::DeniedCidrs::default();
        let terms = connection::update::Terms { may_redirect: true, denied: &denied };
        connection::update::update(connection, command, credentials, terms, &self.stamp()).unwrap().unwrap()
    }

    /// An active operator with one connection and one active credential.
    pub(super) async fn active(&self, code: &str) -> (Operator, Connection) {
        let draft = self.operator(code).await;
        let connection = self.connection(&draft, "main").await;
        self.credential(&connection).await;
        let change = Change { moves_view: true, ..self.moved(&draft, operator::Status::Active) };
        self.keep(change).await;
        (self.now(draft.id).await, connection)
    }

    /// A move of the status, whatever the domain thinks of it.
    pub(super) fn moved(&self, operator: &Operator, to: operator::Status) -> Change {
        let mut fields = operator.fields().clone();
        fields.status = to;
        fields.version += 1;
        self.put(Operator::restore(fields), Some(operator.version))
    }

    /// The operator's fields as they shall be, decided on `version`.
    pub(super) fn put(&self, operator: Operator, version: Option<i64>) -> Change {
        let stamp = self.stamp();
        let name = ops_core::change::ChangeName::OperatorUpdate;
        let mut mint = stamp.mint();
        let changes = vec![ops_core::event::Changed::status()];
        let mut change = Change::new(name, &stamp)
            .event(ops_core::event::Event::updated(mint.id(), operator.id, changes, Some(&operator)))
            .audit(ops_core::audit::AuditEntry::about_operator(mint.id(), name, &operator, &stamp));
        if let Some(version) = version {
            change = change.expect(operator::Expect::Version(operator.id, version));
        }
        change.write(operator::Write::Put(operator))
    }

    /// Deletes an operator.
    pub(super) async fn delete(&self, id: OperatorId) -> Operator {
        let dossier = self.dossier(id).await;
        let change =
            operator::delete::delete(&dossier.operator, &dossier.targeting_rules, 30, &self.stamp()).unwrap();
        self.keep(change).await;
        self.now(id).await
    }

    pub(super) fn new_rule(&self, name: &str, precedence: i64, targets: &[&Connection]) -> (Rule, Change) {
        let command = routing::Create {
            name: text(name),
            enabled: true,
            precedence: routing::Precedence::parse(precedence).unwrap(),
            matches: serde_json::from_str(r#"{"destination":{"prefix":"49"}}"#).unwrap(),
            targets: targets.iter().map(|target| new_target(target.id)).collect(),
            on_no_target: if targets.is_empty() {
                routing::OnNoTarget::Reject
            } else {
                routing::OnNoTarget::NextRule
            },
        };
        let known: Vec<_> = targets
            .iter()
            .map(|target| routing::TargetConnection { id: target.id, operator_id: target.operator_id })
            .collect();
        routing::create(command, &known, &self.stamp()).unwrap()
    }

    pub(super) async fn rule(&self, name: &str, precedence: i64, targets: &[&Connection]) -> Rule {
        let (rule, change) = self.new_rule(name, precedence, targets);
        self.keep(change).await;
        rule
    }
}

pub(super) fn new_target(connection_id: ConnectionId) -> routing::NewTarget {
    routing::NewTarget {
        connection_id,
        tier: routing::Tier::default(),
        weight: routing::Weight::default(),
        enabled: true,
        failover_on: routing::FailoverOn::default(),
        note: None,
    }
}

/// The `n`th stamp.
pub(super) fn stamp(n: u64) -> Stamp {
    let at = time(0) + SignedDuration::from_micros(i64::try_from(n).unwrap() * 1_000_003);
    let actor = Actor { issuer: "test".into(), subject: "Jürgen 😀".into() };
    let seed = u128::from(n).to_be_bytes();
    let traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    Stamp::new(at, actor, format!("request-{n}"), Some(traceparent.into()), seed)
}

/// A time, some seconds after a fixed beginning that windows of half a minute are aligned to.
pub(super) fn time(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_760_000_010 + seconds).unwrap()
}

/// A receipt of `key` whose request has this digest.
pub(super) fn receipt(key: &str, digest: u8, at: Timestamp) -> Receipt {
    Receipt {
        scope: ReceiptScope {
            issuer: "https://issuer.example".into(),
            subject: "Jürgen 😀".into(),
            route: "POST /v1/operators".into(),
            key: key.into(),
        },
        digest: [digest; 32],
        reply: Reply {
            status: 201,
            etag: Some("\"1.1\"".into()),
            location: Some("/v1/operators/1".into()),
            body: Some("{\"b\": \"ä\",  \"a\":1}".into()),
        },
        at,
    }
}

/// The sample `seq` of a connector: a window of 30 seconds from `start` on, with these slots bound.
pub(super) fn sample(
    connection: ConnectionId,
    connector: &str,
    seq: i64,
    start: i64,
    bound: &[i64],
) -> Sample {
    let json = serde_json::json!({
        "connection_id": connection, "connector_id": connector, "run_id": Uuid::from_u128(7), "seq": seq,
        "window_start": time(start), "window_s": 30, "sessions": [],
    });
    let mut sample: Sample = serde_json::from_value(json).unwrap();
    sample.sessions = bound.iter().map(|slot| session(*slot, SessionState::BoundTrx, time(start))).collect();
    sample
}

pub(super) fn session(slot: i64, state: SessionState, since: Timestamp) -> Session {
    let bound_ms = if state.can_submit() { 30_000 } else { 0 };
    Session { slot, state, bound_ms, credential_version: Some(1), since: Some(since) }
}
