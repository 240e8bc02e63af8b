//! `GET /audit/verify`, on a trail that somebody with all rights over the database has changed.

use serde_json::{Value, json};

use crate::support::{Caller, Daemon, Database, on_both, sample, until};

const VERIFY: &str = "/admin/v1/audit/verify";

async fn verify(auditor: &Caller, anchor: Option<&str>) -> Value {
    let query = anchor.map_or(String::new(), |anchor| format!("?anchor={anchor}"));
    auditor.get(&format!("{VERIFY}{query}")).await.expect(200).body
}

/// The kinds of faults with their places.
fn told(verified: &Value) -> Vec<(i64, &str)> {
    let faults = verified["faults"].as_array().unwrap().iter();
    faults.map(|fault| (fault["n"].as_i64().unwrap(), fault["kind"].as_str().unwrap())).collect()
}

async fn sealed(daemon: &Daemon, count: i64) -> String {
    let auditor = daemon.as_role("auditor");
    until("the trail is sealed", async || {
        let verified = verify(&auditor, None).await;
        let is_whole = verified["sealed_through"] == count && verified["oldest_unsealed_at"].is_null();
        is_whole.then(|| verified["head"].as_str().unwrap().to_owned())
    })
    .await
}

on_both!(
    what_is_changed_in_the_database_is_found_and_a_cut_tail_by_its_anchor,
    |daemon: Daemon| async move {
        let (admin, auditor, rows) = (daemon.admin(), daemon.as_role("auditor"), daemon.rows().await);
        for code in ["one", "two", "three", "four"] {
            admin.post("/admin/v1/operators", sample::operator(code)).await.expect(201);
        }
        let head = sealed(&daemon, 4).await;
        assert!(head.starts_with("4."), "{head}");
        let intact = verify(&auditor, Some(&head)).await;
        assert_eq!((&intact["intact"], &intact["checked"], told(&intact)), (&json!(true), &json!(4), vec![]));
        until("the log has the head of the seal", async || daemon.output().contains(&head).then_some(()))
            .await;
        until("the metric tells it", async || {
            daemon
                .ops()
                .get("/metrics")
                .await
                .expect(200)
                .text
                .contains("\nops_audit_sealed_entries 4\n")
                .then_some(())
        })
        .await;

        for (there, back) in [
            (
                "UPDATE audit SET entry = replace(entry, 'one', 'eno') WHERE row_no = 1",
                "UPDATE audit SET entry = replace(entry, 'eno', 'one') WHERE row_no = 1",
            ),
            (
                "UPDATE audit SET actor = 'x' || actor WHERE row_no = 1",
                "UPDATE audit SET actor = substr(actor, 2) WHERE row_no = 1",
            ),
            (
                "UPDATE audit SET request_id = 'x' || request_id WHERE row_no = 1",
                "UPDATE audit SET request_id = substr(request_id, 2) WHERE row_no = 1",
            ),
            (
                "UPDATE audit SET action = 'x' || action WHERE row_no = 1",
                "UPDATE audit SET action = substr(action, 2) WHERE row_no = 1",
            ),
        ] {
            rows.change(there).await;
            let broken = verify(&auditor, Some(&head)).await;
            assert_eq!((&broken["intact"], told(&broken)), (&json!(false), vec![(1, "edited")]), "{there}");
            rows.change(back).await;
            assert_eq!(verify(&auditor, Some(&head)).await["intact"], true, "{back}");
        }

        let second = daemon.audit().await[2]["id"].clone();
        rows.change("DELETE FROM audit WHERE row_no = 2").await;
        let removed = verify(&auditor, None).await;
        assert_eq!((told(&removed), &removed["faults_found"]), (vec![(2, "removed")], &json!(1)));
        assert!(!daemon.audit().await.iter().any(|entry| entry["id"] == second), "it is really gone");
        rows.change("DELETE FROM audit_link WHERE n = 2").await;
        assert!(told(&verify(&auditor, None).await).contains(&(2, "link_missing")));
        // an anchor is compared in every answer, also in one that begins behind it
        let (place, hash) = head.split_once('.').unwrap();
        let other = format!("{place}.{}", hash.chars().rev().collect::<String>());
        for (after, known, faults) in [
            (3, &head, vec![]),
            (4, &head, vec![]),
            (0, &other, vec![(4, "anchor_differs")]),
            (3, &other, vec![(4, "anchor_differs")]),
            (4, &other, vec![(4, "anchor_differs")]),
            (4, &format!("2.{hash}"), vec![(2, "anchor_missing")]),
        ] {
            let query = format!("{VERIFY}?after={after}&anchor={known}");
            let answer = auditor.get(&query).await.expect(200).body;
            let told: Vec<_> =
                told(&answer).into_iter().filter(|(_, kind)| kind.starts_with("anchor")).collect();
            assert_eq!(told, faults, "{query}");
            assert_eq!(answer["intact"], after > 0 && faults.is_empty(), "{query}");
        }
        // the tail with its seals: nothing but the anchor tells
        rows.change("DELETE FROM audit_seal WHERE n > 1; DELETE FROM audit_link WHERE n > 1; DELETE FROM audit WHERE row_no > 1").await;
        let cut = verify(&auditor, Some(&head)).await;
        assert!(told(&cut).contains(&(4, "anchor_missing")), "{cut}");
    }
);

