//! `PATCH /connections/{connection_id}`.

use serde_json::json;

use crate::support::{Daemon, Database, Estate, on_both, sample};

const OPERATORS: &str = "/admin/v1/operators";

/// A connection without a credential; its path.
async fn bare(daemon: &Daemon) -> String {
    let admin = daemon.admin();
    let operator = admin.post(OPERATORS, sample::operator("bare")).await.expect(201).header("location");
    let body = json!({"name": "main", "protocol": "smpp", "smpp": {
        "endpoints": [{"host": "a.example.net", "port": 2775}], "sessions": 4, "max_tps": 10,
        "tls": {"mode": "required", "server_name": "tls.example.net"},
    }});
    admin.post(&format!("{operator}/connections"), body).await.expect(201).header("location")
}

on_both!(a_patch_merges_into_the_profile_and_moves_the_versions_that_it_must, |daemon: Daemon| async move {
    let (editor, path) = (daemon.as_role("editor"), bare(&daemon).await);
    let patch =
        json!({"name": "north", "smpp": {"sessions": null, "window_size": 50, "tls": {"server_name": null}}});
    let changed = editor.patch(&path, patch, "\"1.1\"").await.expect(200);
    assert_eq!(changed.etag(), "\"1.2\"");
    let smpp = &changed.body["smpp"];
    assert_eq!(
        (&changed.body["name"], &smpp["sessions"], &smpp["window_size"], &smpp["max_tps"]),
        (&json!("north"), &json!(1), &json!(50), &json!(10))
    );
    assert_eq!((&smpp["tls"]["mode"], &smpp["tls"]["server_name"]), (&json!("required"), &json!(null)));
    assert_eq!(
        (&changed.body["config_version"], &changed.body["bind_version"]),
        (&json!(2), &json!(2)),
        "TLS rebinds"
    );
    let applied = editor.patch(&path, json!({"smpp": {"window_size": 60}}), "\"1.2\"").await.expect(200);
    assert_eq!((&applied.body["config_version"], &applied.body["bind_version"]), (&json!(3), &json!(2)));
    let named = editor.patch(&path, json!({"name": "south"}), "\"1.3\"").await.expect(200);
    assert_eq!((&named.body["config_version"], &named.body["version"]), (&json!(3), &json!(4)));
    assert_eq!(editor.get(&path).await.expect(200).body, named.body);

    let audit = daemon.audit().await;
    assert_eq!(
        (&audit[0]["action"], &audit[0]["changes"]),
        (&json!("connection_update"), &json!([{"field": "name", "old": "north", "new": "south"}]))
    );
    let fields: Vec<_> =
        audit[2]["changes"].as_array().unwrap().iter().map(|change| change["field"].clone()).collect();
    assert_eq!(fields, ["name", "sessions", "tls", "window_size"]);
    let last = daemon.events().await.pop().unwrap();
    assert_eq!(last["data"]["changes"], json!([{"what": "connection", "id": named.id()}]));

    let before = daemon.stored().await;
    let same = json!({"name": "south", "smpp": {"window_size": 60}});
    assert_eq!(editor.patch(&path, same, "*").await.expect(200).etag(), "\"1.4\"");
    editor.patch(&path, json!({"name": "x"}), "\"1.3\"").await.refused(412, "precondition_failed");
    assert_eq!(daemon.stored().await, before);
});

