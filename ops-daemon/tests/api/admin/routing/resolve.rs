//! `POST /routing/resolve`, as people ask it.

use serde_json::{Value, json};

use crate::support::{Answer, Daemon, Database, Estate, on_both, sample, with};

const RULES: &str = "/admin/v1/routing/rules";
const RESOLVE: &str = "/admin/v1/routing/resolve";

async fn resolve(daemon: &Daemon, request: Value) -> Answer {
    daemon.as_role("viewer").post(RESOLVE, request).await.expect(200)
}

fn connections(answer: &Answer) -> Vec<Value> {
    let candidates = answer.body["candidates"].as_array().unwrap();
    candidates.iter().map(|candidate| candidate["connection_id"].clone()).collect()
}

/// What the explanation says about one rule: outcome and reason.
fn explained(answer: &Answer, rule: &str) -> (Value, Value) {
    let rules = answer.body["explain"].as_array().unwrap();
    let one = rules.iter().find(|explained| explained["rule_id"] == rule).unwrap();
    (one["outcome"].clone(), one["reason"].clone())
}

/// The reason for which a target of a rule was not chosen.
fn passed_over(answer: &Answer, rule: &str, connection: &str) -> Value {
    let rules = answer.body["explain"].as_array().unwrap();
    let one = rules.iter().find(|explained| explained["rule_id"] == rule).unwrap();
    let targets = one["targets"].as_array().unwrap();
    targets
        .iter()
        .find(|target| target["connection_id"] == connection)
        .map_or(Value::Null, |target| target["reason"].clone())
}

on_both!(a_route_names_rule_candidates_and_view, |daemon: Daemon| async move {
    let estate = Estate::create(&daemon, "acme").await;
    let rule = daemon.admin().post(RULES, estate.rule("r", "49")).await.expect(201).id();
    let before = daemon.stored().await;
    for destination in ["491701234567", "+491701234567"] {
        let answer = resolve(&daemon, json!({"destination": destination})).await;
        let candidate =
            json!({"connection_id": estate.connection, "operator_id": estate.operator, "tier": 0});
        assert!(answer.body["view_version"].as_str().unwrap().starts_with("1."), "{}", answer.text);
        let view = answer.body["view_version"].clone();
        assert_eq!(
            answer.body,
            json!({"outcome": "route", "rule_id": rule, "candidates": [candidate], "view_version": view})
        );
    }
    let nowhere = resolve(&daemon, json!({"destination": "331"})).await;
    assert_eq!((&nowhere.body["outcome"], &nowhere.body["rule_id"]), (&json!("no_route"), &json!(null)));
    assert_eq!(daemon.stored().await, before, "a resolve leaves nothing");
});

on_both!(tiers_are_the_order_of_failover_and_exclude_takes_one_out, |daemon: Daemon| async move {
    let (a, b, c) = (
        Estate::create(&daemon, "a").await,
        Estate::create(&daemon, "b").await,
        Estate::create(&daemon, "c").await,
    );
    let target = |estate: &Estate, tier: i64| json!({"connection_id": estate.connection, "tier": tier});
    let targets = json!([target(&c, 2), target(&a, 0), target(&b, 1)]);
    let rule = daemon
        .admin()
        .post(RULES, with(a.rule("r", "49"), json!({"targets": targets})))
        .await
        .expect(201)
        .id();
    let id = |estate: &Estate| json!(estate.connection);
    let answer = resolve(&daemon, json!({"destination": "4917", "explain": true})).await;
    assert_eq!(connections(&answer), [id(&a), id(&b), id(&c)]);
    assert_eq!(answer.body["candidates"][1]["tier"], 1);
    assert_eq!(explained(&answer, &rule).0, "chosen");
    assert_eq!(passed_over(&answer, &rule, &b.connection), "lower_in_order");
    assert_eq!(passed_over(&answer, &rule, &a.connection), json!(null));

    let excluded = resolve(
        &daemon,
        json!({"destination": "4917", "exclude": [a.connection, b.operator], "explain": true}),
    )
    .await;
    assert_eq!(connections(&excluded), [id(&c)]);
    assert_eq!(passed_over(&excluded, &rule, &a.connection), "excluded");
    assert_eq!(passed_over(&excluded, &rule, &b.connection), "excluded");
    let origin =
        resolve(&daemon, json!({"destination": "4917", "origin_operator_id": a.operator, "explain": true}))
            .await;
    assert_eq!(
        (connections(&origin), passed_over(&origin, &rule, &a.connection)),
        (vec![id(&b), id(&c)], json!("origin"))
    );
});

