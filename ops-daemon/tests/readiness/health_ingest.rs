//! Gateways say how it goes; what they say is counted once, judged, told to everybody, and routed by.

use serde_json::{Value, json};

use crate::{
    story::{OPERATORS, RULES, arrived, on_servers},
    support::{Daemon, Estate, sample_of, until, with},
};

const SAMPLES: &str = "/internal/v1/health/samples";
const UNKNOWN: &str = "0192f0c1-7a2b-7c3d-8e4f-0123456789ab";

async fn report(daemon: &Daemon, samples: &[Value]) -> Value {
    daemon.gateway().post(SAMPLES, json!({"samples": samples})).await.expect(200).body
}

#[tokio::test(flavor = "multi_thread")]
async fn samples_are_kept_once_and_a_connection_that_is_lost_is_routed_around() {
    let daemon = on_servers().await;
    let admin = daemon.admin();
    let estate = Estate::create(&daemon, "acme").await;
    admin.post(RULES, estate.rule("german", "49")).await.expect(201);

    let bound = sample_of(&estate.connection, 1, true);
    let unknown = with(sample_of(&estate.connection, 2, true), json!({"connection_id": UNKNOWN}));
    let told = report(&daemon, &[bound.clone(), bound.clone(), unknown]).await;
    assert_eq!((&told["accepted"], &told["duplicate"]), (&json!(1), &json!(1)), "{told}");
    assert_eq!(told["refused"][0]["index"], 2, "{told}");
    assert_eq!(report(&daemon, &[bound]).await["duplicate"], 1);
    let rows = daemon.rows().await;
    assert_eq!(rows.number("SELECT count(*) FROM operator_health_log", []).await, 1);
    let metrics = daemon.ops().get("/metrics").await.expect(200).text;
    assert!(metrics.contains("ops_health_samples_total{outcome=\"accepted\"} 1"), "{metrics}");

    let route = async || {
        let body = json!({"destination": "+491701234567"});
        admin.post("/admin/v1/routing/resolve", body).await.expect(200).body["outcome"].clone()
    };
    assert_eq!(route().await, "route");
    // the last session is lost everywhere: down after ten seconds
    let mut seq = 10;
    let health = format!("/admin/v1/connections/{}/health", estate.connection);
    until("the connection is down", async || {
        seq += 1;
        report(&daemon, &[sample_of(&estate.connection, seq, false)]).await;
        (admin.get(&health).await.expect(200).body["state"] == "down").then_some(())
    })
    .await;
    assert_ne!(route().await, "route", "nobody is sent to a connection that is down");
    let operator = admin.get(&format!("{OPERATORS}/{}/health", estate.operator)).await.expect(200);
    assert_eq!(operator.body["state"], "down");

    // created, connection, credential, activated, rule; then the judge's
    let events = arrived(&daemon, &estate.operator, 6).await;
    let event = events.iter().rfind(|event| event["type"] == "operator.health_changed").unwrap();
    assert_eq!((&event["data"]["to"], &event["data"]["code"]), (&json!("down"), &json!("acme")));
    assert_eq!(event["data"]["connections"][0]["id"], json!(estate.connection));
    assert!(event["data"]["connections"][0]["reason"].is_string());
}
