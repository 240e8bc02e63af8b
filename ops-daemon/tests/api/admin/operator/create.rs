//! `POST /operators`.

use serde_json::{Value, json};

use crate::support::{Caller, Daemon, Database, on_both, sample, with};

const OPERATORS: &str = "/admin/v1/operators";

on_both!(a_new_operator_is_a_draft_with_its_event_and_audit_entry, |daemon: Daemon| async move {
    let created = daemon.admin().post(OPERATORS, sample::operator("acme-de")).await.expect(201);
    let id = created.id();
    assert_eq!(created.header("location"), format!("{OPERATORS}/{id}"));
    assert_eq!(created.etag(), "\"1.1\"");
    assert_eq!((&created.body["status"], &created.body["version"]), (&json!("draft"), &json!(1)));
    let read = daemon.admin().get(&created.header("location")).await.expect(200);
    assert_eq!(read.body["code"], "acme-de");
    let rows = daemon.rows().await;
    assert_eq!(
        (rows.count("operator").await, rows.count("outbox").await, rows.count("audit").await),
        (1, 1, 1)
    );
    let audit = daemon.as_role("auditor").get("/admin/v1/audit").await.expect(200);
    assert_eq!(audit.body["items"][0]["action"], "operator_create");
    assert_eq!(audit.body["items"][0]["actor"], json!({"issuer": "https://ops.dev", "subject": "dev-admin"}));
});

on_both!(the_same_key_gets_the_stored_answer_and_another_body_is_refused, |daemon: Daemon| async move {
    let (admin, body) = (daemon.admin(), sample::operator("acme-de"));
    let first = admin.post_keyed(OPERATORS, body.clone(), "k-1").await.expect(201);
    let again = admin.post_keyed(OPERATORS, body, "k-1").await.expect(201);
    assert_eq!((first.text, first.headers["etag"].clone()), (again.text, again.headers["etag"].clone()));
    let other = admin.post_keyed(OPERATORS, sample::operator("acme-fr"), "k-1").await.expect(422);
    assert_eq!(other.code(), "idempotency_mismatch");
    let rows = daemon.rows().await;
    assert_eq!(
        (rows.count("operator").await, rows.count("receipt").await, rows.count("audit").await),
        (1, 1, 1)
    );
});

on_both!(a_minimal_body_gets_every_default, |daemon: Daemon| async move {
    let created = daemon.admin().post(OPERATORS, sample::operator("acme-de")).await.expect(201);
    let times = (created.body["created_at"].clone(), created.body["updated_at"].clone());
    assert!(times.0.is_string() && times.0 == times.1, "{}", created.text);
    let expected = json!({
        "id": created.id(), "code": "acme-de", "external_id": null, "display_name": "Operator acme-de",
        "kind": "mno", "importance": "normal", "countries": [], "networks": [], "labels": {},
        "legal_name": null, "website": null, "portal_url": null, "description": null, "support_hours": null,
        "contacts": [], "time_zone": null, "contract": null,
        "status": "draft", "status_reason": null, "status_until": null, "receipts_until": null, "version": 1,
        "created_at": times.0, "created_by": "dev-admin", "updated_at": times.1, "updated_by": "dev-admin",
        "warnings": [],
    });
    assert_eq!(created.body, expected);
});

/// A body with every field.
fn full() -> Value {
    json!({
        "code": "hub-1", "display_name": "Cafe\u{301} Hub", "kind": "hub", "external_id": "LEGACY 7",
        "importance": "critical", "countries": ["FR", "XK", "DE"],
        "networks": [{"mcc": "262", "mnc": "01"}, {"mcc": "999", "mnc": "001"}, {"mcc": "208", "mnc": "01"}],
        "labels": {"team/owner": "a", "empty": ""},
        "legal_name": "Hub „Süd“ GmbH", "website": "https://hub.example", "portal_url": "https://p.hub.example/login",
        "description": "Reaches all.", "support_hours": "24/7", "time_zone": "Europe/Paris",
        "contacts": [
            {"role": "billing", "name": "Accounts", "email": "pay@hub.example"},
            {"role": "noc", "name": "Jane Doe", "phone": "+33123456789", "level": 2, "hours": "Mo-Fr"},
        ],
        "contract": {"reference": "V-7", "starts_on": "2026-01-01", "currency": "EUR", "contracted_tps": 12.5},
    })
}

