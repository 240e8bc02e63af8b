//! Real handshakes: which certificate is served, and who is let in, before and after the files change.

use std::{net::SocketAddr, os::unix::fs::PermissionsExt as _, path::PathBuf, sync::Arc, time::Duration};

use axum::{Router, routing::get};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::http::{
    accept::{Limits, serve},
    testing::{Ca, Leaf, dns, uri},
};

/// Longer than anything here may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A listener with files of its own; it ends with its value.
struct Server {
    folder: TempDir,
    ca: Ca,
    files: TlsFiles,
    metrics: Metrics,
    address: SocketAddr,
    entered: Arc<Notify>,
    release: Arc<Notify>,
    stop: CancellationToken,
}

impl Server {
    /// Clients are judged by `clients`.
    async fn start(clients: &Ca) -> Self {
        let (folder, ca) = (tempfile::tempdir().unwrap(), Ca::new());
        let (certificate, key) = ca.leaf(&[dns("localhost")]).write(folder.path(), "server");
        let client_ca = clients.write(folder.path());
        let wanted = Wanted::Mutual(MutualTls { certificate, key, client_ca });
        let files = TlsFiles::open(Listener::Internal, wanted).unwrap();
        let metrics = Metrics::new("1", "sqlite", "sealed", "embedded");
        files.measure(&metrics).unwrap();
        let (entered, release) = (Arc::<Notify>::default(), Arc::<Notify>::default());
        let (enter, leave) = (Arc::clone(&entered), Arc::clone(&release));
        let wait = || async move {
            enter.notify_one();
            leave.notified().await;
            "waited"
        };
        let app = Router::new().route("/", get(|| async { "answered" })).route("/wait", get(wait));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
        tokio::spawn(serve(listener, Some(files.tls()), app, Limits::INTERNAL, stop.clone()));
        Self { folder, ca, files, metrics, address, entered, release, stop }
    }

    /// Puts a new certificate and key into the files.
    fn renew(&self) -> Leaf {
        let leaf = self.ca.leaf(&[dns("localhost")]);
        leaf.write(self.folder.path(), "server");
        leaf
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn client(&self, shown: &Leaf) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(self.ca.pem.as_bytes()).unwrap()).unwrap();
        let key = PrivateKeyDer::from_pem_slice(shown.key.as_bytes()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_client_auth_cert(vec![shown.der.clone()], key);
        Arc::new(config.unwrap())
    }

    async fn connect(&self, client: &Arc<ClientConfig>) -> std::io::Result<TlsStream<TcpStream>> {
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(Arc::clone(client)).connect(name, TcpStream::connect(self.address).await?).await
    }

    /// The whole answer; with TLS 1.3 a refused certificate shows only here.
    async fn ask(&self, client: &Arc<ClientConfig>) -> std::io::Result<String> {
        let mut stream = self.connect(client).await?;
        send(&mut stream, "/").await?;
        answer(&mut stream).await
    }

    fn failures(&self) -> String {
        let text = self.metrics.render();
        let line = text
            .lines()
            .find(|line| line.starts_with("ops_tls_reload_failures_total{listener=\"internal\"}"));
        line.unwrap().rsplit(' ').next().unwrap().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn send(stream: &mut TlsStream<TcpStream>, path: &str) -> std::io::Result<()> {
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await
}

async fn answer(stream: &mut TlsStream<TcpStream>) -> std::io::Result<String> {
    let mut octets = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut octets)).await.expect("closed in time")?;
    Ok(String::from_utf8(octets).unwrap())
}

fn served(stream: &TlsStream<TcpStream>) -> Vec<u8> {
    stream.get_ref().1.peer_certificates().unwrap()[0].to_vec()
}

