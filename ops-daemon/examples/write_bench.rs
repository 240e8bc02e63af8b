//! How many operators the whole API creates, beside what the same PostgreSQL takes of one statement that writes the same three
//! rows, in turns of one run. Needs the servers of `cargo xtask stack` or `cargo xtask bench write`, and a daemon built beside
//! it; `write_bench -- SECONDS ROUNDS`.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a measurement that cannot be made must end, and its table is what it is for"
)]

#[path = "bench/daemon.rs"]
mod daemon;

use std::{
    env, fs,
    path::Path,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use daemon::Daemon;
use ops_store::testing::postgres::Database;
use tokio::net::TcpStream;

/// Clients at once, of the API as of pgbench.
const CLIENTS: usize = 32;

/// One statement with the three rows of a created operator, of about the size that the API writes.
const STATEMENT: &str = r#"\set n random(1, 1000000000000000)
WITH o AS (
    INSERT INTO ops.operator (id, code, name_key, display_name, kind, importance, countries, networks, labels, status, version,
        created_at, created_by, updated_at, updated_by, event_epoch, event_sequence)
    VALUES (gen_random_uuid(), 'bench-' || :n, 'operator bench ' || :n, 'Operator bench ' || :n, 'mno', 'normal', '[]', '[]',
        '{}', 'draft', 1, now(), 'dev-admin', now(), 'dev-admin', 1, 1) RETURNING id),
e AS (
    INSERT INTO ops.outbox (id, operator_id, epoch, sequence, type, at, traceparent, data)
    SELECT gen_random_uuid(), id, 1, 1, 'operator.created', now(), NULL, repeat('x', 330) FROM o)
INSERT INTO ops.audit (id, at, action, operator_id, request_id, entry)
SELECT gen_random_uuid(), now(), 'operator_create', id, 'bench', repeat('x', 640) FROM o;
"#;

#[tokio::main]
async fn main() {
    let mut arguments = env::args().skip(1).map(|argument| argument.parse::<u64>().unwrap());
    let (seconds, rounds) = (arguments.next().unwrap_or(10), arguments.next().unwrap_or(5));
    // one each: the daemon publishes what lies in its outbox
    let (database, other) = (Database::create().await, Database::create().await);
    let daemon = Daemon::start(&database).await;
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("statement.sql");
    fs::write(&script, STATEMENT).unwrap();
    println!(
        "| round | created over the API /s | refused (503) | one statement /s | API ÷ statement |\n|--:|--:|--:|--:|--:|"
    );
    let mut ratios = Vec::new();
    for round in 1..=rounds {
        let (api, refused) = creates(&daemon, seconds, round).await;
        let statement = pgbench(&other, &script, seconds);
        println!("| {round} | {api:.0} | {refused} | {statement:.0} | {:.2} |", api / statement);
        ratios.push(api / statement);
    }
    ratios.sort_by(f64::total_cmp);
    println!(
        "\nmedian: {:.2}; {CLIENTS} clients, {seconds} s per turn, {}",
        ratios[ratios.len() / 2],
        settings(&database).await
    );
}

/// What makes a commit wait for the disk.
async fn settings(database: &Database) -> String {
    let sql = "SELECT string_agg(name || ' ' || setting, ', ' ORDER BY name) FROM pg_settings \
               WHERE name IN ('synchronous_commit', 'fsync', 'server_version')";
    database.rows().await.texts(sql, []).await.remove(0)
}

fn pgbench(database: &Database, script: &Path, seconds: u64) -> f64 {
    let bin = env::var("OPS_TEST_POSTGRES_BIN").unwrap();
    let mut command = Command::new(Path::new(&bin).join("pgbench"));
    command.args(["-n", "-M", "prepared", "-j", "2", "-c", &CLIENTS.to_string(), "-T", &seconds.to_string()]);
    command.arg("-f").arg(script).arg(database.url_as("ops"));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let rate = text.lines().find_map(|line| line.strip_prefix("tps = ")).unwrap();
    rate.split_whitespace().next().unwrap().parse().unwrap()
}

/// Operators created per second by clients that each send the next when the last is answered.
async fn creates(daemon: &Daemon, seconds: u64, round: u64) -> (f64, u64) {
    let (created, over) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let refused = Arc::new(AtomicU64::new(0));
    let began = Instant::now();
    let clients = (0..CLIENTS).map(|client| {
        let (created, refused, over) = (Arc::clone(&created), Arc::clone(&refused), Arc::clone(&over));
        let (address, token) = (daemon.address.clone(), daemon.token.clone());
        tokio::spawn(async move {
            let mut stream = TcpStream::connect(&address).await.unwrap();
            stream.set_nodelay(true).unwrap();
            for n in 0_u64.. {
                if over.load(Ordering::Relaxed) {
                    break;
                }
                let code = format!("r{round}-c{client}-n{n}");
                let counter =
                    if create(&mut stream, &address, &token, &code).await { &created } else { &refused };
                counter.fetch_add(1, Ordering::Relaxed);
            }
        })
    });
    let clients: Vec<_> = clients.collect();
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    over.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.unwrap();
    }
    let rate = created.load(Ordering::Relaxed) as f64 / began.elapsed().as_secs_f64();
    (rate, refused.load(Ordering::Relaxed))
}

/// One request and its whole answer, as light as pgbench's: the processors are shared. Whether it was created; a database that
/// does not answer in time is no reason to stop.
async fn create(stream: &mut TcpStream, address: &str, token: &str, code: &str) -> bool {
    let body = format!(r#"{{"code":"{code}","display_name":"Operator {code}","kind":"mno"}}"#);
    let request = format!(
        "POST /admin/v1/operators HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\nidempotency-key: {code}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = daemon::exchange(stream, &request).await;
    let created = answer.starts_with(b"HTTP/1.1 201");
    assert!(created || answer.starts_with(b"HTTP/1.1 503"), "{}", String::from_utf8_lossy(&answer));
    created
}
