//! A proxy in front of a server that can be closed, as when the server is down, or fall silent, as when it hangs.

use std::sync::Arc;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
};

/// How the server looks from the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// As it is.
    Open,
    /// It refuses connections, and has ended those it had.
    Closed,
    /// It takes connections and octets, and answers nothing. What it was sent arrives when it is open again.
    Silent,
}

/// A proxy in front of a server.
pub(super) struct Proxy {
    port: u16,
    way: watch::Sender<Way>,
    listens: watch::Receiver<bool>,
}

impl Proxy {
    pub(super) async fn before(server: (String, u16)) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (way, seen) = watch::channel(Way::Open);
        let (listening, listens) = watch::channel(true);
        tokio::spawn(accept(listener, Arc::new(server), seen, listening));
        Self { port, way, listens }
    }

    pub(super) const fn port(&self) -> u16 {
        self.port
    }

    /// Returns when new callers are treated so.
    pub(super) async fn become_now(&mut self, way: Way) {
        self.way.send(way).unwrap();
        self.listens.wait_for(|listens| *listens == (way != Way::Closed)).await.unwrap();
    }
}

async fn accept(
    listener: TcpListener,
    server: Arc<(String, u16)>,
    mut way: watch::Receiver<Way>,
    listening: watch::Sender<bool>,
) {
    let address = listener.local_addr().unwrap();
    let mut listener = Some(listener);
    loop {
        let now = *way.borrow_and_update();
        match (&listener, now) {
            (_, Way::Closed) => {
                listener = None;
                listening.send_replace(false);
                if way.changed().await.is_err() {
                    return;
                }
            }
            (None, _) => listener = Some(TcpListener::bind(address).await.unwrap()),
            (Some(open), _) => {
                listening.send_replace(true);
                tokio::select! {
                    accepted = open.accept() => drop(tokio::spawn(relay(accepted.unwrap().0, Arc::clone(&server), way.clone()))),
                    changed = way.changed() => if changed.is_err() { return },
                }
            }
        }
    }
}

async fn relay(client: TcpStream, server: Arc<(String, u16)>, way: watch::Receiver<Way>) {
    let server = TcpStream::connect((server.0.as_str(), server.1)).await.unwrap();
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    // the end of one direction is the end of both
    tokio::select! {
        () = forward(from_client, to_server, way.clone()) => {}
        () = forward(from_server, to_client, way) => {}
    }
}

async fn forward(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut way: watch::Receiver<Way>) {
    let mut octets = vec![0; 64 * 1024];
    loop {
        let read = tokio::select! {
            read = from.read(&mut octets) => read,
            closed = way.wait_for(|way| *way == Way::Closed) => return drop(closed),
        };
        let Ok(count @ 1..) = read else { return };
        let on = way.wait_for(|way| *way != Way::Silent).await.map_or(Way::Closed, |way| *way);
        if on == Way::Closed || to.write_all(&octets[..count]).await.is_err() {
            return;
        }
    }
}
