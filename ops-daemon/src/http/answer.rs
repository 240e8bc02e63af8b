//! From a use case's reply to a response: the stored text as it is, so that a replay is equal to the octet.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use ops_store::port::Reply;
use serde::Serialize;

use super::problem::Problem;
use crate::app::refusal::Refusal;

/// A document as an answer, with status 200.
pub struct Shown<T>(pub T);

impl<T: Serialize> IntoResponse for Shown<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// What a handler of a changing route answers.
///
/// # Errors
/// The refusal, as a problem.
pub fn answer(decided: Result<Reply, Refusal>) -> Result<Response, Problem> {
    let Reply { status, etag, location, body } = decided?;
    let has_body = body.is_some();
    let mut response = Response::new(body.map_or_else(Body::empty, Body::from));
    *response.status_mut() = StatusCode::from_u16(status).map_err(|error| Problem::internal(&error))?;
    let headers = response.headers_mut();
    for (name, value) in [(header::ETAG, etag), (header::LOCATION, location)] {
        if let Some(value) = value {
            headers.insert(name, HeaderValue::try_from(value).map_err(|error| Problem::internal(&error))?);
        }
    }
    if has_body {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    Ok(response)
}
