//! The bus: every event that has a position, once, in order, to everybody in this process who listens.

use std::sync::Arc;

use ops_core::event::Stored;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, broadcast};
use tokio_util::sync::CancellationToken;

/// Events that a listener may be behind; who is further behind has to begin anew at its place.
const BEHIND_MAX: usize = 1024;
/// Listeners at once: each keeps a connection.
pub const LISTENERS_MAX: usize = 256;

/// Where events are heard.
pub struct Bus {
    sender: broadcast::Sender<Arc<Stored>>,
    places: Arc<Semaphore>,
    /// Rung when events got their positions here.
    pub numbered: Notify,
    /// Ends every listener: the process drains.
    pub ending: CancellationToken,
}

impl Default for Bus {
    fn default() -> Self {
        Self {
            sender: broadcast::Sender::new(BEHIND_MAX),
            places: Arc::new(Semaphore::new(0)),
            numbered: Notify::new(),
            ending: CancellationToken::new(),
        }
    }
}

/// One who listens, from the moment it was made.
pub struct Listener {
    pub(super) events: broadcast::Receiver<Arc<Stored>>,
    _place: OwnedSemaphorePermit,
}

impl Bus {
    /// Lets listeners in: from now on every event that gets a position is told.
    pub fn open(&self) {
        self.places.add_permits(LISTENERS_MAX);
    }

    /// A new listener, unless there are too many, or events are not told yet.
    pub fn listen(&self) -> Option<Listener> {
        let place = Arc::clone(&self.places).try_acquire_owned().ok()?;
        Some(Listener { events: self.sender.subscribe(), _place: place })
    }

    /// Tells an event. That nobody listens is no fault.
    pub fn tell(&self, event: Stored) {
        if self.sender.receiver_count() > 0 && self.sender.send(Arc::new(event)).is_err() {
            tracing::debug!("the last listener has just gone");
        }
    }
}
