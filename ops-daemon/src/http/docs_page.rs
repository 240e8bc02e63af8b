//! `/docs`: the page that shows the OpenAPI document to people, and lets them try it with a token of theirs. All its files are
//! in this binary; it fetches nothing from elsewhere, and keeps no token.

use std::sync::{Arc, LazyLock};

use axum::{
    Router,
    extract::Path,
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use ops_client::paths;
use utoipa_swagger_ui::{Config, serve};

use super::problem::Problem;

/// The files that the page is made of, out of all that come with it.
const FILES: [&str; 7] = [
    "favicon-16x16.png",
    "favicon-32x32.png",
    "index.css",
    "swagger-initializer.js",
    "swagger-ui-bundle.js",
    "swagger-ui-standalone-preset.js",
    "swagger-ui.css",
];

/// Nothing but our own files and our own API; no frames, no forms, no script in the page's text. The one style that is not a file is
/// what its editor of code sets itself up with, known by its digest.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w='; img-src 'self' data:; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The files of one version of the service are always the same.
const CACHE: &str = "private, max-age=3600";

const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
];

/// The page and its files.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route(paths::DOCS, get(async || Redirect::permanent("/docs/")))
        .route("/docs/", get(async || file("index.html")))
        .route("/docs/{file}", get(async |Path(name): Path<String>| asset(&name)))
}

fn asset(name: &str) -> Response {
    if !FILES.contains(&name) {
        return Problem::not_found().into_response();
    }
    let mut response = file(name);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(CACHE));
    response
}

fn file(name: &str) -> Response {
    static CONFIG: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
        // without this, the page sends its document to a validator of its makers
        let config = Config::from(paths::OPENAPI).validator_url("none");
        Arc::new(
            config
                .persist_authorization(false)
                .display_operation_id(true)
                .filter(true)
                .try_it_out_enabled(true),
        )
    });
    let found = match serve(name, Arc::clone(&CONFIG)) {
        Ok(Some(found)) => found,
        Ok(None) => return Problem::not_found().into_response(),
        Err(error) => return Problem::internal(&*error).into_response(),
    };
    let is_packed = found.gzpipped;
    let mut response =
        ([(header::CONTENT_TYPE, found.content_type)], found.bytes.into_owned()).into_response();
    let headers = response.headers_mut();
    headers.extend(HEADERS);
    if is_packed {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;
    use crate::http::testing;

    #[tokio::test]
    async fn the_page_and_its_files_come_with_a_strict_policy_and_nothing_else_does() {
        let app: Router = routes();
        for name in FILES.into_iter().chain([""]) {
            let (status, headers, _) = testing::octets(&app, testing::get(&format!("/docs/{name}"))).await;
            assert_eq!(
                (status, headers["content-security-policy"].to_str().unwrap()),
                (StatusCode::OK, POLICY),
                "{name}"
            );
            assert!(!POLICY.contains("unsafe"));
        }
        for name in ["oauth2-redirect.html", "swagger-ui-es-bundle.js", "..%2fopenapi.json", "index.html"] {
            let (status, ..) = testing::octets(&app, testing::get(&format!("/docs/{name}"))).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{name}");
        }
        let (status, headers, _) = testing::octets(&app, testing::get("/docs")).await;
        assert_eq!(
            (status, &headers["location"]),
            (StatusCode::PERMANENT_REDIRECT, &"/docs/".parse().unwrap())
        );
    }

    #[tokio::test]
    async fn the_page_asks_nobody_else_and_keeps_no_token() {
        let (_, _, script) =
            testing::octets(&routes::<()>(), testing::get("/docs/swagger-initializer.js")).await;
        let script = String::from_utf8(script).unwrap();
        assert!(script.contains("\"validatorUrl\": \"none\""), "{script}");
        assert!(
            script.contains("\"persistAuthorization\": false") && script.contains("/openapi.json"),
            "{script}"
        );
    }
}
