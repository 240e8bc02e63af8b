//! Clients that go away right after their request: what they asked for is done whole or not at all, and nobody else
//! notices.

use std::{fs, time::Duration};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt, net::TcpStream};

use super::dice::Dice;
use crate::support::{Daemon, Database, on_both, sample, until};

const OPERATORS: &str = "/admin/v1/operators";
/// Clients that go away.
const CLIENTS: usize = 50;

/// Sends a whole request and closes the connection: at once, or a moment later while the answer is being made.
async fn send_and_leave(daemon: &Daemon, path: &str, body: &Value, key: &str, dice: &mut Dice) {
    let address = daemon.admin_url().replace("http://", "");
    let token = fs::read_to_string(daemon.folder().join("tokens/admin.jwt")).unwrap();
    let body = body.to_string();
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
         idempotency-key: {key}\r\ncontent-length: {}\r\n\r\n{body}",
        token.trim(),
        body.len()
    );
    let mut client = TcpStream::connect(&address).await.unwrap();
    client.write_all(request.as_bytes()).await.unwrap();
    if dice.between(0, 3) == 0 {
        // a reset instead of an orderly end
        client.set_zero_linger().unwrap();
    }
    // paced: the moment of leaving is what the test throws dice for
    tokio::time::sleep(Duration::from_micros(dice.between(0, 4000))).await;
}

on_both!(a_create_whose_client_has_gone_is_whole_or_not_there, |daemon: Daemon| async move {
    let (seed, mut dice) = Dice::of_this_run();
    let codes: Vec<_> = (0..CLIENTS).map(|n| format!("gone-{n}")).collect();
    for code in &codes {
        send_and_leave(&daemon, OPERATORS, &sample::operator(code), code, &mut dice).await;
    }
    // whoever comes now is served, one and many
    let admin = daemon.admin();
    admin.post(OPERATORS, sample::operator("stayed")).await.expect(201);
    let many = (0..20).map(|n| {
        let admin = admin.clone();
        tokio::spawn(async move {
            admin.post(OPERATORS, sample::operator(&format!("many-{n}"))).await.expect(201)
        })
    });
    for one in many.collect::<Vec<_>>() {
        one.await.unwrap();
    }
    let mut whole = 0;
    for code in &codes {
        match traces(&daemon, code).await {
            0 => {}
            1111 => whole += 1,
            half => panic!("operators, events, audit entries and receipts of {code}: {half}"),
        }
    }
    eprintln!("OPS_TEST_SEED={seed}: {whole} of {CLIENTS} were done");
    nothing_is_held(&daemon).await;
    // as a client does that never got its answer
    for code in &codes {
        admin.post_keyed(OPERATORS, sample::operator(code), code).await.expect(201);
        assert_eq!(traces(&daemon, code).await, 1111, "{code}");
    }
    let events = daemon.events().await.len();
    assert_eq!((events, daemon.audit().await.len()), (CLIENTS + 21, CLIENTS + 21));
});

/// How many operators, events, audit entries and receipts there are of a code, a digit for each.
async fn traces(daemon: &Daemon, code: &str) -> i64 {
    let of_operator = |table: &str| {
        format!(
            "(SELECT count(*) FROM {table} AS of JOIN operator ON operator.id = of.operator_id WHERE operator.code = '{code}')"
        )
    };
    let sql = format!(
        "SELECT 1000 * (SELECT count(*) FROM operator WHERE code = '{code}') + 100 * {} + 10 * {} \
         + (SELECT count(*) FROM receipt WHERE key = '{code}')",
        of_operator("outbox"),
        of_operator("audit")
    );
    daemon.rows().await.number(&sql, []).await
}

/// No session of the pool is left inside of a transaction.
async fn nothing_is_held(daemon: &Daemon) {
    let rows = daemon.rows().await;
    if rows.are_of_postgres() {
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                   AND application_name = 'ops-daemon' AND state LIKE 'idle in transaction%'";
        until("no transaction is left open", async || (rows.number(sql, []).await == 0).then_some(())).await;
    }
}

on_both!(a_credential_whose_client_has_gone_never_lacks_its_secret, |daemon: Daemon| async move {
    let (_, mut dice) = Dice::of_this_run();
    let admin = daemon.admin();
    let operator = admin.post(OPERATORS, sample::operator("acme")).await.expect(201).id();
    let body = json!({"system_id": "sys", "password": "gone-123"});
    let mut connections = Vec::new();
    for n in 0..20 {
        let connection = sample::connection(&format!("c-{n}"), "acme");
        let id =
            admin.post(&format!("{OPERATORS}/{operator}/connections"), connection).await.expect(201).id();
        let path = format!("/admin/v1/connections/{id}/credentials");
        send_and_leave(&daemon, &path, &body, &id, &mut dice).await;
        connections.push((id, path));
    }
    let mut stored = 0;
    for (id, path) in &connections {
        stored += admin.get(path).await.expect(200).body["items"].as_array().unwrap().len();
        let request = admin.request(Method::POST, path).json(&body).header("idempotency-key", id);
        crate::support::Caller::send(request).await.expect(201);
        let items = admin.get(path).await.expect(200).body["items"].clone();
        assert_eq!(items.as_array().unwrap().len(), 1, "{items}");
    }
    eprintln!("{stored} of {} were done", connections.len());
    admin.act(&format!("{OPERATORS}/{operator}/activate")).await.expect(200);
    let ids: Vec<_> = connections.iter().map(|(id, _)| id).collect();
    let lease = daemon
        .gateway()
        .post("/internal/v1/credential-leases", json!({"connection_ids": ids}))
        .await
        .expect(200);
    assert_eq!(
        lease.body["leases"].as_array().unwrap().len(),
        connections.len(),
        "{}",
        lease.body["refused"]
    );
    nothing_is_held(&daemon).await;
});
