//! `GET /operators/{operator_id}/readiness`.

use axum::extract::State;
use ops_client::{paths, wire::operator};
use ops_core::{
    id::OperatorId,
    operator::readiness::{self, Readiness},
};

use crate::{
    app::{
        App,
        operator::{dependents, load_dossier},
    },
    http::{
        answer::Shown,
        path_id::PathId,
        permission::OperatorRead,
        permit::Permit,
        problem::Problem,
        query::{NoQuery, QueryOf},
    },
};

/// Whether an operator may take traffic, and what is missing.
#[utoipa::path(
    get,
    path = paths::OPERATOR_READINESS,
    operation_id = "operator_readiness",
    tag = "operators",
    params(("operator_id" = uuid::Uuid, Path, description = "The operator's id")),
    responses((status = 200, description = "The list", body = operator::Readiness)),
)]
pub async fn readiness(
    _: Permit<OperatorRead>,
    State(app): State<App>,
    _: QueryOf<NoQuery>,
    PathId(id): PathId<OperatorId>,
) -> Result<Shown<Readiness>, Problem> {
    let dossier = load_dossier(&*app.store, id).await?;
    Ok(Shown(readiness::readiness(&dossier.operator, &dependents(&dossier))))
}