on_both!(every_fault_of_the_connection_as_it_would_be_is_told, |daemon: Daemon| async move {
    let (admin, path) = (daemon.admin(), bare(&daemon).await);
    let before = daemon.stored().await;
    for (patch, faults) in [
        (
            json!({"name": "", "protocol": "smtp", "status": "disabled", "colour": 1}),
            vec![
                ("/name", "length"),
                ("/protocol", "one_of"),
                ("/status", "read_only"),
                ("/colour", "unknown"),
            ],
        ),
        (
            json!({"smpp": {"endpoints": null, "sessions": 201, "tls": {"mode": "maybe"}, "password": "x"}}),
            vec![
                ("/smpp/endpoints", "required"),
                ("/smpp/sessions", "range"),
                ("/smpp/tls/mode", "one_of"),
                ("/smpp/password", "unknown"),
            ],
        ),
        (json!({"smpp": null}), vec![("/smpp", "type")]),
        (json!({"protocol": "http"}), vec![("/http", "required")]),
        (json!({"http": {"auth": "basic"}}), vec![("/http", "combination")]),
        (
            json!({"smpp": {"max_tps": 0, "colour": null}}),
            vec![("/smpp/max_tps", "range"), ("/smpp/colour", "unknown")],
        ),
    ] {
        admin.patch(&path, patch, "*").await.refused(422, "invalid").telling(&faults);
    }
    assert_eq!(daemon.stored().await, before);
});

on_both!(a_taken_name_is_a_conflict_within_the_operator_only, |daemon: Daemon| async move {
    let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
    let path = format!("{OPERATORS}/{}/connections", estate.operator);
    let second = admin.post(&path, sample::connection("second", "acme")).await.expect(201).header("location");
    let before = daemon.stored().await;
    let refused = admin.patch(&second, json!({"name": "main"}), "*").await.refused(409, "duplicate");
    assert_eq!(
        (&refused.body["field"], &refused.body["existing_id"]),
        (&json!("name"), &json!(estate.connection))
    );
    assert_eq!(daemon.stored().await, before);
});

on_both!(an_editor_cannot_send_a_credential_somewhere_else, |daemon: Daemon| async move {
    let (admin, editor, estate) =
        (daemon.admin(), daemon.as_role("editor"), Estate::create(&daemon, "acme").await);
    let path = format!("/admin/v1/connections/{}", estate.connection);
    let before = daemon.stored().await;
    for redirect in [
        json!({"endpoints": [{"host": "evil.example.net", "port": 3550}]}),
        json!({"endpoints": [{"host": "smsc.acme.example.net", "port": 3551}]}),
        json!({"tls": {"min_version": "1.3"}}),
        json!({"tls": {"mode": "required", "server_name": "evil.example.net"}}),
    ] {
        let refused = editor.patch(&path, json!({"smpp": redirect}), "*").await;
        let refused = refused.refused(403, "credential_permission_required");
        assert!(refused.body["detail"].as_str().unwrap().contains("credential:write"), "{}", refused.text);
    }
    assert_eq!(daemon.stored().await, before);
    // what sends it nowhere else is the editor's to change, also in the same words
    let harmless =
        json!({"smpp": {"sessions": 2, "endpoints": [{"host": "SMSC.acme.example.net", "port": 3550}]}});
    editor.patch(&path, harmless, "*").await.expect(200);
    let elsewhere = json!({"smpp": {"endpoints": [{"host": "new.acme.example.net", "port": 3550}]}});
    admin.patch(&path, elsewhere.clone(), "*").await.expect(200);
    let entry = &daemon.audit().await[0];
    assert_eq!(
        (&entry["action"], &entry["changes"][0]["field"]),
        (&json!("connection_redirect"), &json!("endpoints"))
    );

    // a deleted credential protects nothing; a staged one does
    let bare = bare(&daemon).await;
    editor.patch(&bare, elsewhere.clone(), "*").await.expect(200);
    assert_eq!(daemon.audit().await[0]["action"], "connection_update");
    admin.post(&format!("{bare}/credentials"), json!({"system_id": "s", "password": "p"})).await.expect(201);
    let back = json!({"smpp": {"endpoints": [{"host": "a.example.net", "port": 2775}]}});
    editor.patch(&bare, back, "*").await.refused(403, "credential_permission_required");
});

