//! The audit trail: one entry per change, as it was written, the newest first.

use std::sync::Arc;

use jiff::Timestamp;
use ops_core::{
    Change,
    audit::{AuditEntry, Difference},
    change::ChangeName,
    id::OperatorId,
    operator,
    testing::create_operator,
};

use super::estate::Estate;
use crate::{
    Store,
    port::{AuditFilter, ChainEnd, Link, Seal},
    testing::Rows,
};

/// An entry is read back as it was written, with and without an operator.
pub async fn an_audit_entry_is_read_back_as_it_was_written(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let stamp = estate.stamp();
    let (operator, change) = operator::create::create(create_operator("acme"), &stamp);
    let mut mint = estate.stamp();
    let differences = [
        Difference {
            field: "läbels".into(),
            old: serde_json::json!({"a": [1, null]}),
            new: serde_json::json!("ß 😀"),
        },
        Difference::set("n", i64::MAX),
    ];
    let rule = ops_core::id::RuleId::from(uuid::Uuid::from_u128(3));
    let entry =
        AuditEntry::new(mint.mint().id(), ChangeName::RuleDelete, None, rule, &stamp).with(differences);
    let first = change.audit[0].clone();
    estate.keep(change.audit(entry.clone())).await;
    let (entries, next) = estate.store.audit(&AuditFilter::default(), 10).await.unwrap();
    assert_eq!((entries, next), (vec![entry, first.clone()], None));
    let (entries, _) = estate.store.audit(&of(Some(operator.id)), 10).await.unwrap();
    assert_eq!(entries, [first]);
    mint = estate.stamp();
    estate.keep(Change::new(ChangeName::HealthTransition, &mint)).await;
    assert_eq!(estate.rows.count("audit").await, 2, "a change without entries leaves none");
}

/// Pages of the trail go back in time without repetition or gap, of everybody or of one operator.
pub async fn the_audit_trail_comes_in_pages_the_newest_first(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let (acme, other) = (estate.operator("acme").await, estate.operator("other").await);
    for n in 0..4 {
        estate.connection(&acme, &format!("c{n}")).await;
        estate.connection(&other, &format!("c{n}")).await;
    }
    for (of, count) in [(None, 10), (Some(acme.id), 5), (Some(other.id), 5)] {
        for limit in [1, 3, 5, 10, 11] {
            let (mut seen, mut before) = (Vec::new(), None);
            loop {
                let (page, next) =
                    estate.store.audit(&AuditFilter { before, ..self::of(of) }, limit).await.unwrap();
                assert!(page.len() == limit || next.is_none());
                seen.extend(page);
                before = next;
                if next.is_none() {
                    break;
                }
            }
            assert_eq!(seen.len(), count);
            assert!(seen.windows(2).all(|pair| pair[0].id > pair[1].id && pair[0].at > pair[1].at));
            assert!(of.is_none_or(|of| seen.iter().all(|entry| entry.operator_id == Some(of))));
        }
    }
}

fn of(operator_id: Option<OperatorId>) -> AuditFilter {
    AuditFilter { operator_id, ..AuditFilter::default() }
}

/// Each filter takes what it names and nothing else, and all of them together what each of them takes.
pub async fn the_audit_trail_is_asked_by_everything_that_an_entry_names(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let acme = estate.operator("acme").await;
    estate.connection(&acme, "main").await;
    estate.operator("other").await;
    let (all, _) = estate.store.audit(&AuditFilter::default(), 10).await.unwrap();
    assert_eq!(all.len(), 3);
    for entry in &all {
        let filters = [
            of(entry.operator_id),
            AuditFilter { action: Some(entry.action), ..AuditFilter::default() },
            AuditFilter { actor: Some(entry.actor.subject.clone()), ..AuditFilter::default() },
            AuditFilter { subject_id: Some(entry.subject.id), ..AuditFilter::default() },
            AuditFilter { request_id: Some(entry.request_id.clone()), ..AuditFilter::default() },
            AuditFilter { from: Some(entry.at), ..AuditFilter::default() },
            AuditFilter { until: Some(entry.at), ..AuditFilter::default() },
        ];
        let takes: [fn(&AuditEntry, &AuditEntry) -> bool; 7] = [
            |a, b| a.operator_id == b.operator_id,
            |a, b| a.action == b.action,
            |a, b| a.actor.subject == b.actor.subject,
            |a, b| a.subject == b.subject,
            |a, b| a.request_id == b.request_id,
            |a, b| a.at >= b.at,
            |a, b| a.at < b.at,
        ];
        for (filter, takes) in filters.iter().zip(takes) {
            let (found, _) = estate.store.audit(filter, 10).await.unwrap();
            let expected: Vec<_> = all.iter().filter(|other| takes(other, entry)).cloned().collect();
            assert_eq!(found, expected, "{filter:?}");
        }
    }
    let strangers = AuditFilter { actor: Some("nobody".into()), ..AuditFilter::default() };
    assert_eq!(estate.store.audit(&strangers, 10).await.unwrap().0, []);
}

