//! `GET /operators/{operator_id}/connections`.

use serde_json::json;

use crate::support::{Daemon, Database, Estate, on_both, sample};

on_both!(an_operators_connections_are_one_page_in_order_of_their_names, |daemon: Daemon| async move {
    let (estate, other) = (Estate::create(&daemon, "acme").await, Estate::create(&daemon, "other").await);
    let path = format!("/admin/v1/operators/{}/connections", estate.operator);
    for name in ["zulu", "alpha", "Beta"] {
        daemon.admin().post(&path, sample::connection(name, "acme")).await.expect(201);
    }
    let page = daemon.as_role("viewer").get(&path).await.expect(200);
    let items = page.body["items"].as_array().unwrap();
    let names: Vec<_> = items.iter().map(|item| item["name"].as_str().unwrap()).collect();
    assert_eq!((names, &page.body["next_cursor"]), (vec!["Beta", "alpha", "main", "zulu"], &json!(null)));
    assert!(items.iter().all(|item| item["operator_id"] == json!(estate.operator)));
    for item in items {
        let path = format!("/admin/v1/connections/{}", item["id"].as_str().unwrap());
        assert_eq!(&daemon.as_role("viewer").get(&path).await.expect(200).body, item);
        assert_ne!(item["id"], json!(other.connection));
    }
});

on_both!(an_unknown_operator_has_no_list, |daemon: Daemon| async move {
    let path = "/admin/v1/operators/0192f0c1-7a2b-7c3d-8e4f-0123456789ab/connections";
    daemon.as_role("viewer").get(path).await.refused(404, "not_found");
});
