//! The internal listener as a whole: who gets in, and what every route answers alike.

use std::{fs, path::Path, time::Duration};

use ops_daemon::internal::router::router;
use reqwest::{Certificate, Client, Method};
use serde_json::json;

use crate::{
    documents::permission::committed_internal,
    support::{Caller, Daemon, Database, Estate, on_both},
};

const GATEWAY: &str = "spiffe://ops.dev/gateway";

/// A folder with a client's certificate of an authority, beside the CA by which the daemon is known.
fn folder_of(authority: &rcgen::Issuer<'_, rcgen::KeyPair>, name: &str, tls: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut params = rcgen::CertificateParams::default();
    params.subject_alt_names = vec![rcgen::SanType::URI(name.try_into().unwrap())];
    params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
    params.use_authority_key_identifier_extension = true;
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, authority).unwrap();
    fs::write(folder.path().join("gateway.pem"), certificate.pem()).unwrap();
    fs::write(folder.path().join("gateway.key"), key.serialize_pem()).unwrap();
    fs::copy(tls.join("ca.pem"), folder.path().join("ca.pem")).unwrap();
    folder
}

on_both!(without_a_certificate_there_is_no_handshake, |daemon: Daemon| async move {
    let estate = Estate::create(&daemon, "acme").await;
    let ca = fs::read(daemon.folder().join("tls/ca.pem")).unwrap();
    // in TLS 1.3 a client is through before the server has seen that it has no certificate, and may wait for an answer
    let client = Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(10))
        .tls_certs_only([Certificate::from_pem(&ca).unwrap()])
        .build()
        .unwrap();
    let url = |path: &str| format!("{}{path}", daemon.internal_url());
    let lease = json!({"connection_ids": [estate.connection]});
    for path in ["/internal/v1/credential-leases", "/openapi.json", "/none"] {
        assert!(client.post(url(path)).json(&lease).send().await.is_err(), "{path}");
    }
    let token = fs::read_to_string(daemon.folder().join("tokens/admin.jwt")).unwrap();
    let with_token =
        client.post(url("/internal/v1/credential-leases")).json(&lease).bearer_auth(token.trim());
    assert!(with_token.send().await.is_err(), "a token is no certificate");
    assert!(daemon.audit().await.iter().all(|entry| entry["action"] != "credential_lease"));
});

on_both!(a_certificate_of_another_authority_is_refused_whatever_name_it_bears, |daemon: Daemon| async move {
    let mut params = rcgen::CertificateParams::default();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let foreign = rcgen::Issuer::new(params, rcgen::KeyPair::generate().unwrap());
    let folder = folder_of(&foreign, GATEWAY, &daemon.folder().join("tls"));
    let caller = Caller::with_certificate(daemon.internal_url(), folder.path());
    let request =
        caller.request(Method::POST, "/internal/v1/routing/resolve").json(&json!({"destination": "49"}));
    assert!(Caller::try_send(request).await.is_err());
    daemon.gateway().post("/internal/v1/routing/resolve", json!({"destination": "49"})).await.expect(200);
});

on_both!(a_certificate_of_ours_with_a_name_that_nobody_listed_may_do_nothing, |daemon: Daemon| async move {
    let tls = daemon.folder().join("tls");
    let read = |name: &str| fs::read_to_string(tls.join(name)).unwrap();
    let key = rcgen::KeyPair::from_pem(&read("ca.key")).unwrap();
    let ours = rcgen::Issuer::from_ca_cert_pem(&read("ca.pem"), key).unwrap();
    for (name, may) in [
        (GATEWAY, true),
        ("spiffe://ops.dev/gateway2", false),
        ("spiffe://ops.dev/gateway/a", false),
        ("spiffe://other/gateway", false),
    ] {
        let folder = folder_of(&ours, name, &tls);
        let caller = Caller::with_certificate(daemon.internal_url(), folder.path());
        for [method, path, _] in committed_internal() {
            let answer = Caller::send(caller.request(method.parse().unwrap(), &path).json(&json!({}))).await;
            if may {
                answer.refused(422, "invalid");
            } else {
                answer.refused(403, "forbidden");
            }
        }
    }
});

on_both!(nothing_is_answered_in_plain_text, |daemon: Daemon| async move {
    let plain = daemon.internal_url().replace("https://", "http://");
    let caller = Caller::without_token(plain);
    for path in ["/internal/v1/routing/resolve", "/openapi.json", "/health/ready"] {
        assert!(caller.try_get(path).await.is_none(), "{path}");
    }
});

on_both!(the_conventions_of_the_admin_api_hold_here_too, |daemon: Daemon| async move {
    let gateway = daemon.gateway();
    for [_, path, _] in committed_internal() {
        let path = path.as_str();
        gateway
            .post(&format!("{path}?colour=red"), json!({}))
            .await
            .refused(400, "invalid_query")
            .telling(&[("colour", "unknown")]);
        gateway.post(&format!("{path}?access_token=x"), json!({})).await.refused(400, "token_in_url");
        let refused = gateway.get(path).await.refused(405, "method_not_allowed");
        assert_eq!(refused.header("allow"), "POST");
        let broken = gateway
            .request(Method::POST, path)
            .header("content-type", "application/json")
            .body("{\"a\":1,\"a\":2");
        Caller::send(broken).await.refused(400, "malformed_json").telling(&[("/a", "json"), ("", "json")]);
        let text = gateway.request(Method::POST, path).header("content-type", "text/plain").body("{}");
        Caller::send(text).await.refused(415, "unsupported_media_type");
        let foreign = gateway.request(Method::POST, path).json(&json!({})).header("host", "evil.example");
        Caller::send(foreign).await.refused(421, "unknown_host");
        let named = gateway.request(Method::POST, path).json(&json!({})).header("x-request-id", "gw-1");
        assert_eq!(Caller::send(named).await.refused(422, "invalid").body["request_id"], "gw-1");
    }
    for path in ["/internal/v1/none", "/admin/v1/operators", "/metrics"] {
        gateway.get(path).await.refused(404, "not_found");
    }
    assert_eq!(gateway.get("/openapi.json").await.expect(200).text, router().document_text());
});
