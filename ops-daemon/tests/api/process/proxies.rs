//! Where a request came from is on record: by the word of the listed proxies, and of nobody else.

use super::{serve_embedded::embedded, served::Served};
use crate::support::{Caller, sample};

/// The addresses that the audit trail has for an operator created with these hops in front, on an installation that trusts
/// these proxies.
async fn recorded(proxies: &str, hops: &str) -> Vec<String> {
    let mut installation = embedded();
    installation.edit("[internal]\n", &format!("trusted_proxies = {proxies}\n[internal]\n"));
    let served = Served::start(&mut installation).await;
    let admin = installation.admin();
    let request = admin.request("POST".parse().unwrap(), "/admin/v1/operators");
    let request = request.header("x-forwarded-for", hops).json(&sample::operator("acme"));
    Caller::send(request).await.expect(201);
    let trail = admin.get("/admin/v1/audit").await.expect(200);
    assert_eq!(served.stop().await.code(), Some(0));
    let entries = trail.body["items"].as_array().unwrap();
    entries.iter().map(|entry| entry["source_address"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trail_has_the_address_that_a_listed_proxy_saw() {
    assert_eq!(recorded("[\"127.0.0.0/8\"]", "192.0.2.66, 203.0.113.7").await, ["203.0.113.7"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_is_no_listed_proxy_writes_what_it_likes_and_is_not_believed() {
    assert_eq!(recorded("[\"198.51.100.0/24\"]", "203.0.113.7").await, ["127.0.0.1"]);
}