on_both!(
    a_full_body_is_stored_normalised_and_in_order_with_a_warning_per_unknown_network,
    |daemon: Daemon| {
        async move {
            let created = daemon.admin().post(OPERATORS, full()).await.expect(201);
            let expected = json!({
                "code": "hub-1", "display_name": "Café Hub", "kind": "hub", "external_id": "LEGACY 7",
                "importance": "critical", "countries": ["DE", "FR", "XK"],
                "networks": [{"mcc": "208", "mnc": "01"}, {"mcc": "262", "mnc": "01"}, {"mcc": "999", "mnc": "001"}],
                "labels": {"empty": "", "team/owner": "a"}, "legal_name": "Hub „Süd“ GmbH",
                "website": "https://hub.example", "portal_url": "https://p.hub.example/login",
                "description": "Reaches all.", "support_hours": "24/7", "time_zone": "Europe/Paris",
                "contacts": [
                    {"role": "noc", "level": 2, "name": "Jane Doe", "email": null, "phone": "+33123456789", "hours": "Mo-Fr"},
                    {"role": "billing", "level": 1, "name": "Accounts", "email": "pay@hub.example", "phone": null, "hours": null},
                ],
                "contract": {
                    "reference": "V-7", "starts_on": "2026-01-01", "ends_on": null, "notice_days": null,
                    "currency": "EUR", "contracted_tps": 12.5, "contracted_binds": null,
                },
            });
            let read = daemon.as_role("viewer").get(&created.header("location")).await.expect(200);
            for (field, value) in expected.as_object().unwrap() {
                assert_eq!((&created.body[field], &read.body[field]), (value, value), "{field}");
            }
            let warnings = created.body["warnings"].as_array().unwrap();
            assert_eq!((warnings.len(), &warnings[0]["pointer"]), (1, &json!("/networks/2")));
            assert_eq!(read.body.get("warnings"), None, "warnings are of the write");
        }
    }
);

on_both!(the_event_is_the_public_view_with_the_callers_trace, |daemon: Daemon| async move {
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let request = daemon.as_role("editor").request(reqwest::Method::POST, OPERATORS).json(&full());
    let created = Caller::send(request.header("traceparent", trace)).await.expect(201);
    let events = daemon.events().await;
    let [event] = events.as_slice() else { panic!("{events:?}") };
    let source = format!("urn:ops:dev/operators/{}", created.id());
    let subject = format!("ops.operator.{}.created", created.id());
    for (member, value) in [
        ("specversion", "1.0"),
        ("type", "operator.created"),
        ("source", source.as_str()),
        ("subject", subject.as_str()),
        ("sequence", "00010000000000000001"),
        ("datacontenttype", "application/json"),
        ("traceparent", trace),
        ("time", created.body["created_at"].as_str().unwrap()),
    ] {
        assert_eq!(event[member], value, "{member}");
    }
    for kept in ["contacts", "contract", "legal_name"] {
        assert!(event["data"].get(kept).is_none(), "{kept} is in no event");
    }
    let view = event["data"].as_object().unwrap();
    assert!(!view.contains_key("created_by") && !view.contains_key("warnings"), "{event}");
    for (field, value) in view {
        assert_eq!(value, &created.body[field], "{field}");
    }
    assert_eq!(view.len(), 11, "{event}");
});

on_both!(the_audit_entry_names_caller_request_and_values, |daemon: Daemon| async move {
    let request = daemon.as_role("editor").request(reqwest::Method::POST, OPERATORS).json(&full());
    let created = Caller::send(request.header("x-request-id", "ticket-4711")).await.expect(201);
    let audit = daemon.audit().await;
    let [entry] = audit.as_slice() else { panic!("{audit:?}") };
    assert_eq!(entry["actor"], json!({"issuer": "https://ops.dev", "subject": "dev-editor"}));
    assert_eq!((&entry["action"], &entry["request_id"]), (&json!("operator_create"), &json!("ticket-4711")));
    assert_eq!(entry["operator_id"], created.body["id"]);
    assert_eq!(entry["subject"], json!({"kind": "operator", "id": created.body["id"]}));
    assert!(
        entry["changes"].as_array().unwrap().contains(&json!({"field": "code", "old": null, "new": "hub-1"})),
        "{entry}"
    );
});

