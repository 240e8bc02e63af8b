//! `GET /connections/{connection_id}/credentials`.

use axum::extract::State;
use ops_client::{paths, wire::credential};
use ops_core::id::ConnectionId;

use crate::{
    app::{App, refusal::Refusal},
    http::{
        answer::Shown,
        path_id::PathId,
        permission::ConnectionRead,
        permit::Permit,
        problem::Problem,
        query::{NoQuery, QueryOf},
    },
};

/// List the credentials of a connection: metadata, by version.
#[utoipa::path(
    get,
    path = paths::CONNECTION_CREDENTIALS,
    operation_id = "credential_list",
    tag = "credentials",
    params(("connection_id" = uuid::Uuid, Path, description = "The connection's id")),
    responses((status = 200, description = "All of them", body = credential::CredentialList)),
)]
pub async fn list(
    _: Permit<ConnectionRead>,
    State(app): State<App>,
    _: QueryOf<NoQuery>,
    PathId(id): PathId<ConnectionId>,
) -> Result<Shown<credential::CredentialList>, Problem> {
    let found = app.store.credentials_of(id).await.map_err(Refusal::from)?.ok_or_else(Problem::not_found)?;
    Ok(Shown(credential::CredentialList { items: found.iter().map(credential::Credential::of).collect() }))
}
