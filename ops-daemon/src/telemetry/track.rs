//! One metric and one log line per request. Both name the route that matched, never the path, query, headers or body.

use std::time::{Duration, Instant};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, Method},
    middleware::Next,
    response::Response,
};

use ops_client::error_code::ErrorCode;

use super::{AuthReason, Listener, Metrics, label::method};
use crate::http::token::Rejected;

/// The route of a request that matched none.
const UNMATCHED: &str = "unmatched";
/// Status of a request whose caller went away before the answer; no answer has it.
const GONE: u16 = 499;

/// Where requests are counted.
#[derive(Clone)]
pub struct Track {
    metrics: Metrics,
    listener: Listener,
}

impl Track {
    /// Counts in `metrics` under `listener`.
    #[must_use]
    pub fn new(metrics: Metrics, listener: Listener) -> Self {
        Self { metrics, listener }
    }
}

/// Middleware: `router.layer(middleware::from_fn_with_state(Track::new(…), track))`, outside of whatever sets
/// `x-request-id` on the answer. It must be a layer of the router that matches; one around it sees no route.
pub async fn track(State(track): State<Track>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or(UNMATCHED, MatchedPath::as_str).to_owned();
    let mut seen =
        Seen { track, method: request.method().clone(), route, started: Instant::now(), answered: false };
    let response = next.run(request).await;
    seen.answered = true;
    if let Some(reason) = not_let_in(&response) {
        seen.track.metrics.auth_failed(reason);
    }
    seen.record(response.status().as_u16(), request_id(response.headers()), seen.started.elapsed());
    response
}

/// Why the caller was not let in, if that is the answer.
fn not_let_in(response: &Response) -> Option<AuthReason> {
    let of = response.extensions();
    if let Some(rejected) = of.get::<Rejected>() {
        return Some(AuthReason::Token(*rejected));
    }
    match of.get::<ErrorCode>()? {
        ErrorCode::Forbidden => Some(AuthReason::Forbidden),
        ErrorCode::TokenInUrl => Some(AuthReason::TokenInUrl),
        _ => None,
    }
}

/// A request under way. Dropped without an answer, it counts as one whose caller went away.
struct Seen {
    track: Track,
    method: Method,
    route: String,
    started: Instant,
    answered: bool,
}

impl Seen {
    fn record(&self, status: u16, request_id: &str, after: Duration) {
        let Track { metrics, listener } = &self.track;
        metrics.request_answered(*listener, &self.method, &self.route, status, after);
        tracing::info!(
            listener = listener.as_str(),
            method = method(&self.method),
            route = self.route,
            status,
            ms = (after.as_secs_f64() * 1e6).round() / 1e3,
            request_id,
            "request"
        );
    }
}

impl Drop for Seen {
    fn drop(&mut self) {
        if !self.answered {
            self.record(GONE, "-", self.started.elapsed());
        }
    }
}

fn request_id(headers: &HeaderMap) -> &str {
    headers.get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or("-")
}

#[cfg(test)]
mod tests {
    use std::{
        io::Write,
        sync::{Arc, Mutex},
    };

    use axum::{Router, body::Body, middleware, routing::get};
    use tower::ServiceExt as _;
    use tracing::Dispatch;
    use tracing_subscriber::fmt::MakeWriter;

    use super::*;

    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);

    impl Write for Captured {
        fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(octets)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Captured {
        type Writer = Self;
        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    fn router(metrics: &Metrics) -> Router {
        Router::new()
            .route("/things/{thing_id}", get(|| async { ([("x-request-id", "r-1")], "body-secret") }))
            .route("/slow", get(std::future::pending::<()>))
            .layer(middleware::from_fn_with_state(Track::new(metrics.clone(), Listener::Admin), track))
    }

    fn metrics() -> Metrics {
        Metrics::new("1", "sqlite", "sealed", "embedded")
    }

    fn request(uri: &str) -> Request {
        Request::get(uri).header("authorization", "Bearer header-secret").body(Body::empty()).unwrap()
    }

    fn counted(metrics: &Metrics) -> Vec<String> {
        let text = metrics.render();
        text.lines().filter(|line| line.starts_with("ops_http_requests_total")).map(str::to_owned).collect()
    }

    #[tokio::test]
    async fn requests_are_counted_by_the_route_that_matched_and_never_by_their_path() {
        let metrics = metrics();
        for uri in ["/things/1", "/things/2", "/nowhere/3", "/nowhere/4"] {
            router(&metrics).oneshot(request(uri)).await.unwrap();
        }
        let mut counted = counted(&metrics);
        counted.sort();
        assert_eq!(
            counted,
            [
                "ops_http_requests_total{listener=\"admin\",method=\"GET\",route=\"/things/{thing_id}\",status=\"200\"} 2",
                "ops_http_requests_total{listener=\"admin\",method=\"GET\",route=\"unmatched\",status=\"404\"} 2",
            ]
        );
    }

    #[tokio::test]
    async fn the_log_line_has_a_closed_list_of_fields_and_nothing_the_caller_sent() {
        let captured = Captured::default();
        let lines =
            tracing_subscriber::fmt().json().flatten_event(true).with_writer(captured.clone()).finish();
        let lines = Dispatch::new(lines);
        // beside a single subscriber, a thread of another test that has none could switch the line off for all
        let _second = Dispatch::new(tracing_subscriber::registry());
        let guard = tracing::dispatcher::set_default(&lines);
        router(&metrics()).oneshot(request("/things/path-secret?q=query-secret")).await.unwrap();
        drop(guard);
        let text = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
        assert!(!text.contains("secret"), "{text}");
        let line: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text.trim()).unwrap();
        let fields: Vec<_> = line.keys().map(String::as_str).collect();
        assert_eq!(
            fields,
            [
                "level",
                "listener",
                "message",
                "method",
                "ms",
                "request_id",
                "route",
                "status",
                "target",
                "timestamp"
            ]
        );
        assert_eq!(line["route"], "/things/{thing_id}");
        assert_eq!((&line["status"], &line["request_id"]), (&200.into(), &"r-1".into()));
    }

    #[tokio::test]
    async fn a_caller_that_goes_away_is_counted_too() {
        let metrics = metrics();
        let waiting = router(&metrics).oneshot(request("/slow"));
        assert!(tokio::time::timeout(Duration::from_millis(20), waiting).await.is_err());
        assert!(
            counted(&metrics)[0].contains("route=\"/slow\",status=\"499\"} 1"),
            "{:?}",
            counted(&metrics)
        );
    }
}
