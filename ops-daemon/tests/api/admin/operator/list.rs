//! `GET /operators`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Answer, Caller, Daemon, Database, Estate, on_both};

const OPERATORS: &str = "/admin/v1/operators";

async fn create(daemon: &Daemon, code: &str, name: &str) -> String {
    let body = json!({"code": code, "display_name": name, "kind": "mno"});
    daemon.admin().post(OPERATORS, body).await.expect(201).id()
}

/// Three, of which no two sorts agree: created c, a, b; named m, z, f.
async fn three(daemon: &Daemon) {
    for (code, name) in [("c-op", "Mitte"), ("a-op", "zulu"), ("b-op", "Fern")] {
        create(daemon, code, name).await;
    }
}

fn codes(answer: &Answer) -> Vec<String> {
    let items = answer.body["items"].as_array().unwrap().iter();
    items.map(|item| item["code"].as_str().unwrap().to_owned()).collect()
}

async fn listed(caller: &Caller, query: &str) -> Vec<String> {
    codes(&caller.get(&format!("{OPERATORS}?{query}")).await.expect(200))
}

/// Walks all pages; what is between two pages is done by `meanwhile`.
async fn walked(caller: &Caller, query: &str, mut meanwhile: impl AsyncFnMut(usize)) -> Vec<String> {
    let (mut cursor, mut all, mut pages) = (String::new(), Vec::new(), 0);
    loop {
        let page = caller.get(&format!("{OPERATORS}?{query}{cursor}")).await.expect(200);
        all.extend(codes(&page));
        let Some(next) = page.body["next_cursor"].as_str() else {
            assert_eq!(page.body["next_cursor"], Value::Null);
            return all;
        };
        cursor = format!("&cursor={next}");
        pages += 1;
        meanwhile(pages).await;
    }
}

on_both!(every_sort_has_its_order_and_code_is_the_default, |daemon: Daemon| async move {
    three(&daemon).await;
    let viewer = daemon.as_role("viewer");
    for (query, order) in [
        ("", ["a-op", "b-op", "c-op"]),
        ("sort=code", ["a-op", "b-op", "c-op"]),
        ("sort=created_at", ["c-op", "a-op", "b-op"]),
        ("sort=display_name", ["b-op", "c-op", "a-op"]),
    ] {
        assert_eq!(listed(&viewer, query).await, order, "{query}");
        let step = async |_: usize| {};
        assert_eq!(walked(&viewer, &format!("{query}&limit=1"), step).await, order, "{query} by ones");
    }
});

on_both!(q_is_a_prefix_of_the_code_or_of_the_folded_name, |daemon: Daemon| async move {
    for (code, name) in
        [("alpha", "Straße Nord"), ("strasbourg", "Beta"), ("gamma", "per%cent_"), ("other", "x")]
    {
        create(&daemon, code, name).await;
    }
    let viewer = daemon.as_role("viewer");
    for (q, found) in [
        ("STRASSE", vec!["alpha"]),
        ("stra%C3%9Fe%20n", vec!["alpha"]),
        ("stras", vec!["alpha", "strasbourg"]),
        ("PER%25", vec!["gamma"]),
        ("%25", vec![]),
        ("_", vec![]),
        ("lpha", vec![]),
        ("ALPHA", vec![]),
    ] {
        assert_eq!(listed(&viewer, &format!("q={q}")).await, found, "{q}");
    }
});

on_both!(status_and_deleted_choose_who_is_shown, |daemon: Daemon| async move {
    let (admin, viewer) = (daemon.admin(), daemon.as_role("viewer"));
    Estate::create(&daemon, "live").await;
    create(&daemon, "draft", "Draft").await;
    let gone = create(&daemon, "gone", "Gone").await;
    admin.delete(&format!("{OPERATORS}/{gone}"), "*").await.expect(204);
    for (query, found) in [
        ("", vec!["draft", "live"]),
        ("status=draft", vec!["draft"]),
        ("status=active", vec!["live"]),
        ("status=suspended", vec![]),
        ("deleted=include", vec!["draft", "gone", "live"]),
        ("deleted=only", vec!["gone"]),
        ("deleted=only&status=deleted", vec!["gone"]),
        ("deleted=only&status=draft", vec![]),
    ] {
        assert_eq!(listed(&viewer, query).await, found, "{query}");
    }
    let only = viewer.get(&format!("{OPERATORS}?deleted=only")).await.expect(200);
    assert!(only.body["items"][0]["deleted_at"].is_string(), "{}", only.text);
});

on_both!(a_walk_repeats_and_skips_nobody_while_others_change_and_come, |daemon: Daemon| async move {
    let mut ids = Vec::new();
    for n in 0..9 {
        ids.push(create(&daemon, &format!("op-{n}"), &format!("Name {n}")).await);
    }
    let (admin, viewer) = (daemon.admin(), daemon.as_role("viewer"));
    let expected: Vec<_> = (0..9).map(|n| format!("op-{n}")).collect();
    let all = walked(&viewer, "sort=created_at&limit=2", async |page| {
        let patch = json!({"display_name": format!("Renamed {page}")});
        admin.patch(&format!("{OPERATORS}/{}", ids[page]), patch, "*").await.expect(200);
        create(&daemon, &format!("aa-{page}"), &format!("Newcomer {page}")).await;
    })
    .await;
    assert_eq!(all[..9], expected);
    let seen: BTreeSet<_> = all.iter().collect();
    assert_eq!(seen.len(), all.len(), "{all:?}");
});