on_both!(another_protocol_takes_its_whole_profile_and_is_a_redirection, |daemon: Daemon| async move {
    let (admin, editor, estate) =
        (daemon.admin(), daemon.as_role("editor"), Estate::create(&daemon, "acme").await);
    let path = format!("/admin/v1/connections/{}", estate.connection);
    let over_http =
        json!({"protocol": "http", "http": {"base_url": "https://api.acme.example/v1", "auth": "basic"}});
    let before = daemon.stored().await;
    editor.patch(&path, over_http.clone(), "*").await.refused(403, "credential_permission_required");
    assert_eq!(daemon.stored().await, before);
    let changed = admin.patch(&path, over_http, "*").await.expect(200);
    assert_eq!((&changed.body["protocol"], &changed.body["bind_version"]), (&json!("http"), &json!(2)));
    assert!(changed.body.get("smpp").is_none());
    assert_eq!(admin.get(&path).await.expect(200).body, changed.body);
    let rows = daemon.rows().await;
    assert_eq!(
        (rows.count("account").await, rows.count("connection_place").await),
        (0, 1),
        "HTTP claims no account"
    );
    assert_eq!(daemon.audit().await[0]["action"], "connection_redirect");
    for redirect in [json!({"base_url": "https://evil.example/"}), json!({"auth": "bearer"})] {
        let patch = json!({"http": redirect});
        editor.patch(&path, patch, "*").await.refused(403, "credential_permission_required");
    }
    let slower = json!({"http": {"timeout_ms": 20_000}});
    assert_eq!(editor.patch(&path, slower, "*").await.expect(200).body["bind_version"], json!(2));
});

on_both!(an_override_that_is_over_stands_in_the_way_of_the_next_change, |daemon: Daemon| async move {
    let (admin, path) = (daemon.admin(), bare(&daemon).await);
    let lifted = json!({"field": "window_size", "reason": "so says their guide", "reference": "T-1", "expires_at": "2096-01-01T00:00:00Z"});
    let patch = json!({"spec_overrides": [lifted], "smpp": {"window_size": 1001}});
    let changed = admin.patch(&path, patch, "*").await.expect(200);
    assert_eq!(changed.body["spec_overrides"][0]["reference"], "T-1");
    daemon
        .rows()
        .await
        .change("UPDATE connection SET spec_overrides = replace(spec_overrides, '2096', '2020')")
        .await;
    let read = admin.get(&path).await.expect(200);
    assert_eq!(read.body["smpp"]["window_size"], 1001, "what is stored is shown");
    let before = daemon.stored().await;
    let refused = admin.patch(&path, json!({"name": "north"}), "*").await.refused(422, "invalid");
    refused.telling(&[("/spec_overrides/0/expires_at", "range"), ("/smpp/window_size", "override")]);
    assert_eq!(daemon.stored().await, before);
    let mended = json!({"spec_overrides": null, "smpp": {"window_size": 1000}});
    assert_eq!(admin.patch(&path, mended, "*").await.expect(200).body["spec_overrides"], json!([]));
});

on_both!(a_connection_that_does_not_count_leaves_the_state_of_its_operator, |daemon: Daemon| async move {
    let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
    let path = format!("/admin/v1/connections/{}", estate.connection);
    daemon.rows().await.change("UPDATE connection_health SET state = 'down'").await;
    let health = format!("{OPERATORS}/{}/health", estate.operator);
    let state = async || admin.get(&health).await.expect(200).body["state"].clone();
    let listed = async |state: &str| {
        let page = admin.get(&format!("{OPERATORS}?health={state}")).await.expect(200);
        page.body["items"].as_array().unwrap().len()
    };
    assert_eq!((state().await, listed("down").await), (json!("down"), 1));
    let changed = admin.patch(&path, json!({"counts_for_operator": false}), "*").await.expect(200);
    assert_eq!(
        (&changed.body["counts_for_operator"], &changed.body["config_version"]),
        (&json!(false), &json!(1))
    );
    assert_eq!((state().await, listed("unknown").await), (json!("unknown"), 1));
    let back = admin.patch(&path, json!({"counts_for_operator": null}), "*").await.expect(200);
    assert_eq!(back.body["counts_for_operator"], true);
    assert_eq!(state().await, json!("down"));
    let entry = &daemon.audit().await[0];
    assert_eq!(entry["changes"], json!([{"field": "counts_for_operator", "old": false, "new": true}]));
});
