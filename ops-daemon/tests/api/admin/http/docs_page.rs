//! `/docs` in a real browser that reaches nobody but the daemon.

use std::{env, process::Command};

use serde_json::Value;

use crate::support::{Daemon, Database};

/// The page as it stands in the browser once its scripts have run, and what the browser complained of.
async fn rendered(url: String) -> (String, Vec<String>) {
    let profile = tempfile::tempdir().unwrap();
    let browser = env::var("OPS_TEST_CHROMIUM").expect("`cargo xtask test` names the browser");
    let mut command = Command::new("timeout");
    command.args([
        "90",
        &browser,
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
    ]);
    command.arg(format!("--user-data-dir={}", profile.path().display()));
    // offline: every other name and address leads nowhere
    command.arg("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1");
    command.args(["--enable-logging=stderr", "--virtual-time-budget=20000", "--dump-dom", &url]);
    let ended = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let told = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(ended.status.success(), "{told}");
    let console = told.lines().filter(|line| line.contains(":CONSOLE:")).map(str::to_owned).collect();
    (String::from_utf8(ended.stdout).unwrap(), console)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_shows_every_operation_offline_and_breaks_no_rule_of_its_policy() {
    let daemon = Daemon::start(Database::Sqlite).await;
    let (page, complaints) = rendered(daemon.admin().url("/docs/")).await;
    let document = daemon.anybody().get("/openapi.json").await.expect(200).body;
    let items = document["paths"].as_object().unwrap().values();
    let operations: Vec<&Value> = items.flat_map(|item| item.as_object().unwrap().values()).collect();
    assert!(operations.len() > 40);
    for operation in operations {
        let id = operation["operationId"].as_str().unwrap();
        assert!(page.contains(&format!("-{id}\"")), "{id} is not on the page");
        assert!(page.contains(operation["summary"].as_str().unwrap()), "{id} is not explained");
    }
    assert_eq!(complaints, Vec::<String>::new());
}
