//! Entity tags: `"{epoch}.{n}"`, always strong, and what callers say about them in If-None-Match and If-Match.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use ops_core::Mark;

/// The tag of `mark`.
#[must_use]
pub fn etag(mark: Mark) -> HeaderValue {
    // Digits, a dot and a sign are always a header value; an empty one could not be matched by anybody.
    HeaderValue::from_str(&format!("\"{mark}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

/// The tags of a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tags {
    /// The header is not there.
    Absent,
    /// `*`.
    Any,
    /// A list, in order.
    Listed(Vec<Tag>),
}

/// One entity tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag {
    pub(super) weak: bool,
    /// `None` for a tag that we have never made.
    pub(super) mark: Option<Mark>,
}

/// The header does not have the form of RFC 9110 §8.8.3 and §13.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unreadable;

/// All tags of header `name`, over all its lines.
pub(super) fn tags(headers: &HeaderMap, name: &HeaderName) -> Result<Tags, Unreadable> {
    let mut lines = Vec::new();
    for line in headers.get_all(name) {
        lines.push(line.to_str().map_err(|_| Unreadable)?);
    }
    if lines.is_empty() {
        return Ok(Tags::Absent);
    }
    let joined = lines.join(",");
    if joined.trim() == "*" {
        return Ok(Tags::Any);
    }
    list(&joined).map(Tags::Listed)
}

fn list(mut text: &str) -> Result<Vec<Tag>, Unreadable> {
    let mut tags = Vec::new();
    loop {
        let (tag, rest) = tag(text.trim_start_matches([' ', '\t']))?;
        tags.push(tag);
        let rest = rest.trim_start_matches([' ', '\t']);
        if rest.is_empty() {
            return Ok(tags);
        }
        text = rest.strip_prefix(',').ok_or(Unreadable)?;
    }
}

fn tag(text: &str) -> Result<(Tag, &str), Unreadable> {
    let (weak, quoted) = text.strip_prefix("W/").map_or((false, text), |rest| (true, rest));
    let (opaque, rest) = quoted.strip_prefix('"').and_then(|rest| rest.split_once('"')).ok_or(Unreadable)?;
    if opaque.bytes().any(|b| b == b' ' || b.is_ascii_control()) {
        return Err(Unreadable);
    }
    Ok((Tag { weak, mark: opaque.parse().ok() }, rest))
}

/// If-None-Match of a GET. An unreadable one is passed over: the whole answer is always right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfNoneMatch(Tags);

impl IfNoneMatch {
    /// Whether the caller already has `mark`; weak tags count here (RFC 9110 §13.1.2).
    #[must_use]
    pub fn holds(&self, mark: Mark) -> bool {
        match &self.0 {
            Tags::Absent => false,
            Tags::Any => true,
            Tags::Listed(tags) => tags.iter().any(|tag| tag.mark == Some(mark)),
        }
    }

    /// 304 when the caller already has `mark`, else `body()` with 200; both with the tag.
    pub fn answer<B: IntoResponse>(&self, mark: Mark, body: impl FnOnce() -> B) -> Response {
        let tag = [(header::ETAG, etag(mark))];
        if self.holds(mark) {
            (StatusCode::NOT_MODIFIED, tag).into_response()
        } else {
            (tag, body()).into_response()
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfNoneMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(tags(&parts.headers, &header::IF_NONE_MATCH).unwrap_or(Tags::Absent)))
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, routing::get};

    use super::*;
    use crate::http::testing;

    fn read(lines: &[&str]) -> Result<Tags, Unreadable> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::IF_MATCH, line.parse().unwrap());
        }
        tags(&headers, &header::IF_MATCH)
    }

    fn listed(tags: &[(bool, Option<Mark>)]) -> Result<Tags, Unreadable> {
        Ok(Tags::Listed(tags.iter().map(|&(weak, mark)| Tag { weak, mark }).collect()))
    }

    #[test]
    fn a_header_is_absent_a_star_or_a_list_of_tags_over_all_its_lines() {
        let mark = Some(Mark::new(1, 42));
        assert_eq!(read(&[]), Ok(Tags::Absent));
        assert_eq!(read(&["*"]), Ok(Tags::Any));
        assert_eq!(read(&["\"1.42\""]), listed(&[(false, mark)]));
        assert_eq!(
            read(&["\"1.42\" , W/\"1.42\"", "\"x,y\""]),
            listed(&[(false, mark), (true, mark), (false, None)])
        );
    }

    #[test]
    fn anything_else_is_unreadable() {
        for bad in [
            "",
            "1.42",
            "\"1.42",
            "1.42\"",
            "w/\"1.42\"",
            "\"1.42\" \"1.43\"",
            "\"1.42\",",
            "*, \"1.42\"",
            "\"a b\"",
        ] {
            assert_eq!(read(&[bad]), Err(Unreadable), "{bad}");
        }
    }

    #[tokio::test]
    async fn who_has_the_tag_is_told_304_without_a_body() {
        let answer = |tags: IfNoneMatch| async move { tags.answer(Mark::new(1, 42), || "body") };
        let app = Router::new().route("/", get(answer));
        for (header, status, body) in [
            ("\"1.42\"", StatusCode::NOT_MODIFIED, ""),
            ("W/\"1.42\", \"1.7\"", StatusCode::NOT_MODIFIED, ""),
            ("*", StatusCode::NOT_MODIFIED, ""),
            ("\"2.42\"", StatusCode::OK, "body"),
            ("nonsense", StatusCode::OK, "body"),
        ] {
            let request = testing::get("/").header("if-none-match", header);
            let (got, headers, text) = testing::text(&app, request).await;
            assert_eq!((got, text.as_str()), (status, body), "{header}");
            assert_eq!(headers["etag"], "\"1.42\"");
        }
    }
}
