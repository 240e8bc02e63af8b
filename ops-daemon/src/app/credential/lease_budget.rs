//! How many connections' secrets one identity may ask for in a minute: a connector that asks in a loop does not wear out
//! the secret store and the audit trail, and a stolen key does not empty them at once. Each process counts for itself.

use std::{fmt, num::NonZeroU32};

use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::NoOpMiddleware,
    state::{InMemoryState, NotKeyed},
};

use crate::app::refusal::Refusal;

/// What is left of an identity's minute. It fills evenly, and a full one may be spent at once.
pub struct LeaseBudget<C: Clock = DefaultClock> {
    limiter: RateLimiter<NotKeyed, InMemoryState, C, NoOpMiddleware<C::Instant>>,
    clock: C,
}

impl LeaseBudget {
    /// A full one.
    #[must_use]
    pub fn per_minute(connections: NonZeroU32) -> Self {
        Self::by(DefaultClock::default(), connections)
    }
}

impl<C: Clock + Clone> LeaseBudget<C> {
    fn by(clock: C, per_minute: NonZeroU32) -> Self {
        let limiter = RateLimiter::direct_with_clock(Quota::per_minute(per_minute), clock.clone());
        Self { limiter, clock }
    }

    /// Takes `connections`, or nothing.
    ///
    /// # Errors
    /// Not as many are left; says after how many seconds they are.
    pub fn take(&self, connections: usize) -> Result<(), Refusal> {
        let Some(count) = u32::try_from(connections).ok().and_then(NonZeroU32::new) else { return Ok(()) };
        // the configuration lets a full request pass at least
        let taken = self.limiter.check_n(count).map_err(Refusal::internal)?;
        taken.map_err(|not_yet| {
            let wait = not_yet.wait_time_from(self.clock.now());
            let whole = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            Refusal::RateLimited { after_s: u32::try_from(whole.max(1)).unwrap_or(u32::MAX) }
        })
    }
}

impl<C: Clock> fmt::Debug for LeaseBudget<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LeaseBudget")
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use governor::clock::FakeRelativeClock;

    use super::*;

    fn refused(budget: &LeaseBudget<FakeRelativeClock>, connections: usize) -> Option<u32> {
        match budget.take(connections) {
            Ok(()) => None,
            Err(Refusal::RateLimited { after_s }) => Some(after_s),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn a_full_minute_may_be_spent_at_once_and_comes_back_evenly() {
        let clock = FakeRelativeClock::default();
        let budget = LeaseBudget::by(clock.clone(), NonZeroU32::new(600).unwrap());
        for _ in 0..3 {
            assert_eq!(refused(&budget, 200), None);
        }
        assert_eq!((refused(&budget, 200), refused(&budget, 1)), (Some(20), Some(1)));
        clock.advance(Duration::from_millis(19_900));
        assert_eq!(
            (refused(&budget, 200), refused(&budget, 199)),
            (Some(1), None),
            "a refusal takes nothing"
        );
        clock.advance(Duration::from_secs(3600));
        for _ in 0..3 {
            assert_eq!(refused(&budget, 200), None);
        }
        assert_eq!(refused(&budget, 1), Some(1), "what was not spent in an hour does not add up");
    }

    #[test]
    fn who_waits_as_told_is_let_through() {
        let clock = FakeRelativeClock::default();
        let budget = LeaseBudget::by(clock.clone(), NonZeroU32::new(200).unwrap());
        assert_eq!(refused(&budget, 200), None);
        for asked in [1, 7, 199, 200] {
            let wait = refused(&budget, asked).unwrap();
            clock.advance(Duration::from_secs(wait.into()));
            assert_eq!(refused(&budget, asked), None, "{asked}");
        }
    }
}
