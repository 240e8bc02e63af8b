//! `POST /connections/{connection_id}/credentials/{version}/activate`.

use axum::{extract::State, response::Response};
use ops_client::{paths, wire::credential};
use ops_core::id::ConnectionId;

use crate::{
    app::{App, credential::stage::Move, decide::decide},
    http::{
        answer::answer, body::NoBody, path_id::PathIds, permission::CredentialWrite, permit::Permit,
        problem::Problem, write::Write,
    },
};

/// Take a staged credential into use; the active one is retired.
#[utoipa::path(
    post,
    path = paths::CONNECTION_CREDENTIAL_ACTIVATE,
    operation_id = "credential_activate",
    tag = "credentials",
    params(
        ("connection_id" = uuid::Uuid, Path, description = "The connection's id"),
        ("version" = i64, Path, description = "The credential's version", minimum = 1),
    ),
    responses((status = 200, description = "Its metadata", body = credential::Credential)),
)]
pub async fn activate(
    permit: Permit<CredentialWrite>,
    State(app): State<App>,
    PathIds((id, version)): PathIds<(ConnectionId, i64)>,
    write: Write<NoBody>,
) -> Result<Response, Problem> {
    answer(decide(&app, permit.actor(), &write.call, &Move::activate(id, version)).await)
}
