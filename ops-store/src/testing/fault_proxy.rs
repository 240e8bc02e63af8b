//! A proxy in front of a server that does to a connection what networks and dying servers do: it refuses, falls silent, is
//! slow, cuts after so many octets, resets, and loses answers. What is random about it follows from a seed.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
};

/// Most octets that are forwarded at once.
const CHUNK: usize = 16 * 1024;

/// How the server looks from the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// As it is.
    Pass,
    /// It refuses connections, and has reset those it had.
    Refuse,
    /// It takes connections and octets, and answers nothing; what was sent arrives when it passes again.
    HalfOpen,
    /// Every chunk of every direction comes later, by between half of this time and all of it.
    Slow(Duration),
    /// The connection ends, as if the server had, when so many more octets of a direction have passed in it.
    CutAfter(Direction, u64),
    /// The connection is reset when so many more octets of a direction have passed in it.
    ResetAfter(Direction, u64),
    /// The server gets what it is asked, and no answer arrives.
    DropAnswers,
}

/// Which way octets go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From client to server.
    Asked,
    /// From server to client.
    Answered,
}

/// A proxy in front of a server. It ends with its value.
pub struct FaultProxy {
    port: u16,
    seed: u64,
    fault: watch::Sender<Fault>,
    listens: watch::Receiver<bool>,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    connections: AtomicU64,
    asked: AtomicU64,
    answered: AtomicU64,
}

impl fmt::Debug for FaultProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultProxy").field("seed", &self.seed).field("fault", &*self.fault.borrow()).finish()
    }
}

impl FaultProxy {
    /// In front of a server, passing everything.
    ///
    /// # Panics
    /// When it cannot listen.
    pub async fn before(host: &str, port: u16, seed: u64) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let own = listener.local_addr().unwrap().port();
        let (fault, seen) = watch::channel(Fault::Pass);
        let (listening, listens) = watch::channel(true);
        let counts = Arc::<Counts>::default();
        let server = Arc::new((host.to_owned(), port));
        tokio::spawn(accept(listener, server, seen, listening, Arc::clone(&counts), seed));
        Self { port: own, seed, fault, listens, counts }
    }

    /// Where it listens, on loopback; the same as long as it lives.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Returns when new callers are treated so; connections that are there are treated so from their next octet on.
    /// Octets count from here for each connection.
    ///
    /// # Panics
    /// When its task has ended.
    pub async fn set(&mut self, fault: Fault) {
        self.fault.send(fault).unwrap();
        self.listens.wait_for(|listens| *listens == (fault != Fault::Refuse)).await.unwrap();
    }

    /// Connections that were taken.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.counts.connections.load(Ordering::SeqCst)
    }

    /// Octets that went to the server, and back.
    #[must_use]
    pub fn octets(&self) -> (u64, u64) {
        (self.counts.asked.load(Ordering::SeqCst), self.counts.answered.load(Ordering::SeqCst))
    }
}

async fn accept(
    listener: TcpListener,
    server: Arc<(String, u16)>,
    mut fault: watch::Receiver<Fault>,
    listening: watch::Sender<bool>,
    counts: Arc<Counts>,
    seed: u64,
) {
    let address = listener.local_addr().unwrap();
    let mut listener = Some(listener);
    loop {
        let now = *fault.borrow_and_update();
        match (&listener, now) {
            (_, Fault::Refuse) => {
                listener = None;
                listening.send_replace(false);
                if fault.changed().await.is_err() {
                    return;
                }
            }
            (None, _) => listener = Some(TcpListener::bind(address).await.unwrap()),
            (Some(open), _) => {
                listening.send_replace(true);
                tokio::select! {
                    accepted = open.accept() => {
                        let nth = counts.connections.fetch_add(1, Ordering::SeqCst);
                        let (server, fault, counts) = (Arc::clone(&server), fault.clone(), Arc::clone(&counts));
                        tokio::spawn(relay(accepted.unwrap().0, server, fault, counts, seed ^ nth));
                    }
                    changed = fault.changed() => if changed.is_err() { return },
                }
            }
        }
    }
}

/// How one direction of a connection ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ended {
    /// One side said that it has no more to say, or went away.
    Quietly,
    /// By a fault that resets.
    ByReset,
}

