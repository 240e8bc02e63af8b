//! Receipts: the same key gets the same answer, and the change happens once.

use std::sync::Arc;

use jiff::SignedDuration;
use ops_core::{operator, testing::create_operator};

use super::estate::{Estate, receipt};
use crate::{
    Store,
    port::{CommitError, Committed, Receipt, ReceiptScope, Reply, StoredReceipt},
    testing::Rows,
};

fn stored(receipt: &Receipt) -> StoredReceipt {
    StoredReceipt { digest: receipt.digest.to_vec(), reply: receipt.reply.clone() }
}

/// The same key again gets what was answered then, and changes nothing: not even when the code is taken by now, since
/// the receipt comes first.
pub async fn the_same_key_gets_the_stored_answer_and_changes_nothing_more(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let stamp = estate.stamp();
    let create = |stamp| operator::create::create(create_operator("acme"), stamp).1;
    let first = receipt("key", 1, stamp.at());
    assert_eq!(estate.store.commit(create(&stamp), Some(first.clone())).await.unwrap(), Committed::Done);
    let kept = estate.rows.everything().await;

    // a later request mints other ids, and would answer otherwise
    let later = estate.stamp();
    let mut second = receipt("key", 1, later.at());
    second.reply.location = Some("/elsewhere".into());
    let again = estate.store.commit(create(&later), Some(second)).await.unwrap();
    assert_eq!(again, Committed::Replayed(stored(&first)));
    // the very same request, ids and all
    let same = estate.store.commit(create(&stamp), Some(first.clone())).await.unwrap();
    assert_eq!(same, Committed::Replayed(stored(&first)));
    // another body under the same key is told by its digest
    let other = operator::create::create(create_operator("other"), &estate.stamp()).1;
    let Committed::Replayed(found) =
        estate.store.commit(other, Some(receipt("key", 2, later.at()))).await.unwrap()
    else {
        panic!("the key was used");
    };
    assert_eq!(found.digest, [1; 32]);
    assert_eq!(estate.rows.everything().await, kept);
}

/// The same key of another issuer, caller or route is another key.
pub async fn the_same_key_of_another_caller_or_route_is_another_key(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let scope = receipt("key", 1, estate.stamp().at()).scope;
    let scopes = [
        scope.clone(),
        ReceiptScope { issuer: "https://other.example".into(), ..scope.clone() },
        ReceiptScope { subject: "somebody else".into(), ..scope.clone() },
        ReceiptScope { route: "POST /v1/rules".into(), ..scope.clone() },
        ReceiptScope { key: "Key".into(), ..scope },
    ];
    for (n, scope) in scopes.into_iter().enumerate() {
        let stamp = estate.stamp();
        let (_, change) = operator::create::create(create_operator(&format!("operator-{n}")), &stamp);
        let receipt = Receipt { scope, ..receipt("key", 1, stamp.at()) };
        assert_eq!(estate.store.commit(change, Some(receipt)).await.unwrap(), Committed::Done);
    }
    assert_eq!(estate.rows.count("receipt").await, 5);
}

/// A refused change leaves its key free.
pub async fn a_refused_change_leaves_its_key_free(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    estate.operator("acme").await;
    let stamp = estate.stamp();
    let create = |code| operator::create::create(create_operator(code), &stamp).1;
    let key = || Some(receipt("key", 1, stamp.at()));
    let refusal = estate.refused(create("acme"), key()).await;
    assert!(matches!(refusal, CommitError::Taken { field: "code", .. }), "{refusal:?}");
    assert_eq!(estate.store.receipt(&receipt("key", 1, stamp.at()).scope).await.unwrap(), None);
    assert_eq!(estate.store.commit(create("other"), key()).await.unwrap(), Committed::Done);
}

/// A receipt is read back as it was kept, octet for octet, with the optional parts and without.
pub async fn a_receipt_is_read_back_as_it_was_kept(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let full = receipt("full", 0xff, estate.stamp().at());
    let mut empty = receipt("empty", 0, estate.stamp().at());
    empty.reply = Reply { status: 204, etag: None, location: None, body: None };
    for (code, receipt) in [("a", full), ("b", empty)] {
        let (_, change) = operator::create::create(create_operator(code), &estate.stamp());
        estate.store.commit(change, Some(receipt.clone())).await.unwrap();
        assert_eq!(estate.store.receipt(&receipt.scope).await.unwrap(), Some(stored(&receipt)));
    }
}

/// Receipts are forgotten in batches, the oldest first, and never a younger one.
pub async fn receipts_expire_in_batches_the_oldest_first(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let start = estate.stamp().at();
    let at = |n: i64| start + SignedDuration::from_secs(n);
    for n in [3, 0, 4, 1, 2, 5, 6] {
        let (_, change) = operator::create::create(create_operator(&format!("o{n}")), &estate.stamp());
        estate.store.commit(change, Some(receipt(&format!("key-{n}"), 1, at(n)))).await.unwrap();
    }
    let keys = async || estate.rows.texts("SELECT key FROM receipt ORDER BY key", []).await;
    assert_eq!(estate.store.expire_receipts(at(5), 2).await.unwrap(), 2);
    assert_eq!(keys().await, ["key-2", "key-3", "key-4", "key-5", "key-6"]);
    assert_eq!(estate.store.expire_receipts(at(5), 2).await.unwrap(), 2);
    assert_eq!(estate.store.expire_receipts(at(5), 2).await.unwrap(), 1);
    assert_eq!(estate.store.expire_receipts(at(5), 2).await.unwrap(), 0);
    assert_eq!(keys().await, ["key-5", "key-6"]);
}
