//! `GET /operators/{operator_id}/timeline`.

use serde_json::{Value, json};

use crate::support::{Caller, Daemon, Database, Estate, on_both, sample};

const OPERATORS: &str = "/admin/v1/operators";

async fn walked(caller: &Caller, path: &str, limit: usize) -> Vec<Value> {
    let (mut cursor, mut all) = (String::new(), Vec::new());
    loop {
        let page = caller.get(&format!("{path}?limit={limit}{cursor}")).await.expect(200);
        let items = page.body["items"].as_array().unwrap();
        assert!(items.len() <= limit);
        all.extend(items.iter().cloned());
        let Some(next) = page.body["next_cursor"].as_str() else { return all };
        cursor = format!("&cursor={next}");
    }
}

on_both!(what_was_done_published_planned_and_noted_comes_in_one_order, |daemon: Daemon| async move {
    let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
    Estate::create(&daemon, "other").await;
    let path = format!("{OPERATORS}/{}", estate.operator);
    let note = json!({"text": "Called their NOC.", "reference": "INC-9"});
    admin.post(&format!("{path}/notes"), note).await.expect(201);
    let window =
        json!({"starts_at": "2096-01-01T00:00:00Z", "ends_at": "2096-01-01T01:00:00Z", "reason": "CHG-7"});
    let window = admin.post(&format!("{path}/maintenances"), window).await.expect(201);
    admin.post(&format!("{path}/suspend"), json!({"reason": "x"})).await.expect(200);
    daemon.events().await;

    let timeline = format!("{path}/timeline");
    let all = admin.get(&format!("{timeline}?limit=200")).await.expect(200).body["items"]
        .as_array()
        .unwrap()
        .clone();
    let kinds: Vec<_> = all.iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
    // created, connection, credential, activated; note; window; suspended: each with its entry, the note without an event
    assert_eq!(kinds.iter().filter(|kind| **kind == "audit").count(), 7);
    assert_eq!(kinds.iter().filter(|kind| **kind == "event").count(), 6);
    assert_eq!(kinds.iter().filter(|kind| **kind == "note").count(), 1);
    assert_eq!(kinds.iter().filter(|kind| **kind == "maintenance").count(), 1);
    assert!(all.windows(2).all(|two| two[0]["at"].as_str() >= two[1]["at"].as_str()), "the newest first");
    for entry in &all {
        let kind = entry["kind"].as_str().unwrap();
        assert_eq!(entry["id"], entry[kind]["id"], "what it holds stands under its kind");
    }
    let noted = all.iter().find(|entry| entry["kind"] == "note").unwrap();
    assert_eq!(noted["note"]["text"], "Called their NOC.");
    let planned = all.iter().find(|entry| entry["kind"] == "maintenance").unwrap();
    assert_eq!(planned["maintenance"]["id"], json!(window.id()));

    for limit in [1, 2, 7, 15, 16] {
        assert_eq!(walked(&admin, &timeline, limit).await, all, "by {limit}");
    }
    // whoever may not read the audit trail sees the rest
    let of_viewer = walked(&daemon.as_role("viewer"), &timeline, 3).await;
    let rest: Vec<_> = all.iter().filter(|entry| entry["kind"] != "audit").cloned().collect();
    assert_eq!(of_viewer, rest);
});

on_both!(a_timeline_goes_on_where_it_was_while_more_happens, |daemon: Daemon| async move {
    let admin = daemon.admin();
    let path = admin.post(OPERATORS, sample::operator("acme")).await.expect(201).header("location");
    for n in 0..6 {
        admin.post(&format!("{path}/notes"), json!({"text": format!("{n}")})).await.expect(201);
    }
    let timeline = format!("{path}/timeline");
    let before = walked(&admin, &timeline, 200).await;
    let (mut cursor, mut seen) = (String::new(), Vec::new());
    loop {
        let page = admin.get(&format!("{timeline}?limit=2{cursor}")).await.expect(200);
        seen.extend(page.body["items"].as_array().unwrap().iter().cloned());
        admin.post(&format!("{path}/notes"), json!({"text": "later"})).await.expect(201);
        let Some(next) = page.body["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, before, "none twice, none left out");
});

on_both!(a_timeline_is_of_one_operator_and_its_cursor_too, |daemon: Daemon| async move {
    let (admin, acme) = (daemon.admin(), Estate::create(&daemon, "acme").await);
    let other = Estate::create(&daemon, "other").await;
    let page = admin.get(&format!("{OPERATORS}/{}/timeline?limit=1", acme.operator)).await.expect(200);
    let cursor = page.body["next_cursor"].as_str().unwrap();
    let elsewhere = format!("{OPERATORS}/{}/timeline?cursor={cursor}", other.operator);
    admin.get(&elsewhere).await.refused(400, "invalid_cursor");
    let unknown = format!("{OPERATORS}/0192f0c1-7a2b-7c3d-8e4f-0123456789ab/timeline");
    admin.get(&unknown).await.refused(404, "not_found");
});
