//! `Problem`: the only place where an error becomes a status and a body (RFC 9457).

use std::error::Error;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use ops_client::{
    error_code::ErrorCode,
    json::Unreadable,
    wire::problem::{PROBLEM_JSON, Problem as Document},
};
use ops_core::{Fault, Word, id::RuleId, operator::readiness::Readiness, text_rule::is_refused};
use serde_json::Value;
use uuid::Uuid;

use super::{request_id, token::Rejected};

/// An error answer: a code of the closed list, a sentence for a person, and what a program may need beside them.
///
/// The response carries its [`ErrorCode`] as an extension, and a 401 its [`Rejected`], so that a layer can count them.
#[derive(Debug)]
pub struct Problem(Box<Parts>);

#[derive(Debug)]
struct Parts {
    document: Document,
    retry_after_s: Option<u32>,
    rejected: Option<Rejected>,
    cause: Option<String>,
}

impl Problem {
    /// A problem of `code`; `detail` says what is wrong with this request, and never repeats a value of it.
    #[must_use]
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        let document = Document::new(code, detail, "");
        Self(Box::new(Parts { document, retry_after_s: None, rejected: None, cause: None }))
    }

    /// 500. The chain of `error` is logged with the request id and never answered.
    #[must_use]
    pub fn internal(error: &dyn Error) -> Self {
        Self::new(ErrorCode::Internal, "an error on our side; quote the request_id when you report it")
            .caused_by(error)
    }

    /// 404.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(ErrorCode::NotFound, "there is nothing at this address")
    }

    /// 401.
    #[must_use]
    pub fn unauthenticated(reason: Rejected) -> Self {
        let mut problem = Self::new(ErrorCode::Unauthenticated, reason.to_string());
        problem.0.rejected = Some(reason);
        problem
    }

    /// 403, naming the permission or right that is missing.
    #[must_use]
    pub fn forbidden(permission: &str) -> Self {
        Self::new(ErrorCode::Forbidden, format!("needs {permission}"))
    }

    /// 400 `malformed_json`, with all that makes the body unreadable.
    #[must_use]
    pub fn unreadable(unreadable: Unreadable) -> Self {
        let detail = unreadable.to_string();
        Self::new(ErrorCode::MalformedJson, detail).map(|document| document.with_unreadable(unreadable))
    }

    /// With `errors`: each refused value.
    #[must_use]
    pub fn with_faults(self, faults: impl IntoIterator<Item = Fault>) -> Self {
        self.map(|document| document.with_errors(faults))
    }

    /// With `field` and `existing_id`: which field is taken, and who has it.
    #[must_use]
    pub fn duplicate_of(self, field: &str, existing_id: Option<Uuid>) -> Self {
        self.map(|document| document.with_duplicate(field, existing_id))
    }

    /// With `from` and `to`: the status now and the one that was asked for.
    #[must_use]
    pub fn transition<T: Word>(self, from: T, to: T) -> Self {
        self.map(|document| document.with_transition(from, to))
    }

    /// With `items`: the readiness list.
    #[must_use]
    pub fn readiness(self, readiness: Readiness) -> Self {
        self.map(|document| document.with_readiness(readiness))
    }

    /// With `rules`: the routing rules that stand in the way.
    #[must_use]
    pub fn rules(self, rules: Vec<RuleId>) -> Self {
        self.map(|document| document.with_rules(rules))
    }

    /// With `Retry-After`, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after_s = Some(seconds);
        self
    }

    /// With a cause for the log: the whole chain, written once when the problem is answered.
    #[must_use]
    pub fn caused_by(mut self, error: &dyn Error) -> Self {
        self.0.cause = Some(chain(error));
        self
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.0.document.code()
    }

    fn map(mut self, with: impl FnOnce(Document) -> Document) -> Self {
        self.0.document = with(self.0.document);
        self
    }

    /// The document is made anywhere, also in a task of its own; only here it is known whose answer it is.
    fn body(&self, request_id: &str) -> Result<String, serde_json::Error> {
        let mut body = serde_json::to_value(&self.0.document)?;
        if let Value::Object(members) = &mut body {
            members.insert("request_id".to_owned(), request_id.into());
        }
        Ok(escaped(&body.to_string()))
    }

    fn log(&self, request_id: &str) {
        let Some(chain) = &self.0.cause else { return };
        let code = self.code().as_str();
        if self.code() == ErrorCode::Internal {
            tracing::error!(request_id, code, error = %chain, "a request failed");
        } else {
            tracing::warn!(request_id, code, error = %chain, "a request was refused");
        }
    }

    /// `WWW-Authenticate` is due on every 401 (RFC 9110 §15.5.2), `error` when a token was there (RFC 6750 §3.1).
    fn challenge(&self) -> Option<HeaderValue> {
        let token_was_there = self.0.rejected.is_some_and(|reason| reason != Rejected::Missing);
        (self.code() == ErrorCode::Unauthenticated).then(|| {
            HeaderValue::from_static(if token_was_there {
                "Bearer error=\"invalid_token\""
            } else {
                "Bearer"
            })
        })
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let id = request_id::current();
        let request_id = id.as_ref().map_or("", request_id::RequestId::as_str);
        self.log(request_id);
        let status = StatusCode::from_u16(self.code().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, self.body(request_id).unwrap_or_default()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        headers.extend(self.challenge().map(|challenge| (header::WWW_AUTHENTICATE, challenge)));
        headers.extend(self.0.retry_after_s.map(|seconds| (header::RETRY_AFTER, HeaderValue::from(seconds))));
        if self.code() == ErrorCode::BodyTooLarge {
            // the rest of the body is not read, so the connection ends here: a client that is not told uses it again
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response.extensions_mut().insert(self.code());
        if let Some(reason) = self.0.rejected {
            response.extensions_mut().insert(reason);
        }
        response
    }
}

/// The same JSON without raw control characters: the names of members that a client made up stand in its pointers. Such
/// characters are inside of strings only, where JSON takes any as an escape (RFC 8259 §7).
fn escaped(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        if is_refused(c) {
            // each of them lies in the basic plane, so one escape is enough
            escaped.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            escaped.push(c);
        }
    }
    escaped
}

