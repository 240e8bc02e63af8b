//! The immutable routing view in memory, and the wish to have a newer one.

use std::{sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use ops_core::routing::View;
use tokio::sync::watch;

/// How long a write waits until this process's view has caught up.
const CATCH_UP_WITHIN: Duration = Duration::from_secs(2);

/// Holds the view that every resolve answers from. The task `view_refresh` replaces it.
pub struct ViewHolder {
    current: ArcSwap<View>,
    wanted: watch::Sender<u64>,
    loaded: watch::Sender<u64>,
}

impl Default for ViewHolder {
    fn default() -> Self {
        Self {
            current: ArcSwap::from_pointee(View::empty()),
            wanted: watch::Sender::new(0),
            loaded: watch::Sender::new(0),
        }
    }
}

impl ViewHolder {
    /// The view now.
    #[must_use]
    pub fn current(&self) -> Arc<View> {
        self.current.load_full()
    }

    /// Wishes for a view that is read after this call, and answers the number of the wish.
    pub fn wish(&self) -> u64 {
        let mut ticket = 0;
        self.wanted.send_modify(|wanted| {
            *wanted += 1;
            ticket = *wanted;
        });
        ticket
    }

    /// Waits until a view is here that was read after this call: whoever writes reads it.
    pub async fn caught_up(&self) {
        let ticket = self.wish();
        let mut loaded = self.loaded.subscribe();
        let caught_up = loaded.wait_for(|loaded| *loaded >= ticket);
        if !matches!(tokio::time::timeout(CATCH_UP_WITHIN, caught_up).await, Ok(Ok(_))) {
            tracing::warn!("a write is answered before the routing view has caught up");
        }
    }

    /// The number of the last wish for a newer view.
    #[must_use]
    pub fn last_wish(&self) -> u64 {
        *self.wanted.borrow()
    }

    /// Waits while no wish is open.
    pub async fn wished(&self) {
        let mut wanted = self.wanted.subscribe();
        let loaded = *self.loaded.borrow();
        // the sender is ours, so the channel stays open; were it closed, waiting for ever is right
        if wanted.wait_for(|wanted| *wanted > loaded).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Replaces the view by one that was read after wish number `wish`.
    pub fn replace(&self, view: View, wish: u64) {
        self.current.store(Arc::new(view));
        self.loaded.send_replace(wish);
    }

    /// The view is still the newest: wishes up to `wish` are met.
    pub fn confirm(&self, wish: u64) {
        self.loaded.send_replace(wish);
    }
}
