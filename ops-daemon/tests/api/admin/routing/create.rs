//! `POST /routing/rules`.

use serde_json::{Value, json};

use crate::support::{Daemon, Database, Estate, on_both, with};

const RULES: &str = "/admin/v1/routing/rules";
const RESOLVE: &str = "/admin/v1/routing/resolve";
const UNKNOWN: &str = "0192f0c1-7a2b-7c3d-8e4f-0123456789ab";

on_both!(a_rule_is_live_when_its_answer_comes, |daemon: Daemon| async move {
    let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
    for n in 0..20 {
        let created = admin.post(RULES, estate.rule(&format!("r{n}"), &format!("49{n}"))).await.expect(201);
        let resolved = admin.post(RESOLVE, json!({"destination": format!("49{n}00000")})).await.expect(200);
        assert_eq!(
            (&resolved.body["outcome"], &resolved.body["rule_id"]),
            (&json!("route"), &json!(created.id())),
            "{n}"
        );
    }
});

on_both!(a_minimal_rule_gets_every_default, |daemon: Daemon| async move {
    let estate = Estate::create(&daemon, "acme").await;
    let created = daemon.admin().post(RULES, estate.rule("r", "49")).await.expect(201);
    assert_eq!(
        (created.header("location"), created.etag().as_str()),
        (format!("{RULES}/{}", created.id()), "\"1.1\"")
    );
    let at = created.body["created_at"].clone();
    let expected = json!({
        "id": created.id(), "name": "r", "enabled": true, "precedence": 1000,
        "match": {"destination": {"prefix": "49"}, "network_source": "trusted"},
        "targets": [{
            "connection_id": estate.connection, "operator_id": estate.operator, "tier": 0, "weight": 1, "enabled": true,
            "failover_on": "down", "note": null,
        }],
        "on_no_target": "next_rule", "version": 1, "created_at": at, "created_by": "dev-admin",
        "updated_at": at, "updated_by": "dev-admin",
    });
    assert_eq!(created.body, expected);
    let read = daemon.as_role("viewer").get(&created.header("location")).await.expect(200);
    assert_eq!((read.body, read.headers["etag"].clone()), (expected, created.headers["etag"].clone()));

    let events = daemon.events_of(&estate.operator).await;
    assert_eq!(events.last().unwrap()["data"], json!({"changes": [{"what": "routing", "id": created.id()}]}));
    let entry = &daemon.audit().await[0];
    assert_eq!(
        (&entry["action"], &entry["subject"]),
        (&json!("rule_create"), &json!({"kind": "rule", "id": created.id()}))
    );
    assert_eq!(entry["actor"]["subject"], "dev-admin");
});

on_both!(
    a_rule_with_every_field_is_stored_as_sent_for_each_kind_of_destination,
    |daemon: Daemon| async move {
        let (a, b) = (Estate::create(&daemon, "a-op").await, Estate::create(&daemon, "b-op").await);
        let target = |estate: &Estate, more: Value| with(json!({"connection_id": estate.connection}), more);
        for destination in [
            json!({"number": "4917012345678"}),
            json!({"mcc": "262", "mnc": "01"}),
            json!({"prefix": "4"}),
            json!({"mcc": "262"}),
            json!({"any": true}),
        ] {
            let body = json!({
                "name": "Größe", "enabled": false, "precedence": 0,
                "match": {"destination": destination, "network_source": "any"},
                "targets": [
                    target(&b, json!({"tier": 255, "weight": 10000, "enabled": false, "failover_on": "degraded", "note": "why"})),
                    target(&a, json!({"tier": 0, "weight": 1, "enabled": true, "failover_on": "down", "note": null})),
                ],
                "on_no_target": "reject",
            });
            let created = daemon.admin().post(RULES, body.clone()).await.expect(201);
            for field in ["name", "enabled", "precedence", "match", "on_no_target"] {
                assert_eq!(created.body[field], body[field], "{field}");
            }
            let operators = created.body["targets"]
                .as_array()
                .unwrap()
                .iter()
                .map(|target| target["operator_id"].clone());
            assert_eq!(operators.collect::<Vec<_>>(), [json!(b.operator), json!(a.operator)]);
            let read = daemon.admin().get(&created.header("location")).await.expect(200);
            assert_eq!(read.body, created.body);
        }
        for estate in [&a, &b] {
            let events = daemon.events_of(&estate.operator).await;
            let routed =
                events.iter().filter(|event| event["data"]["changes"][0]["what"] == "routing").count();
            assert_eq!(routed, 5, "one event per rule and operator");
        }
    }
);

