//! Credentials: metadata read back as written, and what a lease asks for.

use std::sync::Arc;

use jiff::SignedDuration;
use ops_core::{
    Change,
    change::ChangeName,
    connection,
    credential::{Credential, Stage, Write, activate, discard},
    id::{ConnectionId, CredentialId},
    testing::{create_connection, text},
};
use uuid::Uuid;

use super::estate::Estate;
use crate::{Store, testing::Rows};

/// Every field of a credential is read back as it was written, with the optional ones and without.
pub async fn a_credential_is_read_back_as_it_was_written(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let connection = estate.connection(&estate.operator("acme").await, "main").await;
    let first = estate.credential(&connection).await;
    let stamp = estate.stamp();
    let every_field = Credential {
        id: stamp.mint().id(),
        version: 2,
        stage: Stage::Retired,
        note: None,
        activated_at: Some(stamp.at()),
        retired_at: Some(stamp.at() + SignedDuration::from_micros(1)),
        expires_at: Some(stamp.at() + SignedDuration::from_micros(2)),
        retire_after_s: 604_800,
        ..first.clone()
    };
    let change = Change::new(ChangeName::CredentialCreate, &stamp).write(Write::Insert(every_field.clone()));
    estate.keep(change).await;
    let all = estate.store.credentials_of(connection.id).await.unwrap();
    assert_eq!(all, Some(vec![first, every_field]));
    assert_eq!(estate.store.credentials_of(ConnectionId::from(Uuid::nil())).await.unwrap(), None);
}

/// Two credentials that were decided on the same state: the second one must decide again.
pub async fn a_credential_decided_on_an_old_state_is_a_conflict(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let connection = estate.connection(&estate.operator("acme").await, "main").await;
    let first = estate.credential(&connection).await;
    let insert = |credential: Credential| {
        Change::new(ChangeName::CredentialCreate, &estate.stamp()).write(Write::Insert(credential))
    };
    let another = |version, stage| {
        let id: CredentialId = estate.stamp().mint().id();
        Credential { id, version, stage, ..first.clone() }
    };
    for (version, stage) in [(1, Stage::Retired), (2, Stage::Active)] {
        estate.conflict(insert(another(version, stage))).await;
    }
    estate.keep(insert(another(2, Stage::Staged))).await;
    estate.conflict(insert(another(3, Stage::Staged))).await;
    estate.keep(insert(another(3, Stage::Discarded))).await;
}

/// Activating a staged credential retires the active one; whoever decided on the same state must decide again.
pub async fn of_two_who_move_one_credential_one_must_decide_again(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let (_, connection) = estate.active("acme").await;
    let staged = estate.credential(&connection).await;
    let all = async || estate.store.credentials_of(connection.id).await.unwrap().unwrap();
    let before = all().await;
    let (active, change) = activate::activate(&staged, &before, &estate.stamp()).unwrap().unwrap();
    let (_, late) = discard::discard(&staged, &estate.stamp()).unwrap().unwrap();
    let (_, later) = activate::activate(&staged, &before, &estate.stamp()).unwrap().unwrap();
    estate.keep(change).await;
    let retired = Credential { stage: Stage::Retired, retired_at: active.activated_at, ..before[0].clone() };
    assert_eq!(all().await, [retired, active]);
    assert_eq!(estate.conflict(late).await, "credential_stage");
    assert_eq!(estate.conflict(later).await, "credential_stage");
}

/// A lease request is answered in its order, with nothing for connections that nobody knows, and with the deleted ones.
pub async fn what_a_lease_asks_for_comes_in_the_order_of_the_request(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let (operator, first) = estate.active("acme").await;
    let second = estate.connection(&operator, "a").await;
    let doomed = estate.operator("doomed").await;
    let gone = estate.connection(&doomed, "main").await;
    let doomed = estate.delete(doomed.id).await;
    let unknown = ConnectionId::from(Uuid::from_u128(1));

    let asked = [second.id, unknown, gone.id, first.id, second.id];
    let found = estate.store.asked_for(&asked).await.unwrap();
    assert_eq!(found.iter().map(|asked| asked.connection_id).collect::<Vec<_>>(), asked);
    assert_eq!(found[0].found, Some((operator.clone(), second.clone())));
    assert!(found[0].credentials.is_empty());
    assert!(found[1].found.is_none() && found[1].credentials.is_empty());
    let gone_now = estate.store.connection(gone.id).await.unwrap().unwrap();
    assert_eq!(found[2].found, Some((doomed, gone_now)));
    assert_eq!(found[3].found, Some((operator.clone(), first)));
    assert_eq!((found[3].credentials.len(), found[3].credentials[0].version), (1, 1));
    assert_eq!(found[4].found, Some((operator, second)));
    assert!(estate.store.asked_for(&[]).await.unwrap().is_empty());
}

/// The largest lease request that is allowed is answered whole.
pub async fn a_lease_may_ask_for_two_hundred_connections(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let mut ids = Vec::new();
    for n in 0..4 {
        let operator = estate.operator(&format!("operator-{n}")).await;
        for name in 0..50 {
            let command = create_connection(&format!("c{name}"), "smsc.example.net");
            let (created, change) = connection::create::create(
                &operator,
                command,
                &connection::DeniedCidrs::default(),
                &estate.stamp(),
            )
            .unwrap();
            estate.keep(change).await;
            ids.push(created.id);
        }
    }
    assert_eq!(ids.len(), ops_core::limits::LEASE_CONNECTIONS_MAX);
    let found = estate.store.asked_for(&ids).await.unwrap();
    assert!(found.iter().zip(&ids).all(|(asked, id)| {
        asked.found.as_ref().is_some_and(|(operator, connection)| {
            connection.id == *id && connection.operator_id == operator.id
        })
    }));
    assert_eq!(found.len(), 200);
    let named: connection::Name = text("c0");
    assert_eq!(found[0].found.as_ref().unwrap().1.name, named);
}

/// What a sweep of the secret store asks for: which operators are ours, and every credential of each.
pub async fn a_sweep_learns_which_operators_are_ours_and_every_credential_of_each(
    store: Arc<dyn Store>,
    rows: Rows,
) {
    let estate = Estate::new(store, rows);
    let (acme, bare) = (estate.operator("acme").await, estate.operator("bare").await);
    let connections = [estate.connection(&acme, "a").await, estate.connection(&acme, "b").await];
    let mut credentials =
        vec![estate.credential(&connections[0]).await, estate.credential(&connections[1]).await];
    estate.delete(acme.id).await;
    let stranger = Uuid::from_u128(7).into();
    let known = estate.store.known_operators(&[bare.id, stranger, acme.id]).await.unwrap();
    assert_eq!(known, [bare.id, acme.id], "a deleted one is still ours");
    assert_eq!(estate.store.operators_with_credentials().await.unwrap(), [acme.id]);
    let mut found = estate.store.credentials_of_operator(acme.id).await.unwrap();
    found.sort_by_key(|of| of.id);
    credentials.sort_by_key(|of| of.id);
    assert_eq!(found, credentials, "also of deleted connections");
    assert_eq!(estate.store.credentials_of_operator(bare.id).await.unwrap(), []);
}
