//! Real connections against the accept loop: who is let in, who is cut, and how it ends.

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicUsize, Ordering},
};

use axum::{
    Extension,
    routing::{get, post},
};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::Notify,
    task::JoinHandle,
};
use tokio_rustls::{TlsConnector, client};

use super::*;
use crate::http::{
    body::NoBody,
    testing::{Ca, Leaf, dns, uri},
    tls,
};

const GATEWAY: &str = "spiffe://ops.test/gw";
const REQUEST: &str = "GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";
const LAST_REQUEST: &str = "GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
/// More octets than the buffers of two sockets take.
const LARGE: usize = 64 * 1024 * 1024;
const SHORT: Duration = Duration::from_millis(100);
/// Longer than anything here may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A listener with a handler that counts, one that waits, and one that reads a body.
struct Server {
    address: SocketAddr,
    reached: Arc<AtomicUsize>,
    entered: Arc<Notify>,
    release: Arc<Notify>,
    stop: CancellationToken,
    running: JoinHandle<()>,
}

impl Server {
    async fn start(tls: Option<Tls>, limits: Limits) -> Self {
        let (reached, entered, release) =
            (Arc::<AtomicUsize>::default(), Arc::<Notify>::default(), Arc::<Notify>::default());
        let count = Arc::clone(&reached);
        let who = move |Extension(peer): Extension<Peer>| async move {
            count.fetch_add(1, Ordering::SeqCst);
            format!("{peer:?}")
        };
        let (enter, leave) = (Arc::clone(&entered), Arc::clone(&release));
        let wait = || async move {
            enter.notify_one();
            leave.notified().await;
            "waited"
        };
        let app = Router::new()
            .route("/", get(who))
            .route("/wait", get(wait))
            .route("/large", get(async || vec![b'x'; LARGE]))
            .route(
                "/endless",
                get(|Extension(Closing(ends)): Extension<Closing>| async move {
                    ends.cancelled().await;
                    "told"
                }),
            )
            .route("/body", post(|_: NoBody| async {}));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
        let running = tokio::spawn(serve(listener, tls, app, limits, stop.clone()));
        Self { address, reached, entered, release, stop, running }
    }

    async fn tcp(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    fn reached(&self) -> usize {
        self.reached.load(Ordering::SeqCst)
    }

    async fn ended(self) {
        timeout(PATIENCE, self.running).await.unwrap().unwrap();
    }
}

struct Authority {
    folder: TempDir,
    ca: Ca,
}

impl Authority {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), ca: Ca::new() }
    }

    /// Our certificate, and clients judged by `clients`.
    fn mutual(&self, clients: &Self) -> ServerConfig {
        let (certificate, key) = self.ca.leaf(&[dns("localhost")]).write(self.folder.path(), "server");
        tls::mutual(&certificate, &key, &clients.ca.write(clients.folder.path())).unwrap()
    }

    fn trusting(&self, shown: Option<&Leaf>) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(self.ca.pem.as_bytes()).unwrap()).unwrap();
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        Arc::new(match shown {
            Some(leaf) => {
                let key = PrivateKeyDer::from_pem_slice(leaf.key.as_bytes()).unwrap();
                builder.with_client_auth_cert(vec![leaf.der.clone()], key).unwrap()
            }
            None => builder.with_no_client_auth(),
        })
    }
}

async fn connect(
    server: &Server,
    config: Arc<ClientConfig>,
) -> std::io::Result<client::TlsStream<TcpStream>> {
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(config).connect(name, server.tcp().await).await
}

/// All that comes back until the other side closes; with TLS 1.3 a refused certificate shows only here.
async fn ask(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), request: &str) -> std::io::Result<String> {
    stream.write_all(request.as_bytes()).await?;
    all(stream).await
}

async fn all(stream: &mut (impl AsyncRead + Unpin)) -> std::io::Result<String> {
    let mut octets = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut octets)).await.expect("closed in time")?;
    Ok(String::from_utf8(octets).unwrap())
}

/// Reads until `end` has come.
async fn until(stream: &mut (impl AsyncRead + Unpin), end: &str) {
    let mut octets = Vec::new();
    while !octets.ends_with(end.as_bytes()) {
        let octet = timeout(PATIENCE, stream.read_u8()).await.expect("answered in time").unwrap();
        octets.push(octet);
    }
}