on_both!(a_target_that_is_not_there_is_told_with_its_place, |daemon: Daemon| async move {
    let (admin, estate, gone) =
        (daemon.admin(), Estate::create(&daemon, "acme").await, Estate::create(&daemon, "gone").await);
    let path = format!("/admin/v1/operators/{}", gone.operator);
    admin.post(&format!("{path}/suspend"), json!({"reason": "x"})).await.expect(200);
    admin.delete(&path, "*").await.expect(204);
    let before = daemon.stored().await;
    let targets: Vec<_> =
        [UNKNOWN, &estate.connection, &gone.connection, &estate.operator, &estate.connection]
            .map(|id| json!({"connection_id": id}))
            .into();
    let refused = admin.post(RULES, with(estate.rule("r", "49"), json!({"targets": targets}))).await;
    refused.refused(422, "invalid").telling(&[
        ("/targets/0/connection_id", "unknown_connection"),
        ("/targets/2/connection_id", "unknown_connection"),
        ("/targets/3/connection_id", "unknown_connection"),
        ("/targets/4/connection_id", "unique"),
    ]);
    assert_eq!(daemon.stored().await, before);
});

on_both!(only_a_block_rule_has_no_targets, |daemon: Daemon| async move {
    let admin = daemon.admin();
    let block = json!({"name": "block", "match": {"destination": {"prefix": "88"}}, "targets": [], "on_no_target": "reject"});
    let created = admin.post(RULES, block.clone()).await.expect(201);
    let resolved = admin.post(RESOLVE, json!({"destination": "88123"})).await.expect(200);
    assert_eq!(
        (&resolved.body["outcome"], &resolved.body["rule_id"]),
        (&json!("rejected"), &json!(created.id()))
    );
    assert_eq!(daemon.events().await, Vec::<Value>::new());
    assert_eq!(
        (&daemon.audit().await[0]["action"], &daemon.audit().await[0]["operator_id"]),
        (&json!("rule_create"), &json!(null))
    );
    let before = daemon.stored().await;
    let refused = admin.post(RULES, with(block.clone(), json!({"on_no_target": "next_rule"}))).await;
    refused.refused(422, "invalid").telling(&[("/targets", "combination")]);
    let many: Vec<_> = (0..65)
        .map(|n| json!({"connection_id": format!("0192f0c1-7a2b-7c3d-8e4f-0000000000{n:02}")}))
        .collect();
    let refused = admin.post(RULES, with(block, json!({"targets": many}))).await;
    refused.refused(422, "invalid").telling(&[("/targets", "length")]);
    assert_eq!(daemon.stored().await, before);
});

on_both!(every_fault_of_a_rule_is_told_at_once, |daemon: Daemon| async move {
    let before = daemon.stored().await;
    let body = json!({
        "name": "", "enabled": "yes", "precedence": 65536, "id": 1, "labels": {},
        "match": {"destination": {"prefix": "0049"}, "network_source": "guess", "tenant": "x"},
        "targets": [
            {"connection_id": "acme", "tier": 256, "weight": 0, "enabled": 1, "failover_on": "never", "note": ""},
            {"operator_id": UNKNOWN},
        ],
        "on_no_target": "drop",
    });
    daemon.admin().post(RULES, body).await.refused(422, "invalid").telling(&[
        ("/name", "length"),
        ("/enabled", "type"),
        ("/precedence", "range"),
        ("/id", "read_only"),
        ("/labels", "unknown"),
        ("/match/destination/prefix", "pattern"),
        ("/match/network_source", "one_of"),
        ("/match/tenant", "unknown"),
        ("/targets/0/connection_id", "pattern"),
        ("/targets/0/tier", "range"),
        ("/targets/0/weight", "range"),
        ("/targets/0/enabled", "type"),
        ("/targets/0/failover_on", "one_of"),
        ("/targets/0/note", "length"),
        ("/targets/1/operator_id", "read_only"),
        ("/targets/1/connection_id", "required"),
        ("/on_no_target", "one_of"),
    ]);
    assert_eq!(daemon.stored().await, before);
});

on_both!(a_destination_has_exactly_one_form, |daemon: Daemon| async move {
    let estate = Estate::create(&daemon, "acme").await;
    let before = daemon.stored().await;
    for destination in [
        json!({}),
        json!({"any": false}),
        json!({"any": true, "prefix": "49"}),
        json!({"number": "49", "mcc": "262"}),
        json!({"mnc": "01"}),
        json!({"mcc": "262", "mnc": 1}),
        json!({"prefix": "1234567890123456"}),
        json!({"number": "+4917"}),
        json!("49"),
    ] {
        let body = with(estate.rule("r", "49"), json!({"match": {"destination": destination}}));
        let refused = daemon.admin().post(RULES, body).await.refused(422, "invalid");
        let faults = refused.faults();
        assert!(!faults.is_empty(), "{}", refused.text);
        assert!(
            faults.iter().all(|(pointer, _)| pointer.starts_with("/match/destination")),
            "{}",
            refused.text
        );
    }
    assert_eq!(daemon.stored().await, before);
});

on_both!(a_rule_needs_the_permission_to_change_what_routes_now, |daemon: Daemon| async move {
    let estate = Estate::create(&daemon, "acme").await;
    for role in ["viewer", "editor", "auditor"] {
        let refused =
            daemon.as_role(role).post(RULES, estate.rule("r", "49")).await.refused(403, "forbidden");
        assert!(refused.body["detail"].as_str().unwrap().contains("routing:apply"), "{}", refused.text);
    }
    assert_eq!(daemon.rows().await.count("rule").await, 0);
});
