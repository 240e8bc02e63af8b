//! `PATCH /connections/{connection_id}`.

use axum::{extract::State, response::Response};
use ops_client::{paths, wire::connection};
use ops_core::{connection::update::Terms, id::ConnectionId};

use crate::{
    app::{App, connection::update::Update, decide::decide},
    http::{
        answer::answer,
        body::Patch,
        path_id::PathId,
        permission::{ConnectionWrite, CredentialWrite},
        permit::Permit,
        problem::Problem,
        write::Write,
    },
};

/// Change a connection: a merge patch (RFC 7396). Once it has a credential, protocol, endpoints, base URL, TLS and the way it
/// proves itself take `credential:write` as well, because whoever is connected to receives the secret.
#[utoipa::path(
    patch,
    path = paths::CONNECTION,
    operation_id = "connection_update",
    tag = "connections",
    params(("connection_id" = uuid::Uuid, Path, description = "The connection's id")),
    request_body = connection::Update,
    responses((status = 200, description = "The connection", body = connection::Connection, headers(("ETag" = String)))),
)]
pub async fn update(
    permit: Permit<ConnectionWrite>,
    State(app): State<App>,
    PathId(id): PathId<ConnectionId>,
    write: Write<Patch<connection::Update>>,
) -> Result<Response, Problem> {
    let terms = Terms { may_redirect: permit.may::<CredentialWrite>(), denied: &app.denied_cidrs };
    let update = Update { id, patch: write.body, terms };
    answer(decide(&app, permit.actor(), &write.call, &update).await)
}
