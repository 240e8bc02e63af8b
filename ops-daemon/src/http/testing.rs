//! What the tests of this folder share: requests without a socket, issuers with real keys, certificates.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::{
    Router,
    body::Body,
    extract::FromRef,
    http::{HeaderMap, StatusCode, request},
    response::Response,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use rcgen::{KeyPair, PublicKeyData};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{
    access::Access,
    client::Identities,
    jwks::KeySet,
    token::{Expected, Verifier},
};
use crate::config::Key32;

pub(crate) const ISSUER: &str = "https://issuer.test";
pub(crate) const AUDIENCE: &str = "ops";
pub(crate) const NOW: i64 = 1_800_000_000;

/// A state of handlers that is nothing but access.
#[derive(Clone)]
pub(crate) struct State(pub(crate) Arc<Access>);

impl FromRef<State> for Arc<Access> {
    fn from_ref(state: &State) -> Self {
        Self::clone(&state.0)
    }
}

pub(crate) fn access(issuer: &Issuer, identities: Identities) -> State {
    let expected = Expected { issuer: ISSUER.into(), audience: AUDIENCE.into() };
    let verifier = Verifier::new(expected, Issuer::keys(&[issuer]));
    let clock = Arc::new(|| Timestamp::from_second(NOW).unwrap());
    let (idempotency, cursor) = (Key32::new([1; 32]), Key32::new([2; 32]));
    State(Arc::new(Access::new(verifier, identities, &idempotency, &cursor, clock)))
}

pub(crate) fn get(path: &str) -> request::Builder {
    request::Builder::new().uri(path)
}

pub(crate) fn method(method: &str, path: &str) -> request::Builder {
    get(path).method(method)
}

pub(crate) async fn text(app: &Router, request: request::Builder) -> (StatusCode, HeaderMap, String) {
    text_of(call(app, request.body(Body::empty()).unwrap()).await).await
}

pub(crate) async fn octets(app: &Router, request: request::Builder) -> (StatusCode, HeaderMap, Vec<u8>) {
    let (parts, body) = call(app, request.body(Body::empty()).unwrap()).await.into_parts();
    (parts.status, parts.headers, axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec())
}

pub(crate) async fn send(app: &Router, request: request::Builder) -> (StatusCode, HeaderMap, Value) {
    with_body(app, request, Body::empty()).await
}

pub(crate) async fn with_body(
    app: &Router,
    request: request::Builder,
    body: impl Into<Body>,
) -> (StatusCode, HeaderMap, Value) {
    read(call(app, request.body(body.into()).unwrap()).await).await
}

async fn call(app: &Router, request: axum::extract::Request) -> Response {
    app.clone().oneshot(request).await.unwrap()
}

