//! The Host header: `src/http/host.rs`.

use reqwest::Method;

use crate::support::{Caller, Daemon, Database, on_both};

on_both!(a_host_that_is_not_ours_gets_no_answer_of_ours, |daemon: Daemon| async move {
    let viewer = daemon.as_role("viewer");
    let called =
        |path: &str, host: String| Caller::send(viewer.request(Method::GET, path).header("host", host));
    let port = daemon.admin_url().rsplit_once(':').unwrap().1.to_owned();
    for ours in [format!("127.0.0.1:{port}"), format!("localhost:{port}"), format!("LOCALHOST:{port}")] {
        called("/admin/v1/me", ours).await.expect(200);
    }
    for foreign in [
        "evil.example".into(),
        format!("evil.example:{port}"),
        "localhost".into(),
        "127.0.0.1:1".into(),
        format!("localhost.:{port}"),
    ] {
        for path in ["/admin/v1/me", "/openapi.json", "/none"] {
            called(path, foreign.clone()).await.refused(421, "unknown_host");
        }
    }
});
