//! `PATCH /operators/{operator_id}`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Caller, Daemon, Database, on_both, sample, with};

const OPERATORS: &str = "/admin/v1/operators";

/// An operator with something in every field, and its path.
async fn created(daemon: &Daemon) -> String {
    let body = json!({
        "code": "acme", "display_name": "Acme", "kind": "mno", "external_id": "L-1", "countries": ["DE"],
        "networks": [{"mcc": "262", "mnc": "01"}], "labels": {"keep": "1", "drop": "2", "set": "3"},
    });
    daemon.admin().post(OPERATORS, body).await.expect(201).header("location")
}

on_both!(a_patch_merges_and_leaves_one_version_event_and_audit_entry, |daemon: Daemon| async move {
    let path = created(&daemon).await;
    let patch = json!({
        "external_id": null, "importance": "critical", "countries": ["FR", "DE"],
        "labels": {"drop": null, "set": "4", "new": "5", "never": null},
    });
    let changed = daemon.as_role("editor").patch(&path, patch, "\"1.1\"").await.expect(200);
    assert_eq!((changed.etag().as_str(), &changed.body["version"]), ("\"1.2\"", &json!(2)));
    for (field, value) in [
        ("display_name", json!("Acme")),
        ("external_id", json!(null)),
        ("importance", json!("critical")),
        ("countries", json!(["DE", "FR"])),
        ("networks", json!([{"mcc": "262", "mnc": "01"}])),
        ("labels", json!({"keep": "1", "new": "5", "set": "4"})),
        ("created_by", json!("dev-admin")),
        ("updated_by", json!("dev-editor")),
    ] {
        assert_eq!(changed.body[field], value, "{field}");
    }
    let mut read = daemon.as_role("viewer").get(&path).await.expect(200).body;
    read["warnings"] = json!([]);
    assert_eq!(read, changed.body);

    let events = daemon.events().await;
    let told = &events[1];
    assert_eq!((events.len(), &told["type"]), (2, &json!("operator.updated")));
    assert_eq!(told["sequence"], "00010000000000000002");
    let fields = ["external_id", "importance", "countries", "labels"];
    assert_eq!(told["data"]["changes"], json!([{"what": "profile", "fields": fields}]));
    assert_eq!(
        (&told["data"]["operator"]["version"], &told["data"]["operator"]["labels"]),
        (&json!(2), &changed.body["labels"])
    );

    let audit = daemon.audit().await;
    assert_eq!((audit.len(), &audit[0]["action"]), (2, &json!("operator_update")));
    let changes = audit[0]["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 4, "{changes:?}");
    assert_eq!(changes[0], json!({"field": "external_id", "old": "L-1", "new": null}));
});

on_both!(both_media_types_of_a_patch_are_taken, |daemon: Daemon| async move {
    let path = created(&daemon).await;
    for (media, importance) in [("application/merge-patch+json", "critical"), ("application/json", "normal")]
    {
        let body = json!({"importance": importance}).to_string();
        let request = daemon.admin().request(Method::PATCH, &path).header("if-match", "*");
        let changed = Caller::send(request.header("content-type", media).body(body)).await.expect(200);
        assert_eq!(changed.body["importance"], importance);
    }
    let request = daemon.admin().request(Method::PATCH, &path).header("if-match", "*");
    let other = request.header("content-type", "application/json-patch+json").body("[]");
    Caller::send(other).await.refused(415, "unsupported_media_type");
});

on_both!(a_patch_without_effect_is_answered_and_leaves_nothing, |daemon: Daemon| async move {
    let path = created(&daemon).await;
    let before = daemon.stored().await;
    for patch in [
        json!({}),
        json!({"display_name": "Acme"}),
        json!({"labels": {"keep": "1", "never": null}}),
        json!({"countries": ["DE"], "networks": [{"mcc": "262", "mnc": "01"}], "importance": "normal"}),
    ] {
        let same = daemon.admin().patch(&path, patch, "\"1.1\"").await.expect(200);
        assert_eq!((same.etag().as_str(), &same.body["version"]), ("\"1.1\"", &json!(1)));
    }
    assert_eq!(daemon.stored().await, before);
});

on_both!(a_change_needs_the_tag_of_the_present_version, |daemon: Daemon| async move {
    let (admin, path) = (daemon.admin(), created(&daemon).await);
    let patch = |importance: &str| json!({"importance": importance});
    let bare = admin.request(Method::PATCH, &path).json(&patch("critical"));
    Caller::send(bare).await.refused(428, "precondition_required");
    for stale in ["\"1.2\"", "\"2.1\"", "W/\"1.1\"", "\"foreign\"", "\"1.2\", \"1.3\""] {
        admin.patch(&path, patch("critical"), stale).await.refused(412, "precondition_failed");
    }
    for unreadable in ["1.1", "\"1.1", ""] {
        admin.patch(&path, patch("critical"), unreadable).await.refused(400, "malformed_header");
    }
    assert_eq!(admin.get(&path).await.expect(200).etag(), "\"1.1\"");
    admin.patch(&path, patch("critical"), "\"1.9\", \"1.1\"").await.expect(200);
    admin.patch(&path, patch("normal"), "\"1.1\"").await.refused(412, "precondition_failed");
    assert_eq!(admin.patch(&path, patch("normal"), "*").await.expect(200).etag(), "\"1.3\"");
});

on_both!(read_only_unknown_and_refused_fields_are_told_at_once, |daemon: Daemon| async move {
    let path = created(&daemon).await;
    let before = daemon.stored().await;
    let patch = json!({
        "code": "other", "kind": "hub", "id": 1, "status": "active", "version": 9, "deleted_at": null,
        "display_name": null, "importance": null, "countries": ["DE", "DE"], "labels": {"Bad": "x"}, "colour": 1,
    });
    daemon.admin().patch(&path, patch, "*").await.refused(422, "invalid").telling(&[
        ("/code", "read_only"),
        ("/kind", "read_only"),
        ("/id", "read_only"),
        ("/status", "read_only"),
        ("/version", "read_only"),
        ("/deleted_at", "read_only"),
        ("/display_name", "type"),
        ("/importance", "type"),
        ("/countries/1", "unique"),
        ("/labels/Bad", "pattern"),
        ("/colour", "unknown"),
    ]);
    assert_eq!(daemon.stored().await, before);
});

on_both!(labels_are_counted_as_they_would_be_after_the_patch, |daemon: Daemon| async move {
    let path = created(&daemon).await;
    let many = |from: usize, to: usize| -> Value {
        (from..to).map(|n| (format!("l{n}"), json!("x"))).collect::<serde_json::Map<_, _>>().into()
    };
    let admin = daemon.admin();
    admin.patch(&path, json!({"labels": many(0, 61)}), "*").await.expect(200);
    let refused = admin.patch(&path, json!({"labels": many(61, 62)}), "*").await;
    refused.refused(422, "invalid").telling(&[("/labels", "length")]);
    let swapped = with(many(61, 62), json!({"drop": null}));
    admin.patch(&path, json!({"labels": swapped}), "*").await.expect(200);
});

on_both!(a_name_that_another_has_is_a_conflict_and_leaves_nothing, |daemon: Daemon| async move {
    let (admin, path) = (daemon.admin(), created(&daemon).await);
    let body = with(sample::operator("other"), json!({"display_name": "Straße", "external_id": "L-2"}));
    let holder = admin.post(OPERATORS, body).await.expect(201).id();
    let before = daemon.stored().await;
    for (field, value) in [("display_name", "STRASSE"), ("external_id", "L-2")] {
        let refused = admin.patch(&path, json!({field: value}), "*").await.refused(409, "duplicate");
        assert_eq!((&refused.body["field"], &refused.body["existing_id"]), (&json!(field), &json!(holder)));
    }
    assert_eq!(daemon.stored().await, before);
    admin.patch(&path, json!({"display_name": "ACME"}), "*").await.expect(200);
});

on_both!(an_operator_that_is_unknown_or_deleted_cannot_be_changed, |daemon: Daemon| async move {
    let (admin, path) = (daemon.admin(), created(&daemon).await);
    admin.delete(&path, "*").await.expect(204);
    let before = daemon.stored().await;
    admin.patch(&path, json!({"importance": "critical"}), "*").await.refused(404, "not_found");
    let unknown = format!("{OPERATORS}/0192f0c1-7a2b-7c3d-8e4f-0123456789ab");
    admin.patch(&unknown, json!({"importance": "critical"}), "*").await.refused(404, "not_found");
    assert_eq!(daemon.stored().await, before);
});

on_both!(
    the_contract_is_merged_contacts_are_replaced_and_the_trail_names_nobody,
    |daemon: Daemon| async move {
        let (admin, path) = (daemon.admin(), created(&daemon).await);
        let about = json!({
            "legal_name": "Acme AG", "time_zone": "Europe/Zurich",
            "contacts": [{"role": "noc", "name": "Jane Doe", "phone": "+41123456789"}],
            "contract": {"reference": "V-7", "starts_on": "2026-01-01", "ends_on": "2026-12-31", "currency": "CHF"},
        });
        admin.patch(&path, about, "*").await.expect(200);
        let patch = json!({
            "legal_name": null, "contacts": [{"role": "noc", "name": "John Roe", "email": "john@acme.example"}],
            "contract": {"ends_on": null, "notice_days": 30},
        });
        let changed = admin.patch(&path, patch, "*").await.expect(200);
        assert_eq!(
            (&changed.body["legal_name"], &changed.body["time_zone"]),
            (&json!(null), &json!("Europe/Zurich"))
        );
        assert_eq!(changed.body["contacts"].as_array().unwrap().len(), 1);
        let contract = &changed.body["contract"];
        assert_eq!(
            (&contract["reference"], &contract["ends_on"], &contract["notice_days"]),
            (&json!("V-7"), &json!(null), &json!(30))
        );
        let audit = daemon.audit().await;
        let text = json!(audit).to_string();
        assert!(!text.contains("Jane") && !text.contains("John") && !text.contains("+41123456789"), "{text}");
        let contacts = |entry: &Value| {
            let changes = entry["changes"].as_array().unwrap().iter();
            changes.clone().find(|change| change["field"] == "contacts").unwrap().clone()
        };
        assert_eq!(contacts(&audit[0]), json!({"field": "contacts", "old": "changed", "new": ["noc"]}));
        assert_eq!(contacts(&audit[1]), json!({"field": "contacts", "old": [], "new": ["noc"]}));

        let before = daemon.stored().await;
        for (body, faults) in [
            (json!({"contract": {"ends_on": "2025-12-31"}}), vec![("/contract/ends_on", "combination")]),
            (json!({"contacts": [{"role": "noc", "name": "x"}]}), vec![("/contacts/0", "combination")]),
            (
                json!({"contacts": [{"role": "boss", "level": 6, "email": "x", "phone": "030", "fax": "1"}]}),
                vec![
                    ("/contacts/0/role", "one_of"),
                    ("/contacts/0/level", "range"),
                    ("/contacts/0/name", "required"),
                    ("/contacts/0/email", "length"),
                    ("/contacts/0/phone", "pattern"),
                    ("/contacts/0/fax", "unknown"),
                ],
            ),
            (
                json!({"website": "http://acme.example", "time_zone": "CEST"}),
                vec![("/website", "pattern"), ("/time_zone", "pattern")],
            ),
            (
                json!({"contract": {"currency": "DEM", "notice_days": 731, "contracted_tps": 0}}),
                vec![
                    ("/contract/currency", "pattern"),
                    ("/contract/notice_days", "range"),
                    ("/contract/contracted_tps", "range"),
                ],
            ),
        ] {
            admin.patch(&path, body, "*").await.refused(422, "invalid").telling(&faults);
        }
        assert_eq!(daemon.stored().await, before);
        assert_eq!(
            admin.patch(&path, json!({"contract": null}), "*").await.expect(200).body["contract"],
            json!(null)
        );
    }
);