#[tokio::test]
async fn a_new_certificate_is_served_to_new_connections_and_an_old_request_is_still_answered() {
    let clients = Ca::new();
    let server = Server::start(&clients).await;
    let client = server.client(&clients.leaf(&[uri("spiffe://ops.test/gw")]));
    let mut old = server.connect(&client).await.unwrap();
    let first = served(&old);
    send(&mut old, "/wait").await.unwrap();
    timeout(PATIENCE, server.entered.notified()).await.expect("it was let in");
    let leaf = server.renew();
    server.files.look(&server.metrics).unwrap();
    let new = server.connect(&client).await.unwrap();
    assert_eq!(served(&new), leaf.der.to_vec());
    assert_ne!(served(&new), first);
    server.release.notify_one();
    assert!(answer(&mut old).await.unwrap().ends_with("waited"));
    assert!(server.ask(&client).await.unwrap().ends_with("answered"));
    assert_eq!(server.failures(), "0");
}

#[tokio::test]
async fn unchanged_files_leave_every_connection_alone() {
    let clients = Ca::new();
    let server = Server::start(&clients).await;
    let subscribed = server.files.tls().subscribe();
    server.files.look(&server.metrics).unwrap();
    assert!(!subscribed.has_changed().unwrap());
    server.renew();
    server.files.look(&server.metrics).unwrap();
    assert!(subscribed.has_changed().unwrap());
}

#[tokio::test]
async fn a_client_authority_that_was_removed_lets_nobody_in_also_not_by_a_ticket() {
    let (old, new) = (Ca::new(), Ca::new());
    let server = Server::start(&old).await;
    let known = server.client(&old.leaf(&[uri("spiffe://ops.test/gw")]));
    let awaited = server.client(&new.leaf(&[uri("spiffe://ops.test/gw")]));
    // the second time by the ticket of the first
    for _ in 0..2 {
        assert!(server.ask(&known).await.unwrap().ends_with("answered"));
    }
    let mut resumed = server.connect(&known).await.unwrap();
    send(&mut resumed, "/").await.unwrap();
    answer(&mut resumed).await.unwrap();
    assert_eq!(resumed.get_ref().1.handshake_kind(), Some(rustls::HandshakeKind::Resumed));
    assert!(server.ask(&awaited).await.is_err());
    new.write(server.folder.path());
    server.files.look(&server.metrics).unwrap();
    assert!(server.ask(&known).await.is_err(), "its ticket opens nothing");
    assert!(server.ask(&awaited).await.unwrap().ends_with("answered"));
}

#[tokio::test]
async fn what_cannot_be_used_keeps_the_old_certificate_is_counted_and_heals() {
    let clients = Ca::new();
    let server = Server::start(&clients).await;
    let client = server.client(&clients.leaf(&[uri("spiffe://ops.test/gw")]));
    let (certificate, key) = (server.path("server.pem"), server.path("server.key"));
    let sound = (std::fs::read(&certificate).unwrap(), std::fs::read(&key).unwrap());
    let restore = || {
        std::fs::write(&certificate, &sound.0).unwrap();
        std::fs::write(&key, &sound.1).unwrap();
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    };
    let other = server.ca.leaf(&[dns("localhost")]);
    let spoil: [(&dyn Fn(), &str); 5] = [
        (&|| std::fs::write(&key, &other.key).unwrap(), "does not fit the certificate"),
        (&|| std::fs::write(&certificate, "half a cert").unwrap(), "holds no certificate"),
        (&|| std::fs::remove_file(&certificate).unwrap(), "cannot be read"),
        (
            &|| std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap(),
            "can be read by others",
        ),
        (&|| std::fs::write(server.path("ca.pem"), "").unwrap(), "holds no certificate"),
    ];
    for (at, (spoil, wrong)) in spoil.into_iter().enumerate() {
        spoil();
        let error = server.files.look(&server.metrics).unwrap_err().to_string();
        assert!(error.contains(wrong) && error.contains("internal listener"), "{error}");
        assert!(server.ask(&client).await.unwrap().ends_with("answered"), "{wrong}");
        assert_eq!(server.failures(), (at + 1).to_string());
        restore();
    }
    clients.write(server.folder.path());
    server.files.look(&server.metrics).unwrap();
    let leaf = server.renew();
    server.files.look(&server.metrics).unwrap();
    assert_eq!(served(&server.connect(&client).await.unwrap()), leaf.der.to_vec());
    assert_eq!(server.failures(), "5");
}
