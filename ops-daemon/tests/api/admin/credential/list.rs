//! `GET /connections/{connection_id}/credentials`.

use serde_json::json;

use crate::support::{Daemon, Database, Estate, on_both, sample};

on_both!(all_credentials_of_a_connection_are_listed_and_no_other, |daemon: Daemon| async move {
    let estate = Estate::create(&daemon, "acme").await;
    Estate::create(&daemon, "other").await;
    let path = format!("/admin/v1/connections/{}/credentials", estate.connection);
    daemon.admin().post(&path, json!({"system_id": "sys", "password": "second"})).await.expect(201);
    let listed = daemon.as_role("viewer").get(&path).await.expect(200);
    let items = listed.body["items"].as_array().unwrap();
    let mut versions: Vec<_> =
        items.iter().map(|item| (item["version"].clone(), item["stage"].clone())).collect();
    versions.sort_by_key(|(version, _)| version.as_i64());
    assert_eq!(versions, [(json!(1), json!("active")), (json!(2), json!("staged"))]);
    for item in items {
        let one = daemon.as_role("viewer").get(&format!("{path}/{}", item["version"])).await.expect(200);
        assert_eq!(&one.body, item);
    }
});

on_both!(
    a_connection_without_credential_has_an_empty_list_and_an_unknown_one_none,
    |daemon: Daemon| async move {
        let estate = Estate::create(&daemon, "acme").await;
        let connections = format!("/admin/v1/operators/{}/connections", estate.operator);
        let bare = daemon.admin().post(&connections, sample::connection("bare", "acme")).await.expect(201);
        let viewer = daemon.as_role("viewer");
        let path = format!("{}/credentials", bare.header("location"));
        assert_eq!(viewer.get(&path).await.expect(200).body, json!({"items": []}));
        let unknown = "/admin/v1/connections/0192f0c1-7a2b-7c3d-8e4f-0123456789ab/credentials";
        viewer.get(unknown).await.refused(404, "not_found");
    }
);
