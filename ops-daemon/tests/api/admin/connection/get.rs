//! `GET /connections/{connection_id}`.

use reqwest::Method;

use crate::support::{Caller, Daemon, Database, Estate, on_both};

on_both!(a_connection_has_a_tag_that_moves_with_it, |daemon: Daemon| async move {
    let estate = Estate::create(&daemon, "acme").await;
    let (viewer, path) = (daemon.as_role("viewer"), format!("/admin/v1/connections/{}", estate.connection));
    let known = |tag: &str| Caller::send(viewer.request(Method::GET, &path).header("if-none-match", tag));
    let same = known("\"1.1\"").await.expect(304);
    assert_eq!((same.text.as_str(), same.etag().as_str()), ("", "\"1.1\""));
    daemon.admin().act(&format!("{path}/disable")).await.expect(200);
    let moved = known("\"1.1\"").await.expect(200);
    assert_eq!((moved.etag().as_str(), moved.body["status"].as_str()), ("\"1.2\"", Some("disabled")));
});

on_both!(what_is_not_there_is_not_found, |daemon: Daemon| async move {
    let estate = Estate::create(&daemon, "acme").await;
    for id in ["0192f0c1-7a2b-7c3d-8e4f-0123456789ab", "main", estate.operator.as_str()] {
        let path = format!("/admin/v1/connections/{id}");
        daemon.as_role("viewer").get(&path).await.refused(404, "not_found");
    }
});