/// Entries get links in the order they were written, each once; a link keeps its place when its entry goes.
pub async fn entries_are_linked_once_in_the_order_they_were_written(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    for code in ["one", "two", "three"] {
        estate.operator(code).await;
    }
    let store = &estate.store;
    let (since, never) = (Timestamp::UNIX_EPOCH, Timestamp::MAX);
    assert_eq!(store.chain_end(1).await.unwrap(), ChainEnd::default());
    let unlinked = store.unlinked(never, 10).await.unwrap();
    assert!(unlinked.len() == 3 && unlinked.is_sorted_by_key(|(row_no, _)| *row_no));
    assert_eq!(store.unlinked(never, 2).await.unwrap(), unlinked[..2]);
    assert_eq!(
        store.oldest_unlinked(never).await.unwrap(),
        unlinked.iter().map(|(_, record)| record.at).min()
    );
    let entry: AuditEntry = serde_json::from_str(&unlinked[0].1.entry).unwrap();
    let record = &unlinked[0].1;
    assert_eq!(
        (record.id, record.at, record.request_id.as_str()),
        (entry.id.uuid(), entry.at, entry.request_id.as_str())
    );
    assert_eq!((&record.actor, record.subject_id), (&entry.actor.subject, Some(entry.subject.id)));

    let link = |n: i64, at: usize| Link { n, row_no: unlinked[at].0, hash: [u8::try_from(n).unwrap(); 32] };
    let seal = Seal { n: 2, signature: vec![7; 64], at: estate.stamp().at() };
    store.seal(&[link(1, 0), link(2, 1)], &seal).await.unwrap();
    let end = ChainEnd { newest: Some(link(2, 1)), seal: Some(seal.clone()), asked: Some(link(1, 0)) };
    assert_eq!(store.chain_end(1).await.unwrap(), end);
    assert_eq!(store.chain_end(3).await.unwrap(), ChainEnd { asked: None, ..end.clone() });
    assert_eq!(store.unlinked(never, 10).await.unwrap(), unlinked[2..]);
    let again = Seal { n: 3, ..seal.clone() };
    assert!(store.seal(&[link(3, 2), link(4, 1)], &again).await.is_err(), "a row has one link");
    assert_eq!(store.chain_end(1).await.unwrap(), end, "all or nothing");
    store.seal(&[link(3, 2)], &again).await.unwrap();
    assert_eq!(
        (store.unlinked(since, 10).await.unwrap(), store.oldest_unlinked(since).await.unwrap()),
        (vec![], None)
    );

    estate.rows.change(&format!("DELETE FROM audit WHERE row_no = {}", unlinked[1].0)).await;
    let linked = store.linked(1, 10).await.unwrap();
    let there: Vec<_> = linked.iter().map(|linked| (linked.link.n, linked.record.is_some())).collect();
    assert_eq!(there, [(1, true), (2, false), (3, true)]);
    assert_eq!(linked[0].record.as_ref(), Some(&unlinked[0].1));
    assert_eq!(store.linked(3, 10).await.unwrap(), linked[2..]);
    assert_eq!(store.seals(1, 2).await.unwrap(), std::slice::from_ref(&seal));
    assert_eq!(
        store.seals(1, 1).await.unwrap(),
        std::slice::from_ref(&seal),
        "the one that the first link lies under"
    );
    assert_eq!(store.seals(3, 9).await.unwrap(), [again]);
}

/// A number far ahead hides nobody: who comes after it with a small one is found by its time.
pub async fn an_entry_with_a_number_far_ahead_does_not_hide_those_after_it(
    store: Arc<dyn Store>,
    rows: Rows,
) {
    let estate = Estate::new(store, rows);
    estate.operator("one").await;
    estate.operator("two").await;
    let store = &estate.store;
    let (since, never) = (Timestamp::UNIX_EPOCH, Timestamp::MAX);
    let unlinked = store.unlinked(never, 10).await.unwrap();
    let ahead = Link { n: 1, row_no: 1 << 62, hash: [1; 32] };
    let seal = Seal { n: 1, signature: vec![7; 64], at: estate.stamp().at() };
    store.seal(&[ahead], &seal).await.unwrap();
    assert_eq!(
        (store.unlinked(never, 10).await.unwrap(), store.unlinked(since, 10).await.unwrap()),
        (vec![], unlinked.clone())
    );
    let youngest = unlinked[1].1.at;
    assert_eq!(store.unlinked(youngest, 10).await.unwrap(), unlinked[1..]);
    assert_eq!(store.oldest_unlinked(youngest).await.unwrap(), Some(youngest));
    let below = Link { n: 0, row_no: unlinked[0].0, hash: [2; 32] };
    assert!(store.seal(&[below], &Seal { n: 2, ..seal }).await.is_err(), "the chain counts from 1");
    let strays = store.strays(i64::MIN, i64::MAX).await.unwrap();
    assert_eq!(strays, unlinked.iter().map(|(_, record)| record.id).collect::<Vec<_>>());
}
