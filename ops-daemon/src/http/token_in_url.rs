//! A token in the URL ends up in logs, histories and referrers: it is refused before anything looks at it.

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use ops_client::error_code::ErrorCode;

use super::{problem::Problem, query};

/// The parameter of RFC 6750 §2.3.
const ACCESS_TOKEN: &str = "access_token";

/// The layer: 400 for `?access_token=…`, valid or not.
pub async fn layer(request: Request, next: Next) -> Response {
    if query::pairs(request.uri()).iter().any(|(name, _)| name.eq_ignore_ascii_case(ACCESS_TOKEN)) {
        let detail = "send the token in the Authorization header, and replace this one: it has been seen";
        return Problem::new(ErrorCode::TokenInUrl, detail).into_response();
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use axum::{Router, http::StatusCode, middleware, routing::get};

    use super::*;
    use crate::http::testing;

    #[tokio::test]
    async fn a_token_in_the_url_is_refused_however_its_name_is_written() {
        let app = Router::new().route("/", get(|| async {})).layer(middleware::from_fn(layer));
        for bad in [
            "/?access_token=abc",
            "/?a=1&access_token=",
            "/?access%5Ftoken=x",
            "/?Access_Token=x",
            "/none?access_token",
        ] {
            let (status, _, body) = testing::send(&app, testing::get(bad)).await;
            assert_eq!((status, &body["code"]), (StatusCode::BAD_REQUEST, &"token_in_url".into()), "{bad}");
            assert!(!body.to_string().contains("abc"));
        }
        assert_eq!(testing::text(&app, testing::get("/?q=access_token")).await.0, StatusCode::OK);
    }
}
