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
/// In how many portions the octets of a second are forwarded when they trickle.
const PORTIONS: u64 = 20;

/// How the server looks from the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// As it is.
    Pass,
    /// It refuses connections, and has reset those it had.
    Refuse,
    /// It takes connections and octets, and answers nothing; what was sent, an end too, arrives when it passes again.
    HalfOpen,
    /// Every chunk of every direction comes later, by between half of this time and all of it.
    Slow(Duration),
    /// So many octets per second in each direction; at least one.
    Trickle(u64),
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
    /// One side said that it has no more to say, or went away, or a fault ends it so.
    Quietly,
    /// By a fault that resets.
    ByReset,
}

async fn relay(
    client: TcpStream,
    server: Arc<(String, u16)>,
    mut fault: watch::Receiver<Fault>,
    counts: Arc<Counts>,
    seed: u64,
) {
    let gone =
        fault.wait_for(|fault| *fault != Fault::HalfOpen).await.map_or(true, |now| *now == Fault::Refuse);
    let connected = TcpStream::connect((server.0.as_str(), server.1)).await;
    let Some(server) = connected.ok().filter(|_| !gone) else {
        // as the client would have found it
        return reset(&client);
    };
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    let way = |direction, dice| Way {
        direction,
        fault: fault.clone(),
        passed: 0,
        counts: Arc::clone(&counts),
        dice,
    };
    let (mut asked, mut answered) = (way(Direction::Asked, seed), way(Direction::Answered, !seed));
    let (mut asking, mut answering) = ((from_client, to_server), (from_server, to_client));
    // the end of one direction is the end of both
    let ended = tokio::select! {
        ended = asked.forward(&mut asking) => ended,
        ended = answered.forward(&mut answering) => ended,
    };
    // a half that is dropped says its end first, also when the system resets afterwards for what nobody has read
    if ended == Ended::ByReset {
        reset(&asking.0.reunite(answering.1).unwrap());
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
    /// Octets since the fault was set.
    passed: u64,
    counts: Arc<Counts>,
    dice: u64,
}

impl Way {
    async fn forward(&mut self, (from, to): &mut (OwnedReadHalf, OwnedWriteHalf)) -> Ended {
        let mut octets = vec![0; CHUNK];
        loop {
            let fault = self.now();
            let read = tokio::select! {
                biased;
                changed = self.fault.changed() => match changed {
                    Ok(()) => { self.fault.mark_changed(); continue }
                    Err(_) => return Ended::ByReset,
                },
                read = from.read(&mut octets), if !matches!(fault, Fault::HalfOpen | Fault::Refuse) => read,
                () = std::future::ready(()), if fault == Fault::Refuse => return Ended::ByReset,
            };
            let Ok(count @ 1..) = read else { return Ended::Quietly };
            if let Some(ended) = self.pass_on(&octets[..count], to).await {
                return ended;
            }
        }
    }

    /// Forwards, as the fault in force allows from octet to octet, also while the other side takes nothing.
    async fn pass_on(&mut self, mut left: &[u8], to: &mut OwnedWriteHalf) -> Option<Ended> {
        while !left.is_empty() {
            let fault = self.now();
            let limit = self.limit(fault);
            let (room, pause) = match fault {
                Fault::Refuse => return Some(Ended::ByReset),
                Fault::DropAnswers if self.direction == Direction::Answered => return None,
                Fault::HalfOpen => (0, Duration::MAX),
                Fault::Slow(delay) => (left.len(), delay / 2 + delay.mul_f64(self.roll() / 2.0)),
                Fault::Trickle(rate) => {
                    let portion = (rate / PORTIONS).clamp(1, left.len() as u64);
                    (
                        usize::try_from(portion).unwrap(),
                        Duration::from_secs(1).mul_f64(portion as f64 / rate.max(1) as f64),
                    )
                }
                Fault::CutAfter(..) | Fault::ResetAfter(..) if limit == Some(self.passed) => {
                    return Some(ended_by(fault));
                }
                _ => (
                    limit.map_or(left.len(), |limit| {
                        left.len().min(usize::try_from(limit - self.passed).unwrap())
                    }),
                    Duration::ZERO,
                ),
            };
            let written = tokio::select! {
                biased;
                changed = self.fault.changed() => match changed {
                    Ok(()) => { self.fault.mark_changed(); continue }
                    Err(_) => return Some(Ended::ByReset),
                },
                written = write_after(pause, &left[..room], to) => written,
            };
            let Ok(count) = written else { return Some(Ended::Quietly) };
            self.passed += count as u64;
            self.count(count as u64);
            left = &left[count..];
            if limit == Some(self.passed) {
                return Some(ended_by(fault));
            }
        }
        None
    }

    /// The fault in force. What has passed counts from when it was set.
    fn now(&mut self) -> Fault {
        let now = self.fault.borrow_and_update();
        if now.has_changed() {
            self.passed = 0;
        }
        *now
    }

    /// After how many octets of this direction a fault ends the connection.
    fn limit(&self, fault: Fault) -> Option<u64> {
        match fault {
            Fault::CutAfter(direction, after) | Fault::ResetAfter(direction, after) => {
                (direction == self.direction).then_some(after)
            }
            _ => None,
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

async fn write_after(pause: Duration, octets: &[u8], to: &mut OwnedWriteHalf) -> std::io::Result<usize> {
    if !pause.is_zero() {
        // paced: being slow is what is asked for
        tokio::time::sleep(pause).await;
    }
    to.write(octets).await
}

const fn ended_by(fault: Fault) -> Ended {
    if matches!(fault, Fault::CutAfter(..)) { Ended::Quietly } else { Ended::ByReset }
}

#[cfg(test)]
mod tests;
