//! The sample estate of `dev`: rich enough to try everything, loaded once, also when the first load was cut.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use serde_json::{Value, json};

use super::dice::Dice;
use crate::support::{Caller, Daemon, Database, Options, until};

/// Tables that a load fills.
const TABLES: [&str; 8] =
    ["operator", "connection", "credential", "rule", "rule_target", "outbox", "audit", "receipt"];

#[tokio::test(flavor = "multi_thread")]
async fn the_sample_estate_is_rich_and_loaded_once_embedded() {
    is_rich_and_loaded_once(Database::Sqlite).await;
}

#[cfg(feature = "stack")]
#[tokio::test(flavor = "multi_thread")]
async fn the_sample_estate_is_rich_and_loaded_once_on_servers() {
    is_rich_and_loaded_once(Database::servers().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_load_that_is_killed_goes_on_to_the_same_estate_embedded() {
    goes_on_after_kills(|| async { Database::Sqlite }, 8).await;
}

#[cfg(feature = "stack")]
#[tokio::test(flavor = "multi_thread")]
async fn a_first_load_that_is_killed_goes_on_to_the_same_estate_on_servers() {
    goes_on_after_kills(Database::servers, 3).await;
}

fn options() -> Options {
    Options { sample: true, ..Options::default() }
}

/// How often the daemon has told that it is ready, which it does after the load.
fn starts(daemon: &Daemon) -> usize {
    daemon.output().matches("Ready. Data is in ").count()
}

async fn loaded(daemon: &mut Daemon, starts_before: usize) {
    until("the sample estate is loaded", async || {
        assert!(daemon.ended().is_none(), "{}", daemon.output());
        (starts(daemon) > starts_before).then_some(())
    })
    .await;
}

async fn is_rich_and_loaded_once(database: Database) {
    let mut daemon = Daemon::start_with(database, options()).await;
    loaded(&mut daemon, 0).await;
    is_rich(&daemon.admin()).await;
    let counts = counts(&daemon).await;
    let mut daemon = daemon.restart().await;
    loaded(&mut daemon, 1).await;
    assert_eq!(self::counts(&daemon).await, counts);
    let (code, rules) = deleted(&daemon.admin()).await;
    let mut daemon = daemon.restart().await;
    loaded(&mut daemon, 2).await;
    let left = operators(&daemon.admin()).await;
    assert!(left.iter().all(|operator| operator["code"] != code), "{code} has come back");
    let left: BTreeSet<_> = all(&daemon.admin(), "/admin/v1/routing/rules")
        .await
        .iter()
        .map(|rule| rule["id"].to_string())
        .collect();
    assert!(rules.iter().all(|rule| !left.contains(rule)), "a rule has come back");
    assert_eq!(daemon.output().matches("Loaded the sample estate.").count(), 1);
}

async fn is_rich(admin: &Caller) {
    let operators = operators(admin).await;
    let countries: BTreeSet<_> = operators
        .iter()
        .flat_map(|operator| operator["countries"].as_array().unwrap())
        .map(Value::to_string)
        .collect();
    assert!(operators.len() >= 12 && countries.len() >= 10, "{} in {countries:?}", operators.len());
    let mut networks = 0;
    for operator in &operators {
        networks += operator["networks"].as_array().unwrap().len();
        let same =
            json!({"code": "same", "display_name": "Same", "kind": "mno", "networks": operator["networks"]});
        let same = admin.post("/admin/v1/operators?dry_run=true", same).await.expect(200);
        assert_eq!(same.body["warnings"], json!([]), "{} has a network that nobody knows", operator["code"]);
    }
    assert!(networks >= operators.len(), "{networks} networks");
    let german =
        admin.post("/admin/v1/routing/resolve", json!({"destination": "+491701234567"})).await.expect(200);
    let tiers: Vec<_> = german.body["candidates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|candidate| candidate["tier"].as_i64().unwrap())
        .collect();
    assert!(german.body["outcome"] == "route" && tiers.len() >= 2 && tiers[0] < tiers[1], "{}", german.text);
}

/// Deletes an operator that rules target, as a user would: suspend, remove its rules, delete. Its code, and the rules.
async fn deleted(admin: &Caller) -> (String, Vec<String>) {
    let code = "example-wireless-de".to_owned();
    let operators = operators(admin).await;
    let operator = operators.iter().find(|operator| operator["code"] == code.as_str()).unwrap();
    let path = format!("/admin/v1/operators/{}", operator["id"].as_str().unwrap());
    admin.post(&format!("{path}/suspend"), json!({"reason": "not needed"})).await.expect(200);
    let rules =
        all(admin, &format!("/admin/v1/routing/rules?operator_id={}", operator["id"].as_str().unwrap()))
            .await;
    assert!(!rules.is_empty());
    for rule in &rules {
        admin
            .delete(&format!("/admin/v1/routing/rules/{}", rule["id"].as_str().unwrap()), "*")
            .await
            .expect(204);
    }
    admin.delete(&path, "*").await.expect(204);
    (code, rules.iter().map(|rule| rule["id"].to_string()).collect())
}

async fn operators(admin: &Caller) -> Vec<Value> {
    all(admin, "/admin/v1/operators").await
}

/// The items of a list that fits on one page.
async fn all(admin: &Caller, path: &str) -> Vec<Value> {
    let separator = if path.contains('?') { '&' } else { '?' };
    let page = admin.get(&format!("{path}{separator}limit=200")).await.expect(200);
    assert_eq!(page.body["next_cursor"], Value::Null, "{path}");
    page.body["items"].as_array().unwrap().clone()
}

async fn counts(daemon: &Daemon) -> [i64; TABLES.len()] {
    let rows = daemon.rows().await;
    let mut counts = [0; TABLES.len()];
    for (count, table) in counts.iter_mut().zip(TABLES) {
        *count = rows.count(table).await;
    }
    counts
}

async fn goes_on_after_kills(database: impl AsyncFn() -> Database, rounds: u64) {
    let (seed, mut dice) = Dice::of_this_run();
    eprintln!("OPS_TEST_SEED={seed} repeats this run");
    let mut whole = Daemon::start_with(database().await, options()).await;
    loaded(&mut whole, 0).await;
    let (whole_counts, whole_codes) = (counts(&whole).await, codes(&whole).await);
    drop(whole);
    for round in 0..rounds {
        let instant = Duration::from_millis(dice.between(round * 15, (round + 1) * 15));
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let mut daemon = Daemon::start_in(Arc::clone(&folder), database().await, options()).await;
        // paced: the instant of the kill is what the test throws dice for
        tokio::time::sleep(instant).await;
        daemon.kill();
        let (before, told) = (counts(&daemon).await, starts(&daemon));
        let mut daemon = daemon.restart().await;
        loaded(&mut daemon, told).await;
        eprintln!("killed {instant:?} after the start with {before:?} of {whole_counts:?} ({TABLES:?})");
        assert_eq!((counts(&daemon).await, codes(&daemon).await), (whole_counts, whole_codes.clone()));
        is_rich(&daemon.admin()).await;
    }
}

/// Every operator with its status.
async fn codes(daemon: &Daemon) -> BTreeSet<(String, String)> {
    let operators = operators(&daemon.admin()).await;
    operators.iter().map(|operator| (operator["code"].to_string(), operator["status"].to_string())).collect()
}
