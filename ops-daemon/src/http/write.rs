//! `Write<P>`: everything the decision loop needs of a changing request: headers, `dry_run`, the digest, and the body.

use std::{net::IpAddr, sync::Arc};

use axum::{
    body::Bytes,
    extract::{FromRef, FromRequest, MatchedPath, Request},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header, request::Parts},
};
use deserr::Deserr;
use ops_client::{error_code::ErrorCode, faults::Faults};
use ops_core::Mark;

use super::{
    access::Access,
    body::{self, Payload},
    etag::{self, Tags},
    problem::Problem,
    query::{self, Flag},
    request_id::{RequestId, Traceparent},
    source::Source,
};

/// The header of draft-ietf-httpapi-idempotency-key-header.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Characters of a key.
pub const IDEMPOTENCY_KEY_MAX: usize = 255;

/// A changing request, of which `P` says what its body is: `Write<Body<T>>`, `Write<Patch<T>>` or `Write<NoBody>`.
pub struct Write<P: Payload> {
    /// All but the body.
    pub call: Call,
    /// The body, parsed.
    pub body: P::Value,
}

/// What the loop needs beside the command.
#[derive(Debug, Clone)]
pub struct Call {
    /// For audit and log.
    pub request_id: String,
    /// Trace context that the events carry.
    pub traceparent: Option<String>,
    /// Where it came from.
    pub source_address: Option<IpAddr>,
    /// The caller's name for this change, unquoted.
    pub idempotency_key: Option<String>,
    /// Which version the caller has seen.
    pub if_match: IfMatch,
    /// Decide, and do not commit.
    pub dry_run: bool,
    /// The method.
    pub method: Method,
    /// The path as it was called.
    pub path: String,
    /// The path of the route table.
    pub route: String,
    /// HMAC over method, path, If-Match and body: two requests under one key are the same when this is.
    pub digest: [u8; 32],
}

/// The precondition of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IfMatch {
    /// The header is not there.
    Absent,
    /// `*`: whatever the version, as long as there is one.
    Any,
    /// One of these. Weak tags and tags that are not ours are left out, because they never match.
    Tags(Vec<Mark>),
}

impl IfMatch {
    /// Whether it lets a thing at `mark` be changed; without the header, it does.
    #[must_use]
    pub fn allows(&self, mark: Mark) -> bool {
        match self {
            Self::Absent | Self::Any => true,
            Self::Tags(tags) => tags.contains(&mark),
        }
    }
}

impl Call {
    /// Whether the method changes or deletes what is there, so that the caller must say which version it has seen.
    #[must_use]
    pub fn needs_if_match(&self) -> bool {
        [Method::PATCH, Method::PUT, Method::DELETE].contains(&self.method)
    }
}

/// The only parameter of a changing request.
#[derive(Deserr)]
#[deserr(error = Faults, deny_unknown_fields)]
struct WriteQuery {
    #[deserr(default)]
    dry_run: Flag,
}

impl<P: Payload, S> FromRequest<S> for Write<P>
where
    S: Send + Sync,
    Arc<Access>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (parts, rest) = request.into_parts();
        let mut call = call(&parts)?;
        let raw = raw_if_match(&parts.headers);
        let octets: Bytes = body::receive::<P>(Request::from_parts(parts, rest)).await?;
        let access = Arc::<Access>::from_ref(state);
        call.digest =
            access.receipts.tag(&[call.method.as_str().as_bytes(), call.path.as_bytes(), &raw, &octets]);
        Ok(Self { call, body: P::parse(&octets)? })
    }
}

fn call(parts: &Parts) -> Result<Call, Problem> {
    let WriteQuery { dry_run } = query::read(&parts.uri)?;
    let extension = &parts.extensions;
    Ok(Call {
        request_id: extension.get::<RequestId>().map_or_else(String::new, |id| id.as_str().to_owned()),
        traceparent: extension.get::<Traceparent>().map(|trace| trace.as_str().to_owned()),
        source_address: extension.get::<Source>().map(|Source(address)| *address),
        idempotency_key: idempotency_key(&parts.headers)?,
        if_match: if_match(&parts.headers)?,
        dry_run: dry_run.0,
        method: parts.method.clone(),
        path: parts.uri.path().to_owned(),
        route: extension.get::<MatchedPath>().map_or_else(String::new, |route| route.as_str().to_owned()),
        digest: [0; 32],
    })
}

