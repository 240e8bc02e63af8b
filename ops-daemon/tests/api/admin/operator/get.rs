//! `GET /operators/{operator_id}`.

use reqwest::Method;
use serde_json::json;

use crate::support::{Caller, Daemon, Database, on_both, sample};

const OPERATORS: &str = "/admin/v1/operators";

on_both!(whoever_has_the_tag_is_told_that_nothing_changed, |daemon: Daemon| async move {
    let created = daemon.admin().post(OPERATORS, sample::operator("acme")).await.expect(201);
    let (viewer, path) = (daemon.as_role("viewer"), created.header("location"));
    let known = |tag: &str| viewer.request(Method::GET, &path).header("if-none-match", tag);
    for tag in ["\"1.1\"", "W/\"1.1\"", "\"1.9\", \"1.1\"", "*"] {
        let same = Caller::send(known(tag)).await.expect(304);
        assert_eq!((same.text.as_str(), same.etag().as_str()), ("", "\"1.1\""), "{tag}");
    }
    for tag in ["\"1.2\"", "\"2.1\"", "nonsense"] {
        assert_eq!(Caller::send(known(tag)).await.expect(200).body["code"], "acme", "{tag}");
    }
    daemon.admin().patch(&path, json!({"importance": "critical"}), "\"1.1\"").await.expect(200);
    let changed = Caller::send(known("\"1.1\"")).await.expect(200);
    assert_eq!((changed.etag().as_str(), &changed.body["importance"]), ("\"1.2\"", &json!("critical")));
});

on_both!(an_id_has_one_spelling_and_anything_else_is_nothing, |daemon: Daemon| async move {
    let created = daemon.admin().post(OPERATORS, sample::operator("acme")).await.expect(201);
    let (viewer, id) = (daemon.as_role("viewer"), created.id());
    let read = |segment: String| {
        let viewer = viewer.clone();
        async move { viewer.get(&format!("{OPERATORS}/{segment}")).await }
    };
    read(id.clone()).await.expect(200);
    read(id.to_uppercase()).await.expect(200);
    let other = "0192f0c1-7a2b-7c3d-8e4f-0123456789ab".to_owned();
    for segment in [
        other,
        id.replace('-', ""),
        format!("%7B{id}%7D"),
        format!("urn:uuid:{id}"),
        "acme".into(),
        "7".into(),
    ] {
        read(segment).await.refused(404, "not_found");
    }
});