pub(crate) async fn read(response: Response) -> (StatusCode, HeaderMap, Value) {
    let (status, headers, text) = text_of(response).await;
    (status, headers, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

pub(crate) async fn text_of(response: Response) -> (StatusCode, HeaderMap, String) {
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    (parts.status, parts.headers, String::from_utf8(bytes.to_vec()).unwrap())
}

/// Signs tokens, soundly or not.
pub(crate) struct Issuer {
    kid: String,
    algorithm: Algorithm,
    pair: KeyPair,
    private: EncodingKey,
}

impl Issuer {
    pub(crate) fn es256(kid: &str) -> Self {
        let pair = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
        let private = EncodingKey::from_ec_pem(pair.serialize_pem().as_bytes()).unwrap();
        Self { kid: kid.into(), algorithm: Algorithm::ES256, pair, private }
    }

    pub(crate) fn ed25519(kid: &str) -> Self {
        let pair = KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
        let private = EncodingKey::from_ed_der(&pair.serialize_der());
        Self { kid: kid.into(), algorithm: Algorithm::EdDSA, pair, private }
    }

    pub(crate) fn keys(issuers: &[&Self]) -> KeySet {
        let keys: Vec<Value> = issuers.iter().map(|issuer| issuer.jwk()).collect();
        KeySet::read(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
    }

    pub(crate) fn jwk(&self) -> Value {
        let raw = self.pair.der_bytes();
        if self.algorithm == Algorithm::EdDSA {
            return json!({"kty": "OKP", "crv": "Ed25519", "kid": self.kid, "x": URL_SAFE_NO_PAD.encode(raw)});
        }
        let (x, y) = raw[1..].split_at(32);
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        json!({"kty": "EC", "crv": "P-256", "kid": self.kid, "x": x, "y": y, "use": "sig", "alg": "ES256"})
    }

    pub(crate) fn public_pem(&self) -> String {
        self.pair.public_key_pem()
    }

    pub(crate) fn token(&self, claims: &Value) -> String {
        let alg = if self.algorithm == Algorithm::EdDSA { "EdDSA" } else { "ES256" };
        self.signed(&json!({"alg": alg, "kid": self.kid, "typ": "JWT"}), claims)
    }

    pub(crate) fn signed(&self, header: &Value, claims: &Value) -> String {
        self.signed_text(&header.to_string(), &claims.to_string())
    }

    pub(crate) fn signed_text(&self, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = crypto::sign(message.as_bytes(), &self.private, self.algorithm).unwrap();
        format!("{message}.{signature}")
    }

    /// `Authorization` of a sound token with `roles`.
    pub(crate) fn bearer(&self, roles: &[&str]) -> String {
        let claims = json!({
            "iss": ISSUER, "aud": AUDIENCE, "sub": "ada", "iat": NOW, "exp": NOW + 3600, "roles": roles,
        });
        format!("Bearer {}", self.token(&claims))
    }
}

/// A certificate authority of its own.
pub(crate) struct Ca {
    issuer: rcgen::Issuer<'static, KeyPair>,
    pub(crate) pem: String,
}

/// A certificate and its key, as PEM.
pub(crate) struct Leaf {
    pub(crate) certificate: String,
    pub(crate) key: String,
    pub(crate) der: rustls_pki_types::CertificateDer<'static>,
}

impl Ca {
    pub(crate) fn new() -> Self {
        let mut params = rcgen::CertificateParams::default();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: rcgen::Issuer::new(params, key), pem }
    }

    pub(crate) fn write(&self, folder: &Path) -> PathBuf {
        file(folder, "ca.pem", &self.pem)
    }

    pub(crate) fn leaf(&self, names: &[rcgen::SanType]) -> Leaf {
        let mut params = rcgen::CertificateParams::default();
        params.subject_alt_names = names.to_vec();
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Leaf { certificate: certificate.pem(), key: key.serialize_pem(), der: certificate.der().clone() }
    }
}

impl Leaf {
    /// The files of certificate and key.
    pub(crate) fn write(&self, folder: &Path, name: &str) -> (PathBuf, PathBuf) {
        let certificate = file(folder, &format!("{name}.pem"), &self.certificate);
        (certificate, file(folder, &format!("{name}.key"), &self.key))
    }
}

fn file(folder: &Path, name: &str, content: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, content).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    path
}

pub(crate) fn uri(text: &str) -> rcgen::SanType {
    rcgen::SanType::URI(text.try_into().unwrap())
}

pub(crate) fn dns(text: &str) -> rcgen::SanType {
    rcgen::SanType::DnsName(text.try_into().unwrap())
}

/// What an OpenAPI document leaves unsaid, and which of its examples break its own schemas.
pub(crate) fn document_faults(text: &str) -> Vec<String> {
    let document: Value = serde_json::from_str(text).unwrap();
    let mut faults = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let at = format!("{method} {path}");
            faults.extend(
                operation_faults(&document, operation).into_iter().map(|fault| format!("{at}: {fault}")),
            );
        }
    }
    let mut members = Vec::new();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        collect_members(name, schema, &mut members);
    }
    let unexplained = members.iter().filter(|member| member.says.is_empty() && !member.refers);
    faults.extend(unexplained.map(|member| format!("{}.{}: no description", member.owner, member.name)));
    faults.extend(internals(&document).into_iter().map(|says| format!("tells of our code: {says}")));
    let problems = document["components"]["responses"].as_object().unwrap().iter();
    for (name, problem) in problems {
        faults.extend(content_faults(&document, &problem["content"], name));
    }
    faults
}

/// A member of a schema, wherever that stands.
pub(crate) struct Member {
    /// The component, or the member that the object stands in.
    pub(crate) owner: String,
    pub(crate) name: String,
    pub(crate) says: String,
    /// Whether another component says what it is.
    refers: bool,
}

/// Every member of a schema and of what stands inside of it.
pub(crate) fn collect_members(owner: &str, schema: &Value, members: &mut Vec<Member>) {
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        let says = member["description"].as_str().unwrap_or_default().to_owned();
        members.push(Member {
            owner: owner.into(),
            name: name.clone(),
            says,
            refers: member["$ref"].is_string(),
        });
        collect_members(name, member, members);
    }
    let parts = ["items", "additionalProperties"].into_iter().filter_map(|part| schema.get(part));
    let forms = ["oneOf", "anyOf", "allOf"].into_iter().flat_map(|forms| schema[forms].as_array());
    parts.chain(forms.flatten()).for_each(|part| collect_members(owner, part, members));
}

