//! `GET /routing/rules`.

use serde_json::{Value, json};

use crate::support::{Answer, Daemon, Database, Estate, on_both, with};

const RULES: &str = "/admin/v1/routing/rules";

fn names(answer: &Answer) -> Vec<String> {
    let items = answer.body["items"].as_array().unwrap().iter();
    items.map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

async fn two_operators(daemon: &Daemon) -> (Estate, Estate) {
    let (a, b) = (Estate::create(daemon, "a-op").await, Estate::create(daemon, "b-op").await);
    let both = json!([{"connection_id": a.connection}, {"connection_id": b.connection}]);
    for (rule, precedence) in [
        (a.rule("a-late", "1"), 2000),
        (b.rule("b", "2"), 1000),
        (with(a.rule("both", "3"), json!({"targets": both})), 500),
        (a.rule("a-early", "4"), 0),
        (b.rule("b-again", "2"), 1000),
    ] {
        daemon.admin().post(RULES, with(rule, json!({"precedence": precedence}))).await.expect(201);
    }
    (a, b)
}

on_both!(rules_come_by_precedence_and_are_filtered_by_target, |daemon: Daemon| async move {
    let (a, b) = two_operators(&daemon).await;
    let viewer = daemon.as_role("viewer");
    let listed = async |query: String| names(&viewer.get(&format!("{RULES}?{query}")).await.expect(200));
    assert_eq!(listed(String::new()).await, ["a-early", "both", "b", "b-again", "a-late"]);
    for query in [format!("connection_id={}", a.connection), format!("operator_id={}", a.operator)] {
        assert_eq!(listed(query).await, ["a-early", "both", "a-late"]);
    }
    let both = format!("connection_id={}&operator_id={}", a.connection, b.operator);
    assert_eq!(listed(both).await, ["both"]);
    assert_eq!(listed("operator_id=0192f0c1-7a2b-7c3d-8e4f-0123456789ab".into()).await, Vec::<String>::new());
});

on_both!(a_walk_repeats_and_skips_no_rule_also_among_equals, |daemon: Daemon| async move {
    let (_, b) = two_operators(&daemon).await;
    let viewer = daemon.as_role("viewer");
    for (filter, expected) in [
        (String::new(), vec!["a-early", "both", "b", "b-again", "a-late"]),
        (format!("&operator_id={}", b.operator), vec!["both", "b", "b-again"]),
    ] {
        let (mut walked, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = viewer.get(&format!("{RULES}?limit=1{filter}{cursor}")).await.expect(200);
            walked.extend(names(&page));
            match &page.body["next_cursor"] {
                Value::String(next) => cursor = format!("&cursor={next}"),
                _ => break,
            }
        }
        assert_eq!(walked, expected);
    }
});

on_both!(a_cursor_serves_only_its_caller_and_filter, |daemon: Daemon| async move {
    let (a, _) = two_operators(&daemon).await;
    let page = daemon.as_role("viewer").get(&format!("{RULES}?limit=1")).await.expect(200);
    let cursor = page.body["next_cursor"].as_str().unwrap();
    daemon.admin().get(&format!("{RULES}?limit=1&cursor={cursor}")).await.refused(400, "invalid_cursor");
    let other = format!("{RULES}?operator_id={}&cursor={cursor}", a.operator);
    daemon.as_role("viewer").get(&other).await.refused(400, "invalid_cursor");
});

on_both!(every_bad_parameter_is_named_at_once, |daemon: Daemon| async move {
    let query = "connection_id=x&operator_id=7&limit=0&prefix=49";
    let refused =
        daemon.as_role("viewer").get(&format!("{RULES}?{query}")).await.refused(400, "invalid_query");
    refused.telling(&[
        ("connection_id", "pattern"),
        ("operator_id", "pattern"),
        ("limit", "range"),
        ("prefix", "unknown"),
    ]);
});
