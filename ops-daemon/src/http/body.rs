//! Request bodies: media type, size and time first, then strict JSON, then every refused value at once.

use std::time::Duration;

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, header},
};
use deserr::Deserr;
use http_body_util::LengthLimitError;
use ops_client::{
    error_code::ErrorCode,
    faults::{self, Faults},
    json,
};

use super::problem::Problem;

/// Octets of a body: an operator with every list full has about a fifth of it.
pub const BODY_MAX: usize = 1024 * 1024;
/// Octets of a body of many items: samples and resolve.
pub const BODY_MAX_LARGE: usize = 16 * 1024 * 1024;
/// How long a body may take to arrive, from its first octet to its last, where the listener says nothing else.
pub const BODY_TIME: Duration = Duration::from_secs(30);

/// How long a body may take to arrive on this listener; an extension of every request.
#[derive(Debug, Clone, Copy)]
pub struct BodyTime(pub Duration);

/// A body of JSON, parsed; at most `MAX` octets.
#[derive(Debug, Clone, Copy)]
pub struct Body<T, const MAX: usize = BODY_MAX>(pub T);

/// A merge patch (RFC 7396), parsed. Plain `application/json` is taken too.
#[derive(Debug, Clone, Copy)]
pub struct Patch<T>(pub T);

/// No body, or `{}`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NoBody;

/// How a kind of body becomes a value. [`Write`](super::write::Write) needs the octets too, hence two steps.
pub trait Payload: Sized + Send {
    /// What a handler works with.
    type Value: Send;
    /// Octets at most.
    const MAX: usize;
    /// Media types that are taken.
    const MEDIA: &'static [&'static str];
    /// Whether nothing at all is taken too.
    const MAY_BE_EMPTY: bool = false;

    /// Parses a body of an accepted media type.
    ///
    /// # Errors
    /// 400 `malformed_json` or 422 `invalid`, with all faults.
    fn parse(octets: &[u8]) -> Result<Self::Value, Problem>;
}

impl<T: Deserr<Faults> + Send, const MAX: usize> Payload for Body<T, MAX> {
    type Value = T;
    const MAX: usize = MAX;
    const MEDIA: &'static [&'static str] = &["application/json"];

    fn parse(octets: &[u8]) -> Result<T, Problem> {
        parsed(octets)
    }
}

impl<T: Deserr<Faults> + Send> Payload for Patch<T> {
    type Value = T;
    const MAX: usize = BODY_MAX;
    const MEDIA: &'static [&'static str] = PATCH_MEDIA;

    fn parse(octets: &[u8]) -> Result<T, Problem> {
        parsed(octets)
    }
}

/// Media types of a change; they mean the same.
pub(super) const PATCH_MEDIA: &[&str] = &["application/merge-patch+json", "application/json"];

/// An object without members.
#[derive(Deserr)]
#[deserr(error = Faults, deny_unknown_fields)]
struct Nothing {}

impl Payload for NoBody {
    type Value = ();
    const MAX: usize = 1024;
    const MEDIA: &'static [&'static str] = &["application/json", "application/merge-patch+json"];
    const MAY_BE_EMPTY: bool = true;

    fn parse(octets: &[u8]) -> Result<(), Problem> {
        if octets.is_empty() { Ok(()) } else { parsed(octets).map(|Nothing {}| ()) }
    }
}

impl<T: Deserr<Faults> + Send, const MAX: usize, S: Send + Sync> FromRequest<S> for Body<T, MAX> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        Self::parse(&receive::<Self>(request).await?).map(Self)
    }
}

impl<T: Deserr<Faults> + Send, S: Send + Sync> FromRequest<S> for Patch<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        Self::parse(&receive::<Self>(request).await?).map(Self)
    }
}

impl<S: Send + Sync> FromRequest<S> for NoBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        Self::parse(&receive::<Self>(request).await?).map(|()| Self)
    }
}

