//! `POST /health/samples`.

use axum::extract::State;
use ops_client::{
    paths,
    wire::{batch::BatchAnswer, sample::SampleBatch},
};

use crate::{
    app::{App, health::report},
    http::{
        answer::Shown,
        body::{BODY_MAX_LARGE, Body},
        client::Client,
        problem::Problem,
        query::{NoQuery, QueryOf},
        right::HealthReport,
    },
};

/// Report what connectors observed; answered after it is stored. Sending a sample again is safe.
#[utoipa::path(
    post,
    path = paths::HEALTH_SAMPLES,
    operation_id = "health_report",
    tag = "health",
    request_body = SampleBatch,
    responses(
        (status = 200, description = "What became of each sample", body = BatchAnswer),
        (status = 504, description = "`outcome_unknown`: whether the samples were kept is not known. Send them again as they are: \
                                      none is counted twice."),
    ),
)]
pub async fn report(
    client: Client<HealthReport>,
    State(app): State<App>,
    _: QueryOf<NoQuery>,
    Body(batch): Body<SampleBatch, BODY_MAX_LARGE>,
) -> Result<Shown<BatchAnswer>, Problem> {
    let may_send = |connector: &str| client.identity().connector_ids.matches(connector);
    Ok(Shown(report::report(&app, batch.into_samples(), may_send).await?))
}
