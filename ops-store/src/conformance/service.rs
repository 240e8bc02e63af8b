//! The service's own row: what happens after a restore.

use std::sync::Arc;

use ops_core::{Mark, change::Expect};

use super::estate::Estate;
use crate::{Store, testing::Rows};

/// Of several who raise the epoch from the same one, the first does it; the view moves into it, so that nobody keeps a
/// view of before.
pub async fn a_new_epoch_begins_once_for_several_who_ask_for_it_and_the_view_moves_with_it(
    store: Arc<dyn Store>,
    rows: Rows,
) {
    let estate = Estate::new(store, rows);
    let (_, main) = estate.active("acme").await;
    estate.rule("german", 1, &[&main]).await;
    let before = estate.store.view_version().await.unwrap();
    assert!(before.epoch == 1 && before.n > 0);
    let raised: Vec<_> = (0..8)
        .map(|_| {
            let store = Arc::clone(&estate.store);
            tokio::spawn(async move { store.raise_epoch(1).await.unwrap() })
        })
        .collect();
    for epoch in raised {
        assert_eq!(epoch.await.unwrap(), 2);
    }
    assert_eq!((estate.store.epoch().await.unwrap(), estate.store.known_epoch()), (2, 2));
    assert_eq!(estate.store.view_version().await.unwrap(), Mark::new(2, 1));
    assert_eq!(estate.store.raise_epoch(1).await.unwrap(), 2, "an old one raises nothing");
    assert_eq!(estate.store.raise_epoch(2).await.unwrap(), 3);
    // a database that forgot even the epoch: the one that somebody remembers is not used again
    assert_eq!(estate.store.raise_epoch(6).await.unwrap(), 7);
    assert_eq!(estate.store.view_version().await.unwrap(), Mark::new(7, 1));
}

/// A decision of an old epoch is a conflict and keeps nothing; whoever decides again knows the new one.
pub async fn a_change_decided_in_an_old_epoch_is_refused_whole_and_the_new_one_is_known_from_then_on(
    store: Arc<dyn Store>,
    rows: Rows,
) {
    let estate = Estate::new(store, rows);
    let (acme, _) = estate.active("acme").await;
    estate.keep(estate.put(acme.clone(), None).expect(Expect::Epoch(1))).await;
    let acme = estate.now(acme.id).await;
    // by somebody else: this store has not heard of it
    estate.rows.raise_epoch(2).await;
    assert_eq!(estate.store.known_epoch(), 1);
    assert_eq!(estate.conflict(estate.put(acme.clone(), None).expect(Expect::Epoch(1))).await, "epoch");
    assert_eq!(estate.store.known_epoch(), 2);
    estate.keep(estate.put(acme, None).expect(Expect::Epoch(2))).await;
}

/// Secrets are not swept in an epoch that nobody has confirmed, and an old confirmation counts for nothing.
pub async fn sweeps_stand_still_in_a_new_epoch_until_they_are_confirmed_in_it(
    store: Arc<dyn Store>,
    rows: Rows,
) {
    drop(rows);
    assert!(store.sweeps_confirmed().await.unwrap());
    store.raise_epoch(1).await.unwrap();
    assert!(!store.sweeps_confirmed().await.unwrap());
    assert!(!store.confirm_sweeps(1).await.unwrap());
    assert!(!store.sweeps_confirmed().await.unwrap());
    assert!(store.confirm_sweeps(2).await.unwrap());
    assert!(store.sweeps_confirmed().await.unwrap());
}
