//! `GET /operators/{operator_id}/readiness`.

use serde_json::json;

use crate::support::{Answer, Daemon, Database, Estate, on_both, sample, sample_of, until};

const OPERATORS: &str = "/admin/v1/operators";

fn verdicts(answer: &Answer) -> Vec<String> {
    let items = answer.body["items"].as_array().unwrap().iter();
    items.map(|line| line["verdict"].as_str().unwrap().to_owned()).collect()
}

on_both!(each_step_of_the_set_up_turns_one_item, |daemon: Daemon| async move {
    let (admin, viewer) = (daemon.admin(), daemon.as_role("viewer"));
    let bare = admin.post(OPERATORS, sample::operator("bare")).await.expect(201).header("location");
    let readiness = viewer.get(&format!("{bare}/readiness")).await.expect(200);
    assert_eq!(
        (&readiness.body["ready"], verdicts(&readiness)),
        (&json!(false), ["block", "block", "warn", "warn", "warn"].map(String::from).into())
    );
    assert!(readiness.body["items"].as_array().unwrap().iter().all(|line| line["hint"].is_string()));

    let estate = Estate::create(&daemon, "acme").await;
    let path = format!("{OPERATORS}/{}/readiness", estate.operator);
    let readiness = viewer.get(&path).await.expect(200);
    assert_eq!(
        (&readiness.body["ready"], verdicts(&readiness)),
        (&json!(true), ["ok", "ok", "warn", "warn", "warn"].map(String::from).into())
    );
    admin.post("/admin/v1/routing/rules", estate.rule("r", "49")).await.expect(201);
    assert_eq!(verdicts(&viewer.get(&path).await.expect(200)), ["ok", "ok", "warn", "warn", "ok"]);
    let body = json!({"samples": [sample_of(&estate.connection, 1, true)]});
    daemon.gateway().post("/internal/v1/health/samples", body).await.expect(200);
    let ready = until("a bound session makes the third item ok", async || {
        let readiness = viewer.get(&path).await.expect(200);
        (verdicts(&readiness)[2] == "ok").then_some(readiness)
    })
    .await;
    assert_eq!(verdicts(&ready), ["ok", "ok", "ok", "warn", "ok"]);
    let contact = json!({"contacts": [{"role": "noc", "name": "NOC", "phone": "+4930123456"}]});
    admin.patch(&format!("{OPERATORS}/{}", estate.operator), contact, "*").await.expect(200);
    let ready = viewer.get(&path).await.expect(200);
    let lines = ready.body["items"].as_array().unwrap();
    assert!(lines.iter().all(|line| line.get("hint").is_none()), "{}", ready.text);
});

on_both!(a_bind_of_before_the_last_change_says_nothing_about_it, |daemon: Daemon| async move {
    let estate = Estate::create(&daemon, "acme").await;
    let path = format!("{OPERATORS}/{}/readiness", estate.operator);
    let bound = async || verdicts(&daemon.admin().get(&path).await.expect(200))[2].clone();
    let body = json!({"samples": [sample_of(&estate.connection, 1, true)]});
    daemon.gateway().post("/internal/v1/health/samples", body).await.expect(200);
    until("the bind is known", async || (bound().await == "ok").then_some(())).await;
    let connection = format!("/admin/v1/connections/{}", estate.connection);
    daemon.admin().act(&format!("{connection}/disable")).await.expect(200);
    daemon.admin().act(&format!("{connection}/enable")).await.expect(200);
    assert_eq!(bound().await, "warn");
});

on_both!(an_unknown_operator_has_no_list, |daemon: Daemon| async move {
    let unknown = format!("{OPERATORS}/0192f0c1-7a2b-7c3d-8e4f-0123456789ab/readiness");
    daemon.as_role("viewer").get(&unknown).await.refused(404, "not_found");
});
