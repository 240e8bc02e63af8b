//! Accounts: claimed and freed by whatever changes where a connection logs in or as whom, and held by one.

use std::sync::Arc;

use ops_core::{
    connection::{self, AllowDuplicate, Connection, Profile},
    credential::{self, Credential},
    operator::{Operator, restore::restore},
    testing::{create_connection, text},
};

use super::estate::Estate;
use crate::{Store, port::CommitError, testing::Rows};

const ALL: &str = "SELECT host || ' ' || system_id || ' ' || direction || CASE WHEN shared THEN ' shared' ELSE '' END \
                   FROM account ORDER BY 1";

/// Both directions of an account at a host.
fn both(host: &str) -> [String; 2] {
    ["receive", "transmit"].map(|direction| format!("{host} acme {direction}"))
}

async fn at(estate: &Estate, operator: &Operator, name: &str, host: &str) -> Connection {
    let command = create_connection(name, host);
    let denied = connection::DeniedCidrs::default();
    let (created, change) = connection::create::create(operator, command, &denied, &estate.stamp()).unwrap();
    estate.keep(change).await;
    created
}

/// A credential that is not kept yet.
fn wanted(estate: &Estate, connection: &Connection, existing: &[Credential]) -> ops_core::Change {
    let command = credential::create::Create { system_id: text("acme"), note: None, long_password: false };
    credential::create::create(connection, existing, command, &estate.stamp()).unwrap().1
}

fn to(host: &str) -> Profile {
    create_connection("x", host).profile
}

async fn assert_taken_by(estate: &Estate, change: ops_core::Change, holder: &Connection) {
    let refusal = estate.refused(change, None).await;
    assert!(
        matches!(&refusal, CommitError::Taken { field: "account", existing } if *existing == Some(holder.id.uuid())),
        "{refusal:?}"
    );
}

/// Who has an account keeps it from others, whichever way they come to it: by a credential, by an endpoint, by coming back.
pub async fn an_account_is_held_by_one_whichever_way_another_comes_to_it(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let (acme, other) = (estate.operator("acme").await, estate.operator("other").await);
    let holder = at(&estate, &acme, "main", "a.example.net").await;
    assert!(estate.rows.texts(ALL, []).await.is_empty(), "without a credential there is no account");
    let active = estate.credential(&holder).await;
    assert_eq!(estate.rows.texts(ALL, []).await, both("a.example.net"));

    let second = at(&estate, &other, "main", "a.example.net").await;
    assert_taken_by(&estate, wanted(&estate, &second, &[]), &holder).await;

    let third = at(&estate, &other, "third", "b.example.net").await;
    let of_third = estate.credential(&third).await;
    let (_, moved) = estate.updated(&third, &[of_third], |update| update.profile = to("a.example.net"));
    assert_taken_by(&estate, moved, &holder).await;

    // the same connection again, with a staged credential and another endpoint
    estate.keep(wanted(&estate, &holder, std::slice::from_ref(&active))).await;
    assert_eq!(estate.rows.texts(ALL, []).await, [both("a.example.net"), both("b.example.net")].concat());

    let deleted = estate.delete(other.id).await;
    assert_eq!(estate.rows.texts(ALL, []).await, both("a.example.net"), "a deletion frees");
    let (moved, change) = estate.updated(&holder, &[active], |update| update.profile = to("b.example.net"));
    estate.keep(change).await;
    assert_eq!(estate.rows.texts(ALL, []).await, both("b.example.net"), "who leaves a host frees it");
    assert_taken_by(&estate, restore(&deleted, &estate.stamp()).unwrap().1, &holder).await;

    let change = connection::delete::delete(&moved, &[], &estate.stamp()).unwrap();
    estate.keep(change).await;
    assert!(estate.rows.texts(ALL, []).await.is_empty());
    estate.keep(restore(&deleted, &estate.stamp()).unwrap().1).await;
    assert_eq!(estate.rows.texts(ALL, []).await, both("b.example.net"), "who comes back claims again");
}

/// What is shared on purpose blocks nobody and is blocked by nobody, and taking the purpose away asks again.
pub async fn an_account_is_shared_by_those_who_say_why(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let acme = estate.operator("acme").await;
    let holder = at(&estate, &acme, "main", "a.example.net").await;
    estate.credential(&holder).await;
    let second = at(&estate, &acme, "second", "a.example.net").await;
    let on_purpose = Some(AllowDuplicate { reason: text("one account, two cities") });
    let (second, change) = estate.updated(&second, &[], |update| update.allow_duplicate = on_purpose);
    estate.keep(change).await;
    let of_second = estate.credential(&second).await;
    let shared = both("a.example.net").map(|account| format!("{account} shared"));
    let mut all = [both("a.example.net"), shared].concat();
    all.sort();
    assert_eq!(estate.rows.texts(ALL, []).await, all);
    let credentials = [of_second];
    let (_, again) = estate.updated(&second, &credentials, |update| update.allow_duplicate = None);
    assert_taken_by(&estate, again.clone(), &holder).await;

    let change = connection::delete::delete(&holder, &[], &estate.stamp()).unwrap();
    estate.keep(change).await;
    let (_, again) = estate.updated(&second, &credentials, |update| update.allow_duplicate = None);
    estate.keep(again).await;
    assert_eq!(estate.rows.texts(ALL, []).await, both("a.example.net"));
}

/// A discarded credential leaves what the active one claims.
pub async fn a_credential_that_is_given_up_claims_nothing(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let acme = estate.operator("acme").await;
    let connection = at(&estate, &acme, "main", "a.example.net").await;
    let first = estate.credential(&connection).await;
    let staged = estate.credential(&connection).await;
    let (_, change) = credential::discard::discard(&staged, &estate.stamp()).unwrap().unwrap();
    estate.keep(change).await;
    assert_eq!(estate.rows.texts(ALL, []).await, both("a.example.net"));
    let third = estate.credential(&connection).await;
    let all = [first, staged, third.clone()];
    let (_, change) = credential::activate::activate(&third, &all, &estate.stamp()).unwrap().unwrap();
    estate.keep(change).await;
    assert_eq!(estate.rows.texts(ALL, []).await, both("a.example.net"));
}
