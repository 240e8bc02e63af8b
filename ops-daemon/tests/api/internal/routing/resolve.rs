//! `POST /routing/resolve`, as gateways ask it.

use serde_json::json;

use crate::support::{Daemon, Database, Estate, on_both, with};

const RULES: &str = "/admin/v1/routing/rules";
const RESOLVE: &str = "/internal/v1/routing/resolve";

on_both!(both_listeners_give_the_same_answer, |daemon: Daemon| async move {
    let (a, b) = (Estate::create(&daemon, "a").await, Estate::create(&daemon, "b").await);
    let targets = json!([{"connection_id": a.connection, "weight": 3}, {"connection_id": b.connection}, ]);
    daemon.admin().post(RULES, with(a.rule("r", "49"), json!({"targets": targets}))).await.expect(201);
    let block = json!({"name": "block", "match": {"destination": {"prefix": "4988"}}, "targets": [], "on_no_target": "reject"});
    daemon.admin().post(RULES, block).await.expect(201);
    let network = json!({"mcc": "262", "mnc": "01", "source": "imsi"});
    for request in [
        json!({"destination": "491701234567"}),
        json!({"destination": "+491701234567", "split_key": "m-1", "attempt": 2, "explain": true}),
        json!({"destination": "4988", "explain": true}),
        json!({"destination": "331"}),
        json!({"destination": "4917", "exclude": [a.operator], "network": network, "explain": true}),
        json!({"destination": "4917", "origin_operator_id": b.operator, "at": "2026-01-31T12:00:00Z"}),
    ] {
        let people =
            daemon.as_role("viewer").post("/admin/v1/routing/resolve", request.clone()).await.expect(200);
        let gateway = daemon.gateway().post(RESOLVE, request.clone()).await.expect(200);
        assert_eq!(gateway.body, people.body, "{request}");
    }
});

on_both!(whoever_writes_a_rule_finds_it_at_the_other_listener, |daemon: Daemon| async move {
    let (admin, gateway, estate) = (daemon.admin(), daemon.gateway(), Estate::create(&daemon, "acme").await);
    let outcome = async || {
        gateway.post(RESOLVE, json!({"destination": "4917"})).await.expect(200).body["outcome"].clone()
    };
    assert_eq!(outcome().await, "no_route");
    for _ in 0..5 {
        let rule = admin.post(RULES, estate.rule("r", "49")).await.expect(201).header("location");
        assert_eq!(outcome().await, "route");
        admin.delete(&rule, "*").await.expect(204);
        assert_eq!(outcome().await, "no_route");
    }
    admin.post(RULES, estate.rule("r", "49")).await.expect(201);
    admin.act(&format!("/admin/v1/connections/{}/disable", estate.connection)).await.expect(200);
    assert_eq!(outcome().await, "no_route");
    admin.act(&format!("/admin/v1/connections/{}/enable", estate.connection)).await.expect(200);
    assert_eq!(outcome().await, "route");
    let suspend = format!("/admin/v1/operators/{}/suspend", estate.operator);
    admin.post(&suspend, json!({"reason": "x"})).await.expect(200);
    assert_eq!(outcome().await, "no_route");
    admin.act(&format!("/admin/v1/operators/{}/activate", estate.operator)).await.expect(200);
    assert_eq!(outcome().await, "route");
});

on_both!(a_request_of_a_gateway_is_checked_alike, |daemon: Daemon| async move {
    let refused = daemon.gateway().post(RESOLVE, json!({"destination": "", "attempt": 10})).await;
    refused.refused(422, "invalid").telling(&[("/destination", "length"), ("/attempt", "range")]);
});
