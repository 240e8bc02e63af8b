//! What is around the routes of each listener, outermost first: request id, headers, catch for panics, Host, URL.

use std::panic::AssertUnwindSafe;

use axum::{
    Router,
    extract::Request,
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
};
use futures::FutureExt;

use super::{
    host::{self, Hosts},
    problem::Problem,
    request_id, security_headers,
    source::{self, TrustedProxies},
    token_in_url,
};

/// Around the routes of the admin and of the internal listener.
pub fn api(routes: Router, hosts: Hosts, trusted: TrustedProxies) -> Router {
    let routes = routes
        .layer(from_fn_with_state(trusted, source::layer))
        .layer(from_fn(token_in_url::layer))
        .layer(from_fn_with_state(hosts, host::layer));
    ops(routes)
}

/// Around the routes of the ops listener, which any probe may call by any name.
pub fn ops(routes: Router) -> Router {
    routes.layer(from_fn(catch)).layer(from_fn(security_headers::layer)).layer(from_fn(request_id::layer))
}

/// A handler panicked. What it said stands in the log already.
#[derive(Debug, thiserror::Error)]
#[error("a handler panicked")]
struct Panicked;

/// A panic is one request's 500, not the end of its connection.
async fn catch(request: Request, next: Next) -> Response {
    let answer = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    answer.unwrap_or_else(|_| Problem::internal(&Panicked).into_response())
}

#[cfg(test)]
mod tests {
    use axum::{http::StatusCode, routing::get};

    use super::*;
    use crate::http::testing;

    fn app() -> Router {
        let broken = || async {
            if true {
                panic!("at table 3");
            }
        };
        let routes = Router::new().route("/", get(|| async { "x" })).route("/broken", get(broken));
        api(routes, Hosts::new(["ops.test".to_owned()]), TrustedProxies::default())
    }

    #[tokio::test]
    async fn a_panic_is_a_500_that_says_nothing_but_its_request_id() {
        let request = testing::get("/broken").header("host", "ops.test").header("x-request-id", "r-1");
        let (status, headers, body) = testing::send(&app(), request).await;
        assert_eq!((status, &body["code"]), (StatusCode::INTERNAL_SERVER_ERROR, &"internal".into()));
        assert_eq!((headers["x-request-id"].to_str().unwrap(), &body["request_id"]), ("r-1", &"r-1".into()));
        assert!(!body.to_string().contains("table"));
    }

    #[tokio::test]
    async fn a_refusal_by_a_layer_has_a_request_id_and_safe_headers_too() {
        for request in [
            testing::get("/").header("host", "evil.test"),
            testing::get("/?access_token=x").header("host", "ops.test"),
        ] {
            let (status, headers, body) = testing::send(&app(), request).await;
            assert!(status.is_client_error());
            assert_eq!(body["request_id"], headers["x-request-id"].to_str().unwrap());
            assert_eq!(headers["cache-control"], "no-store");
        }
    }

    #[tokio::test]
    async fn a_probe_may_call_the_ops_listener_by_any_name() {
        let routes = ops(Router::new().route("/", get(|| async {})));
        assert_eq!(
            testing::text(&routes, testing::get("/").header("host", "10.0.0.7")).await.0,
            StatusCode::OK
        );
    }
}
