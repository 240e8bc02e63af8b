//! A proxy between a client and its server that holds every answer for a while and counts flights: bursts of the client's
//! octets after octets of the server. Without the delay the server may answer the beginning of a burst while the client
//! still writes its end, and the count is a race.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};

/// A proxy in front of a server.
pub(crate) struct Proxy {
    port: u16,
    flights: Arc<AtomicU64>,
}

impl Proxy {
    /// Listens on a port of this machine, and holds each answer for `delay`.
    pub(crate) async fn before(server: (String, u16), delay: Duration) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let flights = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&flights);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect((server.0.as_str(), server.1)).await.unwrap();
                client.set_nodelay(true).unwrap();
                server.set_nodelay(true).unwrap();
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = server.into_split();
                let answered = Arc::new(AtomicBool::new(true));
                tokio::spawn(asked(from_client, to_server, Arc::clone(&answered), Arc::clone(&counted)));
                tokio::spawn(answers(from_server, to_client, answered, delay));
            }
        });
        Self { port, flights }
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    /// The flights of `work`, and what it gives.
    pub(crate) async fn flights_of<T>(&self, work: impl Future<Output = T>) -> (u64, T) {
        let before = self.flights.load(Ordering::SeqCst);
        let given = work.await;
        (self.flights.load(Ordering::SeqCst) - before, given)
    }
}

async fn asked(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    answered: Arc<AtomicBool>,
    flights: Arc<AtomicU64>,
) {
    let mut octets = vec![0; 64 * 1024];
    while let Ok(n @ 1..) = from.read(&mut octets).await {
        if answered.swap(false, Ordering::SeqCst) {
            flights.fetch_add(1, Ordering::SeqCst);
        }
        if to.write_all(&octets[..n]).await.is_err() {
            return;
        }
    }
}

async fn answers(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    answered: Arc<AtomicBool>,
    delay: Duration,
) {
    let mut octets = vec![0; 64 * 1024];
    while let Ok(n @ 1..) = from.read(&mut octets).await {
        // paced: holding answers back is what the proxy is for
        tokio::time::sleep(delay).await;
        // said first: the client asks again as soon as it has the last octet
        answered.store(true, Ordering::SeqCst);
        if to.write_all(&octets[..n]).await.is_err() {
            return;
        }
    }
}
