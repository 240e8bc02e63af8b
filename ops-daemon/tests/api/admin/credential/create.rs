//! `POST /connections/{connection_id}/credentials`.

use serde_json::{Value, json};

use crate::support::{Daemon, Database, on_both, sample, with};

const OPERATORS: &str = "/admin/v1/operators";
/// Nobody but the caller and a lease may ever see it.
const PASSWORD: &str = "Pl4nt3d!";

/// An operator's id, and the path of the credentials of its one connection.
async fn credentials_of(daemon: &Daemon) -> (String, String) {
    let admin = daemon.admin();
    let operator = admin.post(OPERATORS, sample::operator("acme")).await.expect(201);
    let connections = format!("{}/connections", operator.header("location"));
    let connection = admin.post(&connections, sample::connection("main", "acme")).await.expect(201);
    (operator.id(), format!("{}/credentials", connection.header("location")))
}

fn body() -> Value {
    json!({"system_id": "acme-sys", "password": PASSWORD})
}

on_both!(
    the_first_credential_is_active_at_once_and_only_its_metadata_is_shown,
    |daemon: Daemon| async move {
        let (operator, path) = credentials_of(&daemon).await;
        let created =
            daemon.admin().post(&path, with(body(), json!({"note": "from the contract"}))).await.expect(201);
        assert_eq!((created.header("location"), created.etag().as_str()), (format!("{path}/1"), ""));
        let at = created.body["created_at"].clone();
        let expected = json!({
            "id": created.id(), "connection_id": path.split('/').nth(4).unwrap(), "version": 1, "stage": "active",
            "system_id": "acme-sys", "note": "from the contract", "created_at": at, "created_by": "dev-admin",
            "activated_at": at, "retired_at": null,
        });
        assert_eq!(created.body, expected);
        let viewer = daemon.as_role("viewer");
        assert_eq!(viewer.get(&created.header("location")).await.expect(200).body, expected);
        assert_eq!(viewer.get(&path).await.expect(200).body, json!({"items": [expected]}));

        let events = daemon.events_of(&operator).await;
        let connection = path.split('/').nth(4).unwrap();
        assert_eq!(
            events.last().unwrap()["data"],
            json!({"changes": [{"what": "credential", "id": connection}]})
        );
        let entry = &daemon.audit().await[0];
        assert_eq!(
            (&entry["action"], &entry["subject"]),
            (&json!("credential_create"), &json!({"kind": "credential", "id": created.id()}))
        );
        assert_eq!((&entry["operator_id"], daemon.secrets().await), (&json!(operator), 1));
    }
);

on_both!(the_second_is_staged_and_a_third_waits_until_it_is_gone, |daemon: Daemon| async move {
    let (_, path) = credentials_of(&daemon).await;
    let admin = daemon.admin();
    admin.post(&path, body()).await.expect(201);
    let second = admin.post(&path, body()).await.expect(201);
    assert_eq!((&second.body["version"], &second.body["stage"]), (&json!(2), &json!("staged")));
    assert_eq!(second.body["activated_at"], json!(null));
    let before = daemon.stored().await;
    admin.post(&path, body()).await.refused(409, "already_staged");
    assert_eq!((daemon.stored().await, daemon.secrets().await), (before, 2));
});

on_both!(another_system_id_is_another_account, |daemon: Daemon| async move {
    let (_, path) = credentials_of(&daemon).await;
    daemon.admin().post(&path, body()).await.expect(201);
    let before = daemon.stored().await;
    for system_id in ["other", "ACME-SYS"] {
        let refused = daemon.admin().post(&path, with(body(), json!({"system_id": system_id}))).await;
        refused.refused(409, "new_account_needs_new_connection");
    }
    assert_eq!((daemon.stored().await, daemon.secrets().await), (before, 1));
});

on_both!(a_refused_secret_is_told_without_its_value_or_length, |daemon: Daemon| async move {
    let (_, path) = credentials_of(&daemon).await;
    let before = daemon.stored().await;
    for (password, rule) in
        [("n1neOctet", "override"), ("äääää", "characters"), ("ä", "characters"), ("a\tb", "characters")]
    {
        let refused = daemon.admin().post(&path, with(body(), json!({"password": password}))).await;
        let refused = refused.refused(422, "invalid").telling(&[("/password", rule)]);
        let message = refused.body["errors"][0]["message"].as_str().unwrap();
        let length = password.len().to_string();
        assert!(!refused.text.contains(password) && !message.contains(&length), "{}", refused.text);
    }
    for (system_id, rule) in
        [("", "length"), ("sixteen-octets-x", "override"), ("a b", "pattern"), ("ä", "pattern")]
    {
        let refused = daemon.admin().post(&path, with(body(), json!({"system_id": system_id}))).await;
        refused.refused(422, "invalid").telling(&[("/system_id", rule)]);
    }
    assert_eq!((daemon.stored().await, daemon.secrets().await), (before, 0));
});

on_both!(a_password_may_have_no_octet_or_eight, |daemon: Daemon| async move {
    let (_, path) = credentials_of(&daemon).await;
    for (version, password) in [(1, ""), (2, "8octets!")] {
        let created =
            daemon.admin().post(&path, with(body(), json!({"password": password}))).await.expect(201);
        assert_eq!(created.body["version"], version);
    }
});

