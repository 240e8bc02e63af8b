//! When the issuer's keys are read anew: by the clock, and when a token names a key that is not known, at most every half
//! minute, so that bad tokens cannot make us flood the issuer.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Notify, watch};

/// Between two reads that tokens ask for.
pub const ASKED_EVERY: SignedDuration = SignedDuration::from_secs(30);
/// After a read that failed.
pub const RETRIED_AFTER: SignedDuration = SignedDuration::from_secs(5);
/// How long the one token that asked waits: a little longer than a read may take.
const WAITED: Duration = Duration::from_millis(2500);

/// Whether the keys are to be read, and who waits for it.
#[derive(Debug)]
pub struct Renewal {
    state: Mutex<State>,
    regularly: Option<SignedDuration>,
    bell: Notify,
    ended: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct State {
    begun_at: Option<Timestamp>,
    asked: bool,
    failed: bool,
}

impl Renewal {
    /// Whoever reads the keys does so at least this often.
    #[must_use]
    pub fn every(regularly: SignedDuration) -> Self {
        Self::of(Some(regularly))
    }

    /// Nobody reads keys: asking for them is in vain.
    pub(super) fn never() -> Self {
        Self::of(None)
    }

    fn of(regularly: Option<SignedDuration>) -> Self {
        Self { state: Mutex::default(), regularly, bell: Notify::new(), ended: watch::Sender::new(()) }
    }

    /// Asks for the keys to be read, and waits a moment for that. False at once when it is too early: a read has just
    /// been, is asked for, or fails anyway and is repeated by the clock.
    pub async fn ask(&self, now: Timestamp) -> bool {
        let mut ended = self.ended.subscribe();
        {
            let mut state = self.state();
            let rested = state.begun_at.is_none_or(|at| has_passed(at, now, ASKED_EVERY));
            if self.regularly.is_none() || state.asked || state.failed || !rested {
                return false;
            }
            state.asked = true;
        }
        self.bell.notify_one();
        matches!(tokio::time::timeout(WAITED, ended.changed()).await, Ok(Ok(())))
    }

    /// Waits until somebody asks.
    pub async fn asked(&self) {
        self.bell.notified().await;
    }

    /// Whether the keys are to be read at `now`. If so, the read has begun.
    pub(super) fn begin(&self, now: Timestamp) -> bool {
        let mut state = self.state();
        let wait = if state.failed { Some(RETRIED_AFTER) } else { self.regularly };
        let due = state.asked
            || match (state.begun_at, wait) {
                (Some(at), Some(wait)) => has_passed(at, now, wait),
                (None, _) => true,
                (_, None) => false,
            };
        if due {
            state.begun_at = Some(now);
        }
        due
    }

    /// The read has ended.
    pub(super) fn end(&self, failed: bool) {
        {
            let mut state = self.state();
            state.asked = false;
            state.failed = failed;
        }
        self.ended.send_replace(());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Also when the clock was set back behind `since`.
fn has_passed(since: Timestamp, now: Timestamp, wait: SignedDuration) -> bool {
    now < since || now.duration_since(since) >= wait
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::testing::NOW;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(NOW + seconds).unwrap()
    }

    #[test]
    fn the_clock_reads_regularly_sooner_after_a_failure_and_after_it_was_set_back() {
        let renewal = Renewal::every(SignedDuration::from_mins(5));
        assert!(renewal.begin(at(0)), "the first time");
        renewal.end(false);
        assert!(!renewal.begin(at(299)) && renewal.begin(at(300)));
        renewal.end(true);
        assert!(!renewal.begin(at(304)) && renewal.begin(at(305)));
        renewal.end(false);
        assert!(renewal.begin(at(-86_400)), "the clock was wrong by a day");
    }

    #[tokio::test(start_paused = true)]
    async fn one_token_waits_for_the_read_and_the_next_half_minute_nobody_does() {
        let renewal = Renewal::every(SignedDuration::from_mins(5));
        assert!(renewal.begin(at(0)));
        renewal.end(false);
        assert!(!renewal.ask(at(29)).await, "too early");
        let reader = async {
            renewal.asked().await;
            assert!(!renewal.ask(at(30)).await, "it is asked for already");
            assert!(renewal.begin(at(30)), "asked for, and so due");
            renewal.end(false);
        };
        let (waited, ()) = tokio::join!(renewal.ask(at(30)), reader);
        assert!(waited);
        assert!(!renewal.ask(at(59)).await);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_a_read_that_fails_or_never_comes() {
        let renewal = Renewal::every(SignedDuration::from_mins(5));
        assert!(renewal.begin(at(0)));
        renewal.end(true);
        assert!(!renewal.ask(at(60)).await, "the clock repeats it");
        assert!(!Renewal::never().ask(at(0)).await);
        let nobody_reads = Renewal::every(SignedDuration::from_mins(5));
        assert!(!nobody_reads.ask(at(0)).await, "and not for ever");
    }
}
