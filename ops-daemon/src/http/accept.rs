//! The accept loop of a listener: how many connections, how long each phase may take, who is at the other end, and how
//! it all ends.

use std::{
    pin::{Pin, pin},
    sync::Arc,
    time::Duration,
};

use axum::{Router, extract::Request};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::ServerConfig;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    select,
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::{sleep, timeout},
};
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt;

use super::{body::BodyTime, peer::Peer, source::Remote, tls::Tls};

/// Pause after an accept that failed: it fails again at once while file descriptors are short.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// Octets of a request's line and headers together: four times the largest token and everything beside it.
const HEADERS_MAX: usize = 64 * 1024;

/// What a listener gives its connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once; more wait in the kernel's queue.
    pub connections: usize,
    /// From the accepted connection to the end of the TLS handshake.
    pub handshake: Duration,
    /// From an idle connection to the end of the next request's headers.
    pub headers: Duration,
    /// From the first to the last octet of a body.
    pub body: Duration,
    /// In which a client takes nothing of an answer, or so little that the system lets nothing more be written.
    pub write: Duration,
    /// After this long a connection ends, so that a balancer can spread it anew.
    pub age: Duration,
    /// What is in flight gets this long once its connection has to end.
    pub drain: Duration,
}

impl Limits {
    /// People and automation: few connections, whoever they are.
    pub const ADMIN: Self = Self {
        connections: 512,
        handshake: Duration::from_secs(5),
        headers: Duration::from_secs(30),
        body: Duration::from_secs(30),
        write: Duration::from_secs(30),
        age: Duration::from_secs(3600),
        drain: Duration::from_secs(5),
    };

    /// Gateways: known by their certificates, many, and idle between bursts.
    pub const INTERNAL: Self = Self { connections: 4096, headers: Duration::from_secs(75), ..Self::ADMIN };

    /// Probes and Prometheus: a handful, and no bodies.
    pub const OPS: Self = Self {
        connections: 64,
        headers: Duration::from_secs(10),
        body: Duration::from_secs(5),
        ..Self::ADMIN
    };
}

/// Cancelled when the connection of a request has to end: an answer without an end should find one. An extension of every
/// request.
#[derive(Debug, Clone, Default)]
pub struct Closing(pub CancellationToken);

/// A connection whose client takes what is written to it, or loses it.
type Wire = Pin<Box<TimeoutStream<TcpStream>>>;

/// Serves `app` on `listener` until `stop`; returns when every connection has ended, at most `limits.drain` later.
///
/// Every request carries its [`Peer`] and the listener's [`BodyTime`] as extensions.
pub async fn serve(
    listener: TcpListener,
    tls: Option<Tls>,
    app: Router,
    limits: Limits,
    stop: CancellationToken,
) {
    let (slots, tasks) = (Arc::new(Semaphore::new(limits.connections)), TaskTracker::new());
    let door = Door { tls, app, limits, stop };
    while let Some((slot, tcp)) = door.next(&listener, &slots).await {
        let door = door.clone();
        tasks.spawn(async move {
            door.connection(tcp).await;
            drop(slot);
        });
    }
    drop(listener);
    tasks.close();
    tasks.wait().await;
}

#[derive(Clone)]
struct Door {
    tls: Option<Tls>,
    app: Router,
    limits: Limits,
    stop: CancellationToken,
}

impl Door {
    /// The next connection, with its slot; `None` when it is time to stop.
    async fn next(
        &self,
        listener: &TcpListener,
        slots: &Arc<Semaphore>,
    ) -> Option<(OwnedSemaphorePermit, TcpStream)> {
        let slot = select! {
            slot = Arc::clone(slots).acquire_owned() => slot.ok()?,
            () = self.stop.cancelled() => return None,
        };
        loop {
            let accepted = select! {
                accepted = listener.accept() => accepted,
                () = self.stop.cancelled() => return None,
            };
            match accepted {
                Ok((tcp, _)) => return Some((slot, tcp)),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    async fn connection(&self, tcp: TcpStream) {
        if let Err(error) = tcp.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps Nagle's delay");
        }
        // a client that is gone already has no address
        let Ok(address) = tcp.peer_addr() else { return };
        let remote = Remote(address.ip().to_canonical());
        let mut tcp = TimeoutStream::new(tcp);
        tcp.set_write_timeout(Some(self.limits.write));
        let tcp = Box::pin(tcp);
        let Some(tls) = &self.tls else { return self.speak(tcp, remote, Peer::Plain, None).await };
        let mut trust = tls.subscribe();
        let newest = Arc::clone(&trust.borrow_and_update());
        if let Some(stream) = self.handshake(newest, tcp).await {
            let peer = peer(&stream);
            self.speak(stream, remote, peer, Some(trust)).await;
        }
    }

    async fn handshake(&self, config: Arc<ServerConfig>, tcp: Wire) -> Option<TlsStream<Wire>> {
        let shaken = select! {
            shaken = timeout(self.limits.handshake, TlsAcceptor::from(config).accept(tcp)) => shaken,
            () = self.stop.cancelled() => return None,
        };
        match shaken {
            Ok(Ok(stream)) => Some(stream),
            Ok(Err(error)) => {
                tracing::debug!(%error, "a TLS handshake failed");
                None
            }
            Err(_) => {
                tracing::debug!("a TLS handshake took too long");
                None
            }
        }
    }

    /// Answers requests until the client leaves, or the connection has to end.
    async fn speak<I>(
        &self,
        io: I,
        remote: Remote,
        peer: Peer,
        trust: Option<watch::Receiver<Arc<ServerConfig>>>,
    ) where
        I: AsyncRead + AsyncWrite + Unpin,
    {
        let (app, time, closing) = (self.app.clone(), BodyTime(self.limits.body), Closing::default());
        let ends = closing.0.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(axum::body::Body::new);
            request.extensions_mut().insert(remote);
            request.extensions_mut().insert(peer.clone());
            request.extensions_mut().insert(time);
            request.extensions_mut().insert(closing.clone());
            app.clone().oneshot(request)
        });
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(self.limits.headers).max_buf_size(HEADERS_MAX);
        let mut connection = pin!(http.serve_connection(TokioIo::new(io), service));
        select! {
            ended = connection.as_mut() => return note(ended),
            () = self.stop.cancelled() => {}
            () = sleep(self.limits.age) => {}
            () = replaced(trust) => {}
        }
        ends.cancel();
        connection.as_mut().graceful_shutdown();
        match timeout(self.limits.drain, connection).await {
            Ok(ended) => note(ended),
            Err(_) => tracing::warn!("a request in flight was cut at the end of the drain"),
        }
    }
}

/// Waits until another TLS counts; for ever without one.
async fn replaced(trust: Option<watch::Receiver<Arc<ServerConfig>>>) {
    if let Some(mut trust) = trust
        && trust.changed().await.is_ok()
    {
        return;
    }
    std::future::pending::<()>().await;
}

fn note(ended: Result<(), hyper::Error>) {
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

fn peer(stream: &TlsStream<Wire>) -> Peer {
    let (_, session) = stream.get_ref();
    session.peer_certificates().and_then(<[_]>::first).map_or(Peer::Unnamed, Peer::of)
}

#[cfg(test)]
mod tests;
