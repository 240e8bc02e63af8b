//! Commits: whole or not at all, and each expectation fails when it should, by its name.

use std::sync::Arc;

use ops_core::{
    Change, Stamp,
    change::{ChangeName, Expect},
    connection, credential, health,
    id::{ConnectionId, CredentialId, OperatorId, RuleId},
    limits, maintenance, operator,
    operator::Status,
    routing,
    testing::text,
};
use uuid::Uuid;

use super::estate::Estate;
use crate::{Store, port::CommitError, testing::Rows};

/// A change that was decided on an old version is a conflict, and nothing of it is kept.
pub async fn a_change_decided_on_an_old_version_is_refused_whole(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let old = estate.operator("acme").await;
    let update = |name: &str, of: &operator::Operator, stamp: &Stamp| {
        let update = operator::update::Update { display_name: Some(text(name)), ..Default::default() };
        operator::update::update(of, update, stamp).unwrap().unwrap()
    };
    let (new, change) = update("first", &old, &estate.stamp());
    estate.keep(change).await;
    let (_, change) = update("second", &old, &estate.stamp());
    assert_eq!(estate.conflict(change).await, "operator_version");
    assert_eq!(estate.now(old.id).await, new);
}

/// When the last row of a change cannot be written, none of it is: the cause is the first error, and the end of the
/// transaction says nothing.
pub async fn nothing_of_a_change_is_kept_when_its_last_row_fails(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let (operator, _) = estate.active("acme").await;
    let (known, _) = estate.store.audit(&crate::port::AuditFilter::default(), 1).await.unwrap();
    let mut change = estate.moved(&operator, Status::Draining);
    change.audit = known;
    change.moves_view = true;
    let refusal = estate.refused(change, Some(super::estate::receipt("key", 1, operator.created_at))).await;
    match refusal {
        CommitError::Unmapped { constraint, .. } => assert!(constraint.contains("audit"), "{constraint}"),
        other => panic!("{other:?}"),
    }
    estate.keep(estate.moved(&operator, Status::Draining)).await;
}

/// An event of an operator that is not there is refused, and nothing of its change is kept.
pub async fn an_event_of_an_operator_that_is_not_there_is_refused(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let stamp = estate.stamp();
    let event = ops_core::event::Event::updated(stamp.mint().id(), nobody(), Vec::new(), None);
    let change = Change::new(ChangeName::OperatorUpdate, &stamp).event(event);
    let refusal = estate.refused(change, None).await;
    assert!(matches!(refusal, CommitError::Unmapped { .. }), "{refusal:?}");
}