/// Links and seals are made by us: who takes them away to have us make them anew, over other entries, is told instead.
async fn nothing_is_sealed_anew(daemon: &Daemon, what: &[&str], logged: &str) -> String {
    let (admin, auditor, rows) = (daemon.admin(), daemon.as_role("auditor"), daemon.rows().await);
    for code in ["one", "two", "three", "four"] {
        admin.post("/admin/v1/operators", sample::operator(code)).await.expect(201);
    }
    let head = sealed(daemon, 4).await;
    broken(daemon, false).await;
    for statement in what {
        rows.change(statement).await;
    }
    broken(daemon, true).await;
    let verified = verify(&auditor, None).await;
    assert_eq!(verified["intact"], false, "{verified}");
    admin.post("/admin/v1/operators", sample::operator("five")).await.expect(201);
    until("the new entry waits", async || {
        let verified = verify(&auditor, None).await;
        (!verified["oldest_unsealed_at"].is_null()).then_some(())
    })
    .await;
    until("the log says what was seen", async || daemon.output().contains(logged).then_some(())).await;
    assert!(rows.count("audit_link").await <= 4, "nothing is linked behind it");
    assert_eq!(rows.number("SELECT count(*) FROM audit_seal WHERE n >= 4", []).await, 0);
    head
}

/// Waits until the metric says whether the chain is broken.
async fn broken(daemon: &Daemon, is_broken: bool) {
    let line = format!("\nops_audit_chain_broken {}\n", i64::from(is_broken));
    until(&line, async || daemon.ops().get("/metrics").await.expect(200).text.contains(&line).then_some(()))
        .await;
}

on_both!(links_and_seals_that_are_taken_away_are_not_made_anew, |daemon: Daemon| async move {
    let head = nothing_is_sealed_anew(
        &daemon,
        &[
            "DELETE FROM audit_seal",
            "UPDATE audit SET entry = replace(entry, 'two', 'owt')",
            "DELETE FROM audit_link",
        ],
        "has not the place any more that was seen: 4.",
    )
    .await;
    // the replica knows the place itself, and says it once also to who names it
    for anchor in [None, Some(head.as_str())] {
        let verified = verify(&daemon.as_role("auditor"), anchor).await;
        assert_eq!(told(&verified), [(4, "anchor_missing")], "{anchor:?}");
    }
});

on_both!(nothing_is_sealed_behind_a_link_that_has_no_seal, |daemon: Daemon| async move {
    nothing_is_sealed_anew(
        &daemon,
        &["DELETE FROM audit_seal WHERE n >= 4"],
        "does not end with a seal of ours",
    )
    .await;
});

on_both!(what_was_written_last_is_sealed_before_the_daemon_ends, |daemon: Daemon| async move {
    let mut daemon = daemon;
    let (admin, rows) = (daemon.admin(), daemon.rows().await);
    admin.post("/admin/v1/operators", sample::operator("first")).await.expect(201);
    sealed(&daemon, 1).await;
    // the task has just looked, and comes again in five seconds
    for code in ["second", "third"] {
        admin.post("/admin/v1/operators", sample::operator(code)).await.expect(201);
    }
    daemon.signal("TERM");
    until("the daemon has ended", async || daemon.ended()).await;
    assert_eq!((rows.count("audit").await, rows.count("audit_link").await), (3, 3));
    assert_eq!(rows.number("SELECT max(n) FROM audit_seal", []).await, 3);
});