on_both!(the_split_follows_key_and_attempt_and_is_the_same_every_time, |daemon: Daemon| async move {
    let (a, b) = (Estate::create(&daemon, "a").await, Estate::create(&daemon, "b").await);
    let targets = json!([{"connection_id": a.connection}, {"connection_id": b.connection}]);
    daemon.admin().post(RULES, with(a.rule("r", "49"), json!({"targets": targets}))).await.expect(201);
    let first = async |request: Value| connections(&resolve(&daemon, request).await).remove(0);
    let mut of_a = 0;
    for n in 0..64 {
        let key = format!("message-{n}");
        let chosen = first(json!({"destination": "4917", "split_key": key})).await;
        assert_eq!(first(json!({"destination": "4918", "split_key": key, "attempt": 0})).await, chosen);
        of_a += i32::from(chosen == json!(a.connection));
    }
    assert!((16..=48).contains(&of_a), "equal weights gave {of_a} of 64");
    let mut attempts = Vec::new();
    for attempt in 0..=9 {
        attempts.push(first(json!({"destination": "4917", "attempt": attempt})).await);
    }
    attempts.sort_by_key(ToString::to_string);
    attempts.dedup();
    assert_eq!(attempts.len(), 2, "another attempt draws anew");
});

on_both!(a_block_rule_ends_the_search, |daemon: Daemon| async move {
    let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
    admin.post(RULES, estate.rule("broad", "49")).await.expect(201);
    let block = json!({"name": "block", "match": {"destination": {"prefix": "4988"}}, "targets": [], "on_no_target": "reject"});
    let block = admin.post(RULES, block).await.expect(201).id();
    let answer = resolve(&daemon, json!({"destination": "49881", "explain": true})).await;
    assert_eq!(
        (&answer.body["outcome"], &answer.body["rule_id"], connections(&answer)),
        (&json!("rejected"), &json!(block), vec![])
    );
    assert_eq!(explained(&answer, &block).0, "rejected");
    assert_eq!(resolve(&daemon, json!({"destination": "49871"})).await.body["outcome"], "route");
});

on_both!(a_network_rule_believes_only_what_was_looked_up, |daemon: Daemon| async move {
    let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
    let on = |destination: Value, source: &str| {
        let rule = estate.rule("r", "49");
        with(rule, json!({"match": {"destination": destination, "network_source": source}}))
    };
    let exact = admin.post(RULES, on(json!({"mcc": "262", "mnc": "01"}), "trusted")).await.expect(201).id();
    let network = |mnc: &str, source: &str| json!({"destination": "4917", "explain": true, "network": {"mcc": "262", "mnc": mnc, "source": source}});
    for source in ["portability", "imsi"] {
        assert_eq!(resolve(&daemon, network("01", source)).await.body["rule_id"], json!(exact), "{source}");
        let other = resolve(&daemon, network("001", source)).await;
        assert_eq!(
            (&other.body["outcome"], explained(&other, &exact).1),
            (&json!("no_route"), json!("destination"))
        );
    }
    let guessed = resolve(&daemon, network("01", "prefix")).await;
    assert_eq!(
        (&guessed.body["outcome"], explained(&guessed, &exact).1),
        (&json!("no_route"), json!("network_not_trusted"))
    );
    let silent = resolve(&daemon, json!({"destination": "4917", "explain": true})).await;
    assert_eq!(explained(&silent, &exact).1, "network_not_given");

    let any = admin.post(RULES, on(json!({"mcc": "262"}), "any")).await.expect(201).id();
    assert_eq!(resolve(&daemon, network("02", "prefix")).await.body["rule_id"], json!(any));
    assert_eq!(
        resolve(&daemon, network("01", "imsi")).await.body["rule_id"],
        json!(exact),
        "a network beats its country"
    );
});