on_both!(a_longer_secret_takes_a_reason_of_its_connection, |daemon: Daemon| async move {
    let (_, path) = credentials_of(&daemon).await;
    let connection = path.strip_suffix("/credentials").unwrap();
    let lifted = |field: &str| json!({"field": field, "reason": "so says their guide", "reference": "T-1"});
    let overrides = json!({"spec_overrides": [lifted("password"), lifted("system_id")]});
    daemon.admin().patch(connection, overrides, "*").await.expect(200);
    let long = json!({"system_id": "s".repeat(32), "password": "p".repeat(64)});
    let created = daemon.admin().post(&path, long).await.expect(201);
    assert_eq!(created.body["system_id"], "s".repeat(32));
    for (beyond, at) in [
        (json!({"system_id": "s".repeat(33), "password": "x"}), "/system_id"),
        (json!({"system_id": "s".repeat(32), "password": "p".repeat(65)}), "/password"),
    ] {
        daemon.admin().post(&path, beyond).await.refused(422, "invalid").telling(&[(at, "length")]);
    }
});

on_both!(every_fault_of_a_credential_is_told_at_once, |daemon: Daemon| async move {
    let (_, path) = credentials_of(&daemon).await;
    let body = json!({"system_id": 7, "note": "", "stage": "active", "version": 3, "secret": "x"});
    daemon.admin().post(&path, body).await.refused(422, "invalid").telling(&[
        ("/system_id", "type"),
        ("/password", "required"),
        ("/note", "length"),
        ("/stage", "read_only"),
        ("/version", "read_only"),
        ("/secret", "unknown"),
    ]);
});

on_both!(a_replay_writes_one_credential_and_one_secret, |daemon: Daemon| async move {
    let (_, path) = credentials_of(&daemon).await;
    let admin = daemon.admin();
    let first = admin.post_keyed(&path, body(), "k-1").await.expect(201);
    let before = daemon.stored().await;
    for _ in 0..3 {
        let again = admin.post_keyed(&path, body(), "k-1").await.expect(201);
        assert_eq!((&again.text, again.header("location")), (&first.text, first.header("location")));
    }
    let other = with(body(), json!({"password": "other"}));
    admin.post_keyed(&path, other, "k-1").await.refused(422, "idempotency_mismatch");
    assert_eq!((daemon.stored().await, daemon.secrets().await), (before, 1));
});

on_both!(sixteen_at_once_under_one_key_get_one_credential, |daemon: Daemon| async move {
    let (_, path) = credentials_of(&daemon).await;
    let ask = |_| {
        let (admin, path) = (daemon.admin(), path.clone());
        tokio::spawn(async move { admin.post_keyed(&path, body(), "k-1").await.expect(201).text })
    };
    let mut answers = Vec::new();
    for asked in (0..16).map(ask).collect::<Vec<_>>() {
        answers.push(asked.await.unwrap());
    }
    answers.dedup();
    let rows = daemon.rows().await;
    assert_eq!((answers.len(), rows.count("credential").await, rows.count("receipt").await), (1, 1, 1));
});

on_both!(sixteen_at_once_without_a_key_get_an_active_and_a_staged_one, |daemon: Daemon| async move {
    let (_, path) = credentials_of(&daemon).await;
    let ask = |_| {
        let (admin, path) = (daemon.admin(), path.clone());
        tokio::spawn(async move { admin.post(&path, body()).await })
    };
    let mut stages = Vec::new();
    for asked in (0..16).map(ask).collect::<Vec<_>>() {
        let answer = asked.await.unwrap();
        match answer.status {
            201 => stages.push(answer.body["stage"].as_str().unwrap().to_owned()),
            _ => drop(answer.refused(409, "already_staged")),
        }
    }
    stages.sort();
    assert_eq!(
        (stages, daemon.rows().await.count("credential").await),
        (vec!["active".into(), "staged".into()], 2)
    );
});

on_both!(a_dry_run_stores_no_secret, |daemon: Daemon| async move {
    let (_, path) = credentials_of(&daemon).await;
    let before = daemon.stored().await;
    let asked = daemon.admin().post(&format!("{path}?dry_run=true"), body()).await.expect(200);
    assert_eq!((&asked.body["stage"], asked.header("location").as_str()), (&json!("active"), ""));
    assert_eq!((daemon.stored().await, daemon.secrets().await), (before, 0));
});

on_both!(only_an_admin_may_store_one, |daemon: Daemon| async move {
    let (_, path) = credentials_of(&daemon).await;
    for role in ["viewer", "editor", "auditor"] {
        let refused = daemon.as_role(role).post(&path, body()).await.refused(403, "forbidden");
        assert!(refused.body["detail"].as_str().unwrap().contains("credential:write"), "{}", refused.text);
    }
    assert_eq!((daemon.secrets().await, daemon.rows().await.count("credential").await), (0, 0));
});

on_both!(the_password_is_in_no_answer_row_log_or_metric, |daemon: Daemon| async move {
    let (_, path) = credentials_of(&daemon).await;
    let created = daemon.admin().post_keyed(&path, body(), "k-1").await.expect(201);
    let connection = path.split('/').nth(4).unwrap();
    let lease = json!({"connection_ids": [connection]});
    let leased = daemon.gateway().post("/internal/v1/credential-leases", lease).await.expect(200);
    assert!(leased.text.contains(PASSWORD));
    let viewer = daemon.as_role("viewer");
    let shown = [
        created.text,
        viewer.get(&path).await.expect(200).text,
        format!("{:?}", daemon.events().await),
        format!("{:?}", daemon.audit().await),
        format!("{:?}", daemon.stored().await),
        daemon.ops().get("/metrics").await.expect(200).text,
        daemon.output(),
    ];
    assert!(shown.iter().all(|text| !text.contains(PASSWORD)));
    // embedded, it lies in a file beside the others
    if let Ok(sealed) = std::fs::read(daemon.folder().join("secrets.sqlite")) {
        let planted = PASSWORD.as_bytes();
        assert!(!sealed.windows(planted.len()).any(|octets| octets == planted));
    }
});