/// The octets of a body that `P` takes.
pub(super) async fn receive<P: Payload>(request: Request) -> Result<Bytes, Problem> {
    if announced(request.headers()).is_some_and(|length| length > P::MAX) {
        return Err(too_large(P::MAX));
    }
    let media = media_type(request.headers());
    let limit = request.extensions().get().map_or(BODY_TIME, |BodyTime(limit)| *limit);
    if media.is_none() && P::MAY_BE_EMPTY {
        return match collect(request, P::MAX, limit).await? {
            nothing if nothing.is_empty() => Ok(nothing),
            _ => Err(unsupported::<P>()),
        };
    }
    if !media.is_some_and(|media| P::MEDIA.contains(&media.as_str())) {
        return Err(unsupported::<P>());
    }
    collect(request, P::MAX, limit).await
}

async fn collect(request: Request, max: usize, limit: Duration) -> Result<Bytes, Problem> {
    match tokio::time::timeout(limit, axum::body::to_bytes(request.into_body(), max)).await {
        Ok(Ok(octets)) => Ok(octets),
        Ok(Err(error)) if over_limit(&error) => Err(too_large(max)),
        Ok(Err(_)) => Err(Problem::new(ErrorCode::MalformedJson, "the body broke off")),
        Err(_) => {
            let detail = format!("the body did not arrive within {} s", limit.as_secs_f32());
            Err(Problem::new(ErrorCode::MalformedJson, detail))
        }
    }
}

fn over_limit(error: &axum::Error) -> bool {
    std::error::Error::source(error).is_some_and(<dyn std::error::Error>::is::<LengthLimitError>)
}

fn announced(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The one media type in lower case; none when it is missing, doubled, not in UTF-8, or compressed.
fn media_type(headers: &HeaderMap) -> Option<String> {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let (only, None) = (values.next()?.to_str().ok()?, values.next()) else { return None };
    let mut parts = only.split(';').map(str::trim);
    let media = parts.next()?.to_ascii_lowercase();
    (parts.all(sound_parameter) && !headers.contains_key(header::CONTENT_ENCODING)).then_some(media)
}

/// JSON is UTF-8 (RFC 8259 §8.1); other parameters mean nothing to it.
fn sound_parameter(parameter: &str) -> bool {
    match parameter.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    }
}

fn parsed<T: Deserr<Faults>>(octets: &[u8]) -> Result<T, Problem> {
    let value = json::read(octets).map_err(Problem::unreadable)?;
    faults::parse(value).map_err(|faults| {
        Problem::new(ErrorCode::Invalid, "correct every entry of errors").with_faults(faults)
    })
}

fn too_large(max: usize) -> Problem {
    Problem::new(ErrorCode::BodyTooLarge, format!("at most {max} octets are taken here"))
}

fn unsupported<P: Payload>() -> Problem {
    let detail = format!("send {}, uncompressed, in UTF-8", P::MEDIA.join(" or "));
    Problem::new(ErrorCode::UnsupportedMediaType, detail)
}

#[cfg(test)]
mod tests {
    use axum::{Router, http::StatusCode, middleware, routing::post};
    use futures::stream;
    use serde_json::{Value, json};

    use super::*;
    use crate::http::testing;

    #[derive(Deserr)]
    #[deserr(error = Faults, deny_unknown_fields)]
    struct Create {
        code: String,
        days: u8,
    }

    const JSON: (&str, &str) = ("content-type", "application/json");

    fn app() -> Router {
        let create = |Body(body): Body<Create, 100>| async move { format!("{} {}", body.code, body.days) };
        Router::new()
            .route("/create", post(create))
            .route("/patch", post(|_: Patch<Create>| async {}))
            .route("/none", post(|_: NoBody| async {}))
    }

    async fn ask(path: &str, header: (&str, &str), body: &str) -> (StatusCode, Value) {
        let request = testing::method("POST", path).header(header.0, header.1);
        let (status, _, body) = testing::with_body(&app(), request, body.to_owned()).await;
        (status, body)
    }

    const GOOD: &str = r#"{"code":"acme","days":3}"#;

