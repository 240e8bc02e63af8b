//! `GET /events`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Caller, Daemon, Database, Estate, now, on_both, until};

const EVENTS: &str = "/admin/v1/events";

on_both!(a_reader_that_goes_on_from_where_it_was_sees_every_event_once, |daemon: Daemon| async move {
    Estate::create(&daemon, "a-op").await;
    Estate::create(&daemon, "b-op").await;
    let all = daemon.events().await;
    assert_eq!(all.len(), 8);
    let viewer = daemon.as_role("viewer");
    let (mut after, mut read) = (String::new(), Vec::new());
    loop {
        let page = viewer.get(&format!("{EVENTS}?limit=3{after}")).await.expect(200);
        let items = page.body["items"].as_array().unwrap();
        let next = page.body["next_cursor"].as_str().unwrap();
        if items.is_empty() {
            assert_eq!(after, format!("&after={next}"), "nothing new is where one was");
            break;
        }
        read.extend(items.iter().cloned());
        after = format!("&after={next}");
    }
    assert_eq!(read, all);
    Estate::create(&daemon, "c-op").await;
    let longer = daemon.events().await;
    assert_eq!((longer.len(), &longer[..8]), (12, all.as_slice()), "what was read stays as it was");
    let new = viewer.get(&format!("{EVENTS}?limit=200{after}")).await.expect(200);
    assert_eq!(new.body["items"].as_array().unwrap().as_slice(), &longer[8..]);
});

on_both!(a_reader_who_has_missed_events_is_told_and_begins_anew, |daemon: Daemon| async move {
    Estate::create(&daemon, "a-op").await;
    daemon.events().await;
    let days_ago = |days: i64| {
        let then = now() - SignedDuration::from_hours(24 * days);
        match daemon.database() {
            Database::Sqlite => then.as_microsecond().to_string(),
            _ => format!("to_timestamp({})", then.as_second()),
        }
    };
    let (old, young) = (days_ago(15), days_ago(13));
    let aged = format!("UPDATE outbox SET at = CASE WHEN position <= 2 THEN {old} ELSE {young} END");
    let rows = daemon.rows().await;
    rows.change(&aged).await;
    let all = daemon.events().await;
    if !matches!(daemon.database(), Database::Sqlite) {
        // what is not known to be on the stream is not forgotten
        let mark = "SELECT coalesce(max(position), 0) FROM relay_mark";
        until("the relay has kept its mark", async || (rows.number(mark, []).await == 4).then_some(())).await;
    }
    let daemon = daemon.restart().await;
    let rows = daemon.rows().await;
    let (viewer, stream) = (daemon.as_role("viewer"), format!("{EVENTS}/stream"));
    until("the old events are forgotten", async || (rows.count("outbox").await == 2).then_some(())).await;
    for after in ["1.0", "1.1"] {
        let list = viewer.get(&format!("{EVENTS}?after={after}")).await.refused(410, "events_forgotten");
        assert_eq!(
            list.body["detail"],
            format!("events are kept for 14 days, and some after {after} are gone")
        );
        viewer.get(&format!("{stream}?after={after}")).await.refused(410, "events_forgotten");
        let known = viewer.request(Method::GET, &stream).header("last-event-id", after);
        Caller::send(known).await.refused(410, "events_forgotten");
    }
    for after in ["", "?after=0.0", "?after=1.2"] {
        let page = viewer.get(&format!("{EVENTS}{after}")).await.expect(200);
        assert_eq!(page.body["items"].as_array().unwrap().as_slice(), &all[2..], "{after}");
    }
    let mut frames = viewer.follow(&stream, Some("1.2")).await;
    assert_eq!(frames.next().await.unwrap().data, all[2]);
});

on_both!(sequences_are_padded_and_without_gaps_per_operator, |daemon: Daemon| async move {
    let estates = [Estate::create(&daemon, "a-op").await, Estate::create(&daemon, "b-op").await];
    let patch = |estate: &Estate, n: usize| {
        let (admin, path) = (daemon.admin(), format!("/admin/v1/operators/{}", estate.operator));
        tokio::spawn(async move {
            admin.patch(&path, json!({"labels": {"n": n.to_string()}}), "*").await.expect(200)
        })
    };
    let patches: Vec<_> = (0..20).map(|n| patch(&estates[n % 2], n)).collect();
    for patched in patches {
        patched.await.unwrap();
    }
    let events = daemon.events().await;
    let mut of_source: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for event in &events {
        let text = |member: &str| event[member].as_str().unwrap().to_owned();
        of_source.entry(text("source")).or_default().push(text("sequence"));
    }
    assert_eq!(of_source.len(), 2);
    for sequences in of_source.values() {
        let expected: Vec<_> = (1..=14).map(|n| format!("0001{n:016}")).collect();
        assert_eq!(*sequences, expected);
    }
    let ids: BTreeSet<_> = events.iter().map(|event| event["id"].to_string()).collect();
    assert_eq!(ids.len(), events.len());
    assert!(events.iter().all(|event| event.get("traceparent").is_none()), "nobody sent one");
});

on_both!(a_position_that_is_none_is_told, |daemon: Daemon| async move {
    let viewer = daemon.as_role("viewer");
    for after in
        ["x", "1", "1.", ".1", "01.1", "1.01", "-1.1", "1.1.1", "1.99999999999999999999", "", "%201.1"]
    {
        let refused = viewer.get(&format!("{EVENTS}?after={after}")).await;
        refused.refused(400, "invalid_query").telling(&[("after", "pattern")]);
    }
    let refused =
        viewer.get(&format!("{EVENTS}?after=x&limit=201&cursor=1")).await.refused(400, "invalid_query");
    refused.telling(&[("after", "pattern"), ("limit", "range"), ("cursor", "unknown")]);
});

on_both!(nothing_comes_after_a_position_that_lies_ahead, |daemon: Daemon| async move {
    Estate::create(&daemon, "acme").await;
    daemon.events().await;
    for after in ["1.4", "1.9000", "7.1"] {
        let page = daemon.as_role("viewer").get(&format!("{EVENTS}?after={after}")).await.expect(200);
        assert_eq!(page.body, json!({"items": [], "next_cursor": after}));
    }
});

on_both!(no_event_has_a_member_named_like_a_secret, |daemon: Daemon| async move {
    fn members(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(object) => object.iter().for_each(|(name, value)| {
                found.insert(name.clone());
                members(value, found);
            }),
            Value::Array(items) => items.iter().for_each(|item| members(item, found)),
            _ => {}
        }
    }
    Estate::create(&daemon, "acme").await;
    let mut found = BTreeSet::new();
    daemon.events().await.iter().for_each(|event| members(event, &mut found));
    for name in ["password", "secret", "token", "key", "system_id", "contacts", "contract", "legal_name"] {
        assert!(!found.contains(name), "{name}");
    }
});
