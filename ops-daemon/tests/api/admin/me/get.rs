//! `GET /me`.

use serde_json::json;

use crate::support::{Daemon, Database, on_both};

on_both!(everybody_is_told_who_they_are_and_what_they_may, |daemon: Daemon| async move {
    let reads = ["operator:read", "connection:read", "health:read", "routing:read", "event:read"];
    let editor = ["operator:write", "operator:status", "connection:write", "routing:write", "health:write"];
    let rest = ["operator:delete", "credential:write", "routing:apply", "audit:read"];
    for (role, more) in [
        ("viewer", vec![]),
        ("editor", editor.to_vec()),
        ("auditor", vec!["audit:read"]),
        ("admin", [editor.as_slice(), rest.as_slice()].concat()),
    ] {
        let me = daemon.as_role(role).get("/admin/v1/me").await.expect(200);
        assert_eq!(
            (&me.body["subject"], &me.body["issuer"]),
            (&json!(format!("dev-{role}")), &json!("https://ops.dev"))
        );
        assert_eq!(me.body["roles"], json!([role]));
        assert!(me.body["expires_at"].is_string(), "{}", me.text);
        let mut told: Vec<_> =
            me.body["permissions"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        let mut expected = [reads.as_slice(), more.as_slice()].concat();
        told.sort_unstable();
        expected.sort_unstable();
        assert_eq!(told, expected, "{role}");
    }
});
