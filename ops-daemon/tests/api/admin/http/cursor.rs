//! Cursors: `src/http/cursor.rs`. No octet of one can be changed, and a walk stays right while rows come and go.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    process::dice::Dice,
    support::{Caller, Daemon, Database, Estate, on_both, sample},
};

const OPERATORS: &str = "/admin/v1/operators";

/// Every list with a cursor, with two rows or more in each.
async fn lists(daemon: &Daemon) -> Vec<String> {
    let (admin, estate) = (daemon.admin(), Estate::create(daemon, "acme").await);
    Estate::create(daemon, "other").await;
    for name in ["one", "two"] {
        admin.post("/admin/v1/routing/rules", estate.rule(name, "49")).await.expect(201);
    }
    let operator = format!("{OPERATORS}/{}", estate.operator);
    for _ in 0..2 {
        let window =
            json!({"starts_at": "2096-01-01T00:00:00Z", "ends_at": "2096-01-02T00:00:00Z", "reason": "x"});
        admin.post(&format!("{operator}/maintenances"), window).await.expect(201);
    }
    let fixed = [
        OPERATORS,
        "/admin/v1/operators?sort=created_at",
        "/admin/v1/connections",
        "/admin/v1/operators?sort=display_name",
        "/admin/v1/routing/rules",
        "/admin/v1/networks",
        "/admin/v1/audit",
    ];
    let of_operator = [format!("{operator}/maintenances"), format!("{operator}/timeline")];
    fixed.map(str::to_owned).into_iter().chain(of_operator).collect()
}

fn with(list: &str, query: &str) -> String {
    format!("{list}{}{query}", if list.contains('?') { '&' } else { '?' })
}

