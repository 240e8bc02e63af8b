//! `POST /credential-leases`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Caller, Daemon, Database, Estate, on_both, sample, until};

const LEASES: &str = "/internal/v1/credential-leases";
const UNKNOWN: &str = "0192f0c1-7a2b-7c3d-8e4f-0123456789ab";

async fn lease(daemon: &Daemon, connections: &[&str]) -> Answer {
    daemon.gateway().post(LEASES, json!({"connection_ids": connections})).await.expect(200)
}

fn entries(audit: &[Value]) -> Vec<&Value> {
    audit.iter().filter(|entry| entry["action"] == "credential_lease").collect()
}

on_both!(
    the_gateway_gets_the_secret_after_the_audit_entry_and_nothing_else_is_kept,
    |daemon: Daemon| async move {
        let estate = Estate::create(&daemon, "acme").await;
        let before = daemon.stored().await;
        let request = daemon
            .gateway()
            .request(Method::POST, LEASES)
            .json(&json!({"connection_ids": [estate.connection]}));
        let request = request.header("idempotency-key", "k").header("x-request-id", "lease-1");
        let answer = Caller::send(request).await.expect(200);
        let secret = json!({"system_id": "sys", "password": "pass-123"});
        let leased =
            json!({"connection_id": estate.connection, "version": 1, "stage": "active", "secret": secret});
        assert_eq!(answer.body, json!({"leases": [leased], "refused": []}));
        assert_eq!((answer.header("cache-control").as_str(), answer.etag().as_str()), ("no-store", ""));

        let audit = daemon.audit().await;
        let [entry] = entries(&audit)[..] else { panic!("{audit:?}") };
        assert_eq!(entry["actor"], json!({"issuer": "mtls", "subject": "spiffe://ops.dev/gateway"}));
        assert_eq!(
            (&entry["operator_id"], &entry["request_id"]),
            (&json!(estate.operator), &json!("lease-1"))
        );
        assert_eq!(entry["subject"]["kind"], "credential");
        let field = |field: &str, new: Value| json!({"field": field, "old": null, "new": new});
        let changes = [
            field("connection_id", json!(estate.connection)),
            field("version", json!(1)),
            field("stage", json!("active")),
        ];
        assert_eq!(entry["changes"], json!(changes));

        let mut after = daemon.stored().await;
        assert_eq!(after["audit"].len(), before["audit"].len() + 1);
        after.insert("audit".into(), before["audit"].clone());
        assert_eq!(after, before, "no event, no receipt, no other row");
    }
);

on_both!(every_lease_of_a_secret_has_an_entry_of_its_own, |daemon: Daemon| async move {
    let (a, b) = (Estate::create(&daemon, "a-op").await, Estate::create(&daemon, "b-op").await);
    for _ in 0..3 {
        let answer = lease(&daemon, &[&a.connection, &b.connection]).await;
        assert_eq!(answer.body["leases"].as_array().unwrap().len(), 2);
    }
    let audit = daemon.audit().await;
    let of = |estate: &Estate| {
        entries(&audit).iter().filter(|entry| entry["operator_id"] == json!(estate.operator)).count()
    };
    assert_eq!((of(&a), of(&b)), (3, 3));
});

on_both!(who_asks_for_too_much_gets_nothing_and_may_ask_again_later, |daemon: Daemon| async move {
    let estate = Estate::create(&daemon, "acme").await;
    let gateway = daemon.gateway();
    let many: Vec<String> = (0..199u128).map(|n| uuid::Uuid::from_u128(n).to_string()).collect();
    let many = json!({"connection_ids": ([&many[..], std::slice::from_ref(&estate.connection)].concat())});
    for _ in 0..30 {
        let answer = gateway.post(LEASES, many.clone()).await.expect(200);
        assert_eq!(answer.body["leases"].as_array().unwrap().len(), 1);
    }
    let before = daemon.stored().await;
    // some of the minute may have come back meanwhile; the next but one request is too much in any case
    let refused = until("it is too much", async || {
        let answer = gateway.post(LEASES, many.clone()).await;
        (answer.status == 429).then_some(answer)
    })
    .await;
    let after: u32 = refused.header("retry-after").parse().unwrap();
    assert!((1..=2).contains(&after), "{after}");
    assert!(!refused.text.contains("pass-123"), "no secret leaves with a refusal");
    refused.refused(429, "rate_limited");
    let served = daemon.stored().await["audit"].len() - before["audit"].len();
    let metrics = daemon.ops().get("/metrics").await.expect(200).text;
    let total = |outcome: &str| {
        let line = format!("ops_credential_leases_total{{outcome=\"{outcome}\"}} ");
        let found = metrics.lines().find_map(|text| text.strip_prefix(&line)).unwrap();
        found.parse::<usize>().unwrap()
    };
    assert_eq!(
        (total("served"), total("rate_limited")),
        (30 + served, 200),
        "a refusal is on record nowhere else"
    );
    let again = until("the minute fills up again", async || {
        let answer = gateway.post(LEASES, json!({"connection_ids": [estate.connection]})).await;
        (answer.status == 200).then_some(answer)
    })
    .await;
    assert_eq!(again.body["leases"][0]["secret"]["password"], "pass-123");
});

