//! The OpenAPI documents against the running service: what they say of requests and answers is what happens, for thousands of
//! generated requests. Nothing is answered with 500, with a status or a body that the document does not announce.

use std::{env, fs, process::Command};

use serde_json::json;

use crate::support::{Daemon, Database, Estate, on_both};

/// Repeats a run.
const SEED: &str = "20261127";
/// Generated requests per operation and kind of data, beside those made for each bound of each schema.
const EXAMPLES: &str = "8";

/// Runs schemathesis over the document at an address; answers what it told.
async fn explore(daemon: &Daemon, document: String, arguments: Vec<String>) -> String {
    let program = env::var("OPS_TEST_SCHEMATHESIS").expect("`cargo xtask test` names the program");
    let folder = tempfile::tempdir().unwrap();
    let config = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/api/documents/schemathesis.toml");
    furnish(daemon).await;
    let mut command = Command::new("timeout");
    command.args(["600", &program, "--config-file", config, "run", &document]).args(arguments);
    command.args(["--checks", "all", "--phases", "examples,coverage,fuzzing,stateful", "--seed", SEED]);
    // one worker: in threads, Python 3.11 now and then fails to parse ("AST constructor recursion depth mismatch")
    command.args(["--max-examples", EXAMPLES, "--continue-on-failure", "--workers", "1"]);
    command.args(["--request-timeout", "20"]);
    command
        .args(["--no-color", "--report", "json"])
        .current_dir(folder.path())
        .env("HYPOTHESIS_STORAGE_DIRECTORY", folder.path());
    let ended = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let told = String::from_utf8_lossy(&[ended.stdout, ended.stderr].concat()).into_owned();
    assert!(
        ended.status.success(),
        "{told}\n{}",
        daemon.output().lines().filter(|line| line.contains("ERROR")).take(20).collect::<Vec<_>>().join("\n")
    );
    told
}

/// One of everything: the ids that answers show are used for the paths of later requests.
async fn furnish(daemon: &Daemon) {
    let estate = Estate::create(daemon, "known").await;
    let admin = daemon.admin();
    admin.post("/admin/v1/routing/rules", estate.rule("known", "49")).await.expect(201);
    let window =
        json!({"starts_at": "2096-01-01T00:00:00Z", "ends_at": "2096-01-01T01:00:00Z", "reason": "x"});
    admin.post(&format!("/admin/v1/operators/{}/maintenances", estate.operator), window).await.expect(201);
}

/// How many requests were made, by what the summary says.
fn requests(told: &str) -> usize {
    let line = told.lines().find(|line| line.contains(" generated,")).unwrap_or_else(|| panic!("{told}"));
    line.split_whitespace().next().unwrap().parse().unwrap()
}

on_both!(the_admin_api_is_as_its_document_says, |daemon| async move {
    let token = fs::read_to_string(daemon.folder().join("tokens/admin.jwt")).unwrap();
    let header = format!("Authorization: Bearer {}", token.trim());
    // a stream has no end to wait for, and a test of its own
    let arguments = ["-H", &header, "--exclude-operation-id", "event_stream"].map(str::to_owned).into();
    let told = explore(&daemon, daemon.admin().url("/openapi.json"), arguments).await;
    eprintln!(
        "{}",
        told.lines().skip_while(|line| !line.contains(" SUMMARY ")).collect::<Vec<_>>().join("\n")
    );
    assert!(requests(&told) > 3000, "{told}");
    assert!(told.contains("✅ Stateful"), "what answers tell was used in later requests: {told}");
    assert!(!daemon.output().contains(" ERROR "), "nothing went wrong inside");
});

on_both!(the_internal_api_is_as_its_document_says, |daemon| async move {
    let file = |name: &str| daemon.folder().join("tls").join(name).display().to_string();
    let arguments = vec![
        "--request-cert".to_owned(),
        file("gateway.pem"),
        "--request-cert-key".to_owned(),
        file("gateway.key"),
        "--tls-verify".to_owned(),
        file("ca.pem"),
    ];
    let told = explore(&daemon, daemon.gateway().url("/openapi.json"), arguments).await;
    eprintln!(
        "{}",
        told.lines().skip_while(|line| !line.contains(" SUMMARY ")).collect::<Vec<_>>().join("\n")
    );
    assert!(requests(&told) > 200, "{told}");
});

#[test]
fn the_count_of_a_summary_is_read() {
    let told = "Test cases:\n  6547 generated, 38 found 38 unique failures, 66 skipped\n";
    assert_eq!(requests(told), 6547);
}