async fn relay(
    client: TcpStream,
    server: Arc<(String, u16)>,
    fault: watch::Receiver<Fault>,
    counts: Arc<Counts>,
    seed: u64,
) {
    let Ok(server) = TcpStream::connect((server.0.as_str(), server.1)).await else {
        // as the client would have found it
        return reset(&client);
    };
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    let mut asked =
        Way { direction: Direction::Asked, fault: fault.clone(), counts: Arc::clone(&counts), dice: seed };
    let mut answered = Way { direction: Direction::Answered, fault, counts, dice: !seed };
    let (mut asking, mut answering) = ((from_client, to_server), (from_server, to_client));
    // the end of one direction is the end of both
    let ended = tokio::select! {
        ended = asked.forward(&mut asking) => ended,
        ended = answered.forward(&mut answering) => ended,
    };
    if ended == Ended::ByReset
        && let Ok(client) = asking.0.reunite(answering.1)
    {
        reset(&client);
    }
}

/// What is dropped after this is reset and not ended.
fn reset(client: &TcpStream) {
    client.set_zero_linger().unwrap();
}

/// One direction of one connection.
struct Way {
    direction: Direction,
    fault: watch::Receiver<Fault>,
    counts: Arc<Counts>,
    dice: u64,
}

impl Way {
    async fn forward(&mut self, (from, to): &mut (OwnedReadHalf, OwnedWriteHalf)) -> Ended {
        let (mut octets, mut passed) = (vec![0; CHUNK], 0);
        loop {
            let read = tokio::select! {
                read = from.read(&mut octets) => read,
                changed = self.fault.changed() => {
                    passed = 0;
                    match changed {
                        Ok(()) if *self.fault.borrow() != Fault::Refuse => continue,
                        _ => return Ended::ByReset,
                    }
                }
            };
            let Ok(count @ 1..) = read else { return Ended::Quietly };
            let mut left = &octets[..count];
            while !left.is_empty() {
                let fault = *self.fault.borrow();
                let may_pass = match fault {
                    Fault::Pass => left.len(),
                    Fault::Slow(delay) => {
                        // paced: being slow is what is asked for
                        tokio::time::sleep(delay / 2 + delay.mul_f64(self.roll() / 2.0)).await;
                        left.len()
                    }
                    Fault::Refuse => return Ended::ByReset,
                    Fault::HalfOpen => {
                        passed = 0;
                        if self.fault.changed().await.is_err() {
                            return Ended::ByReset;
                        }
                        continue;
                    }
                    Fault::DropAnswers if self.direction == Direction::Answered => break,
                    Fault::DropAnswers => left.len(),
                    Fault::CutAfter(direction, after) | Fault::ResetAfter(direction, after) => {
                        let room = usize::try_from(after.saturating_sub(passed)).unwrap_or(usize::MAX);
                        if direction == self.direction { left.len().min(room) } else { left.len() }
                    }
                };
                if to.write_all(&left[..may_pass]).await.is_err() {
                    return Ended::Quietly;
                }
                passed += may_pass as u64;
                self.count(may_pass as u64);
                left = &left[may_pass..];
                match fault {
                    Fault::CutAfter(direction, after) if direction == self.direction && passed >= after => {
                        return Ended::Quietly;
                    }
                    Fault::ResetAfter(direction, after) if direction == self.direction && passed >= after => {
                        return Ended::ByReset;
                    }
                    _ => {}
                }
            }
        }
    }

    fn count(&self, octets: u64) {
        let counter = match self.direction {
            Direction::Asked => &self.counts.asked,
            Direction::Answered => &self.counts.answered,
        };
        counter.fetch_add(octets, Ordering::SeqCst);
    }