on_both!(the_narrower_rule_is_tried_first_within_one_precedence, |daemon: Daemon| async move {
    let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
    let mut ids = Vec::new();
    for destination in [
        json!({"any": true}),
        json!({"prefix": "49"}),
        json!({"prefix": "4917"}),
        json!({"number": "491701"}),
    ] {
        let rule = with(estate.rule("r", "1"), json!({"match": {"destination": destination}}));
        ids.push(admin.post(RULES, rule).await.expect(201).id());
    }
    let first = with(estate.rule("first", "4916"), json!({"precedence": 10}));
    let first = admin.post(RULES, first).await.expect(201).id();
    let broad = with(estate.rule("broad", "49169"), json!({"precedence": 999}));
    admin.post(RULES, broad).await.expect(201);
    for (destination, rule) in
        [("331", &ids[0]), ("498", &ids[1]), ("49170", &ids[2]), ("491701", &ids[3]), ("49169", &first)]
    {
        assert_eq!(
            resolve(&daemon, json!({"destination": destination})).await.body["rule_id"],
            json!(rule),
            "{destination}"
        );
    }
});

on_both!(every_unusable_target_is_told_with_its_reason, |daemon: Daemon| async move {
    let admin = daemon.admin();
    let (on, off, suspended) = (
        Estate::create(&daemon, "on").await,
        Estate::create(&daemon, "off").await,
        Estate::create(&daemon, "suspended").await,
    );
    let draft =
        admin.post("/admin/v1/operators", sample::operator("draft")).await.expect(201).header("location");
    let draft = admin
        .post(&format!("{draft}/connections"), sample::connection("main", "draft"))
        .await
        .expect(201)
        .id();
    let dark = format!("/admin/v1/operators/{}/connections", on.operator);
    let dark = admin.post(&dark, sample::connection("dark", "on")).await.expect(201).id();
    let targets = json!([
        {"connection_id": on.connection, "enabled": false}, {"connection_id": off.connection},
        {"connection_id": suspended.connection}, {"connection_id": draft}, {"connection_id": dark},
    ]);
    let rule =
        admin.post(RULES, with(on.rule("r", "49"), json!({"targets": targets}))).await.expect(201).id();
    let disabled = admin
        .post(RULES, with(on.rule("switched-off", "49"), json!({"enabled": false})))
        .await
        .expect(201)
        .id();
    admin.act(&format!("/admin/v1/connections/{}/disable", off.connection)).await.expect(200);
    let suspend = format!("/admin/v1/operators/{}/suspend", suspended.operator);
    admin.post(&suspend, json!({"reason": "x"})).await.expect(200);

    let answer = resolve(&daemon, json!({"destination": "4917", "explain": true})).await;
    assert_eq!(connections(&answer), [json!(dark)]);
    for (connection, reason) in [
        (&on.connection, "target_disabled"),
        (&off.connection, "connection_not_enabled"),
        (&suspended.connection, "operator_not_active"),
        (&draft, "operator_not_active"),
    ] {
        assert_eq!(passed_over(&answer, &rule, connection), reason);
    }
    admin.act(&format!("/admin/v1/connections/{dark}/disable")).await.expect(200);
    let answer = resolve(&daemon, json!({"destination": "4917", "explain": true})).await;
    assert_eq!(
        (&answer.body["outcome"], explained(&answer, &rule).0),
        (&json!("no_route"), json!("exhausted"))
    );
    assert_eq!(explained(&answer, &disabled), (json!("skipped"), json!("rule_disabled")));
});

on_both!(every_fault_of_a_request_is_told_at_once, |daemon: Daemon| async move {
    let request = json!({
        "destination": "++49", "network": {"mcc": "2", "source": "guess"}, "split_key": "", "attempt": 10,
        "exclude": ["x"], "origin_operator_id": 7, "at": "2026-01-31", "explain": "yes", "sender": "a",
    });
    daemon.as_role("viewer").post(RESOLVE, request).await.refused(422, "invalid").telling(&[
        ("/destination", "pattern"),
        ("/network/mcc", "length"),
        ("/network/mnc", "required"),
        ("/network/source", "one_of"),
        ("/split_key", "length"),
        ("/attempt", "range"),
        ("/exclude/0", "pattern"),
        ("/origin_operator_id", "type"),
        ("/at", "pattern"),
        ("/explain", "type"),
        ("/sender", "unknown"),
    ]);
    let many = vec!["0192f0c1-7a2b-7c3d-8e4f-0123456789ab"; 65];
    let refused = daemon.as_role("viewer").post(RESOLVE, json!({"destination": "49", "exclude": many})).await;
    refused.refused(422, "invalid").telling(&[("/exclude", "length")]);
});
