//! The ops listener: probes and metrics, no data, no authentication.

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use ops_client::paths;

use crate::{
    app::App,
    readiness::{Shown, Stage},
    telemetry::Format,
};

/// The routes of the ops listener.
pub fn router(app: App) -> Router {
    Router::new()
        .route(paths::HEALTH_LIVE, get(live))
        .route(paths::HEALTH_READY, get(ready))
        .route(paths::METRICS, get(metrics))
        .with_state(app)
}

/// Alive as long as the runtime answers.
async fn live() -> &'static str {
    "alive\n"
}

/// 200 between start and drain; what is degraded is in the body.
async fn ready(State(app): State<App>) -> (StatusCode, Json<Shown>) {
    let shown = app.readiness.shown();
    let status = if shown.status == Stage::Ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(shown))
}

/// Everything that is measured, in the form the scraper asks for.
async fn metrics(State(app): State<App>, headers: HeaderMap) -> Response {
    if let Some(pool) = &app.pool {
        let (idle, in_use, waiting) = pool.connections();
        app.metrics.set_pool(idle, in_use, waiting);
    }
    let format = Format::negotiate(headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()));
    ([(header::CONTENT_TYPE, format.content_type())], app.metrics.render_as(format)).into_response()
}