on_both!(an_entry_that_is_slipped_in_is_found_wherever_it_is_put, |daemon: Daemon| async move {
    let (admin, auditor, rows) = (daemon.admin(), daemon.as_role("auditor"), daemon.rows().await);
    for code in ["one", "two"] {
        admin.post("/admin/v1/operators", sample::operator(code)).await.expect(201);
    }
    sealed(&daemon, 2).await;
    let on_postgres = rows.are_of_postgres();
    let copy = |row: &str, id: &str, at: &str| {
        let (id, overriding) = if on_postgres {
            (format!("'{id}'"), "OVERRIDING SYSTEM VALUE")
        } else {
            (format!("x'{}'", id.replace('-', "")), "")
        };
        format!(
            "INSERT INTO audit (row_no, id, at, action, operator_id, request_id, entry, actor, subject_id) {overriding} \
             SELECT {row}, {id}, {at}, action, operator_id, request_id, entry, actor, subject_id FROM audit WHERE row_no = 1"
        )
    };
    // with a number below all others: it is never linked
    rows.change(&copy("-20000", "00000000-0000-7000-8000-000000000001", "at")).await;
    let verified = verify(&auditor, None).await;
    assert_eq!(told(&verified), [(2, "slipped_in")]);
    rows.change("DELETE FROM audit WHERE row_no = -20000").await;
    // as the service itself would write it, with another time: it is linked, and its seal knows better
    let long_ago = if on_postgres { "at - interval '1 day'" } else { "at - 86400000000" };
    rows.change(&copy("900", "00000000-0000-7000-8000-000000000002", long_ago)).await;
    until("it is sealed, and its time is told", async || {
        (told(&verify(&auditor, None).await) == [(3, "time_differs")]).then_some(())
    })
    .await;
    // far ahead: those after it are sealed all the same
    let ahead = (1_i64 << 62).to_string();
    rows.change(&copy(&ahead, "00000000-0000-7000-8000-000000000003", "at")).await;
    until("it is sealed", async || (verify(&auditor, None).await["sealed_through"] == 4).then_some(())).await;
    admin.post("/admin/v1/operators", sample::operator("after")).await.expect(201);
    until("who comes after it too", async || {
        (verify(&auditor, None).await["sealed_through"] == 5).then_some(())
    })
    .await;
});

on_both!(a_verification_is_asked_for_by_auditors_and_in_one_spelling, |daemon: Daemon| async move {
    daemon.as_role("editor").get(VERIFY).await.refused(403, "forbidden");
    let auditor = daemon.as_role("auditor");
    for query in ["anchor=1", "anchor=0.00", "after=-1", "after=01", "after=x", "aftr=1"] {
        auditor.get(&format!("{VERIFY}?{query}")).await.refused(400, "invalid_query");
    }
    let nothing = auditor.get(&format!("{VERIFY}?after=7")).await.expect(200).body;
    assert_eq!(told(&nothing), [(7, "link_missing")], "there is no such place to go on from");
});

on_both!(
    entries_say_where_a_request_came_from_and_nobody_is_believed_about_it,
    |daemon: Daemon| async move {
        let admin = daemon.admin();
        let request =
            admin.request(reqwest::Method::POST, "/admin/v1/operators").json(&sample::operator("acme"));
        Caller::send(request.header("x-forwarded-for", "198.51.100.7")).await.expect(201);
        let entry = &daemon.audit().await[0];
        assert_eq!(
            (&entry["action"], &entry["source_address"]),
            (&json!("operator_create"), &json!("127.0.0.1"))
        );
    }
);

on_both!(the_trail_is_asked_by_action_actor_subject_request_and_time, |daemon: Daemon| async move {
    let (admin, auditor) = (daemon.admin(), daemon.as_role("auditor"));
    let one = admin.post("/admin/v1/operators", sample::operator("one")).await.expect(201).id();
    admin.post("/admin/v1/operators", sample::operator("two")).await.expect(201);
    admin.post(&format!("/admin/v1/operators/{one}/notes"), json!({"text": "x"})).await.expect(201);
    let all = daemon.audit().await;
    let asked = async |query: String| {
        let found = auditor.get(&format!("/admin/v1/audit?{query}")).await.expect(200).body;
        found["items"].as_array().unwrap().len()
    };
    assert_eq!(all.len(), 3);
    let (at, request) = (all[1]["at"].as_str().unwrap(), all[1]["request_id"].as_str().unwrap());
    for (query, count) in [
        ("action=note_create".to_owned(), 1),
        ("action=operator_create".to_owned(), 2),
        ("actor=dev-admin".to_owned(), 3),
        ("actor=dev".to_owned(), 0),
        (format!("subject_id={one}"), 1),
        (format!("operator_id={one}"), 2),
        (format!("request_id={request}"), 1),
        (format!("from={at}"), 2),
        (format!("until={at}"), 1),
        (format!("from={at}&until={at}"), 0),
        (format!("operator_id={one}&action=note_create&actor=dev-admin"), 1),
    ] {
        assert_eq!(asked(query.clone()).await, count, "{query}");
    }
    for query in ["action=note", "from=yesterday", "subject_id=7", "actor=", "actor=%0a"] {
        auditor.get(&format!("/admin/v1/audit?{query}")).await.refused(400, "invalid_query");
    }
});
