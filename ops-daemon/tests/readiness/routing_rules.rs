//! Who gets which destination: a rule is live when its answer comes, on both listeners, and everybody it is about is told.

use serde_json::{Value, json};

use crate::{
    story::{RULES, arrived, audit, on_servers},
    support::{Caller, Estate},
};

async fn resolved(caller: &Caller, path: &str, number: &str) -> Value {
    caller.post(path, json!({"destination": number})).await.expect(200).body
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_is_live_at_once_on_both_listeners_and_gone_when_it_is_deleted() {
    let daemon = on_servers().await;
    let (admin, gateway) = (daemon.admin(), daemon.gateway());
    let (one, two) = (Estate::create(&daemon, "one").await, Estate::create(&daemon, "two").await);
    let both = json!({
        "name": "germany", "match": {"destination": {"prefix": "49"}},
        "targets": [{"connection_id": one.connection, "tier": 0}, {"connection_id": two.connection, "tier": 1}],
    });
    let germany = admin.post(RULES, both).await.expect(201);
    let by_admin = resolved(&admin, "/admin/v1/routing/resolve", "+491701234567").await;
    let by_gateway = resolved(&gateway, "/internal/v1/routing/resolve", "+491701234567").await;
    assert_eq!(by_admin["outcome"], "route");
    assert_eq!(
        (&by_admin["candidates"], &by_admin["view_version"]),
        (&by_gateway["candidates"], &by_gateway["view_version"])
    );
    let order: Vec<_> =
        by_admin["candidates"].as_array().unwrap().iter().map(|of| of["connection_id"].clone()).collect();
    assert_eq!(order, [json!(one.connection), json!(two.connection)], "by tier");

    // a longer prefix is the better match
    let berlin = json!({
        "name": "berlin", "match": {"destination": {"prefix": "4930"}}, "targets": [{"connection_id": two.connection}],
    });
    let berlin = admin.post(RULES, berlin).await.expect(201);
    let at = |answer: &Value| answer["candidates"][0]["connection_id"].clone();
    assert_eq!(
        at(&resolved(&gateway, "/internal/v1/routing/resolve", "+493012345678").await),
        json!(two.connection)
    );
    assert_eq!(
        at(&resolved(&gateway, "/internal/v1/routing/resolve", "+491701234567").await),
        json!(one.connection)
    );
    admin.act(&format!("/admin/v1/connections/{}/disable", one.connection)).await.expect(200);
    assert_eq!(
        at(&resolved(&gateway, "/internal/v1/routing/resolve", "+491701234567").await),
        json!(two.connection)
    );

    let mut body = json!({"name": "lost", "match": {"destination": {"prefix": "33"}}, "targets": []});
    body["targets"] = json!([{"connection_id": "0192f0c1-7a2b-7c3d-8e4f-0123456789ab"}]);
    admin
        .post(RULES, body)
        .await
        .refused(422, "invalid")
        .telling(&[("/targets/0/connection_id", "unknown_connection")]);
    assert_eq!(admin.get(RULES).await.expect(200).body["items"].as_array().unwrap().len(), 2);

    admin.delete(&berlin.header("location"), &berlin.etag()).await.expect(204);
    admin.delete(&germany.header("location"), &germany.etag()).await.expect(204);
    assert_eq!(resolved(&admin, "/admin/v1/routing/resolve", "+493012345678").await["outcome"], "no_route");
    let actions = [audit(&daemon, "rule_create").await.len(), audit(&daemon, "rule_delete").await.len()];
    assert_eq!(actions, [2, 2]);

    // each operator that a rule is about: created, connection, credential, activated, and the rules' comings and goings
    let events = arrived(&daemon, &two.operator, 8).await;
    let routing = events.iter().filter(|event| event["data"]["changes"][0]["what"] == "routing").count();
    assert_eq!(routing, 4);
    arrived(&daemon, &one.operator, 7).await;
    daemon.stream_is_whole().await;
}
