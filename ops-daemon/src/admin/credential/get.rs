//! `GET /connections/{connection_id}/credentials/{version}`.

use axum::extract::State;
use ops_client::{paths, wire::credential};
use ops_core::id::ConnectionId;

use crate::{
    app::{App, refusal::Refusal},
    http::{
        answer::Shown,
        path_id::PathIds,
        permission::ConnectionRead,
        permit::Permit,
        problem::Problem,
        query::{NoQuery, QueryOf},
    },
};

/// Read the metadata of a credential.
#[utoipa::path(
    get,
    path = paths::CONNECTION_CREDENTIAL,
    operation_id = "credential_get",
    tag = "credentials",
    params(
        ("connection_id" = uuid::Uuid, Path, description = "The connection's id"),
        ("version" = i64, Path, description = "The credential's version", minimum = 1),
    ),
    responses((status = 200, description = "Its metadata", body = credential::Credential)),
)]
pub async fn get(
    _: Permit<ConnectionRead>,
    State(app): State<App>,
    _: QueryOf<NoQuery>,
    PathIds((id, version)): PathIds<(ConnectionId, i64)>,
) -> Result<Shown<credential::Credential>, Problem> {
    let found = app.store.credentials_of(id).await.map_err(Refusal::from)?.ok_or_else(Problem::not_found)?;
    let one = found.iter().find(|credential| credential.version == version).ok_or_else(Problem::not_found)?;
    Ok(Shown(credential::Credential::of(one)))
}
