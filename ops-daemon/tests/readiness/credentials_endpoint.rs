//! A secret comes in once, lies in the secret store and nowhere else, and leaves by a lease only.

use serde_json::{Value, json};

use crate::{
    story::{LEASES, OPERATORS, arrived, audit, on_servers},
    support::{Caller, Daemon, sample},
};

const FIRST: &str = "c4nary-1";
const SECOND: &str = "c4nary-2";

/// Everything but the secret store, as text.
async fn everything_else(daemon: &Daemon) -> String {
    let mut told = format!("{:?}", daemon.stored().await);
    told += &format!("{:?} {:?}", daemon.events().await, daemon.audit().await);
    told += &daemon.ops().get("/metrics").await.expect(200).text;
    told += &daemon.output();
    for message in daemon.servers().messages().await {
        told += &String::from_utf8(message.body).unwrap();
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_lies_in_the_secret_store_only_and_leaves_by_a_lease_only() {
    let daemon = on_servers().await;
    let admin = daemon.admin();
    let operator = admin.post(OPERATORS, sample::operator("acme")).await.expect(201).id();
    let path = format!("{OPERATORS}/{operator}/connections");
    let connection = admin.post(&path, sample::connection("main", "acme")).await.expect(201).id();
    let path = format!("/admin/v1/connections/{connection}/credentials");
    let stored =
        admin.post_keyed(&path, json!({"system_id": "sys", "password": FIRST}), "first").await.expect(201);
    let again =
        admin.post_keyed(&path, json!({"system_id": "sys", "password": FIRST}), "first").await.expect(201);
    assert_eq!(again.text, stored.text);
    assert_eq!((&stored.body["version"], &stored.body["stage"]), (&json!(1), &json!("active")));

    // at the one path of this credential, as the secret store itself shows it
    let credential = stored.id();
    let [server, token] =
        ["OPS_TEST_VAULT_ADDR", "OPS_TEST_VAULT_TOKEN"].map(|name| std::env::var(name).unwrap());
    let lies = format!("/v1/secret/data/ops/operators/{operator}/connections/{connection}/{credential}");
    let request =
        Caller::without_token(server).request(reqwest::Method::GET, &lies).header("x-vault-token", token);
    let found = Caller::send(request).await.expect(200);
    assert!(found.text.contains(FIRST) && found.body["data"]["metadata"]["version"] == 1, "{}", found.text);
    assert_eq!(daemon.secrets().await, 1);

    let staged = admin.post(&path, json!({"system_id": "sys", "password": SECOND})).await.expect(201);
    assert_eq!(staged.body["stage"], "staged");
    let more = json!({"system_id": "sys", "password": "c4nary-3"});
    admin.post(&path, more).await.refused(409, "already_staged");

    let lease = async |stage: &str| {
        let body = json!({"connection_ids": [connection], "stage": stage});
        daemon.gateway().post(LEASES, body).await.expect(200)
    };
    let secret = |answer: &Value| answer["leases"][0]["secret"]["password"].clone();
    let active = lease("active").await;
    assert_eq!((secret(&active.body), active.header("cache-control").as_str()), (json!(FIRST), "no-store"));
    assert_eq!(secret(&lease("staged").await.body), SECOND);
    admin.act(&format!("{path}/2/activate")).await.expect(200);
    assert_eq!(secret(&lease("active").await.body), SECOND);
    assert_eq!(audit(&daemon, "credential_lease").await.len(), 3, "each on record");

    for page in [path.clone(), format!("{path}/1"), format!("/admin/v1/connections/{connection}")] {
        let shown = admin.get(&page).await.expect(200).text;
        assert!(!shown.contains("c4nary") && !shown.contains("password"), "{shown}");
    }
    // created, connection, credential, credential, activated
    arrived(&daemon, &operator, 5).await;
    let told = everything_else(&daemon).await;
    assert!(told.contains("credential_lease") && !told.contains("c4nary"), "a secret lies somewhere else");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_a_secret_without_a_certificate_and_a_right() {
    let daemon = on_servers().await;
    let body = json!({"connection_ids": ["0192f0c1-7a2b-7c3d-8e4f-0123456789ab"]});
    // the admin API has no such path, and the internal API takes no token
    daemon.admin().post(LEASES, body.clone()).await.refused(404, "not_found");
    let plain = Caller::without_token(daemon.internal_url());
    assert!(plain.try_get("/openapi.json").await.is_none(), "no certificate, no answer");
    let viewer = daemon.as_role("viewer");
    let path = "/admin/v1/connections/0192f0c1-7a2b-7c3d-8e4f-0123456789ab/credentials";
    viewer.post(path, json!({"system_id": "sys", "password": "x"})).await.refused(403, "forbidden");
    let editor = daemon.as_role("editor");
    editor.post(path, json!({"system_id": "sys", "password": "x"})).await.refused(403, "forbidden");
    assert_eq!(daemon.rows().await.count("audit").await, 0);
}
