//! `GET /audit`.

use serde_json::{Value, json};

use crate::support::{Daemon, Database, Estate, on_both};

const AUDIT: &str = "/admin/v1/audit";

on_both!(the_trail_is_newest_first_and_a_walk_repeats_and_skips_nothing, |daemon: Daemon| async move {
    Estate::create(&daemon, "a-op").await;
    Estate::create(&daemon, "b-op").await;
    let actions = ["operator_activate", "credential_create", "connection_create", "operator_create"];
    let all = daemon.audit().await;
    let found: Vec<_> = all.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(found, [actions, actions].concat());
    let times: Vec<_> =
        all.iter().map(|entry| entry["at"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap()).collect();
    assert!(times.is_sorted_by(|newer, older| newer >= older));

    let auditor = daemon.as_role("auditor");
    let (mut walked, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = auditor.get(&format!("{AUDIT}?limit=3{cursor}")).await.expect(200);
        walked.extend(page.body["items"].as_array().unwrap().iter().cloned());
        if walked.len() == 3 {
            Estate::create(&daemon, "newer").await;
        }
        match &page.body["next_cursor"] {
            Value::String(next) => cursor = format!("&cursor={next}"),
            _ => break,
        }
    }
    assert_eq!(walked, all, "what came later is not of this walk");
});

on_both!(entries_are_filtered_by_operator, |daemon: Daemon| async move {
    let (a, b) = (Estate::create(&daemon, "a-op").await, Estate::create(&daemon, "b-op").await);
    let rule = daemon.admin().post("/admin/v1/routing/rules", a.rule("r", "49")).await.expect(201).id();
    let auditor = daemon.as_role("auditor");
    for (estate, entries) in [(&a, 5), (&b, 4)] {
        let page = auditor.get(&format!("{AUDIT}?operator_id={}", estate.operator)).await.expect(200);
        let items = page.body["items"].as_array().unwrap();
        assert_eq!(items.len(), entries, "{}", page.text);
        assert!(items.iter().all(|entry| entry["operator_id"] == json!(estate.operator)));
    }
    let page = auditor.get(&format!("{AUDIT}?operator_id={}", a.operator)).await.expect(200);
    assert_eq!(page.body["items"][0]["subject"], json!({"kind": "rule", "id": rule}));
});

on_both!(only_an_auditor_or_admin_reads_it, |daemon: Daemon| async move {
    for role in ["viewer", "editor"] {
        let refused = daemon.as_role(role).get(AUDIT).await.refused(403, "forbidden");
        assert!(refused.body["detail"].as_str().unwrap().contains("audit:read"), "{}", refused.text);
    }
    for role in ["auditor", "admin"] {
        assert_eq!(
            daemon.as_role(role).get(AUDIT).await.expect(200).body,
            json!({"items": [], "next_cursor": null})
        );
    }
});

on_both!(a_cursor_serves_only_its_caller_and_filter, |daemon: Daemon| async move {
    let estate = Estate::create(&daemon, "acme").await;
    let page = daemon.as_role("auditor").get(&format!("{AUDIT}?limit=1")).await.expect(200);
    let cursor = page.body["next_cursor"].as_str().unwrap();
    daemon.admin().get(&format!("{AUDIT}?cursor={cursor}")).await.refused(400, "invalid_cursor");
    let other = format!("{AUDIT}?operator_id={}&cursor={cursor}", estate.operator);
    daemon.as_role("auditor").get(&other).await.refused(400, "invalid_cursor");
    let bad = format!("{AUDIT}?operator_id=x&limit=x&q=x");
    daemon.as_role("auditor").get(&bad).await.refused(400, "invalid_query").telling(&[
        ("operator_id", "pattern"),
        ("limit", "range"),
        ("q", "unknown"),
    ]);
});
