//! A carrier is taken on: one request, one row, one audit entry, one event that carries the trace of the request.

use reqwest::Method;
use serde_json::json;

use crate::{
    story::{OPERATORS, arrived, audit, on_servers, post_with},
    support::Caller,
};

const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_is_created_once_and_everybody_learns_of_it() {
    let daemon = on_servers().await;
    let admin = daemon.admin();
    let body = json!({
        "code": "acme", "display_name": "Acme Télécom", "kind": "mno", "countries": ["FR"],
        "networks": [{"mcc": "208", "mnc": "01"}], "labels": {"region": "emea"},
    });
    let headers =
        [("idempotency-key", "take-on-acme"), ("traceparent", TRACE), ("x-request-id", "ticket-17")];
    let created = post_with(&admin, OPERATORS, &body, &headers).await.expect(201);
    let id = created.id();
    assert_eq!(created.header("location"), format!("{OPERATORS}/{id}"));
    assert_eq!((created.etag().as_str(), &created.body["status"]), ("\"1.1\"", &json!("draft")));

    // whoever is not sure whether it arrived sends it again
    let again = post_with(&admin, OPERATORS, &body, &headers).await.expect(201);
    assert_eq!((&again.text, again.etag()), (&created.text, created.etag()));
    let other = json!({"code": "acme", "display_name": "Another", "kind": "mno"});
    post_with(&admin, OPERATORS, &other, &headers).await.refused(422, "idempotency_mismatch");

    let rows = daemon.rows().await;
    assert_eq!(rows.texts("SELECT code FROM operator", []).await, ["acme"]);
    let [entry] = &audit(&daemon, "operator_create").await[..] else { panic!("one entry") };
    assert_eq!((&entry["request_id"], &entry["operator_id"]), (&json!("ticket-17"), &json!(id)));

    let [event] = &arrived(&daemon, &id, 1).await[..] else { panic!("one event") };
    assert_eq!((&event["type"], &event["traceparent"]), (&json!("operator.created"), &json!(TRACE)));
    assert_eq!(
        (&event["data"]["code"], &event["data"]["display_name"]),
        (&json!("acme"), &json!("Acme Télécom"))
    );
    assert!(event["data"].get("contacts").is_none());

    let read = |tag: &str| {
        let request = admin.request(Method::GET, &format!("{OPERATORS}/{id}")).header("if-none-match", tag);
        Caller::send(request)
    };
    read("\"1.1\"").await.expect(304);
    let found = read("\"1.2\"").await.expect(200);
    assert_eq!(found.body["id"], json!(id));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_with_faults_is_told_all_of_them_and_nothing_is_kept() {
    let daemon = on_servers().await;
    let before = daemon.stored().await;
    let body = json!({"code": "ACME!", "kind": "carrier", "countries": ["Germany"], "colour": "red"});
    let refused = daemon.admin().post(OPERATORS, body).await.refused(422, "invalid");
    let pointers: Vec<_> = refused.faults().into_iter().map(|(pointer, _)| pointer).collect();
    for pointer in ["/code", "/display_name", "/kind", "/countries/0", "/colour"] {
        assert!(pointers.contains(&pointer.to_owned()), "{pointer} is not in {}", refused.text);
    }
    assert_eq!(daemon.stored().await, before);
    assert!(daemon.servers().messages().await.is_empty());
}