on_both!(
    a_second_operator_with_a_taken_value_is_a_conflict_and_leaves_nothing,
    |daemon: Daemon| async move {
        let admin = daemon.admin();
        let body =
            json!({"code": "acme-de", "display_name": "Straße GmbH", "kind": "mno", "external_id": "L-1"});
        let holder = admin.post(OPERATORS, body).await.expect(201).id();
        let before = daemon.stored().await;
        for (field, taken) in [
            ("code", json!({"code": "acme-de"})),
            ("display_name", json!({"display_name": "STRASSE GMBH"})),
            ("display_name", json!({"display_name": "ＳＴＲＡＳＳＥ gmbh"})),
            ("external_id", json!({"external_id": "L-1"})),
            ("code", json!({"code": "acme-de", "display_name": "strasse gmbh", "external_id": "L-1"})),
        ] {
            let refused = admin.post(OPERATORS, with(sample::operator("other"), taken)).await;
            let refused = refused.refused(409, "duplicate").telling(&[]);
            assert_eq!(
                (&refused.body["field"], &refused.body["existing_id"]),
                (&json!(field), &json!(holder))
            );
        }
        assert_eq!(daemon.stored().await, before);
    }
);

on_both!(a_body_with_a_dozen_faults_is_told_all_of_them_and_leaves_nothing, |daemon: Daemon| async move {
    let before = daemon.stored().await;
    let body = json!({
        "code": "ACME", "display_name": "", "kind": "carrier", "external_id": 7, "importance": "high",
        "countries": ["DE", "de", "ZZ"], "networks": [{"mcc": "26", "mnc": "01"}, {"mcc": "262"}],
        "labels": {"Bad/Key": "x", "ok": 1}, "version": 3, "colour": "red",
    });
    daemon.admin().post(OPERATORS, body).await.refused(422, "invalid").telling(&[
        ("/code", "pattern"),
        ("/display_name", "length"),
        ("/kind", "one_of"),
        ("/external_id", "type"),
        ("/importance", "one_of"),
        ("/countries/1", "pattern"),
        ("/countries/2", "pattern"),
        ("/networks/0/mcc", "length"),
        ("/networks/1/mnc", "required"),
        ("/labels/Bad~1Key", "pattern"),
        ("/labels/ok", "type"),
        ("/version", "read_only"),
        ("/colour", "unknown"),
    ]);
    assert_eq!(daemon.stored().await, before);
});

on_both!(an_empty_object_is_told_every_required_field, |daemon: Daemon| async move {
    let refused = daemon.admin().post(OPERATORS, json!({})).await.refused(422, "invalid");
    refused.telling(&[("/code", "required"), ("/display_name", "required"), ("/kind", "required")]);
});

on_both!(fields_of_the_server_are_read_only, |daemon: Daemon| async move {
    let before = daemon.stored().await;
    for field in [
        "id",
        "status",
        "status_reason",
        "receipts_until",
        "version",
        "created_at",
        "created_by",
        "updated_at",
        "updated_by",
        "deleted_at",
        "warnings",
    ] {
        let refused =
            daemon.admin().post(OPERATORS, with(sample::operator("acme"), json!({field: null}))).await;
        refused.refused(422, "invalid").telling(&[(&format!("/{field}"), "read_only")]);
    }
    assert_eq!(daemon.stored().await, before);
});

on_both!(no_refusal_repeats_the_value_it_refuses, |daemon: Daemon| async move {
    let body = json!({"code": "PLANTED-1", "display_name": " PLANTED-2", "kind": "PLANTED-3", "labels": {"a": {"b": "PLANTED-4"}}});
    let refused = daemon.admin().post(OPERATORS, body).await.refused(422, "invalid");
    assert!(!refused.text.contains("PLANTED"), "{}", refused.text);
});

on_both!(a_body_that_is_no_object_is_told_so, |daemon: Daemon| async move {
    for body in [json!([]), json!("acme"), json!(7), json!(null)] {
        daemon.admin().post(OPERATORS, body).await.refused(422, "invalid").telling(&[("", "type")]);
    }
});