    #[tokio::test]
    async fn a_sound_body_reaches_the_handler() {
        assert_eq!(ask("/create", JSON, GOOD).await, (StatusCode::OK, json!("acme 3")));
        for media in
            ["Application/JSON; charset=UTF-8", "application/json;charset=\"utf-8\"", "application/json; v=1"]
        {
            assert_eq!(ask("/create", ("content-type", media), GOOD).await.0, StatusCode::OK, "{media}");
        }
    }

    #[tokio::test]
    async fn a_patch_may_be_a_merge_patch_and_a_creation_may_not() {
        let merge = ("content-type", "application/merge-patch+json");
        assert_eq!(ask("/patch", merge, GOOD).await.0, StatusCode::OK);
        assert_eq!(ask("/patch", JSON, GOOD).await.0, StatusCode::OK);
        assert_eq!(ask("/create", merge, GOOD).await.0, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }

    #[tokio::test]
    async fn another_or_no_media_type_or_a_compressed_body_is_415() {
        for media in ["text/json", "application/json+x", "application/json; charset=latin1", ""] {
            let (status, body) = ask("/create", ("content-type", media), GOOD).await;
            assert_eq!(
                (status, &body["code"]),
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, &json!("unsupported_media_type"))
            );
        }
        assert_eq!(ask("/create", ("x-other", "1"), GOOD).await.0, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        let request =
            testing::method("POST", "/create").header(JSON.0, JSON.1).header("content-encoding", "gzip");
        assert_eq!(testing::with_body(&app(), request, GOOD).await.0, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }

    #[tokio::test]
    async fn unreadable_json_is_400_and_refused_values_are_422_each_with_all_faults() {
        let (status, body) = ask("/create", JSON, r#"{"code":"a","code":"b","days":1,"days":2}"#).await;
        assert_eq!((status, &body["code"]), (StatusCode::BAD_REQUEST, &json!("malformed_json")));
        assert_eq!(body["errors"].as_array().unwrap().len(), 2);
        let (status, body) = ask("/create", JSON, r#"{"days":"x","dasy":1}"#).await;
        assert_eq!((status, &body["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("invalid")));
        assert_eq!(body["errors"].as_array().unwrap().len(), 3);
    }

    #[tokio::test]
    async fn a_body_over_the_limit_is_413_whether_announced_or_not() {
        let long = format!(r#"{{"code":"{}","days":1}}"#, "x".repeat(100));
        let (status, body) = ask("/create", JSON, &long).await;
        assert_eq!((status, &body["code"]), (StatusCode::PAYLOAD_TOO_LARGE, &json!("body_too_large")));
        let chunks = stream::iter((0..20).map(|_| Ok::<_, std::io::Error>("0123456789")));
        let request = testing::method("POST", "/create").header(JSON.0, JSON.1);
        let (status, _, _) = testing::with_body(&app(), request, axum::body::Body::from_stream(chunks)).await;
        assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    }

    #[tokio::test]
    async fn no_body_is_nothing_or_an_empty_object() {
        assert_eq!(ask("/none", ("x-other", "1"), "").await.0, StatusCode::OK);
        assert_eq!(ask("/none", JSON, "").await.0, StatusCode::OK);
        assert_eq!(ask("/none", JSON, "{}").await.0, StatusCode::OK);
        assert_eq!(ask("/none", JSON, r#"{"a":1}"#).await.0, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(ask("/none", ("x-other", "1"), "{}").await.0, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        assert_eq!(
            ask("/none", ("content-type", "text/plain"), "").await.0,
            StatusCode::UNSUPPORTED_MEDIA_TYPE
        );
    }

    #[tokio::test]
    async fn a_body_that_does_not_arrive_in_time_is_refused() {
        let short = |mut request: Request, next: middleware::Next| async move {
            request.extensions_mut().insert(BodyTime(Duration::from_millis(20)));
            next.run(request).await
        };
        let app = app().layer(middleware::from_fn(short));
        let never = stream::pending::<Result<&str, std::io::Error>>();
        let request = testing::method("POST", "/create").header(JSON.0, JSON.1);
        let (status, _, body) = testing::with_body(&app, request, axum::body::Body::from_stream(never)).await;
        assert_eq!((status, &body["code"]), (StatusCode::BAD_REQUEST, &json!("malformed_json")));
    }
}
