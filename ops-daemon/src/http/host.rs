//! The Host header must be one of ours: a page that points its own name at us (DNS rebinding) gets no answer.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::header,
    middleware::Next,
    response::{IntoResponse, Response},
};
use ops_client::error_code::ErrorCode;

use super::problem::Problem;

/// The hosts that a listener answers for, each as `name` or `name:port`, compared exactly but for case.
#[derive(Debug, Clone)]
pub struct Hosts(Arc<[String]>);

impl Hosts {
    /// Exactly `list`.
    pub fn new(list: impl IntoIterator<Item = String>) -> Self {
        Self(list.into_iter().collect())
    }

    fn hold(&self, host: &str) -> bool {
        self.0.iter().any(|ours| ours.eq_ignore_ascii_case(host))
    }
}

/// The layer: 400 without exactly one Host, 421 for another's.
pub async fn layer(State(hosts): State<Hosts>, request: Request, next: Next) -> Response {
    match check(&hosts, &request) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// A request line in absolute form names a host of its own, which counts too (RFC 9112 §3.2.2).
fn check(hosts: &Hosts, request: &Request) -> Result<(), Problem> {
    let mut values = request.headers().get_all(header::HOST).iter();
    let (Some(host), None) = (values.next(), values.next()) else {
        return Err(Problem::new(ErrorCode::MalformedHeader, "Host must stand exactly once"));
    };
    let named = request.uri().authority().is_none_or(|authority| hosts.hold(authority.as_str()));
    if named && host.to_str().is_ok_and(|host| hosts.hold(host)) {
        Ok(())
    } else {
        Err(Problem::new(ErrorCode::UnknownHost, "this listener does not answer for that host"))
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, http::StatusCode, middleware, routing::get};

    use super::*;
    use crate::http::testing;

    async fn ask(uri: &str, hosts: &[&str]) -> StatusCode {
        let ours = Hosts::new(["127.0.0.1:8080".to_owned(), "ops.test".to_owned()]);
        let app =
            Router::new().route("/", get(|| async {})).layer(middleware::from_fn_with_state(ours, layer));
        let request = hosts.iter().fold(testing::get(uri), |request, host| request.header("host", *host));
        testing::text(&app, request).await.0
    }

    #[tokio::test]
    async fn only_listed_hosts_are_answered() {
        for host in ["127.0.0.1:8080", "ops.test", "OPS.test"] {
            assert_eq!(ask("/", &[host]).await, StatusCode::OK, "{host}");
        }
        for host in ["evil.test", "ops.test:80", "127.0.0.1", "ops.test.", "a.ops.test", ""] {
            assert_eq!(ask("/", &[host]).await, StatusCode::MISDIRECTED_REQUEST, "{host}");
        }
    }

    #[tokio::test]
    async fn a_missing_or_doubled_host_is_400() {
        assert_eq!(ask("/", &[]).await, StatusCode::BAD_REQUEST);
        assert_eq!(ask("/", &["ops.test", "ops.test"]).await, StatusCode::BAD_REQUEST);
    }

    #[tokio::test]
    async fn a_request_line_in_absolute_form_must_name_a_listed_host_too() {
        assert_eq!(ask("http://evil.test/", &["ops.test"]).await, StatusCode::MISDIRECTED_REQUEST);
        assert_eq!(ask("http://ops.test/", &["ops.test"]).await, StatusCode::OK);
    }
}