/// Each expectation, where it holds and where it does not, with the name it fails by.
pub async fn each_expectation_holds_when_it_should_and_fails_by_its_name(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let (active, main) = estate.active("acme").await;
    let draft = estate.operator("draft").await;
    let bare = estate.connection(&draft, "bare").await;
    let doomed = estate.operator("doomed").await;
    let gone = estate.connection(&doomed, "gone").await;
    estate.delete(doomed.id).await;
    let rule = estate.rule("rule", 1, &[&main]).await;
    let of_disabled = estate.operator("disabled").await;
    let disabled = estate.connection(&of_disabled, "main").await;
    estate.credential(&disabled).await;
    estate.keep(connection::status::disable(&disabled, &estate.stamp()).unwrap().1).await;
    let moved = relying_on(&estate, connection::Expect::Alive(main.id));
    estate.keep(moved.write(health::Write::Put(health_at(&main, 3)))).await;
    let secret = estate.store.credentials_of(main.id).await.unwrap().unwrap().remove(0);
    let no_connection = ConnectionId::from(Uuid::from_u128(1));

    let holding: Vec<Expect> = vec![
        operator::Expect::Alive(draft.id).into(),
        operator::Expect::Version(active.id, 2).into(),
        operator::Expect::NotTargeted(draft.id).into(),
        operator::Expect::Restorable(doomed.id, 2).into(),
        operator::Expect::Deleted(doomed.id, 2).into(),
        operator::Expect::NotInMaintenance(active.id).into(),
        maintenance::Expect::Open(active.id, Vec::new()).into(),
        operator::Expect::Ready(active.id).into(),
        operator::Expect::RoomForConnection(active.id).into(),
        connection::Expect::Alive(main.id).into(),
        connection::Expect::Version(main.id, 1).into(),
        connection::Expect::WithoutCredential(bare.id).into(),
        connection::Expect::NotTargeted(bare.id).into(),
        credential::Expect::Stage(secret.id, credential::Stage::Active).into(),
        routing::Expect::TargetsAlive(vec![main.id, bare.id]).into(),
        routing::Expect::Rule(rule.id, 1).into(),
        health::Expect::Revision(main.id, 3).into(),
        health::Expect::Revision(bare.id, 0).into(),
    ];
    for expect in &holding {
        estate.keep(relying_on(&estate, expect.clone())).await;
    }
    estate.keep(Change { expects: holding, ..relying_on(&estate, operator::Expect::Alive(draft.id)) }).await;

    let failing: Vec<(Expect, &str)> = vec![
        (operator::Expect::Alive(doomed.id).into(), "operator_alive"),
        (operator::Expect::Alive(nobody()).into(), "operator_alive"),
        (operator::Expect::Version(active.id, 1).into(), "operator_version"),
        (operator::Expect::Version(active.id, 3).into(), "operator_version"),
        (operator::Expect::Version(doomed.id, 2).into(), "operator_version"),
        (operator::Expect::Version(nobody(), 1).into(), "operator_version"),
        (operator::Expect::NotTargeted(active.id).into(), "operator_not_targeted"),
        (operator::Expect::Restorable(doomed.id, 1).into(), "operator_restorable"),
        (operator::Expect::Restorable(draft.id, 1).into(), "operator_restorable"),
        (operator::Expect::Deleted(doomed.id, 3).into(), "operator_deleted"),
        (operator::Expect::Deleted(draft.id, 1).into(), "operator_deleted"),
        (maintenance::Expect::Open(active.id, vec![(Uuid::nil().into(), 1)]).into(), "maintenance_open"),
        (operator::Expect::Ready(draft.id).into(), "operator_ready"),
        (operator::Expect::Ready(of_disabled.id).into(), "operator_ready"),
        (operator::Expect::Ready(doomed.id).into(), "operator_ready"),
        (connection::Expect::Alive(gone.id).into(), "connection_alive"),
        (connection::Expect::WithoutCredential(main.id).into(), "connection_without_credential"),
        (connection::Expect::NotTargeted(main.id).into(), "connection_not_targeted"),
        (connection::Expect::Alive(no_connection).into(), "connection_alive"),
        (connection::Expect::Version(main.id, 2).into(), "connection_version"),
        (connection::Expect::Version(gone.id, 2).into(), "connection_version"),
        (credential::Expect::Stage(secret.id, credential::Stage::Staged).into(), "credential_stage"),
        (
            credential::Expect::Stage(CredentialId::from(Uuid::nil()), credential::Stage::Active).into(),
            "credential_stage",
        ),
        (routing::Expect::TargetsAlive(vec![main.id, gone.id]).into(), "target_alive"),
        (routing::Expect::TargetsAlive(vec![no_connection]).into(), "target_alive"),
        (routing::Expect::Rule(rule.id, 2).into(), "rule_version"),
        (routing::Expect::Rule(RuleId::from(Uuid::nil()), 1).into(), "rule_version"),
        (health::Expect::Revision(main.id, 0).into(), "health_revision"),
        (health::Expect::Revision(bare.id, 1).into(), "health_revision"),
    ];
    for (expect, name) in failing {
        assert_eq!(estate.conflict(relying_on(&estate, expect.clone())).await, name, "{expect:?}");
    }
}

/// An operator has room for fifty connections; deleted ones do not count.
pub async fn an_operator_has_room_for_fifty_connections(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let operator = estate.operator("acme").await;
    let create = |n: usize| {
        let command = ops_core::testing::create_connection(&format!("c{n}"), "smsc.example.net");
        connection::create::create(&operator, command, &connection::DeniedCidrs::default(), &estate.stamp())
            .unwrap()
    };
    let (mut last, change) = create(0);
    estate.keep(change).await;
    for n in 1..limits::CONNECTIONS_PER_OPERATOR {
        let (created, change) = create(n);
        estate.keep(change).await;
        last = created;
    }
    assert_eq!(estate.conflict(create(50).1).await, "operator_room_for_connection");
    let mut fields = last.fields().clone();
    fields.deleted_at = Some(fields.updated_at);
    let gone = connection::Connection::restore(fields);
    estate
        .keep(Change::new(ChangeName::ConnectionDisable, &estate.stamp()).write(connection::Write::Put(gone)))
        .await;
    estate.keep(create(51).1).await;
}

fn relying_on(estate: &Estate, expect: impl Into<Expect>) -> Change {
    Change::new(ChangeName::OperatorUpdate, &estate.stamp()).expect(expect)
}

fn health_at(connection: &connection::Connection, revision: i64) -> health::ConnectionHealth {
    let unknown =
        health::ConnectionHealth::unknown(connection.id, connection.operator_id, connection.created_at);
    health::ConnectionHealth { revision, ..unknown }
}

fn nobody() -> OperatorId {
    OperatorId::from(Uuid::nil())
}