#[tokio::test]
async fn a_client_is_named_by_its_certificate() {
    let authority = Authority::new();
    let server = Server::start(Some(Tls::new(authority.mutual(&authority))), Limits::INTERNAL).await;
    for (names, peer) in [
        (vec![uri(GATEWAY), dns("gw.test")], format!("Spiffe(\"{GATEWAY}\")")),
        (vec![dns("gw.test")], "Dns(\"gw.test\")".into()),
        (vec![dns("gw.test"), dns("b.test")], "Unnamed".into()),
    ] {
        let leaf = authority.ca.leaf(&names);
        let mut stream = connect(&server, authority.trusting(Some(&leaf))).await.unwrap();
        let answer = ask(&mut stream, LAST_REQUEST).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with(&peer), "{answer}");
    }
}

#[tokio::test]
async fn nobody_reaches_a_handler_without_a_certificate_of_the_right_authority() {
    let (authority, other) = (Authority::new(), Authority::new());
    let server = Server::start(Some(Tls::new(authority.mutual(&authority))), Limits::INTERNAL).await;
    let foreign = other.ca.leaf(&[uri(GATEWAY)]);
    for shown in [None, Some(&foreign)] {
        if let Ok(mut stream) = connect(&server, authority.trusting(shown)).await {
            assert!(ask(&mut stream, LAST_REQUEST).await.is_err());
        }
    }
    let answer = ask(&mut server.tcp().await, LAST_REQUEST).await.unwrap_or_default();
    assert!(!answer.contains("HTTP/1.1"), "plain text: {answer}");
    assert_eq!(server.reached(), 0);
}

#[tokio::test]
async fn a_client_that_offers_only_another_protocol_is_refused_in_the_handshake() {
    let authority = Authority::new();
    let server = Server::start(Some(Tls::new(authority.mutual(&authority))), Limits::INTERNAL).await;
    let leaf = authority.ca.leaf(&[uri(GATEWAY)]);
    let mut config = ClientConfig::clone(&authority.trusting(Some(&leaf)));
    config.alpn_protocols = vec![b"h2".to_vec()];
    assert!(connect(&server, Arc::new(config)).await.is_err());
}

#[tokio::test]
async fn without_tls_a_peer_is_plain() {
    let server = Server::start(None, Limits::ADMIN).await;
    let answer = ask(&mut server.tcp().await, LAST_REQUEST).await.unwrap();
    assert!(answer.ends_with("Plain"), "{answer}");
}

#[tokio::test]
async fn who_is_slow_with_the_handshake_or_the_headers_is_cut() {
    let authority = Authority::new();
    let limits = Limits { handshake: SHORT, headers: SHORT, ..Limits::INTERNAL };
    let server = Server::start(Some(Tls::new(authority.mutual(&authority))), limits).await;
    assert_eq!(all(&mut server.tcp().await).await.unwrap(), "", "silent before the handshake");
    let leaf = authority.ca.leaf(&[uri(GATEWAY)]);
    for begun in ["", "GET / HTTP/1.1\r\nhost: loc"] {
        let mut stream = connect(&server, authority.trusting(Some(&leaf))).await.unwrap();
        let answer = ask(&mut stream, begun).await.unwrap_or_default();
        assert!(!answer.contains("200"), "{answer}");
    }
    assert_eq!(server.reached(), 0);
}

#[tokio::test]
async fn who_is_slow_with_the_body_is_told_so() {
    let server = Server::start(None, Limits { body: SHORT, ..Limits::ADMIN }).await;
    let begun = "POST /body HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{";
    let answer = ask(&mut server.tcp().await, begun).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("did not arrive"), "{answer}");
}

