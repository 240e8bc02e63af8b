//! A proxy in front of the server that cuts every connection after so many octets of answers: what was sent arrived, and
//! nobody hears that it did.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy},
    net::{TcpListener, TcpStream},
};

/// A proxy in front of a server of this machine.
pub(crate) struct Cutter {
    port: u16,
    octets: Arc<AtomicU64>,
    cuts: Arc<AtomicU64>,
}

impl Cutter {
    /// Cuts each connection after so many octets of answers.
    pub(crate) async fn before(server: u16, octets: u64) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (octets, cuts) = (Arc::new(AtomicU64::new(octets)), Arc::new(AtomicU64::new(0)));
        let (limit, counted) = (Arc::clone(&octets), Arc::clone(&cuts));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = TcpStream::connect(("127.0.0.1", server)).await else { continue };
                let (limit, counted) = (limit.load(Ordering::SeqCst), Arc::clone(&counted));
                tokio::spawn(carry(client, server, limit, counted));
            }
        });
        Self { port, octets, cuts }
    }

    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Cuts no more, from the next connection on.
    pub(crate) fn heal(&self) {
        self.octets.store(u64::MAX, Ordering::SeqCst);
    }

    /// How many connections were cut.
    pub(crate) fn cuts(&self) -> u64 {
        self.cuts.load(Ordering::SeqCst)
    }
}

async fn carry(client: TcpStream, server: TcpStream, limit: u64, cuts: Arc<AtomicU64>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let asked = tokio::spawn(async move { copy(&mut from_client, &mut to_server).await });
    let (mut octets, mut told) = (vec![0; 4096], 0);
    while let Ok(n @ 1..) = from_server.read(&mut octets).await {
        told += n as u64;
        if told > limit {
            cuts.fetch_add(1, Ordering::SeqCst);
            break;
        }
        if to_client.write_all(&octets[..n]).await.is_err() {
            break;
        }
    }
    asked.abort();
}
