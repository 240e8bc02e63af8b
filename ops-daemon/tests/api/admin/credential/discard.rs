//! `POST /connections/{connection_id}/credentials/{version}/discard`.

use serde_json::json;

use crate::support::{Daemon, Database, Estate, on_both};

on_both!(a_discarded_credential_makes_room_for_another, |daemon: Daemon| async move {
    let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
    let path = format!("/admin/v1/connections/{}/credentials", estate.connection);
    let body = json!({"system_id": "sys", "password": "second"});
    admin.post(&path, body.clone()).await.expect(201);
    admin.post(&path, body.clone()).await.refused(409, "already_staged");
    let discarded = admin.act(&format!("{path}/2/discard")).await.expect(200);
    assert_eq!(
        (&discarded.body["stage"], &discarded.body["activated_at"]),
        (&json!("discarded"), &json!(null))
    );
    let events = daemon.events_of(&estate.operator).await;
    assert_eq!(
        events.last().unwrap()["data"],
        json!({"changes": [{"what": "credential", "id": estate.connection}]})
    );
    assert_eq!(daemon.audit().await[0]["action"], "credential_discard");
    let before = daemon.stored().await;
    assert_eq!(admin.act(&format!("{path}/2/discard")).await.expect(200).body, discarded.body);
    assert_eq!(daemon.stored().await, before);
    let third = admin.post(&path, body).await.expect(201);
    assert_eq!((&third.body["version"], &third.body["stage"]), (&json!(3), &json!("staged")));
    let refused = admin.act(&format!("{path}/2/activate")).await.refused(409, "illegal_transition");
    assert_eq!((&refused.body["from"], &refused.body["to"]), (&json!("discarded"), &json!("active")));
});

on_both!(the_active_one_cannot_be_discarded, |daemon: Daemon| async move {
    let estate = Estate::create(&daemon, "acme").await;
    let path = format!("/admin/v1/connections/{}/credentials/1/discard", estate.connection);
    let before = daemon.stored().await;
    let refused = daemon.admin().act(&path).await.refused(409, "illegal_transition");
    assert_eq!((&refused.body["from"], &refused.body["to"]), (&json!("active"), &json!("discarded")));
    assert_eq!(daemon.stored().await, before);
});