#[tokio::test]
async fn who_does_not_take_the_answer_is_cut_and_who_takes_it_slowly_is_not() {
    let server = Server::start(None, Limits { connections: 1, write: SHORT, ..Limits::ADMIN }).await;
    let mut silent = server.tcp().await;
    silent.write_all(b"GET /large HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    // there is one slot: the next is answered when the first has lost it
    let mut next = server.tcp().await;
    let answer = timeout(PATIENCE, ask(&mut next, LAST_REQUEST)).await.unwrap().unwrap();
    assert!(answer.ends_with("Plain"), "{answer}");
    drop(silent);

    let mut slow = server.tcp().await;
    slow.write_all(b"GET /large HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await.unwrap();
    let (mut taken, mut part) = (0, vec![0; LARGE / 8]);
    loop {
        let count = slow.read(&mut part).await.unwrap();
        taken += count;
        if count == 0 {
            break;
        }
        // longer in all than the limit, and never so long at once
        sleep(SHORT / 10).await;
    }
    assert!(taken > LARGE, "{taken}");
}

#[tokio::test]
async fn a_connection_that_has_to_end_tells_its_requests() {
    let server = Server::start(None, Limits { age: SHORT, ..Limits::ADMIN }).await;
    let answer =
        ask(&mut server.tcp().await, "GET /endless HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    assert!(answer.ends_with("told"), "{answer}");
}

#[tokio::test]
async fn an_idle_connection_ends_with_its_age() {
    let server = Server::start(None, Limits { age: SHORT, ..Limits::ADMIN }).await;
    let answer = ask(&mut server.tcp().await, REQUEST).await.unwrap();
    assert!(answer.ends_with("Plain"), "{answer}");
}

#[tokio::test]
async fn a_connection_over_the_cap_waits_for_a_slot() {
    let server = Server::start(None, Limits { connections: 1, ..Limits::ADMIN }).await;
    let mut first = server.tcp().await;
    first.write_all(REQUEST.as_bytes()).await.unwrap();
    until(&mut first, "Plain").await;
    let mut second = server.tcp().await;
    second.write_all(LAST_REQUEST.as_bytes()).await.unwrap();
    assert!(timeout(SHORT, second.read_u8()).await.is_err(), "it waits");
    assert_eq!(server.reached(), 1);
    drop(first);
    assert!(all(&mut second).await.unwrap().ends_with("Plain"));
}

#[tokio::test]
async fn a_stop_answers_what_is_in_flight_closes_what_is_idle_and_refuses_what_is_new() {
    let server = Server::start(None, Limits::ADMIN).await;
    let (mut idle, mut busy) = (server.tcp().await, server.tcp().await);
    idle.write_all(REQUEST.as_bytes()).await.unwrap();
    until(&mut idle, "Plain").await;
    busy.write_all(REQUEST.replace("/ ", "/wait ").as_bytes()).await.unwrap();
    server.entered.notified().await;
    server.stop.cancel();
    assert_eq!(all(&mut idle).await.unwrap(), "");
    server.release.notify_one();
    let answer = all(&mut busy).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("waited"), "{answer}");
    let address = server.address;
    server.ended().await;
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_request_that_does_not_end_is_cut_at_the_end_of_the_drain() {
    let server = Server::start(None, Limits { drain: SHORT, ..Limits::ADMIN }).await;
    let mut busy = server.tcp().await;
    busy.write_all(REQUEST.replace("/ ", "/wait ").as_bytes()).await.unwrap();
    server.entered.notified().await;
    server.stop.cancel();
    server.ended().await;
    assert_eq!(all(&mut busy).await.unwrap_or_default(), "");
}

#[tokio::test]
async fn another_trust_ends_open_connections_and_judges_them_anew() {
    let (old, new) = (Authority::new(), Authority::new());
    let trust = Tls::new(old.mutual(&old));
    let server = Server::start(Some(trust.clone()), Limits::INTERNAL).await;
    let (known, unknown) = (new.ca.leaf(&[uri(GATEWAY)]), old.ca.leaf(&[uri(GATEWAY)]));
    let client = old.trusting(Some(&unknown));
    let mut open = connect(&server, Arc::clone(&client)).await.unwrap();
    open.write_all(REQUEST.as_bytes()).await.unwrap();
    until(&mut open, ")").await;
    trust.replace(old.mutual(&new));
    assert_eq!(all(&mut open).await.unwrap(), "", "closed");
    if let Ok(mut stream) = connect(&server, client).await {
        assert!(ask(&mut stream, LAST_REQUEST).await.is_err(), "its ticket opens nothing");
    }
    let mut stream = connect(&server, old.trusting(Some(&known))).await.unwrap();
    assert!(ask(&mut stream, LAST_REQUEST).await.unwrap().contains("Spiffe"));
    assert_eq!(server.reached(), 2);
}
