//! What lists, filters and searches of the whole API take with 100,000 operators and 300,000 connections, beside the same with 100
//! and 300, in turns of one run. Needs the servers of `cargo xtask bench scale`, and a daemon built beside it;
//! `scale_bench -- REQUESTS ROUNDS`.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a measurement that cannot be made must end, and its table is what it is for"
)]

#[path = "bench/daemon.rs"]
mod daemon;

use std::{env, time::Instant};

use daemon::Daemon;
use ops_store::testing::postgres::Database;
use tokio::net::TcpStream;

const SMALL: u32 = 100;
const LARGE: u32 = 100_000;
/// Times the small estate that a request may take with the large one.
const GOAL: f64 = 3.0;

/// Operators and three connections for each. What is common is so in both estates; what is rare is ten in both, so that the answers
/// are of one size and only the search for them differs.
const ESTATE: &str = r#"
INSERT INTO operator (id, code, name_key, display_name, kind, importance, countries, networks, labels, status, version,
        created_at, created_by, updated_at, updated_by, event_epoch, event_sequence)
    SELECT ('0192f0c1-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'op-' || lpad(n::text, 7, '0'),
        CASE WHEN n % :nth = 1 THEN 'zebra ' ELSE 'operator ' END || n, CASE WHEN n % :nth = 1 THEN 'Zebra ' ELSE 'Operator ' END || n,
        'mno', 'normal', '["DE"]', '[{"mcc":"262","mnc":"01"}]', '{"team":"blue"}',
        CASE WHEN n % :nth = 2 THEN 'draining' WHEN n % 5 = 0 THEN 'suspended' ELSE 'active' END, 1, now(), 't', now(), 't', 1, 1
    FROM generate_series(1, :operators) AS n;
UPDATE operator SET watched = true;
UPDATE operator SET deleted_at = now(), watched = false, purge_after = now() + interval '30 days', status = 'deleted'
    WHERE substr(code, 4)::bigint % :nth = 3;
INSERT INTO operator_country SELECT (ARRAY['DE','FR','GB','ES','IT'])[1 + substr(code, 4)::bigint % 5], id FROM operator;
INSERT INTO operator_country SELECT 'AQ', id FROM operator WHERE substr(code, 4)::bigint % :nth = 4;
INSERT INTO operator_network SELECT '262', '0' || (1 + substr(code, 4)::bigint % 5), id FROM operator;
INSERT INTO operator_network SELECT '901', '99', id FROM operator WHERE substr(code, 4)::bigint % :nth = 4;
INSERT INTO operator_label SELECT 'team', (ARRAY['blue','red','green','grey','pink'])[1 + substr(code, 4)::bigint % 5], id FROM operator;
INSERT INTO operator_label SELECT 'pilot', '', id FROM operator WHERE substr(code, 4)::bigint % :nth = 4;
INSERT INTO connection (id, operator_id, name, status, protocol, profile, version, config_version, bind_version, created_at,
        created_by, updated_at, updated_by, deleted_at)
    SELECT ('0192f0c1-0000-7000-9000-' || lpad(to_hex(3 * n + k), 12, '0'))::uuid, o.id, 'c' || k,
        CASE WHEN n % :nth = 5 AND k = 0 THEN 'draining' ELSE 'enabled' END, 'smpp',
        '{"smpp":{"endpoints":[{"host":"h' || n || '.example.net","port":2775,"priority":0,"weight":1,"direction":"any"}]}}',
        1, 1, 1, now(), 't', now(), 't', o.deleted_at
    FROM operator o, LATERAL (SELECT substr(o.code, 4)::bigint AS n) AS number, generate_series(0, 2) AS k;
UPDATE connection SET protocol = 'http', profile = '{"http":{"base_url":"https://' || name || '.example.net/","auth":"bearer"}}'
    WHERE name = 'c1' AND operator_id IN (SELECT id FROM operator WHERE substr(code, 4)::bigint % :nth = 6);
INSERT INTO connection_place SELECT c.id, 'h' || substr(o.code, 4)::bigint || '.example.net', 2775, '', 'transmit'
    FROM connection c JOIN operator o ON o.id = c.operator_id;
INSERT INTO credential (id, operator_id, connection_id, version, stage, system_id, created_at, created_by, retire_after_s)
    SELECT gen_random_uuid(), operator_id, id, 1, 'active', 's' || substr(id::text, 25), now(), 't', 604800 FROM connection;
INSERT INTO connection_health (connection_id, operator_id, state, since, reason, bound_windows, unreachable_windows, revision)
    SELECT c.id, o.id, CASE WHEN n % :nth = 7 THEN 'stale' WHEN n % :nth = 8 THEN 'down' WHEN n % :nth = 9 THEN 'unknown'
        WHEN n % 5 = 0 THEN 'degraded' ELSE 'healthy' END, now(), 'bound', 0, 0, 1
    FROM connection c JOIN operator o ON o.id = c.operator_id, LATERAL (SELECT substr(o.code, 4)::bigint AS n) AS number;
ANALYZE;
"#;

/// What is asked. `{id}` is an operator, `{host}` and `{system_id}` those of one of its connections.
const REQUESTS: &[&str] = &[
    "operators?limit=10",
    "operators?limit=10&sort=created_at",
    "operators?limit=10&sort=display_name",
    "operators?limit=10&status=active",
    "operators?limit=10&status=draining",
    "operators?limit=10&status=draining&sort=display_name",
    "operators?limit=10&country=DE",
    "operators?limit=10&country=AQ",
    "operators?limit=10&network=262-01",
    "operators?limit=10&network=901-99",
    "operators?limit=10&label=team=blue",
    "operators?limit=10&label=pilot",
    "operators?limit=10&health=healthy",
    "operators?limit=10&health=degraded",
    "operators?limit=10&health=down",
    "operators?limit=10&health=stale",
    "operators?limit=10&health=unknown",
    "operators?limit=10&q=op",
    "operators?limit=10&q=op-00000",
    "operators?limit=10&q=operator",
    "operators?limit=10&q=zebra",
    "operators?limit=10&q=nobody",
    "operators?limit=10&q=zebra&sort=created_at",
    "operators?limit=10&deleted=only",
    "operators?limit=10&deleted=include",
    "operators/{id}",
    "operators/{id}/connections",
    "operators/{id}/readiness",
    "operators/{id}/health",
    "operators/{id}/timeline",
    "connections?limit=10",
    "connections?limit=10&host={host}",
    "connections?limit=10&system_id={system_id}",
    "connections?limit=10&operator_id={id}",
    "connections?limit=10&protocol=smpp",
    "connections?limit=10&protocol=http",
    "connections?limit=10&status=enabled",
    "connections?limit=10&status=draining",
    "connections?limit=10&health=healthy",
    "connections?limit=10&health=down",
    "connections?limit=10&health=unknown",
];

/// Pages that a walk goes before the page that is measured: half of the small estate.
const PAGES: usize = 5;

#[tokio::main]
async fn main() {
    let mut arguments = env::args().skip(1).map(|argument| argument.parse::<usize>().unwrap());
    let (requests, rounds) = (arguments.next().unwrap_or(40), arguments.next().unwrap_or(5));
    let (small, large) = (Estate::of(SMALL).await, Estate::of(LARGE).await);
    let mut asked: Vec<(String, [String; 2])> = Vec::new();
    for request in REQUESTS {
        asked.push(((*request).to_owned(), [small.filled(request), large.filled(request)]));
    }
    for list in ["operators?limit=10", "operators?limit=10&sort=display_name", "connections?limit=10"] {
        let places = [small.deep(list, PAGES).await, large.deep(list, LARGE as usize / 400).await];
        asked.push((format!("{list}&cursor=… (deep)"), places));
    }
    println!("| request | with {SMALL} operators, ms | with {LARGE}, ms | ratio |\n|---|--:|--:|--:|");
    let mut missed = 0;
    for (name, [of_small, of_large]) in &asked {
        let mut turns = Vec::new();
        for _ in 0..rounds {
            turns.push((small.time(of_small, requests).await, large.time(of_large, requests).await));
        }
        turns.sort_by(|a, b| (a.1 / a.0).total_cmp(&(b.1 / b.0)));
        let (a, b) = turns[turns.len() / 2];
        missed += usize::from(b / a > GOAL);
        println!("| `{name}` | {a:.2} | {b:.2} | {:.2} |", b / a);
    }
    let settings =
        "SELECT 'PostgreSQL ' || split_part(setting, ' ', 1) FROM pg_settings WHERE name = 'server_version'";
    let version = large.database.rows().await.texts(settings, []).await.remove(0);
    println!(
        "\n{missed} of {} over {GOAL} times; medians of {rounds} rounds of {requests} requests each, {version}",
        asked.len()
    );
}

struct Estate {
    database: Database,
    daemon: Daemon,
    operators: u32,
}

impl Estate {
    async fn of(operators: u32) -> Self {
        let database = Database::create().await;
        let nth = operators / 10;
        let sql = ESTATE.replace(":operators", &operators.to_string()).replace(":nth", &nth.to_string());
        database.rows().await.change(&sql).await;
        let daemon = Daemon::start(&database).await;
        Self { database, daemon, operators }
    }

    fn filled(&self, request: &str) -> String {
        let n = self.operators / 2;
        request
            .replace("{id}", &format!("0192f0c1-0000-7000-8000-{n:012x}"))
            .replace("{host}", &format!("h{n}.example.net"))
            .replace("{system_id}", &format!("s{:012x}", 3 * n))
    }

    /// A page of a list so many pages from its beginning.
    async fn deep(&self, list: &str, pages: usize) -> String {
        let mut stream = TcpStream::connect(&self.daemon.address).await.unwrap();
        let mut at = list.to_owned();
        for _ in 0..pages {
            let answer = self.ask(&mut stream, &at).await;
            let (_, rest) = answer.split_once(r#""next_cursor":""#).unwrap();
            at = format!("{list}&cursor={}", rest.split('"').next().unwrap());
        }
        at
    }

    /// Milliseconds of one request, the median of many.
    async fn time(&self, request: &str, requests: usize) -> f64 {
        let mut stream = TcpStream::connect(&self.daemon.address).await.unwrap();
        let mut times = Vec::new();
        for _ in 0..requests {
            let began = Instant::now();
            self.ask(&mut stream, request).await;
            times.push(began.elapsed().as_secs_f64() * 1000.0);
        }
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    }

    async fn ask(&self, stream: &mut TcpStream, request: &str) -> String {
        let Daemon { address, token, .. } = &self.daemon;
        let request = format!(
            "GET /admin/v1/{request} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\r\n"
        );
        let answer = String::from_utf8(daemon::exchange(stream, &request).await).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{request}{answer}");
        answer
    }
}
