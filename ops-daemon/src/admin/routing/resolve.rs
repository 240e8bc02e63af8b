//! `POST /routing/resolve`.

use axum::extract::State;
use ops_client::{
    paths,
    wire::resolve::{ResolveAnswer, ResolveRequest},
};

use crate::{
    app::{App, routing},
    http::{
        answer::Shown,
        body::Body,
        permission::RoutingRead,
        permit::Permit,
        query::{NoQuery, QueryOf},
    },
};

/// Say which connections get a destination, in order, and why.
#[utoipa::path(
    post,
    path = paths::RESOLVE,
    operation_id = "resolve",
    tag = "routing",
    request_body = ResolveRequest,
    responses((status = 200, description = "The answer", body = ResolveAnswer)),
)]
pub async fn resolve(
    _: Permit<RoutingRead>,
    State(app): State<App>,
    _: QueryOf<NoQuery>,
    Body(request): Body<ResolveRequest>,
) -> Shown<ResolveAnswer> {
    Shown(routing::resolve::resolve(&app, request))
}
