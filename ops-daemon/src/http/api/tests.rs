//! Small route tables: what is refused before a handler, and what the document says of a route.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::*;
use crate::http::{
    body::{Body, Patch},
    client::Identities,
    path_id::PathId,
    permission::{OperatorRead, OperatorWrite},
    right::HealthReport,
    testing::{self, Issuer, State},
    write::Write,
};

#[utoipa::path(get, path = "/things/{id}", operation_id = "thing_read", responses((status = 200)))]
async fn read(_: Permit<OperatorRead>, PathId(id): PathId<u64>) -> String {
    id.to_string()
}

#[utoipa::path(patch, path = "/things/{id}", operation_id = "thing_update", request_body = String,
    responses((status = 200)))]
async fn update(_: Permit<OperatorWrite>, _: PathId<u64>, _: Write<Patch<String>>) {}

#[utoipa::path(post, path = "/things", operation_id = "thing_create", request_body = String,
    responses((status = 201), (status = 422, description = "own words")))]
async fn create(_: Permit<OperatorWrite>, _: Write<Body<String>>) {}

#[utoipa::path(post, path = "/samples", operation_id = "report", responses((status = 200)))]
async fn report(_: Client<HealthReport>, _: Body<String>) {}

fn admin() -> Built<State> {
    Api::<State, Admin>::new("test").read(verb!(read)).write(verb!(update)).write(verb!(create)).finish()
}

fn app(issuer: &Issuer) -> Router {
    admin().router.with_state(testing::access(issuer, Identities::default()))
}

fn document(built: &Built<State>) -> Value {
    serde_json::from_str(&built.document_text()).unwrap()
}

#[test]
fn the_table_says_for_each_route_its_permission_and_whether_it_keeps_a_receipt() {
    let built = admin();
    let lines: Vec<_> =
        built.table.iter().map(|e| (e.method.as_str(), e.path.as_str(), e.permission, e.receipt())).collect();
    assert_eq!(
        lines,
        [
            ("GET", "/things/{id}", "operator:read", false),
            ("PATCH", "/things/{id}", "operator:write", true),
            ("POST", "/things", "operator:write", true),
        ]
    );
    assert!(built.faults().is_empty(), "{:?}", built.faults());
}

#[test]
fn the_document_carries_the_table_and_the_answers_that_can_occur() {
    let document = document(&admin());
    assert_eq!(document["openapi"], "3.1.0");
    let create = &document["paths"]["/things"]["post"];
    assert_eq!((&create["x-permission"], &create["x-idempotent"]), (&json!("operator:write"), &json!(true)));
    assert_eq!(create["security"], json!([{"bearer": []}]));
    for status in ["400", "401", "403", "413", "415", "421", "500", "503", "504"] {
        assert_eq!(create["responses"][status]["$ref"], format!("#/components/responses/Problem{status}"));
    }
    let own = json!({"$ref": "#/components/responses/Problem422", "description": "own words"});
    assert_eq!(create["responses"]["422"], own);
    assert!(create["responses"]["404"].is_null() && create["responses"]["412"].is_null());
    let update = &document["paths"]["/things/{id}"]["patch"];
    assert!(update["responses"]["404"].is_object() && update["responses"]["428"].is_object());
    let taken = update["requestBody"]["content"].as_object().unwrap();
    assert_eq!(taken.keys().collect::<Vec<_>>(), ["application/json", "application/merge-patch+json"]);
    assert_eq!(taken["application/json"], taken["application/merge-patch+json"]);
    let read = &document["paths"]["/things/{id}"]["get"];
    assert_eq!(read["x-idempotent"], json!(false));
    assert!(read["responses"]["415"].is_null() && read["responses"]["504"].is_null());
    assert!(document["components"]["schemas"]["Problem"].is_object());
    let problem = &document["components"]["responses"]["Problem503"];
    assert!(problem["description"].as_str().unwrap().contains("`busy`"), "{problem}");
    assert!(problem["content"]["application/problem+json"].is_object());
    let of_method = &document["components"]["responses"]["Problem405"]["headers"]["Allow"];
    assert_eq!(of_method["$ref"], "#/components/headers/Allow");
    assert!(document["components"]["headers"]["Allow"].is_object());
    assert!(create["responses"]["429"].is_null(), "nothing limits it");
}