    /// The next number from 0 to 1 (splitmix64, Steele et al. 2014).
    fn roll(&mut self) -> f64 {
        self.dice = self.dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.dice;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;

    /// A server that sends back what it gets, and the proxy before it.
    async fn scene() -> FaultProxy {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut from, mut to) = client.split();
                    tokio::io::copy(&mut from, &mut to).await
                });
            }
        });
        FaultProxy::before("127.0.0.1", port, 7).await
    }

    async fn connect(proxy: &FaultProxy) -> TcpStream {
        TcpStream::connect(("127.0.0.1", proxy.port())).await.unwrap()
    }

    async fn echo(client: &mut TcpStream, text: &str) -> std::io::Result<String> {
        client.write_all(text.as_bytes()).await?;
        let mut back = vec![0; text.len()];
        client.read_exact(&mut back).await?;
        Ok(String::from_utf8(back).unwrap())
    }

    /// Nothing comes for as long as a test may watch.
    async fn stays_silent(client: &mut TcpStream) -> bool {
        let mut octet = [0];
        tokio::time::timeout(Duration::from_millis(200), client.read(&mut octet)).await.is_err()
    }

    #[tokio::test]
    async fn what_passes_is_counted() {
        let proxy = scene().await;
        let mut client = connect(&proxy).await;
        assert_eq!(echo(&mut client, "hello").await.unwrap(), "hello");
        assert_eq!((proxy.connections(), proxy.octets()), (1, (5, 5)));
    }

    #[tokio::test]
    async fn a_server_that_refuses_has_reset_what_it_had_and_comes_back_on_its_port() {
        let mut proxy = scene().await;
        let mut client = connect(&proxy).await;
        echo(&mut client, "hello").await.unwrap();
        proxy.set(Fault::Refuse).await;
        assert_eq!(echo(&mut client, "hello").await.unwrap_err().kind(), ErrorKind::ConnectionReset);
        let refused = TcpStream::connect(("127.0.0.1", proxy.port())).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
        proxy.set(Fault::Pass).await;
        assert_eq!(echo(&mut connect(&proxy).await, "again").await.unwrap(), "again");
    }

    #[tokio::test]
    async fn a_server_that_is_half_open_takes_everything_and_says_nothing_until_it_passes() {
        let mut proxy = scene().await;
        let mut old = connect(&proxy).await;
        echo(&mut old, "hello").await.unwrap();
        proxy.set(Fault::HalfOpen).await;
        let mut new = connect(&proxy).await;
        for client in [&mut old, &mut new] {
            client.write_all(b"later").await.unwrap();
            assert!(stays_silent(client).await);
        }
        proxy.set(Fault::Pass).await;
        for client in [&mut old, &mut new] {
            let mut back = [0; 5];
            client.read_exact(&mut back).await.unwrap();
            assert_eq!(&back, b"later");
        }
    }

    #[tokio::test]
    async fn a_cut_ends_a_connection_after_so_many_octets_of_its_direction() {
        let mut proxy = scene().await;
        proxy.set(Fault::CutAfter(Direction::Answered, 3)).await;
        let mut client = connect(&proxy).await;
        client.write_all(b"hello").await.unwrap();
        let mut back = Vec::new();
        client.read_to_end(&mut back).await.unwrap();
        assert_eq!(back, b"hel");
        proxy.set(Fault::CutAfter(Direction::Asked, 0)).await;
        let before = proxy.octets().0;
        let mut client = connect(&proxy).await;
        client.write_all(b"hello").await.unwrap();
        assert_eq!(client.read(&mut [0; 5]).await.unwrap(), 0);
        assert_eq!(proxy.octets().0, before, "the server got nothing");
    }

    #[tokio::test]
    async fn a_reset_is_a_reset() {
        let mut proxy = scene().await;
        proxy.set(Fault::ResetAfter(Direction::Asked, 5)).await;
        let mut client = connect(&proxy).await;
        client.write_all(b"hello").await.unwrap();
        let mut back = Vec::new();
        assert_eq!(client.read_to_end(&mut back).await.unwrap_err().kind(), ErrorKind::ConnectionReset);
    }

    #[tokio::test]
    async fn an_answer_that_is_dropped_was_asked_for_all_the_same() {
        let mut proxy = scene().await;
        proxy.set(Fault::DropAnswers).await;
        let mut client = connect(&proxy).await;
        client.write_all(b"hello").await.unwrap();
        assert!(stays_silent(&mut client).await);
        assert_eq!(proxy.octets(), (5, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_way_takes_its_time_and_loses_nothing() {
        let mut proxy = scene().await;
        proxy.set(Fault::Slow(Duration::from_secs(2))).await;
        let began = tokio::time::Instant::now();
        let mut client = connect(&proxy).await;
        assert_eq!(echo(&mut client, "hello").await.unwrap(), "hello");
        let took = began.elapsed();
        assert!(took >= Duration::from_secs(2) && took <= Duration::from_secs(4), "{took:?}");
    }
}