on_both!(a_cursor_serves_only_its_caller_and_filter, |daemon: Daemon| async move {
    three(&daemon).await;
    let (viewer, auditor) = (daemon.as_role("viewer"), daemon.as_role("auditor"));
    let page = viewer.get(&format!("{OPERATORS}?limit=1")).await.expect(200);
    let cursor = page.body["next_cursor"].as_str().unwrap();
    let of = |query: &str| format!("{OPERATORS}?limit=1{query}&cursor={cursor}");
    viewer.get(&of("")).await.expect(200);
    viewer.get(&format!("{OPERATORS}?limit=2&cursor={cursor}")).await.expect(200);
    auditor.get(&of("")).await.refused(400, "invalid_cursor");
    for other in ["&sort=created_at", "&q=a", "&status=draft", "&deleted=include"] {
        viewer.get(&of(other)).await.refused(400, "invalid_cursor");
    }
    let flipped = format!("{}{}", &cursor[1..], &cursor[..1]);
    for bad in ["", "x", "AAAA", flipped.as_str(), &cursor[..cursor.len() - 2], &"A".repeat(5000)] {
        viewer.get(&format!("{OPERATORS}?limit=1&cursor={bad}")).await.refused(400, "invalid_cursor");
    }
    viewer.get(&format!("/admin/v1/routing/rules?cursor={cursor}")).await.refused(400, "invalid_cursor");
});

on_both!(every_bad_parameter_is_named_at_once, |daemon: Daemon| async move {
    let viewer = daemon.as_role("viewer");
    let long = "x".repeat(129);
    let query = format!("q={long}&status=live&deleted=yes&sort=name&limit=201&colour=red");
    viewer.get(&format!("{OPERATORS}?{query}")).await.refused(400, "invalid_query").telling(&[
        ("q", "length"),
        ("status", "one_of"),
        ("deleted", "one_of"),
        ("sort", "one_of"),
        ("limit", "range"),
        ("colour", "unknown"),
    ]);
    for limit in ["0", "-1", "+5", "05", "1.0", "x", "", "99999999999999999999"] {
        let refused = viewer.get(&format!("{OPERATORS}?limit={limit}")).await;
        refused.refused(400, "invalid_query").telling(&[("limit", "range")]);
    }
    let twice = viewer.get(&format!("{OPERATORS}?limit=1&limit=2")).await;
    twice.refused(400, "invalid_query").telling(&[("limit", "unique")]);
    let octets = viewer.get(&format!("{OPERATORS}?q=%FF")).await;
    octets.refused(400, "invalid_query").telling(&[("q", "characters")]);
});

on_both!(a_prefix_is_text_like_any_other_and_never_a_pattern, |daemon: Daemon| async move {
    create(&daemon, "acme", "Acme").await;
    let viewer = daemon.as_role("viewer");
    for q in ["%F4%8F%BF%BF", "%27%20OR%201=1", "%5C", "ac*"] {
        assert_eq!(listed(&viewer, &format!("q={q}")).await, Vec::<String>::new(), "{q}");
    }
    for q in ["%00", "a%00", "a%0Ab", "%E2%80%AE"] {
        let refused = viewer.get(&format!("{OPERATORS}?q={q}")).await.refused(400, "invalid_query");
        refused.telling(&[("q", "characters")]);
    }
});

on_both!(a_list_finds_places_labels_and_health, |daemon: Daemon| async move {
    let body = json!({
        "code": "acme", "display_name": "Acme", "kind": "mno", "countries": ["DE", "AT"],
        "networks": [{"mcc": "262", "mnc": "01"}], "labels": {"region": "emea", "tier": ""},
    });
    daemon.admin().post(OPERATORS, body).await.expect(201);
    create(&daemon, "other", "Other").await;
    let viewer = daemon.as_role("viewer");
    for (query, found) in [
        ("country=AT", vec!["acme"]),
        ("country=CH", vec![]),
        ("network=262-01", vec!["acme"]),
        ("network=262-001", vec![]),
        ("label=region", vec!["acme"]),
        ("label=region%3Demea", vec!["acme"]),
        ("label=region%3Dapac", vec![]),
        ("label=tier%3D", vec!["acme"]),
        ("health=unknown", vec!["acme", "other"]),
        ("health=down", vec![]),
        ("country=DE&label=region&network=262-01&status=draft&health=unknown&q=ac", vec!["acme"]),
    ] {
        assert_eq!(listed(&viewer, query).await, found, "{query}");
    }
    for (query, told) in [
        ("country=de", ("country", "pattern")),
        ("network=262", ("network", "pattern")),
        ("network=262-1", ("network", "pattern")),
        ("label=%3Dx", ("label", "length")),
        ("label=A", ("label", "pattern")),
        ("health=fine", ("health", "one_of")),
    ] {
        viewer.get(&format!("{OPERATORS}?{query}")).await.refused(400, "invalid_query").telling(&[told]);
    }
});