fn if_match(headers: &HeaderMap) -> Result<IfMatch, Problem> {
    match etag::tags(headers, &header::IF_MATCH) {
        Ok(Tags::Absent) => Ok(IfMatch::Absent),
        Ok(Tags::Any) => Ok(IfMatch::Any),
        Ok(Tags::Listed(tags)) => {
            Ok(IfMatch::Tags(tags.into_iter().filter(|tag| !tag.weak).filter_map(|tag| tag.mark).collect()))
        }
        Err(etag::Unreadable) => {
            Err(malformed("If-Match must be * or a list of quoted entity tags, such as \"1.42\""))
        }
    }
}

/// The header's octets as sent: another spelling of the same tags is another request, which costs a retry nothing.
fn raw_if_match(headers: &HeaderMap) -> Vec<u8> {
    let lines: Vec<&[u8]> = headers.get_all(header::IF_MATCH).iter().map(HeaderValue::as_bytes).collect();
    lines.join(b",".as_slice())
}

/// Quoted (a structured-field string, RFC 9651 §3.3.3) or bare; both spell the same key.
fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let only = match (values.next(), values.next()) {
        (None, _) => return Ok(None),
        (Some(only), None) => only.to_str().ok(),
        _ => None,
    };
    only.and_then(unquoted).map(Some).ok_or_else(|| {
        malformed("Idempotency-Key must stand once, with 1 to 255 printable ASCII characters, quoted or bare")
    })
}

fn unquoted(text: &str) -> Option<String> {
    let key = match text.strip_prefix('"') {
        Some(rest) => unescaped(rest.strip_suffix('"')?)?,
        None => text.to_owned(),
    };
    let printable = key.bytes().all(|b| matches!(b, b' '..=b'~'));
    (printable && (1..=IDEMPOTENCY_KEY_MAX).contains(&key.len())).then_some(key)
}

fn unescaped(inner: &str) -> Option<String> {
    let (mut key, mut chars) = (String::new(), inner.chars());
    while let Some(c) = chars.next() {
        match c {
            '\\' => key.push(chars.next().filter(|c| matches!(c, '"' | '\\'))?),
            '"' => return None,
            c => key.push(c),
        }
    }
    Some(key)
}

fn malformed(detail: &str) -> Problem {
    Problem::new(ErrorCode::MalformedHeader, detail)
}

#[cfg(test)]
mod tests {
    use axum::{Router, http::StatusCode, middleware, routing::post};
    use serde_json::{Value, json};

    use super::*;
    use crate::http::{
        body::{Body, NoBody},
        client::Identities,
        request_id,
        testing::{self, Issuer},
    };

    #[derive(Deserr)]
    #[deserr(error = Faults, deny_unknown_fields)]
    struct Note {
        text: String,
    }

    fn app() -> Router {
        let show = |call: &Call| {
            json!({
                "request_id": call.request_id, "traceparent": call.traceparent, "key": call.idempotency_key,
                "if_match": format!("{:?}", call.if_match), "dry_run": call.dry_run, "method": call.method.as_str(),
                "path": call.path, "route": call.route, "digest": format!("{:?}", call.digest),
            })
            .to_string()
        };
        let note =
            move |Write { call, body }: Write<Body<Note>>| async move { show(&call) + &body.text[..0] };
        let verb = move |Write { call, body: () }: Write<NoBody>| async move { show(&call) };
        Router::new()
            .route("/things/{id}/notes", post(note).put(note))
            .route("/things/{id}/activate", post(verb))
            .layer(middleware::from_fn(request_id::layer))
            .with_state(testing::access(&Issuer::es256("k"), Identities::default()))
    }

    async fn note(path: &str, headers: &[(&str, &str)], text: &str) -> (StatusCode, Value) {
        let request = testing::method("POST", path).header("content-type", "application/json");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let (status, _, body) =
            testing::with_body(&app(), request, json!({ "text": text }).to_string()).await;
        (status, body)
    }

    #[tokio::test]
    async fn a_call_carries_everything_the_loop_needs() {
        let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let headers = [
            ("x-request-id", "r-1"),
            ("traceparent", trace),
            ("idempotency-key", "\"k \\\"1\\\"\""),
            ("if-match", "\"1.42\", W/\"1.43\", \"foreign\""),
        ];
        let (status, call) = note("/things/7/notes?dry_run=true", &headers, "x").await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!((&call["request_id"], &call["traceparent"]), (&json!("r-1"), &json!(trace)));
        assert_eq!((&call["key"], &call["dry_run"]), (&json!("k \"1\""), &json!(true)));
        assert_eq!(call["if_match"], format!("{:?}", IfMatch::Tags(vec![Mark::new(1, 42)])));
        assert_eq!((&call["method"], &call["path"]), (&json!("POST"), &json!("/things/7/notes")));
        assert_eq!(call["route"], "/things/{id}/notes");
    }

