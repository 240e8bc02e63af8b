//! `ops-daemon serve` and the commands around it: what it asks for, what it refuses, and that it serves.

use std::{
    fs,
    process::{Command, Stdio},
};

use serde_json::Value;

use super::installation::Installation;
use crate::support::{Daemon, Database, program};

/// An address whose password must never be printed.
const URL: &str = "postgres://ops_app:hunter2x@127.0.0.1:1/ops";

/// How a command ended, and all that it said.
fn run(command: &mut Command) -> (Option<i32>, String) {
    let ended = command.stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap();
    (ended.status.code(), String::from_utf8([ended.stdout, ended.stderr].concat()).unwrap())
}

fn daemon(arguments: &[&str]) -> Command {
    let mut command = program();
    command.args(arguments);
    command
}

/// Every line that tells a fault, up to what is wrong with its key.
fn keys(said: &str) -> Vec<&str> {
    said.lines().skip(1).map(|line| line.trim_start().split([' ', ':']).next().unwrap()).collect()
}

#[test]
fn check_config_tells_what_would_be_in_force_and_no_secret() {
    let installation = Installation::new(URL);
    let (code, said) = run(&mut installation.command("check-config"));
    assert_eq!(code, Some(0), "{said}");
    for told in ["[admin]", "postgres.url", "eval_s = 30", "secrets.sqlite", "spiffe://ops.example/gateway"] {
        assert!(said.contains(told), "{told}: {said}");
    }
    let mut secrets = vec!["hunter2x".to_owned(), "PRIVATE KEY".to_owned()];
    for key in ["seal.key", "idempotency.key", "cursor.key", "audit.key", "tls/server.key"] {
        let content = installation.read(key);
        secrets.extend(
            content.lines().filter(|line| !line.starts_with("---")).map(|line| line[..16].to_owned()),
        );
    }
    for secret in secrets {
        assert!(!said.contains(&secret), "{secret}: {said}");
    }
}

#[test]
fn check_config_warns_of_plain_text_to_another_machine() {
    let installation = Installation::new("postgres://ops_app:hunter2x@db.example.com/ops");
    let (code, said) = run(&mut installation.command("check-config"));
    assert!(code == Some(0) && said.contains("tls = \"require\"") && !said.contains("Warning"), "{said}");
    installation.edit("url_file = \"postgres.url\"", "url_file = \"postgres.url\"\ntls = \"off\"");
    let (code, said) = run(&mut installation.command("check-config"));
    assert!(code == Some(0) && said.contains("Warning: store.postgres.tls: is off"), "{said}");
    assert!(!said.contains("hunter2x"), "{said}");
}

