//! Pauses between tries that grow with each failure. Pure: time and chance are arguments.

use std::time::Duration;

use tokio::time::Instant;

use super::limits;

/// The pause after so many failures in a row.
#[derive(Debug, Default)]
pub(super) struct Pause {
    failures: u32,
    failed_at: Option<Instant>,
    length: Duration,
}

impl Pause {
    /// Whether it is too early for another try.
    pub(super) fn lasts(&self, now: Instant) -> bool {
        self.failed_at.is_some_and(|at| now < at + self.length)
    }

    /// Another failure: twice the pause, shortened by `chance` (0 to 1) to no less than half of it.
    pub(super) fn begin(&mut self, now: Instant, chance: f64) {
        if self.failed_at.is_some_and(|at| now >= at + limits::FORGET) {
            self.failures = 0;
        }
        let doubled = limits::PAUSE.saturating_mul(1 << self.failures.min(16)).min(limits::PAUSE_MAX);
        self.length = shortened(doubled, chance);
        self.failed_at = Some(now);
        self.failures = self.failures.saturating_add(1);
    }

    /// It went well: the next try needs no pause.
    pub(super) fn end(&mut self) {
        *self = Self::default();
    }
}

/// Between half of a length and all of it.
pub(super) fn shortened(length: Duration, chance: f64) -> Duration {
    length.mul_f64(1.0 - chance.clamp(0.0, 1.0) / 2.0)
}

/// A number from 0 to 1. Without a source of randomness it is 0: a pause is then at its longest.
pub(super) fn chance() -> f64 {
    let mut octets = [0; 4];
    match getrandom::fill(&mut octets) {
        Ok(()) => f64::from(u32::from_le_bytes(octets)) / f64::from(u32::MAX),
        Err(_) => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_minute_and_are_shortened_by_at_most_a_half() {
        let (mut pause, mut now) = (Pause::default(), Instant::now());
        assert!(!pause.lasts(now));
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
            let length = Duration::from_secs(seconds);
            pause.begin(now, 0.0);
            assert!(pause.lasts(now + length - Duration::from_millis(1)) && !pause.lasts(now + length));
            now += length;
        }
        pause.begin(now, 1.0);
        assert!(pause.lasts(now + Duration::from_secs(29)) && !pause.lasts(now + Duration::from_secs(31)));
    }

    #[test]
    fn a_success_or_a_long_quiet_time_begins_anew() {
        let (mut pause, now) = (Pause::default(), Instant::now());
        pause.begin(now, 0.0);
        pause.begin(now, 0.0);
        pause.end();
        assert!(!pause.lasts(now));
        for _ in 0..5 {
            pause.begin(now, 0.0);
        }
        let later = now + limits::FORGET;
        pause.begin(later, 0.0);
        assert!(!pause.lasts(later + limits::PAUSE));
    }

    #[test]
    fn chance_is_between_nothing_and_all() {
        assert!((0..1000).all(|_| (0.0..=1.0).contains(&chance())));
    }
}