    #[tokio::test]
    async fn a_verb_needs_no_body_and_no_header() {
        let (status, _, call) = testing::send(&app(), testing::method("POST", "/things/7/activate")).await;
        assert_eq!(
            (status, &call["key"], &call["if_match"]),
            (StatusCode::OK, &json!(null), &json!("Absent"))
        );
        assert_eq!((&call["dry_run"], &call["traceparent"]), (&json!(false), &json!(null)));
    }

    #[tokio::test]
    async fn the_digest_covers_method_path_if_match_and_body_and_nothing_else() {
        let digest = |(_, call): (StatusCode, Value)| call["digest"].clone();
        let tag = ("if-match", "\"1.1\"");
        let first = digest(note("/things/7/notes", &[tag], "x").await);
        let again = [tag, ("x-request-id", "other"), ("idempotency-key", "k")];
        assert_eq!(digest(note("/things/7/notes", &again, "x").await), first);
        assert_ne!(digest(note("/things/8/notes", &[tag], "x").await), first);
        assert_ne!(digest(note("/things/7/notes", &[("if-match", "\"1.2\"")], "x").await), first);
        assert_ne!(digest(note("/things/7/notes", &[], "x").await), first);
        assert_ne!(digest(note("/things/7/notes", &[tag], "y").await), first);
        let put = testing::method("PUT", "/things/7/notes").header("content-type", "application/json");
        let (_, _, call) =
            testing::with_body(&app(), put.header(tag.0, tag.1), json!({"text": "x"}).to_string()).await;
        assert_ne!(call["digest"], first);
    }

    #[tokio::test]
    async fn an_unreadable_header_is_400_and_names_it() {
        let long = "x".repeat(256);
        for (name, value) in [
            ("idempotency-key", long.as_str()),
            ("idempotency-key", ""),
            ("idempotency-key", "\"\""),
            ("idempotency-key", "\"a"),
            ("idempotency-key", "\"a\"b\""),
            ("idempotency-key", "\"a\\b\""),
            ("idempotency-key", "schlüssel"),
            ("if-match", "1.42"),
            ("if-match", "\"1.42"),
        ] {
            let (status, body) = note("/things/7/notes", &[(name, value)], "x").await;
            assert_eq!(
                (status, &body["code"]),
                (StatusCode::BAD_REQUEST, &json!("malformed_header")),
                "{value}"
            );
            assert!(body["detail"].as_str().unwrap().to_lowercase().starts_with(name), "{body}");
        }
        let twice = [("idempotency-key", "a"), ("idempotency-key", "a")];
        assert_eq!(note("/things/7/notes", &twice, "x").await.0, StatusCode::BAD_REQUEST);
        assert_eq!(
            note("/things/7/notes", &[("idempotency-key", &long[..255])], "x").await.0,
            StatusCode::OK
        );
    }

    #[tokio::test]
    async fn quoted_and_bare_spell_the_same_key() {
        let key = async |value: &str| {
            note("/things/7/notes", &[("idempotency-key", value)], "x").await.1["key"].clone()
        };
        assert_eq!(key("\"abc\"").await, key("abc").await);
    }

    #[tokio::test]
    async fn only_dry_run_may_stand_in_the_query_of_a_change() {
        for query in ["dry_run=yes", "dry_run=1", "dryrun=true", "dry_run=true&dry_run=true", "limit=3"] {
            let (status, body) = note(&format!("/things/7/notes?{query}"), &[], "x").await;
            assert_eq!(
                (status, &body["code"]),
                (StatusCode::BAD_REQUEST, &json!("invalid_query")),
                "{query}"
            );
        }
    }

    #[test]
    fn a_precondition_holds_for_its_own_epoch_only() {
        let tags = IfMatch::Tags(vec![Mark::new(1, 42)]);
        assert_eq!((tags.allows(Mark::new(1, 42)), tags.allows(Mark::new(2, 42))), (true, false));
        assert!(IfMatch::Any.allows(Mark::START) && IfMatch::Absent.allows(Mark::START));
        assert!(!IfMatch::Tags(Vec::new()).allows(Mark::START), "only weak or foreign tags");
    }
}