#[test]
fn a_configuration_with_many_faults_is_refused_with_all_of_them_by_both_commands() {
    let installation = Installation::new(URL);
    installation.edit("audience = \"ops\"", "audience = 7\nissuers = \"x\"");
    installation.edit("[ops]\nlisten = \"", "[ops]\nlisten = \"nowhere:");
    installation.edit("key_file = \"seal.key\"", "key_file = \"missing.key\"");
    installation.edit("\"routing:read\"", "\"routing:everything\"");
    installation.write("cursor.key", &installation.read("idempotency.key"), 0o644);
    installation.write("postgres.url", "mysql://hunter2x@db/ops", 0o600);
    for command in ["serve", "check-config"] {
        let (code, said) = run(&mut installation.command(command));
        assert_eq!(code, Some(78), "{said}");
        let mut told = keys(&said);
        told.sort_unstable();
        let expected = [
            "auth.audience",
            "auth.issuers",
            "internal.identities[0].rights[1]",
            "keys.cursor_file",
            "ops.listen",
            "secrets.sealed.key_file",
            "store.postgres.url_file",
        ];
        assert_eq!(told, expected, "{said}");
        assert!(
            !said.contains("hunter2x") && !said.contains(&installation.read("idempotency.key")),
            "{said}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_dev_has_made_is_refused_all_at_once() {
    let dev = Daemon::start(Database::Sqlite).await;
    let installation = Installation::new(URL);
    installation.edit("https://id.example.com", "https://ops.dev");
    installation.edit("spiffe://ops.example/", "spiffe://ops.dev/");
    installation.edit("\"jwks.json\"", &format!("{:?}", dev.folder().join("jwks.json")));
    installation.edit("\"seal.key\"", &format!("{:?}", dev.folder().join("keys/seal")));
    for name in ["tls/server.pem", "tls/server.key", "tls/ca.pem"] {
        fs::copy(dev.folder().join(name), installation.path(name)).unwrap();
    }
    let (code, said) = run(&mut installation.command("serve"));
    assert_eq!(code, Some(78), "{said}");
    let mut told = keys(&said);
    told.sort_unstable();
    let expected = [
        "auth.issuer",
        "auth.jwks_file",
        "internal.identities",
        "internal.tls.certificate",
        "internal.tls.client_ca",
        "secrets.sealed.key_file",
    ];
    assert_eq!(told, expected, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_printed_contracts_are_those_that_the_listeners_show() {
    let dev = Daemon::start(Database::Sqlite).await;
    for (api, caller) in [("admin", dev.anybody()), ("internal", dev.gateway())] {
        let ended = daemon(&["contract", "--api", api]).output().unwrap();
        assert_eq!(ended.status.code(), Some(0));
        let printed: Value = serde_json::from_slice(&ended.stdout).unwrap();
        assert!(printed["openapi"].as_str().unwrap().starts_with("3.1."), "{api}");
        let paths = printed["paths"].as_object().unwrap();
        assert!(paths.keys().any(|path| path.starts_with(&format!("/{api}/v1/"))), "{api}");
        assert_eq!(caller.get("/openapi.json").await.expect(200).body, printed, "{api}");
    }
}

#[cfg(feature = "stack")]
mod on_postgres {
    use ops_store::{postgres::apply_roles, testing::postgres::Database as Server};
    use serde_json::json;

    use super::{super::served::Served, *};
    use crate::support::{Caller, sample, sample_of, until};

    #[tokio::test(flavor = "multi_thread")]
    async fn it_asks_for_migrate_first_and_then_serves_as_the_role_of_the_application() {
        let server = Server::create_empty().await;
        apply_roles(&server.settings_as("ops", 1)).await.unwrap();
        let mut installation = Installation::new(&server.url_as("ops_app"));
        let (code, said) = run(&mut installation.command("serve"));
        assert_eq!(code, Some(1), "{said}");
        assert!(
            said.contains("the schema is at version 0") && said.contains("run `ops-daemon migrate` first"),
            "{said}"
        );

        installation.write("migrate.url", &server.url_as("ops_migrate"), 0o600);
        let file = installation.path("migrate.url").to_str().unwrap().to_owned();
        let (code, said) = run(&mut daemon(&["migrate", "--url-file", &file]));
        assert_eq!(code, Some(0), "{said}");
        assert!(said.starts_with("schema version ") && !said.contains(" 0 migrations"), "{said}");
        let (code, said) = run(&mut daemon(&["migrate", "--url-file", &file]));
        assert!(code == Some(0) && said.contains(", 0 migrations applied now"), "{said}");
        installation.write("migrate.url", &server.url_as("ops_migrate"), 0o644);
        assert_eq!(run(&mut daemon(&["migrate", "--url-file", &file])).0, Some(78));

        let served = Served::start(&mut installation).await;
        serves(&installation).await;
        let ended = served.stop().await;
        let log = installation.read("serve.log");
        assert_eq!(ended.code(), Some(0), "{log}");
        for wrong in ["a task failed", "\"level\":\"ERROR\"", "panicked", "pass-123"] {
            assert!(!log.contains(wrong), "{wrong}: {log}");
        }
    }

    async fn serves(installation: &Installation) {
        let admin = installation.admin();
        assert_eq!(admin.get("/admin/v1/me").await.expect(200).body["subject"], "somebody");
        let operator = admin.post("/admin/v1/operators", sample::operator("acme")).await.expect(201).id();
        let path = format!("/admin/v1/operators/{operator}/connections");
        let connection = admin.post(&path, sample::connection("main", "acme")).await.expect(201).id();
        let body = json!({"system_id": "sys", "password": "pass-123"});
        admin.post(&format!("/admin/v1/connections/{connection}/credentials"), body).await.expect(201);
        admin.act(&format!("/admin/v1/operators/{operator}/activate")).await.expect(200);
        let gateway = installation.gateway();
        let lease = json!({"connection_ids": [connection]});
        let leased = gateway.post("/internal/v1/credential-leases", lease).await.expect(200);
        assert_eq!(leased.body["leases"][0]["secret"]["password"], "pass-123");
        let samples = json!({"samples": [sample_of(&connection, 1, true)]});
        assert_eq!(
            gateway.post("/internal/v1/health/samples", samples).await.expect(200).body["accepted"],
            1
        );
        let rule = json!({"name": "all", "match": {"destination": {"any": true}}, "targets": [{"connection_id": connection}]});
        let rule = admin.post("/admin/v1/routing/rules", rule).await.expect(201).header("location");
        let resolve = json!({"destination": "+491701234567"});
        let resolved = gateway.post("/internal/v1/routing/resolve", resolve).await.expect(200);
        assert_eq!(resolved.body["candidates"][0]["connection_id"], connection.as_str());
        admin.delete(&rule, "*").await.expect(204);
        let reason = json!({"reason": "no longer needed"});
        admin.post(&format!("/admin/v1/operators/{operator}/suspend"), reason).await.expect(200);
        admin.delete(&format!("/admin/v1/operators/{operator}"), "*").await.expect(204);
        let event = until("its event is numbered", async || {
            admin.get("/admin/v1/events").await.expect(200).body["items"].get(0).cloned()
        })
        .await;
        assert_eq!(event["source"], format!("urn:ops:example/operators/{operator}"));
        let anybody = Caller::without_token(installation.admin_url());
        assert_eq!(anybody.get("/admin/v1/operators").await.expect(401).code(), "unauthenticated");
    }
}
