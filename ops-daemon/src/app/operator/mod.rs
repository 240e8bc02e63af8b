//! Verbs of an operator.

pub mod create;
pub mod update;
pub mod activate;
pub mod drain;
pub mod suspend;
pub mod delete;
pub mod restore;
pub mod purge;
pub mod timeline;

use jiff::Timestamp;
use ops_client::wire;
use ops_core::credential::Stage;
use ops_core::{
    Mark,
    connection::Connection,
    id::OperatorId,
    maintenance::Phase,
    operator::{
        Operator,
        readiness::{ConnectionReadiness, Dependents},
    },
};
use ops_store::{
    Store,
    port::{Dossier, Reply},
};

use super::refusal::Refusal;

/// The operator, deleted or not.
///
/// # Errors
/// [`Refusal::NotFound`], or the database's failure.
pub async fn load(store: &dyn Store, id: OperatorId) -> Result<Operator, Refusal> {
    store.operator(id).await?.ok_or(Refusal::NotFound)
}

/// The operator with everything that hangs off it.
///
/// # Errors
/// As [`load`].
pub async fn load_dossier(store: &dyn Store, id: OperatorId) -> Result<Dossier, Refusal> {
    store.dossier(id).await?.ok_or(Refusal::NotFound)
}

/// What readiness looks at.
#[must_use]
pub fn dependents(dossier: &Dossier) -> Dependents {
    let of_one = |connection: &Connection| ConnectionReadiness {
        status: connection.status,
        has_active_credential: dossier
            .credentials
            .iter()
            .any(|credential| credential.connection_id == connection.id && credential.stage == Stage::Active),
        has_bound: last_bound(dossier, connection) >= Some(last_change(dossier, connection)),
    };
    Dependents {
        connections: dossier.connections.iter().map(of_one).collect(),
        targeting_rules: u64::try_from(dossier.targeting_rules.len()).unwrap_or(u64::MAX),
        in_maintenance: dossier
            .open_maintenances
            .iter()
            .any(|window| window.is_of_operator() && window.phase == Phase::Running),
    }
}

fn last_bound(dossier: &Dossier, connection: &Connection) -> Option<Timestamp> {
    dossier.last_bound.iter().find(|(id, _)| *id == connection.id).map(|(_, at)| *at)
}

/// When the connection or its credential last changed: a bind of before says nothing about it.
fn last_change(dossier: &Dossier, connection: &Connection) -> Timestamp {
    let of = dossier.credentials.iter().filter(|credential| credential.connection_id == connection.id);
    of.filter_map(|credential| credential.activated_at).fold(connection.updated_at, Timestamp::max)
}

/// The answer of a write: the operator as it is afterwards.
fn reply(status: u16, operator: &Operator, epoch: i64) -> Result<Reply, Refusal> {
    super::reply(status, Mark::new(epoch, operator.version), &wire::operator::Operator::written(operator))
}