async fn cursor_of(admin: &Caller, list: &str) -> String {
    let page = admin.get(&with(list, "limit=1")).await.expect(200);
    page.body["next_cursor"].as_str().unwrap_or_else(|| panic!("{list} has one row")).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_flipped_bits_are_ten_thousand_refusals() {
    let daemon = Daemon::start(Database::Sqlite).await;
    let (admin, lists, (seed, mut dice)) = (daemon.admin(), lists(&daemon).await, Dice::of_this_run());
    let before = daemon.stored().await;
    let flips = 10_000 / lists.len() + 1;
    for list in &lists {
        let cursor = cursor_of(&admin, list).await;
        for _ in 0..flips {
            let mut octets = cursor.clone().into_bytes();
            let bit = usize::try_from(dice.between(0, u64::try_from(octets.len() * 8).unwrap())).unwrap();
            octets[bit / 8] ^= 1 << (bit % 8);
            let flipped: String = octets.iter().map(|octet| format!("%{octet:02X}")).collect();
            let answer = admin.get(&with(list, &format!("limit=1&cursor={flipped}"))).await;
            assert_eq!(answer.status, 400, "{list} bit {bit} seed {seed}: {}", answer.text);
            let is_text = octets[bit / 8].is_ascii();
            let code = if is_text { "invalid_cursor" } else { "invalid_query" };
            answer.refused(400, code);
        }
    }
    eprintln!("{} flips of the cursors of {} lists, all refused", flips * lists.len(), lists.len());
    assert_eq!(daemon.stored().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_opens_in_its_own_list_only() {
    let daemon = Daemon::start(Database::Sqlite).await;
    let (admin, lists) = (daemon.admin(), lists(&daemon).await);
    for list in &lists {
        let cursor = cursor_of(&admin, list).await;
        for other in &lists {
            let answer = admin.get(&with(other, &format!("limit=1&cursor={cursor}"))).await;
            if other == list {
                answer.expect(200);
            } else {
                answer.refused(400, "invalid_cursor");
            }
        }
    }
}

fn ids(items: &Value) -> Vec<String> {
    items.as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// Walks a list by pages; what is between two pages is done by `meanwhile`. Answers the ids in their order.
async fn walk(caller: &Caller, list: &str, limit: u64, mut meanwhile: impl AsyncFnMut()) -> Vec<String> {
    let (mut cursor, mut seen) = (String::new(), Vec::new());
    loop {
        let page = caller.get(&with(list, &format!("limit={limit}{cursor}"))).await.expect(200);
        seen.extend(ids(&page.body["items"]));
        let Some(next) = page.body["next_cursor"].as_str() else { return seen };
        cursor = format!("&cursor={next}");
        meanwhile().await;
    }
}

/// `moving` are rows whose place in the order changes meanwhile, and which may so come twice.
fn assert_right(seen: &[String], throughout: &BTreeSet<String>, moving: &BTreeSet<String>, what: &str) {
    let mut unique = BTreeSet::new();
    for id in seen {
        assert!(unique.insert(id.clone()) || moving.contains(id), "{what}: {id} came twice");
    }
    let missing: Vec<_> = throughout.difference(&unique).collect();
    assert!(missing.is_empty(), "{what}: rows that were there throughout are missing: {missing:?}");
}

on_both!(a_walk_is_right_while_rows_come_and_go, |daemon: Daemon| async move {
    let (seed, mut dice) = Dice::of_this_run();
    let admin = daemon.admin();
    let mut born = 0;
    let mut create = async |dice: &mut Dice| {
        born += 1;
        let (code, name) = (dice.number(), dice.number());
        let body = json!({"code": format!("o{code:x}-{born}"), "display_name": format!("N{name:x} {born}"), "kind": "mno"});
        admin.post(OPERATORS, body).await.expect(201).id()
    };
    let mut throughout = BTreeSet::new();
    for _ in 0..12 {
        throughout.insert(create(&mut dice).await);
    }
    let mut others = Vec::new();
    for round in 0..4 {
        for sort in ["code", "created_at", "display_name"] {
            for _ in 0..6 {
                others.push(create(&mut dice).await);
            }
            let limit = dice.between(1, 5);
            let mut renamed = BTreeSet::new();
            let seen =
                walk(&daemon.as_role("viewer"), &format!("{OPERATORS}?sort={sort}"), limit, async || {
                    if dice.between(0, 2) == 0 {
                        others.push(create(&mut dice).await);
                    }
                    if !others.is_empty() && dice.between(0, 2) == 0 {
                        let at =
                            usize::try_from(dice.between(0, u64::try_from(others.len()).unwrap())).unwrap();
                        let gone = others.swap_remove(at);
                        admin.delete(&format!("{OPERATORS}/{gone}"), "*").await.expect(204);
                    }
                    if let Some(other) = dice.one_of(&others).cloned() {
                        let name = json!({"display_name": format!("N{:x} again", dice.number())});
                        admin.patch(&format!("{OPERATORS}/{other}"), name, "*").await.expect(200);
                        renamed.insert(other);
                    }
                })
                .await;
            // a new name is a new place in the order of names only
            let moving = if sort == "display_name" { renamed } else { BTreeSet::new() };
            assert_right(
                &seen,
                &throughout,
                &moving,
                &format!("{sort} by {limit}, round {round}, seed {seed}"),
            );
        }
    }
});

on_both!(a_walk_over_rules_and_windows_is_right_while_they_come_and_go, |daemon: Daemon| async move {
    let (seed, mut dice) = Dice::of_this_run();
    let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
    let draft = admin.post(OPERATORS, sample::operator("draft")).await.expect(201).header("location");
    let window =
        json!({"starts_at": "2096-01-01T00:00:00Z", "ends_at": "2096-01-02T00:00:00Z", "reason": "x"});
    let rule = |n: u64| {
        let mut rule = estate.rule(&format!("r{n}"), "49");
        rule["precedence"] = json!(n % 7);
        rule
    };
    for (list, row) in
        [("/admin/v1/routing/rules".to_owned(), None), (format!("{draft}/maintenances"), Some(&window))]
    {
        let body = |n: u64| row.cloned().unwrap_or_else(|| rule(n));
        let create = async |n: u64| admin.post(&list, body(n)).await.expect(201).header("location");
        let (mut throughout, mut others) = (BTreeSet::new(), Vec::new());
        for n in 0..10 {
            let location = create(n).await;
            throughout.insert(location.rsplit('/').next().unwrap().to_owned());
            others.push(create(n).await);
        }
        let seen = walk(&admin, &list, 3, async || {
            create(dice.number()).await;
            if let Some(gone) = others.pop() {
                admin.delete(&gone, "*").await.expect(204);
            }
        })
        .await;
        assert_right(&seen, &throughout, &BTreeSet::new(), &format!("{list}, seed {seed}"));
    }
});

on_both!(a_walk_over_what_has_happened_is_right_while_more_happens, |daemon: Daemon| async move {
    let (seed, mut dice) = Dice::of_this_run();
    let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
    let operator = format!("{OPERATORS}/{}", estate.operator);
    let act = async |n: u64| {
        if n.is_multiple_of(3) {
            admin.post(&format!("{operator}/notes"), json!({"text": format!("{n:x}")})).await.expect(201);
        } else {
            admin.patch(&operator, json!({"labels": {"n": format!("{n:x}")}}), "*").await.expect(200);
        }
    };
    for _ in 0..12 {
        act(dice.number()).await;
    }
    let under = format!("/admin/v1/audit?operator_id={}", estate.operator);
    for list in ["/admin/v1/audit".to_owned(), under, format!("{operator}/timeline")] {
        let throughout: BTreeSet<_> = walk(&admin, &list, 200, async || ()).await.into_iter().collect();
        assert!(throughout.len() > 12, "{list}");
        let limit = dice.between(1, 5);
        let seen = walk(&admin, &list, limit, async || act(dice.number()).await).await;
        assert_eq!(
            seen.len(),
            throughout.len(),
            "{list} by {limit}: what is newer stands before the first page"
        );
        assert_right(&seen, &throughout, &BTreeSet::new(), &format!("{list} by {limit}, seed {seed}"));
    }
    let (mut after, mut seen) = (String::new(), Vec::new());
    let mut read = async |limit: u64| {
        let page = admin.get(&format!("/admin/v1/events?limit={limit}{after}")).await.expect(200).body;
        after = format!("&after={}", page["next_cursor"].as_str().unwrap());
        seen.extend(ids(&page["items"]));
    };
    for _ in 0..20 {
        read(dice.between(1, 4)).await;
        act(dice.number()).await;
    }
    let all = daemon.events().await;
    read(200).await;
    assert_eq!(seen, ids(&json!(all)), "every event once and in order, seed {seed}");
});