on_both!(whoever_gets_no_secret_is_told_why_and_leaves_no_entry, |daemon: Daemon| async move {
    let admin = daemon.admin();
    let (served, dark, gone) = (
        Estate::create(&daemon, "served").await,
        Estate::create(&daemon, "dark").await,
        Estate::create(&daemon, "gone").await,
    );
    let bare = format!("/admin/v1/operators/{}/connections", served.operator);
    let bare = admin.post(&bare, sample::connection("bare", "served")).await.expect(201).id();
    admin.act(&format!("/admin/v1/connections/{}/disable", dark.connection)).await.expect(200);
    let operator = format!("/admin/v1/operators/{}", gone.operator);
    admin.post(&format!("{operator}/suspend"), json!({"reason": "x"})).await.expect(200);
    admin.delete(&operator, "*").await.expect(204);
    let before = daemon.stored().await;

    let nobody = [UNKNOWN, &served.operator, &dark.connection, &gone.connection, &bare];
    let answer = lease(&daemon, &nobody).await;
    let refused = |id: &str, code: &str| json!({"connection_id": id, "code": code});
    let expected = [
        refused(UNKNOWN, "not_found"),
        refused(&served.operator, "not_found"),
        refused(&dark.connection, "connection_disabled"),
        refused(&gone.connection, "operator_deleted"),
        refused(&bare, "no_credential"),
    ];
    assert_eq!(answer.body["leases"], json!([]));
    let mut told = answer.body["refused"].as_array().unwrap().clone();
    told.sort_by_key(|one| nobody.iter().position(|id| one["connection_id"] == *id));
    assert_eq!(told, expected);
    assert_eq!(daemon.stored().await, before);

    let mixed = lease(&daemon, &[UNKNOWN, &served.connection]).await;
    assert_eq!(mixed.body["refused"], json!([refused(UNKNOWN, "not_found")]));
    assert_eq!(mixed.body["leases"][0]["connection_id"], json!(served.connection));
    assert_eq!(entries(&daemon.audit().await).len(), 1);
});

on_both!(
    a_draft_and_a_freshly_suspended_operator_may_bind_and_an_enabled_connection_again,
    |daemon: Daemon| async move {
        let admin = daemon.admin();
        let draft =
            admin.post("/admin/v1/operators", sample::operator("draft")).await.expect(201).header("location");
        let draft = admin
            .post(&format!("{draft}/connections"), sample::connection("main", "draft"))
            .await
            .expect(201)
            .id();
        let credentials = format!("/admin/v1/connections/{draft}/credentials");
        admin.post(&credentials, json!({"system_id": "d", "password": ""})).await.expect(201);
        assert_eq!(lease(&daemon, &[&draft]).await.body["leases"][0]["secret"]["password"], "");

        let estate = Estate::create(&daemon, "acme").await;
        let suspend = format!("/admin/v1/operators/{}/suspend", estate.operator);
        admin.post(&suspend, json!({"reason": "x"})).await.expect(200);
        assert_eq!(
            lease(&daemon, &[&estate.connection]).await.body["refused"],
            json!([]),
            "receipts are still awaited"
        );
        let path = format!("/admin/v1/connections/{}", estate.connection);
        admin.act(&format!("{path}/disable")).await.expect(200);
        assert_eq!(lease(&daemon, &[&estate.connection]).await.body["leases"], json!([]));
        admin.act(&format!("{path}/enable")).await.expect(200);
        assert_eq!(lease(&daemon, &[&estate.connection]).await.body["refused"], json!([]));
    }
);

on_both!(a_staged_secret_is_leased_when_it_is_asked_for, |daemon: Daemon| async move {
    let estate = Estate::create(&daemon, "acme").await;
    let staged = json!({"connection_ids": [estate.connection], "stage": "staged"});
    let none = daemon.gateway().post(LEASES, staged.clone()).await.expect(200);
    assert_eq!(none.body["refused"][0]["code"], "no_credential");
    let path = format!("/admin/v1/connections/{}/credentials", estate.connection);
    daemon.admin().post(&path, json!({"system_id": "sys", "password": "second"})).await.expect(201);
    let leased = daemon.gateway().post(LEASES, staged).await.expect(200);
    let lease = &leased.body["leases"][0];
    assert_eq!(
        (&lease["version"], &lease["stage"], &lease["secret"]["password"]),
        (&json!(2), &json!("staged"), &json!("second"))
    );
    let active = json!({"connection_ids": [estate.connection], "stage": "active"});
    let active = daemon.gateway().post(LEASES, active).await.expect(200);
    assert_eq!(active.body["leases"][0]["secret"]["password"], "pass-123");
});

on_both!(every_fault_of_a_request_is_told_at_once, |daemon: Daemon| async move {
    let gateway = daemon.gateway();
    let before = daemon.stored().await;
    for (body, faults) in [
        (json!({}), vec![("/connection_ids", "required")]),
        (json!({"connection_ids": []}), vec![("/connection_ids", "length")]),
        (json!({"connection_ids": [UNKNOWN, UNKNOWN]}), vec![("/connection_ids/1", "unique")]),
        (
            json!({"connection_ids": ["x", 7], "stage": "retired", "secret": true}),
            vec![
                ("/connection_ids/0", "pattern"),
                ("/connection_ids/1", "type"),
                ("/stage", "one_of"),
                ("/secret", "unknown"),
            ],
        ),
    ] {
        gateway.post(LEASES, body).await.refused(422, "invalid").telling(&faults);
    }
    let ids = |count: usize| {
        (0..count).map(|n| json!(format!("0192f0c1-7a2b-7c3d-8e4f-{n:012}"))).collect::<Vec<_>>()
    };
    let refused = gateway.post(LEASES, json!({"connection_ids": ids(201)})).await.refused(422, "invalid");
    refused.telling(&[("/connection_ids", "length")]);
    let answer = gateway.post(LEASES, json!({"connection_ids": ids(200)})).await.expect(200);
    assert_eq!(answer.body["refused"].as_array().unwrap().len(), 200);
    assert_eq!(daemon.stored().await, before);
});
