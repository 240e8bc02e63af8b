//! The chapter "Serve, as in production" of the set-up guide: its commands run as they stand, on a private PostgreSQL, and end
//! with a service that is ready.

use std::{env, fs, os::unix::fs::PermissionsExt as _, path::PathBuf, process::Command};

use ops_store::testing::cluster::Cluster;
use serde_json::json;
use tempfile::TempDir;

use super::served::Served;
use crate::support::{Caller, free_ports, program, until};

const GUIDE: &str = include_str!("../../../../docs/LOCAL_DEV_SETUP.md");
/// Names the folder with `psql`.
const POSTGRES: &str = "OPS_TEST_POSTGRES_BIN";
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
/// How the guide starts the program.
const START: &str = "cargo run --release --";

/// The fenced blocks of the chapter in one language, in their order.
fn blocks(language: &str) -> Vec<&'static str> {
    let (_, chapter) = GUIDE.split_once("\n## Serve, as in production\n").expect("the chapter is there");
    let chapter = chapter.split("\n## ").next().unwrap();
    let begin = format!("```{language}\n");
    let fenced = chapter.split(&begin).skip(1);
    fenced.map(|block| block.split("```").next().unwrap()).collect()
}

/// A home of somebody who follows the guide.
struct Reader {
    home: TempDir,
    database: String,
}

impl Reader {
    /// Runs lines of the guide, which must succeed and complain of nothing but what it is told to.
    fn run(&self, lines: &str) -> String {
        // the servers run already
        let lines: Vec<_> = lines.lines().filter(|line| !line.contains("cargo xtask stack")).collect();
        let script = lines.join("\n").replace(START, env!("CARGO_BIN_EXE_ops-daemon"));
        let path = format!("{}:/usr/bin:/bin", env::var(POSTGRES).expect("run `cargo xtask test`"));
        let mut bash = Command::new("bash");
        bash.args(["-euo", "pipefail", "-c", &script]).current_dir(ROOT).env_clear();
        bash.env("PATH", path).env("HOME", self.home.path()).env("OPS_TEST_POSTGRES_URL", &self.database);
        let ended = bash.output().unwrap();
        let [said, complaints] = [ended.stdout, ended.stderr].map(|text| String::from_utf8(text).unwrap());
        assert!(ended.status.success(), "{script}\n{said}\n{complaints}");
        said
    }

    fn file(&self, name: &str) -> PathBuf {
        self.home.path().join("ops-local").join(name)
    }
}

/// The guide's file for one machine with a database of its own, in the way that it calls mixing: what has a server keeps its
/// section. Ports are free ones, and a server on this machine needs no TLS.
fn configuration(base: u16) -> String {
    let [servers, .., embedded] = blocks("toml")[..] else { panic!("the guide has files") };
    let sealed = section(embedded, "[secrets.sealed]");
    let mut text = servers.replace("embedded = []", "embedded = [\"secrets\", \"events\"]");
    for gone in ["[secrets.vault]", "[secrets.vault.approle]", "[events.nats]"] {
        text = text.replace(section(servers, gone), "");
    }
    let postgres = section(servers, "[store.postgres]");
    let local: Vec<_> =
        postgres.lines().filter(|line| !line.starts_with("tls") && !line.starts_with("ca_file")).collect();
    text = text.replace(postgres, &format!("{}\n{sealed}\n", local.join("\n")));
    for (nth, port) in ["8080", "8443", "9464"].into_iter().enumerate() {
        text = text.replace(&format!(":{port}"), &format!(":{}", usize::from(base) + nth));
    }
    text
}

/// A section from its heading to the next one.
fn section<'a>(text: &'a str, heading: &str) -> &'a str {
    let begin = text.find(heading).unwrap_or_else(|| panic!("{heading} is not in {text}"));
    let end = text[begin + 1..].find("\n[").map_or(text.len(), |end| begin + 1 + end + 1);
    &text[begin..end]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_guide_leads_to_a_service_that_is_ready() {
    let cluster = Cluster::start().await;
    let database = format!("postgres://ops@127.0.0.1:{}/postgres", cluster.port());
    let reader = Reader { home: tempfile::tempdir().unwrap(), database };
    let [prepare, start, look] = blocks("sh")[..] else { panic!("the guide has three blocks of commands") };
    reader.run(prepare);
    for name in ["seal.key", "idempotency.key", "cursor.key", "audit.key", "server.key", "postgres.url"] {
        let mode = fs::metadata(reader.file(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name} is its owner's alone");
    }
    let base = free_ports();
    fs::write(reader.file("ops.toml"), configuration(base)).unwrap();
    let (serve, others): (Vec<_>, Vec<_>) = start.lines().partition(|line| line.contains("-- serve "));
    let [serve] = serve[..] else { panic!("{start}") };
    assert!(reader.run(others[0]).contains("eval_s = 30"), "{others:?}");
    for line in &others[1..] {
        reader.run(line);
    }

    let arguments = serve
        .split('#')
        .next()
        .unwrap()
        .replace(START, "")
        .replace('~', &reader.home.path().display().to_string());
    let mut program = program();
    let log = fs::File::create(reader.file("serve.log")).unwrap();
    program.args(arguments.split_whitespace()).stdout(log.try_clone().unwrap()).stderr(log);
    let mut served = Served(program.spawn().unwrap());
    let ops = Caller::without_token(format!("http://127.0.0.1:{}", base + 2));
    let ready = until("it is ready", async || {
        assert!(
            served.0.try_wait().unwrap().is_none(),
            "{}",
            fs::read_to_string(reader.file("serve.log")).unwrap()
        );
        ops.try_get("/health/ready").await.filter(|answer| answer.status == 200)
    });
    // the issuer of the guide is an example
    assert_eq!(ready.await.body["degraded"], json!(["token_issuer"]));
    let (health, admin) = look.split_once('\n').unwrap();
    reader.run(&health.replace(":9464", &format!(":{}", base + 2)));
    let admin = admin.split('#').next().unwrap().replace(":8080", &format!(":{base}"));
    assert!(reader.run(&format!("TOKEN=x\n{admin}")).contains("unauthenticated"), "{admin}");
    assert!(served.stop().await.success());
    assert!(reader.file("secrets.sqlite").exists());
}
