//! Ids in paths: a segment that is no id names nothing, so it is 404 and not a complaint about syntax.

use std::{fmt::Display, str::FromStr};

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};

use super::problem::Problem;

/// The only parameter of a path.
#[derive(Debug, Clone, Copy)]
pub struct PathId<T>(pub T);

/// Both parameters of a path such as `/connections/{connection_id}/credentials/{version}`.
#[derive(Debug, Clone, Copy)]
pub struct PathIds<T>(pub T);

impl<T: FromStr + Display, S: Send + Sync> FromRequestParts<S> for PathId<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match segments(parts, state).await?.as_slice() {
            [only] => id(only).map(Self),
            _ => Err(Problem::not_found()),
        }
    }
}

impl<A: FromStr + Display, B: FromStr + Display, S: Send + Sync> FromRequestParts<S> for PathIds<(A, B)> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match segments(parts, state).await?.as_slice() {
            [first, second] => Ok(Self((id(first)?, id(second)?))),
            _ => Err(Problem::not_found()),
        }
    }
}

/// The parameters in their order; one whose octets are no text names nothing either.
async fn segments<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<Vec<String>, Problem> {
    let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| Problem::not_found())?;
    Ok(params.iter().map(|(_, value)| value.to_owned()).collect())
}

/// One spelling per id, but for the case of hexadecimal digits: no braces, no plus, no leading zero.
fn id<T: FromStr + Display>(segment: &str) -> Result<T, Problem> {
    segment
        .parse()
        .ok()
        .filter(|id: &T| id.to_string().eq_ignore_ascii_case(segment))
        .ok_or_else(Problem::not_found)
}

#[cfg(test)]
mod tests {
    use axum::{Router, http::StatusCode, routing::get};
    use ops_core::id::{ConnectionId, OperatorId};

    use super::*;
    use crate::http::testing;

    const ID: &str = "0190163d-8694-739b-aea5-966c26f8ad91";

    fn app() -> Router {
        let pair =
            |PathIds((id, version)): PathIds<(ConnectionId, i64)>| async move { format!("{id} {version}") };
        Router::new()
            .route("/o/{operator_id}", get(|PathId(id): PathId<OperatorId>| async move { id.to_string() }))
            .route("/c/{connection_id}/{version}", get(pair))
    }

    #[tokio::test]
    async fn an_id_is_read_in_either_case() {
        assert_eq!(testing::text(&app(), testing::get(&format!("/o/{ID}"))).await.2, ID);
        assert_eq!(testing::text(&app(), testing::get(&format!("/o/{}", ID.to_uppercase()))).await.2, ID);
        assert_eq!(testing::text(&app(), testing::get(&format!("/c/{ID}/12"))).await.2, format!("{ID} 12"));
    }

    #[tokio::test]
    async fn a_segment_that_is_no_id_is_not_found() {
        let simple = ID.replace('-', "");
        let braced = format!("%7B{ID}%7D");
        for path in [
            "/o/acme".into(),
            "/o/%ff".into(),
            format!("/o/{simple}"),
            format!("/o/{braced}"),
            format!("/o/urn:uuid:{ID}"),
            format!("/c/{ID}/x"),
            format!("/c/{ID}/+1"),
            format!("/c/{ID}/01"),
            format!("/c/{ID}/99999999999999999999"),
            "/c/x/1".to_owned(),
        ] {
            let (status, _, body) = testing::send(&app(), testing::get(&path)).await;
            assert_eq!((status, &body["code"]), (StatusCode::NOT_FOUND, &"not_found".into()), "{path}");
        }
    }
}
