//! The route table as a whole: who may do what, and what every route answers alike. A route that is not written down in
//! `docs/PERMISSIONS.md` fails, so that nobody adds one without a word about its permission.

use std::collections::{BTreeMap, BTreeSet};

use ops_daemon::{admin::router::router, http::role::Role};
use reqwest::Method;
use serde_json::json;

use crate::{
    documents::permission::{self, Line},
    support::{Caller, Daemon, Database, on_both},
};

/// A path of the table with ids that name nothing.
fn called(path: &str) -> String {
    let id = "0192f0c1-7a2b-7c3d-8e4f-0123456789ab";
    ["operator_id", "connection_id", "maintenance_id", "rule_id"]
        .iter()
        .fold(path.replace("{version}", "1"), |path, name| path.replace(&format!("{{{name}}}"), id))
}

// that the matrix holds every route of the table is a test of its own, in `documents::permission`.
on_both!(each_role_reaches_exactly_its_routes, |daemon: Daemon| async move {
    let before = daemon.stored().await;
    for (nth, role) in Role::ALL.into_iter().enumerate() {
        let caller = daemon.as_role(role.as_str());
        for Line { method, path, permission, roles } in permission::committed() {
            let what = format!("{} {method} {path}", role.as_str());
            let request = caller.request(method.parse().unwrap(), &called(&path)).header("if-match", "*");
            let answer = Caller::send(request).await;
            if roles[nth] {
                assert!(![401, 403, 405].contains(&answer.status), "{what}: {}", answer.text);
            } else {
                let refused = answer.refused(403, "forbidden");
                assert_eq!(refused.body["detail"], format!("needs {permission}"), "{what}");
            }
        }
    }
    assert_eq!(daemon.stored().await, before);
});

on_both!(nobody_gets_anywhere_without_a_sound_token, |daemon: Daemon| async move {
    let garbage = Caller::with_token(daemon.admin_url(), "garbage");
    for entry in router().table {
        let path = called(&entry.path);
        let refused = Caller::send(daemon.anybody().request(entry.method.clone(), &path)).await;
        assert_eq!(refused.refused(401, "unauthenticated").header("www-authenticate"), "Bearer");
        let refused =
            Caller::send(garbage.request(entry.method, &path)).await.refused(401, "unauthenticated");
        assert_eq!(refused.header("www-authenticate"), "Bearer error=\"invalid_token\"");
    }
});

on_both!(every_route_refuses_a_parameter_it_does_not_know_by_name, |daemon: Daemon| async move {
    let before = daemon.stored().await;
    for entry in router().table {
        let request = daemon.admin().request(entry.method, &format!("{}?colour=red", called(&entry.path)));
        let request = request.header("if-match", "*").header("content-type", "application/json").body("{}");
        Caller::send(request).await.refused(400, "invalid_query").telling(&[("colour", "unknown")]);
    }
    assert_eq!(daemon.stored().await, before);
});

on_both!(every_resource_that_is_not_there_is_not_found, |daemon: Daemon| async move {
    for entry in router().table {
        if entry.method == Method::GET && entry.path.contains('{') {
            daemon.admin().get(&called(&entry.path)).await.refused(404, "not_found");
        }
    }
});

on_both!(a_path_that_is_not_there_is_a_problem_too, |daemon: Daemon| async move {
    for path in [
        "/",
        "/admin/v1",
        "/admin/v1/operators/",
        "/admin/v1/none",
        "/admin/v2/operators",
        "/internal/v1/routing/resolve",
        "/metrics",
        "/health/ready",
        "//admin/v1/me",
    ] {
        daemon.admin().get(path).await.refused(404, "not_found");
        daemon.anybody().get(path).await.refused(404, "not_found");
    }
});

on_both!(a_method_that_a_path_does_not_take_is_told_with_those_it_takes, |daemon: Daemon| async move {
    let mut methods: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for entry in router().table {
        methods.entry(entry.path).or_default().insert(entry.method.to_string());
    }
    for (path, mut taken) in methods {
        if taken.contains("GET") {
            taken.insert("HEAD".into());
        }
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"] {
            if taken.contains(method) {
                continue;
            }
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let refused = Caller::send(daemon.admin().request(method, &called(&path))).await;
            let allow = refused.refused(405, "method_not_allowed").header("allow");
            let allow: BTreeSet<_> = allow.split(',').map(|method| method.trim().to_owned()).collect();
            assert_eq!(allow, taken, "{path}");
        }
    }
});

on_both!(the_document_is_there_for_everybody_and_names_every_route, |daemon: Daemon| async move {
    let document = daemon.anybody().get("/openapi.json").await.expect(200);
    assert_eq!(document.header("content-type"), "application/json");
    assert_eq!(document.text, router().document_text());
    for Line { method, path, permission, .. } in permission::committed() {
        let operation = &document.body["paths"][&path][method.to_lowercase()];
        assert_eq!(operation["x-permission"], json!(permission), "{method} {path}");
    }
});

on_both!(
    every_route_refuses_another_host_a_token_in_its_url_and_another_content_type,
    |daemon: Daemon| async move {
        let (admin, before) = (daemon.admin(), daemon.stored().await);
        let document = daemon.anybody().get("/openapi.json").await.expect(200).body;
        for entry in router().table {
            let path = called(&entry.path);
            let request = |path: &str| admin.request(entry.method.clone(), path).header("if-match", "*");
            let elsewhere = request(&path).header("host", "evil.example");
            Caller::send(elsewhere).await.refused(421, "unknown_host");
            let in_url = request(&format!("{path}?access_token=x"));
            Caller::send(in_url).await.refused(400, "token_in_url");
            let operation = &document["paths"][&entry.path][entry.method.as_str().to_lowercase()];
            if operation["requestBody"].is_object() {
                let text = request(&path).header("content-type", "text/plain").body("{}");
                Caller::send(text).await.refused(415, "unsupported_media_type");
            }
        }
        assert_eq!(daemon.stored().await, before);
    }
);
