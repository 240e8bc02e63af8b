//! A stand-in for the part of Kubernetes that tells whom a service account's token belongs to, over TLS: what the
//! Kubernetes login of a secret store asks.

use std::{path::PathBuf, sync::Arc};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

use super::certificate::Certificate;

/// The account's own id.
const UID: &str = "00000000-0000-0000-0000-000000000001";

/// What it knows.
struct Known {
    jwt: String,
    namespace: String,
    name: String,
}

/// A running stand-in, which knows one service account. It ends with the runtime.
pub struct TokenReviews {
    port: u16,
    known: Arc<Known>,
    certificate: Certificate,
    _folder: TempDir,
}

impl TokenReviews {
    /// Knows the service account `name` of `namespace`; every token but [`TokenReviews::jwt`] belongs to nobody.
    ///
    /// # Panics
    /// When it cannot be started.
    pub async fn start(namespace: &str, name: &str) -> Self {
        // whoever comes first installs it
        drop(rustls::crypto::ring::default_provider().install_default());
        let folder = tempfile::tempdir().unwrap();
        let certificate = Certificate::create(folder.path());
        let chain =
            CertificateDer::pem_file_iter(&certificate.chain).unwrap().collect::<Result<_, _>>().unwrap();
        let key = PrivateKeyDer::from_pem_file(&certificate.key).unwrap();
        let config =
            rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let known = Arc::new(Known {
            jwt: jwt(namespace, name),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        });
        let own = Arc::clone(&known);
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(serve(acceptor.clone(), connection, Arc::clone(&own)));
            }
        });
        Self { port, known, certificate, _folder: folder }
    }

    /// Its address.
    #[must_use]
    pub fn address(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    /// The token of the service account, in the form that Kubernetes gives it: the secret store reads the account from it
    /// before it asks.
    #[must_use]
    pub fn jwt(&self) -> &str {
        &self.known.jwt
    }

    /// The authority of its certificate: `kubernetes_ca_cert` of the login's configuration is the text of this file.
    #[must_use]
    pub fn ca_file(&self) -> PathBuf {
        self.certificate.authority.clone()
    }
}

fn jwt(namespace: &str, name: &str) -> String {
    let claims = json!({
        "iss": "https://kubernetes.default.svc",
        "aud": ["https://kubernetes.default.svc"],
        "sub": format!("system:serviceaccount:{namespace}:{name}"),
        // the year 2100
        "exp": 4_102_444_800_u64,
        "iat": 1_700_000_000,
        "nbf": 1_700_000_000,
        "kubernetes.io": {"namespace": namespace, "serviceaccount": {"name": name, "uid": UID}},
    });
    let parts =
        [json!({"alg": "RS256", "kid": "k"}).to_string(), claims.to_string(), "no signature".to_owned()];
    parts.map(|part| URL_SAFE_NO_PAD.encode(part)).join(".")
}

async fn serve(acceptor: TlsAcceptor, connection: TcpStream, known: Arc<Known>) {
    let Ok(mut stream) = acceptor.accept(connection).await else { return };
    let mut received = Vec::new();
    loop {
        let mut piece = [0; 4096];
        let Ok(length @ 1..) = stream.read(&mut piece).await else { return };
        received.extend_from_slice(&piece[..length]);
        if let Some(review) = body(&received) {
            let answer = judged(&review, &known).to_string();
            let head = "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nConnection: close";
            let answer = format!("{head}\r\nContent-Length: {}\r\n\r\n{answer}", answer.len());
            stream.write_all(answer.as_bytes()).await.unwrap();
            stream.shutdown().await.unwrap();
            return;
        }
    }
}

/// The body, once the whole of it is there.
fn body(received: &[u8]) -> Option<Value> {
    let text = String::from_utf8_lossy(received);
    let (_, body) = text.split_once("\r\n\r\n")?;
    serde_json::from_str(body).ok()
}

fn judged(review: &Value, Known { jwt, namespace, name }: &Known) -> Value {
    let status = if review["spec"]["token"] == jwt.as_str() {
        json!({
            "authenticated": true,
            "user": {
                "username": format!("system:serviceaccount:{namespace}:{name}"),
                "uid": UID,
                "groups": ["system:serviceaccounts"],
            },
            // asked for by OpenBao
            "audiences": review["spec"].get("audiences").cloned().unwrap_or(json!(["https://kubernetes.default.svc"])),
        })
    } else {
        json!({"authenticated": false, "error": "unknown token"})
    };
    json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "status": status})
}
