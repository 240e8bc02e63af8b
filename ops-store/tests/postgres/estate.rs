//! What the tests on PostgreSQL share: stamps that are never the same, kept estates, and retried decisions.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use ops_core::{
    Change, Stamp,
    connection::{self, Connection},
    operator::{self, Operator},
    routing::{self, Rule},
    testing::{create_connection, create_operator, stamp as sample_stamp, text},
};
use ops_store::{
    port::{Committed, Receipt, ReceiptScope, Reply},
    postgres::PostgresStore,
};

/// A stamp that no other test of this process has.
pub(crate) fn stamp() -> Stamp {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    let sample = sample_stamp(0);
    let at = sample.at() + jiff::SignedDuration::from_millis(i64::try_from(n).unwrap());
    Stamp::new(at, sample.actor().clone(), format!("request-{n}"), None, u128::from(n).to_be_bytes())
}

pub(crate) fn new_operator(code: &str) -> (Operator, Change) {
    operator::create::create(create_operator(code), &stamp())
}

pub(crate) async fn keep(store: &PostgresStore, change: Change) {
    use ops_store::port::Commit;
    assert_eq!(store.commit(change, None).await.unwrap(), Committed::Done);
}

pub(crate) async fn operator(store: &PostgresStore, code: &str) -> Operator {
    let (operator, change) = new_operator(code);
    keep(store, change).await;
    operator
}

pub(crate) async fn connection(store: &PostgresStore, operator: &Operator, name: &str) -> Connection {
    let command = create_connection(name, "smsc.example.net");
    let (connection, change) =
        connection::create::create(operator, command, &connection::DeniedCidrs::default(), &stamp()).unwrap();
    keep(store, change).await;
    connection
}

pub(crate) fn new_rule(targets: &[&Connection]) -> (Rule, Change) {
    use ops_core::routing::{NewTarget, OnNoTarget, TargetConnection};
    let target = |connection: &&Connection| NewTarget {
        connection_id: connection.id,
        tier: routing::Tier::default(),
        weight: routing::Weight::default(),
        enabled: true,
        failover_on: routing::FailoverOn::default(),
        note: None,
    };
    let command = routing::Create {
        name: text("rule"),
        enabled: true,
        precedence: routing::Precedence::default(),
        matches: serde_json::from_str(r#"{"destination":{"any":true}}"#).unwrap(),
        targets: targets.iter().map(target).collect(),
        on_no_target: OnNoTarget::NextRule,
    };
    let known: Vec<_> =
        targets.iter().map(|c| TargetConnection { id: c.id, operator_id: c.operator_id }).collect();
    routing::create(command, &known, &stamp()).unwrap()
}

/// A receipt that says where the caller's own try would have been found.
pub(crate) fn receipt(key: &str, location: &str) -> Receipt {
    Receipt {
        scope: ReceiptScope {
            issuer: "test".into(),
            subject: "tester".into(),
            route: "POST /v1/operators".into(),
            key: key.into(),
        },
        digest: [1; 32],
        reply: Reply { status: 201, etag: None, location: Some(location.into()), body: None },
        at: sample_stamp(0).at(),
    }
}

/// Opens every connection of the pool: a cold one would decide races by who gets in first.
pub(crate) async fn warm(store: &PostgresStore, connections: usize) {
    use ops_store::port::ServiceReads;
    for _ in 0..200 {
        let reads = (0..connections * 2).map(|_| store.epoch());
        let all = futures::future::join_all(reads).await.iter().all(Result::is_ok);
        let (at_rest, at_work, _) = store.connections();
        if all && at_rest + at_work == connections {
            return;
        }
    }
    panic!("the pool does not get warm: {:?}", store.connections());
}

/// A pause that grows with the tries and differs between writers: without it, writers on one row meet again and again.
pub(crate) async fn pause(tries: u64, writer: u64) {
    let spread = (writer * 7 + tries * 13) % 11 + 1;
    // paced: the pause between two tries is what is asked for
    tokio::time::sleep(Duration::from_millis(spread * tries.min(6))).await;
}
