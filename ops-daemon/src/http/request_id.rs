//! The request's id and trace context: taken from the caller when well-formed, made here otherwise, echoed always.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};

/// The header that carries the id in both directions.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// W3C Trace Context, level 1.
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// Characters of an id: it is printed in every log line.
pub const REQUEST_ID_MAX: usize = 64;

tokio::task_local! {
    static CURRENT: RequestId;
}

/// `^[A-Za-z0-9._-]{1,64}$`; an extension of every request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn parse(text: &str) -> Option<Self> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
        ((1..=REQUEST_ID_MAX).contains(&text.len()) && text.bytes().all(allowed)).then(|| Self(text.into()))
    }

    /// 128 random bits; a count where the system gives none, because an id that repeats is still better than no answer.
    fn fresh() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let mut bits = [0; 16];
        let number = match getrandom::fill(&mut bits) {
            Ok(()) => u128::from_be_bytes(bits),
            Err(_) => u128::from(COUNT.fetch_add(1, Ordering::Relaxed)),
        };
        Self(format!("{number:032x}").into())
    }
}

/// A sound version 00 `traceparent`; an extension of a request that brought one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traceparent(Arc<str>);

impl Traceparent {
    /// The header's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `00-{32 hex}-{16 hex}-{2 hex}`, lower case, no id of only zeros.
    fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split('-').collect();
        let [version, trace, span, flags] = parts.as_slice() else { return None };
        let sound = *version == "00" && id(trace, 32) && id(span, 16) && hex(flags, 2);
        sound.then(|| Self(text.into()))
    }
}

/// The id of the request this task is answering; `None` outside of one.
#[must_use]
pub fn current() -> Option<RequestId> {
    CURRENT.try_with(Clone::clone).ok()
}

/// The layer: settles both, runs the rest in their scope and echoes the id.
pub async fn layer(mut request: Request, next: Next) -> Response {
    let id =
        single(request.headers(), &X_REQUEST_ID).and_then(RequestId::parse).unwrap_or_else(RequestId::fresh);
    let trace = single(request.headers(), &TRACEPARENT).and_then(Traceparent::parse);
    request.extensions_mut().insert(id.clone());
    if let Some(trace) = trace {
        request.extensions_mut().insert(trace);
    }
    let mut response = CURRENT.scope(id.clone(), next.run(request)).await;
    if let Ok(echo) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(X_REQUEST_ID, echo);
    }
    response
}

/// A header sent twice is nobody's id.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(only), None) => only.to_str().ok(),
        _ => None,
    }
}

fn id(text: &str, digits: usize) -> bool {
    hex(text, digits) && text.bytes().any(|b| b != b'0')
}

fn hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use axum::{Extension, Router, middleware, routing::get};

    use super::*;
    use crate::http::{problem::Problem, testing};

    fn app() -> Router {
        let echo = |Extension(id): Extension<RequestId>, trace: Option<Extension<Traceparent>>| async move {
            format!("{} {}", id.as_str(), trace.map_or_else(String::new, |t| t.as_str().to_owned()))
        };
        let fail = || async { Problem::not_found() };
        Router::new().route("/", get(echo)).route("/fail", get(fail)).layer(middleware::from_fn(layer))
    }

    #[tokio::test]
    async fn a_well_formed_id_is_kept_and_echoed() {
        let request = testing::get("/").header("x-request-id", "a.B_9-z");
        let (_, headers, text) = testing::text(&app(), request).await;
        assert_eq!(headers["x-request-id"], "a.B_9-z");
        assert!(text.starts_with("a.B_9-z "), "{text}");
    }

    #[tokio::test]
    async fn anything_else_is_replaced_by_a_new_id() {
        let long = "x".repeat(65);
        for bad in ["", "a b", "a/b", "ä", long.as_str()] {
            let (_, headers, _) = testing::text(&app(), testing::get("/").header("x-request-id", bad)).await;
            let id = headers["x-request-id"].to_str().unwrap();
            assert_eq!(id.len(), 32, "{bad}");
        }
        let twice = testing::get("/").header("x-request-id", "a").header("x-request-id", "b");
        assert_eq!(testing::text(&app(), twice).await.1["x-request-id"].len(), 32);
    }

    #[tokio::test]
    async fn every_problem_names_the_request() {
        let request = testing::get("/fail").header("x-request-id", "r-1");
        let (_, headers, body) = testing::send(&app(), request).await;
        assert_eq!((headers["x-request-id"].to_str().unwrap(), &body["request_id"]), ("r-1", &"r-1".into()));
    }

    #[tokio::test]
    async fn a_sound_traceparent_is_kept_and_a_bad_one_ignored() {
        let sound = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let (_, _, text) = testing::text(&app(), testing::get("/").header("traceparent", sound)).await;
        assert!(text.ends_with(sound), "{text}");
        for bad in [
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
        ] {
            let (_, _, text) = testing::text(&app(), testing::get("/").header("traceparent", bad)).await;
            assert!(text.ends_with(' '), "{bad}");
        }
    }
}
