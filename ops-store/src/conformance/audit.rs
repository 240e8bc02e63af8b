//! The audit trail: one entry per change, as it was written, the newest first.

use std::sync::Arc;

use ops_core::{
    Change,
    audit::{AuditEntry, Difference},
    change::ChangeName,
    operator,
    testing::create_operator,
};

use super::estate::Estate;
use crate::{Store, testing::Rows};

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
    let (entries, next) = estate.store.audit(None, None, 10).await.unwrap();
    assert_eq!((entries, next), (vec![entry, first.clone()], None));
    let (entries, _) = estate.store.audit(Some(operator.id), None, 10).await.unwrap();
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
                let (page, next) = estate.store.audit(of, before, limit).await.unwrap();
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
