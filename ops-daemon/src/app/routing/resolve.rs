//! Resolve a destination from the view in memory: no database is asked.

use ops_client::wire::resolve::{ResolveAnswer, ResolveRequest};
use ops_core::routing;

use crate::app::{App, stamp::now};

/// The answer, and why, when the request wants to know.
#[must_use]
pub fn resolve(app: &App, request: ResolveRequest) -> ResolveAnswer {
    let (request, explain) = request.into_request(now());
    let view = app.view.current();
    let (answer, explained) = if explain {
        let (answer, explained) = routing::resolve_explained(&view, &request);
        (answer, Some(explained))
    } else {
        (routing::resolve(&view, &request), None)
    };
    app.metrics.resolved(answer.outcome);
    ResolveAnswer::of(answer, explained)
}
