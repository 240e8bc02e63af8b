//! `GET /routing/rules/{rule_id}`.

use reqwest::Method;

use crate::support::{Caller, Daemon, Database, Estate, on_both};

const RULES: &str = "/admin/v1/routing/rules";

on_both!(a_rule_has_a_tag, |daemon: Daemon| async move {
    let estate = Estate::create(&daemon, "acme").await;
    let path = daemon.admin().post(RULES, estate.rule("r", "49")).await.expect(201).header("location");
    let viewer = daemon.as_role("viewer");
    let known = |tag: &str| Caller::send(viewer.request(Method::GET, &path).header("if-none-match", tag));
    assert_eq!(known("\"1.1\"").await.expect(304).text, "");
    assert_eq!(known("\"1.2\"").await.expect(200).etag(), "\"1.1\"");
    for id in ["0192f0c1-7a2b-7c3d-8e4f-0123456789ab", "r"] {
        viewer.get(&format!("{RULES}/{id}")).await.refused(404, "not_found");
    }
});