/// `outer: inner: innermost`; no `Display` of ours repeats its source.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        source = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use ops_core::operator::Status;

    use super::*;
    use crate::http::testing::read;
    use ops_core::InvalidRule;
    use serde_json::json;

    #[derive(Debug, thiserror::Error)]
    #[error("the pool is empty")]
    struct Pool(#[source] std::io::Error);

    #[tokio::test]
    async fn a_problem_lists_every_fault_and_carries_its_code_status_and_title() {
        let problem = Problem::new(ErrorCode::Invalid, "two values are refused").with_faults([
            Fault::new("/code", InvalidRule::Pattern, "must be lower case"),
            Fault::new("/labels", InvalidRule::Length, "at most 64"),
        ]);
        let (status, headers, body) = read(problem.into_response()).await;
        assert_eq!(status, 422);
        assert_eq!(headers[header::CONTENT_TYPE], PROBLEM_JSON);
        assert_eq!(body["code"], "invalid");
        assert_eq!(body["status"], 422);
        assert_eq!(body["type"], "about:blank");
        assert_eq!(body["errors"][1]["pointer"], "/labels");
        assert_eq!(body["errors"][0]["rule"], "pattern");
    }

    #[tokio::test]
    async fn an_internal_error_never_shows_its_cause() {
        let error = Pool(std::io::Error::other("host db-7 refused"));
        assert_eq!(chain(&error), "the pool is empty: host db-7 refused");
        let (status, _, body) = read(Problem::internal(&error).into_response()).await;
        assert_eq!(status, 500);
        assert!(!body.to_string().contains("db-7") && !body.to_string().contains("pool"), "{body}");
    }

    #[tokio::test]
    async fn every_401_carries_a_challenge_that_tells_a_refused_token_from_a_missing_one() {
        let (_, headers, _) = read(Problem::unauthenticated(Rejected::Missing).into_response()).await;
        assert_eq!(headers[header::WWW_AUTHENTICATE], "Bearer");
        let (_, headers, _) = read(Problem::unauthenticated(Rejected::Expired).into_response()).await;
        assert_eq!(headers[header::WWW_AUTHENTICATE], "Bearer error=\"invalid_token\"");
    }

    #[tokio::test]
    async fn optional_members_stand_beside_the_code() {
        let id = Uuid::from_u128(7);
        let problem = Problem::new(ErrorCode::Duplicate, "taken").duplicate_of("code", Some(id));
        let problem = problem.transition(Status::Draft, Status::Active).rules(vec![id.into()]);
        let (_, _, body) = read(problem.into_response()).await;
        assert_eq!((&body["field"], &body["existing_id"]), (&json!("code"), &json!(id)));
        assert_eq!((&body["from"], &body["to"]), (&json!("draft"), &json!("active")));
        assert_eq!(body["rules"], json!([id]));
    }

    #[tokio::test]
    async fn what_a_client_made_up_comes_back_without_raw_controls() {
        let name = "/a\u{7f}\u{85}\u{202e}\u{2028}\"\\b";
        let problem =
            Problem::new(ErrorCode::Invalid, "x").with_faults([Fault::new(name, InvalidRule::Unknown, "x")]);
        let (_, _, text) = crate::http::testing::text_of(problem.into_response()).await;
        assert!(text.chars().all(|c| !is_refused(c)), "{text}");
        let body: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(body["errors"][0]["pointer"], name);
    }

    #[tokio::test]
    async fn a_busy_answer_says_when_to_come_back() {
        let (status, headers, _) =
            read(Problem::new(ErrorCode::Busy, "busy").retry_after(2).into_response()).await;
        assert_eq!(status, 503);
        assert_eq!(headers[header::RETRY_AFTER], "2");
    }
}
