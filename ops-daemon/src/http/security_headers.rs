//! Headers of every answer: no guessing of types, and no storing unless a handler says so.

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

const DEFAULTS: [(HeaderName, HeaderValue); 2] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

/// The layer. Nothing here says what software answers.
pub async fn layer(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.remove(header::SERVER);
    for (name, value) in DEFAULTS {
        headers.entry(name).or_insert(value);
    }
    response
}

#[cfg(test)]
mod tests {
    use axum::{Router, middleware, routing::get};

    use super::*;
    use crate::http::testing;

    #[tokio::test]
    async fn every_answer_is_not_sniffed_and_not_stored_unless_its_handler_says_so() {
        let cached = || async { ([("cache-control", "private, no-cache"), ("server", "us")], "x") };
        let app = Router::new()
            .route("/", get(|| async {}))
            .route("/cached", get(cached))
            .layer(middleware::from_fn(layer));
        for (path, cache) in [("/", "no-store"), ("/none", "no-store"), ("/cached", "private, no-cache")] {
            let (_, headers, _) = testing::text(&app, testing::get(path)).await;
            assert_eq!(headers["x-content-type-options"], "nosniff");
            assert_eq!(headers["cache-control"], cache, "{path}");
            assert!(!headers.contains_key("server"));
        }
    }
}
