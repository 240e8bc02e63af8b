//! `POST /connections/{connection_id}/credentials`.

use axum::{extract::State, response::Response};
use ops_client::{paths, wire::credential};
use ops_core::id::ConnectionId;

use crate::{
    app::{App, credential::create::Create, decide::decide},
    http::{
        answer::answer, body::Body, path_id::PathId, permission::CredentialWrite, permit::Permit,
        problem::Problem, write::Write,
    },
};

/// Store a credential: the first of a connection is active at once, the next one is staged.
#[utoipa::path(
    post,
    path = paths::CONNECTION_CREDENTIALS,
    operation_id = "credential_create",
    tag = "credentials",
    params(("connection_id" = uuid::Uuid, Path, description = "The connection's id")),
    request_body = credential::Create,
    responses((status = 201, description = "Its metadata", body = credential::Credential,
        headers(("Location" = String)))),
)]
pub async fn create(
    permit: Permit<CredentialWrite>,
    State(app): State<App>,
    PathId(id): PathId<ConnectionId>,
    write: Write<Body<credential::Create>>,
) -> Result<Response, Problem> {
    answer(decide(&app, permit.actor(), &write.call, &Create::new(id, write.body)).await)
}
