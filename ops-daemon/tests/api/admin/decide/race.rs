//! Many writers at once: nothing is lost, nothing happens twice, and whoever loses is told.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{Answer, Daemon, Database, on_both, sample, with};

const OPERATORS: &str = "/admin/v1/operators";
const WRITERS: usize = 16;
const CHANGES_EACH: usize = 10;

/// Everything that `requests` were answered.
async fn all(
    requests: impl IntoIterator<Item = impl Future<Output = Answer> + Send + 'static>,
) -> Vec<Answer> {
    requests.into_iter().collect::<JoinSet<_>>().join_all().await
}

on_both!(writers_of_one_operator_lose_nothing, |daemon: Daemon| async move {
    let path = daemon.admin().post(OPERATORS, sample::operator("acme")).await.expect(201).header("location");
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let (admin, path) = (daemon.admin(), path.clone());
        writers.spawn(async move {
            let mut ledger = Vec::new();
            for change in 0..CHANGES_EACH {
                let label = json!({"labels": {format!("w{writer}"): change.to_string()}});
                loop {
                    let read = admin.get(&path).await.expect(200);
                    let answer = admin.patch(&path, label.clone(), &read.etag()).await;
                    match (answer.status, answer.code()) {
                        (200, _) => {
                            ledger.push(answer.body["version"].as_i64().unwrap());
                            break;
                        }
                        (412, "precondition_failed") | (503, "busy") => {}
                        other => panic!("{other:?}: {}", answer.text),
                    }
                }
            }
            ledger
        });
    }
    let mut ledger = writers.join_all().await.concat();
    ledger.sort_unstable();
    let successes = i64::try_from(WRITERS * CHANGES_EACH).unwrap();
    assert_eq!(ledger, (2..=successes + 1).collect::<Vec<_>>(), "each success has a version of its own");

    let operator = daemon.admin().get(&path).await.expect(200);
    assert_eq!(operator.body["version"], json!(1 + successes));
    let last = json!((CHANGES_EACH - 1).to_string());
    let labels = operator.body["labels"].as_object().unwrap();
    assert!(labels.len() == WRITERS && labels.values().all(|value| *value == last), "{labels:?}");
    let events = daemon.events().await;
    let versions: Vec<_> =
        events.iter().skip(1).map(|event| event["data"]["operator"]["version"].as_i64().unwrap()).collect();
    assert_eq!(versions, ledger, "the outbox equals the ledger");
    let sequences: Vec<_> =
        events.iter().map(|event| event["sequence"].as_str().unwrap().to_owned()).collect();
    assert_eq!(sequences, (1..=successes + 1).map(|n| format!("0001{n:016}")).collect::<Vec<_>>());
    let audit = daemon.audit().await;
    let updates = audit.iter().filter(|entry| entry["action"] == "operator_update").count();
    assert_eq!(updates, ledger.len(), "the audit trail equals the ledger");
});

on_both!(of_32_creates_of_one_code_one_is_kept, |daemon: Daemon| async move {
    let admin = daemon.admin();
    let answers = all((0..32).map(|n| {
        let admin = admin.clone();
        let body = with(sample::operator("acme"), json!({"display_name": format!("Name {n}")}));
        async move { admin.post(OPERATORS, body).await }
    }))
    .await;
    let created: Vec<_> = answers.iter().filter(|answer| answer.status == 201).map(Answer::id).collect();
    assert_eq!(created.len(), 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 201) {
        let refused = answer.refused(409, "duplicate");
        assert_eq!(
            (&refused.body["field"], &refused.body["existing_id"]),
            (&json!("code"), &json!(created[0]))
        );
    }
    let rows = daemon.rows().await;
    assert_eq!(
        (rows.count("operator").await, rows.count("outbox").await, rows.count("audit").await),
        (1, 1, 1)
    );
});

on_both!(sixteen_equal_requests_under_one_key_have_one_effect_and_one_answer, |daemon: Daemon| async move {
    let admin = daemon.admin();
    let path = admin.post(OPERATORS, sample::operator("first")).await.expect(201).header("location");
    let before = daemon.stored().await;
    let ask = |path: String, body: Value| {
        let admin = admin.clone();
        async move { admin.post_keyed(&path, body, "k").await }
    };
    for (path, body, table) in [
        (OPERATORS.to_owned(), sample::operator("acme"), "operator"),
        (format!("{path}/connections"), sample::connection("main", "acme"), "connection"),
    ] {
        let answers = all((0..16).map(|_| ask(path.clone(), body.clone()))).await;
        let told: BTreeSet<_> = answers
            .iter()
            .map(|answer| (answer.status, answer.text.clone(), answer.etag(), answer.header("location")))
            .collect();
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told.first().unwrap().0, 201);
        let (rows, kept) = (daemon.rows().await, before[table].len());
        assert_eq!(rows.count(table).await, i64::try_from(kept + 1).unwrap());
    }
    let rows = daemon.rows().await;
    assert_eq!(
        (rows.count("outbox").await, rows.count("audit").await, rows.count("receipt").await),
        (3, 3, 2)
    );
});

on_both!(sixteen_equal_changes_under_one_key_move_the_version_once, |daemon: Daemon| async move {
    let admin = daemon.admin();
    let path = admin.post(OPERATORS, sample::operator("acme")).await.expect(201).header("location");
    let ask = || {
        let request = admin.request(reqwest::Method::PATCH, &path).json(&json!({"importance": "critical"}));
        crate::support::Caller::send(request.header("if-match", "\"1.1\"").header("idempotency-key", "k"))
    };
    let answers = all((0..16).map(|_| ask())).await;
    let told: BTreeSet<_> =
        answers.iter().map(|answer| (answer.status, answer.text.clone(), answer.etag())).collect();
    assert_eq!((told.len(), told.first().unwrap().0), (1, 200), "{told:?}");
    assert_eq!(admin.get(&path).await.expect(200).body["version"], 2);
    assert_eq!(daemon.rows().await.count("audit").await, 2);
});

on_both!(a_rule_and_the_end_of_its_operator_never_both_happen, |daemon: Daemon| async move {
    for round in 0..8 {
        let admin = daemon.admin();
        let operator = admin
            .post(OPERATORS, sample::operator(&format!("op-{round}")))
            .await
            .expect(201)
            .header("location");
        let connections = format!("{operator}/connections");
        let connection = admin.post(&connections, sample::connection("main", "acme")).await.expect(201).id();
        let rule = json!({"name": "r", "match": {"destination": {"any": true}}, "targets": [{"connection_id": connection}]});
        let (rule, deletion) =
            tokio::join!(admin.post("/admin/v1/routing/rules", rule), admin.delete(&operator, "*"));
        match (rule.status, deletion.status) {
            (201, 409) => drop(deletion.refused(409, "operator_in_use")),
            (422, 204) => drop(
                rule.refused(422, "invalid").telling(&[("/targets/0/connection_id", "unknown_connection")]),
            ),
            other => panic!("{other:?}: {} {}", rule.text, deletion.text),
        }
    }
});
