//! A carrier goes: not while traffic is routed to it, then out of every list, and still there for whoever asks what it was.

use serde_json::json;

use crate::{
    story::{LEASES, OPERATORS, RULES, arrived, audit, on_servers, types},
    support::{Estate, sample},
};

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_is_deleted_only_when_nothing_leads_to_it_and_can_be_read_afterwards() {
    let daemon = on_servers().await;
    let admin = daemon.admin();
    let estate = Estate::create(&daemon, "acme").await;
    let rule = admin.post(RULES, estate.rule("german", "49")).await.expect(201);
    let path = format!("{OPERATORS}/{}", estate.operator);
    let tag = async || admin.get(&path).await.expect(200).etag();

    admin.delete(&path, &tag().await).await.refused(409, "illegal_transition");
    admin.post(&format!("{path}/suspend"), json!({"reason": "contract ended"})).await.expect(200);
    let refused = admin.delete(&path, &tag().await).await.refused(409, "operator_in_use");
    assert!(refused.text.contains(&rule.id()), "it names the rule: {}", refused.text);
    admin.delete(&rule.header("location"), &rule.etag()).await.expect(204);
    admin.delete(&path, "\"1.1\"").await.refused(412, "precondition_failed");
    admin.delete(&path, &tag().await).await.expect(204);

    let listed = admin.get(OPERATORS).await.expect(200);
    assert_eq!(listed.body["items"], json!([]));
    let listed = admin.get(&format!("{OPERATORS}?deleted=only")).await.expect(200);
    assert_eq!(listed.body["items"][0]["id"], json!(estate.operator));
    let found = admin.get(&path).await.expect(200);
    assert!(found.body["deleted_at"].is_string() && found.body["status"] == "deleted", "{}", found.text);

    let lease =
        daemon.gateway().post(LEASES, json!({"connection_ids": [estate.connection]})).await.expect(200);
    assert_eq!(lease.body["leases"], json!([]));
    assert_eq!(lease.body["refused"][0]["code"], "operator_deleted", "{}", lease.text);
    let rows = daemon.rows().await;
    let left = "SELECT count(*) FROM connection WHERE deleted_at IS NULL";
    assert_eq!((rows.count("operator").await, rows.number(left, []).await), (1, 0), "the row stays");
    assert_eq!(daemon.secrets().await, 1, "a secret goes with the purge, and not before");
    assert_eq!(audit(&daemon, "operator_delete").await.len(), 1);

    // created, connection, credential, activated, rule, suspended, rule gone, deleted
    let events = arrived(&daemon, &estate.operator, 8).await;
    assert_eq!(types(&events)[7], "operator.deleted");
    assert!(events[7]["data"]["purge_after"].is_string());
    admin.post(OPERATORS, sample::operator("acme")).await.expect(201);
}
