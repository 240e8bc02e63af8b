//! `GET /connections`.

use serde_json::json;

use crate::support::{Caller, Daemon, Database, Estate, on_both, sample, with};

const CONNECTIONS: &str = "/admin/v1/connections";

async fn found(caller: &Caller, query: &str) -> Vec<String> {
    let page = caller.get(&format!("{CONNECTIONS}?{query}")).await.expect(200);
    assert_eq!(page.body["next_cursor"], json!(null), "{query}");
    page.body["items"].as_array().unwrap().iter().map(|of| of["name"].as_str().unwrap().to_owned()).collect()
}

on_both!(connections_of_all_operators_are_found_by_what_they_are, |daemon: Daemon| async move {
    let (admin, viewer) = (daemon.admin(), daemon.as_role("viewer"));
    let estate = Estate::create(&daemon, "acme").await;
    let other = Estate::create(&daemon, "other").await;
    let of_acme = format!("/admin/v1/operators/{}/connections", estate.operator);
    let over_http = json!({"name": "http", "protocol": "http", "http": {"base_url": "https://API.example.net:8443/v1", "auth": "bearer"}});
    admin
        .post(&of_acme, over_http.clone())
        .await
        .refused(422, "invalid")
        .telling(&[("/http/base_url", "pattern")]);
    let over_http =
        with(over_http, json!({"http": {"base_url": "https://api.example.net:8443/v1", "auth": "bearer"}}));
    let http = admin.post(&of_acme, over_http).await.expect(201);
    admin.act(&format!("{}/disable", http.header("location"))).await.expect(200);
    let two_sites = json!({"endpoints": [{"host": "a.example.net", "port": 1}, {"host": "a.example.net", "port": 2}, {"host": "b.example.net", "port": 1}]});
    let body = with(sample::connection("sites", "acme"), json!({"smpp": two_sites}));
    let sites = admin.post(&of_acme, body).await.expect(201).header("location");
    admin
        .post(&format!("{sites}/credentials"), json!({"system_id": "two", "password": "x"}))
        .await
        .expect(201);
    admin
        .post(&format!("{sites}/credentials"), json!({"system_id": "two", "password": "y"}))
        .await
        .expect(201);
    let doomed =
        admin.post(&of_acme, sample::connection("doomed", "acme")).await.expect(201).header("location");
    admin.delete(&doomed, "*").await.expect(204);
    let rows = daemon.rows().await;
    rows.change("UPDATE connection_health SET state = 'down' WHERE connection_id IN (SELECT id FROM connection WHERE name = 'sites')")
    .await;

    assert_eq!(found(&viewer, "").await, ["main", "main", "http", "sites"], "in the order of creation");
    for (query, names) in [
        ("host=a.example.net", &["sites"][..]),
        ("host=B.EXAMPLE.NET", &["sites"]),
        ("host=api.example.net", &["http"]),
        ("host=smsc.acme.example.net", &["main"]),
        ("host=example.net", &[]),
        ("system_id=sys", &["main", "main"]),
        ("system_id=two", &["sites"]),
        ("protocol=http", &["http"]),
        ("protocol=smpp", &["main", "main", "sites"]),
        ("status=disabled", &["http"]),
        ("status=enabled&protocol=smpp", &["main", "main", "sites"]),
        ("health=down", &["sites"]),
        ("health=unknown", &["main", "main", "http"]),
        ("health=down&system_id=sys", &[]),
    ] {
        assert_eq!(found(&viewer, query).await, names, "{query}");
    }
    assert_eq!(found(&viewer, &format!("operator_id={}", other.operator)).await, ["main"]);

    for (query, parameter) in [
        ("colour=red", "colour"),
        ("host=a", "host"),
        ("status=deleted", "status"),
        ("protocol=smtp", "protocol"),
        ("health=bad", "health"),
        ("operator_id=acme", "operator_id"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
    ] {
        let refused = viewer.get(&format!("{CONNECTIONS}?{query}")).await.refused(400, "invalid_query");
        assert_eq!(refused.body["errors"][0]["pointer"], parameter, "{query}");
    }
});