#[test]
fn a_writing_route_documents_its_headers() {
    let document = document(&admin());
    let names = |operation: &Value| -> Vec<(String, bool)> {
        let list = operation["parameters"].as_array().unwrap();
        list.iter().map(|p| (p["name"].as_str().unwrap().to_owned(), p["required"] == json!(true))).collect()
    };
    let own = |list: &[(&str, bool)]| list.iter().map(|(n, r)| ((*n).to_owned(), *r)).collect::<Vec<_>>();
    let every = [("X-Request-Id", false), ("traceparent", false)];
    let update = names(&document["paths"]["/things/{id}"]["patch"]);
    assert_eq!(
        update,
        own(&[&every[..], &[("Idempotency-Key", false), ("dry_run", false), ("If-Match", true)]].concat())
    );
    let create = names(&document["paths"]["/things"]["post"]);
    assert_eq!(create, own(&[&every[..], &[("Idempotency-Key", false), ("dry_run", false)]].concat()));
}

#[test]
fn the_internal_document_asks_for_a_certificate_and_knows_no_401() {
    let built = Api::<State, Internal>::new("test").act(verb!(report)).finish();
    let document = document(&built);
    let report = &document["paths"]["/samples"]["post"];
    assert_eq!((&report["x-permission"], &report["x-idempotent"]), (&json!("health:report"), &json!(false)));
    assert_eq!(report["security"], json!([{"certificate": []}]));
    assert!(report["responses"]["401"].is_null());
    assert_eq!(document["components"]["securitySchemes"]["certificate"]["type"], "mutualTLS");
}

#[test]
fn a_table_with_a_misfit_or_a_doubled_operation_id_says_so() {
    let built = Api::<State, Admin>::new("test").write(verb!(read)).read(verb!(create)).finish();
    assert_eq!(built.faults(), ["GET /things/{id} is no Write", "POST /things is no Read"]);
}

#[test]
fn the_document_is_the_same_text_in_every_run() {
    let text = admin().document_text();
    assert!((0..20).all(|_| admin().document_text() == text));
}

#[tokio::test]
async fn an_unknown_path_is_404_and_an_unknown_method_405_with_allow() {
    let app = app(&Issuer::es256("k"));
    let (status, _, body) = testing::send(&app, testing::get("/none")).await;
    assert_eq!((status, &body["code"]), (StatusCode::NOT_FOUND, &json!("not_found")));
    for method in ["DELETE", "OPTIONS", "TRACE", "BREW"] {
        let (status, headers, body) = testing::send(&app, testing::method(method, "/things/7")).await;
        assert_eq!((status, &body["code"]), (StatusCode::METHOD_NOT_ALLOWED, &json!("method_not_allowed")));
        let mut allowed: Vec<_> = headers["allow"].to_str().unwrap().split(',').collect();
        allowed.sort_unstable();
        assert_eq!(allowed, ["GET", "HEAD", "PATCH"]);
    }
}

#[tokio::test]
async fn head_is_get_without_its_body() {
    let issuer = Issuer::es256("k");
    let request = testing::method("HEAD", "/things/7").header("authorization", issuer.bearer(&["viewer"]));
    let (status, headers, text) = testing::text(&app(&issuer), request).await;
    assert_eq!(
        (status, text.as_str(), &headers["content-length"]),
        (StatusCode::OK, "", &"1".parse().unwrap())
    );
}

#[tokio::test]
async fn who_may_not_is_told_before_the_body_is_read() {
    let issuer = Issuer::es256("k");
    let broken = testing::method("POST", "/things");
    assert_eq!(testing::with_body(&app(&issuer), broken, "{").await.0, StatusCode::UNAUTHORIZED);
    let broken = testing::method("POST", "/things").header("authorization", issuer.bearer(&["viewer"]));
    assert_eq!(testing::with_body(&app(&issuer), broken, "{").await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_document_is_served_to_everybody() {
    let (status, headers, body) =
        testing::send(&app(&Issuer::es256("k")), testing::get("/openapi.json")).await;
    assert_eq!((status, &headers["content-type"]), (StatusCode::OK, &"application/json".parse().unwrap()));
    assert_eq!(body, document(&admin()));
}