/// Descriptions that only who reads the code understands.
fn internals(document: &Value) -> Vec<&str> {
    match document {
        Value::Object(members) => members
            .iter()
            .flat_map(|(name, value)| {
                match value.as_str().filter(|_| name == "description" || name == "summary") {
                    Some(says) => Vec::from_iter(
                        ["[`", "`Debug`", "::"].iter().any(|of| says.contains(of)).then_some(says),
                    ),
                    None => internals(value),
                }
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(internals).collect(),
        _ => Vec::new(),
    }
}

fn operation_faults(document: &Value, operation: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    if !operation["summary"].is_string() {
        faults.push("no summary".to_owned());
    }
    let tags = document["tags"].as_array().unwrap();
    if !operation["tags"].as_array().unwrap().iter().all(|tag| tags.iter().any(|known| &known["name"] == tag))
    {
        faults.push("a tag that is not described".to_owned());
    }
    for parameter in operation["parameters"].as_array().unwrap() {
        if !parameter["description"].is_string() || parameter["schema"]["type"].is_null() {
            faults.push(format!("parameter {}: no description or type", parameter["name"]));
        }
    }
    faults.extend(content_faults(document, &operation["requestBody"]["content"], "request"));
    for (status, response) in operation["responses"].as_object().unwrap() {
        if status.starts_with('2') && response["headers"]["X-Request-Id"].is_null() {
            faults.push(format!("{status}: no X-Request-Id"));
        }
        faults.extend(content_faults(document, &response["content"], status));
    }
    faults
}

fn content_faults(document: &Value, content: &Value, at: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for (media_type, content) in content.as_object().into_iter().flatten() {
        if !media_type.ends_with("json") {
            continue;
        }
        let mut schema = content["schema"].clone();
        schema["components"] = document["components"].clone();
        let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
        match content.get("example") {
            None => faults.push(format!("{at}: no example")),
            Some(example) => {
                faults.extend(
                    validator
                        .iter_errors(example)
                        .map(|fault| format!("{at}: {}: {fault}", fault.instance_path())),
                );
            }
        }
    }
    faults
}

#[test]
fn what_a_document_leaves_unsaid_or_shows_wrongly_is_found() {
    let sound = crate::internal::router::router().document_text();
    let plant = |change: fn(&mut Value)| {
        let mut document = serde_json::from_str(&sound).unwrap();
        change(&mut document);
        document_faults(&document.to_string())
    };
    let lease = "/paths/~1internal~1v1~1credential-leases/post";
    let at = |rest: &str| format!("{lease}{rest}");
    for (change, told) in [
        (at("/summary"), "no summary"),
        (at("/parameters/0/description"), "X-Request-Id"),
        (at("/responses/200/headers"), "no X-Request-Id"),
        (at("/requestBody/content/application~1json/example/connection_ids"), "connection_ids"),
        (at("/responses/200/content/application~1json/example/leases/0/version"), "null"),
        (
            "/components/responses/Problem403/content/application~1problem+json/example/code".to_owned(),
            "code",
        ),
    ] {
        let mut document: Value = serde_json::from_str(&sound).unwrap();
        *document.pointer_mut(&change).unwrap() = Value::Null;
        let faults = document_faults(&document.to_string());
        assert!(
            !faults.is_empty() && faults.iter().all(|fault| fault.contains(told)),
            "{change}: {faults:?}"
        );
    }
    for (at, told) in [
        ("/components/schemas/LeaseRequest/properties/stage", "LeaseRequest.stage: no description"),
        (
            "/components/schemas/SampleBatch/properties/samples/items/properties/seq",
            "samples.seq: no description",
        ),
    ] {
        let mut document: Value = serde_json::from_str(&sound).unwrap();
        document.pointer_mut(at).unwrap().as_object_mut().unwrap().remove("description").unwrap();
        assert_eq!(document_faults(&document.to_string()), [told]);
    }
    for says in ["The shape of [`Lease`].", "No `Debug`.", "As ops_core::Lease."] {
        let mut document: Value = serde_json::from_str(&sound).unwrap();
        document["components"]["schemas"]["Lease"]["description"] = json!(says);
        assert_eq!(document_faults(&document.to_string()), [format!("tells of our code: {says}")]);
    }
    let faults = plant(|document| document["tags"] = json!([]));
    assert!(faults.iter().any(|fault| fault.contains("a tag that is not described")), "{faults:?}");
}
