//! Whether the server may be asked: after some failures in a row nobody asks for a while, then one call tries. Pure: time
//! and chance are arguments.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::{fault::Fault, limits};

/// Counts failures in a row.
pub(super) struct Breaker(Mutex<State>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Everybody may ask; so many failures in a row.
    Closed(u32),
    /// Nobody may ask until then.
    Open(Instant),
    /// One asks, and everybody else waits for what comes of it.
    Trying,
}

/// Leave to ask once. Dropped without a word it says nothing about the server.
pub(super) struct Pass<'a> {
    breaker: &'a Breaker,
    tries: bool,
}

impl Breaker {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(State::Closed(0)))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether nobody may ask at the moment.
    pub(super) fn is_open(&self, now: Instant) -> bool {
        match *self.state() {
            State::Closed(_) => false,
            State::Open(until) => now < until,
            State::Trying => true,
        }
    }

    /// Leave to ask, or [`Fault::Resting`].
    pub(super) fn enter(&self, now: Instant) -> Result<Pass<'_>, Fault> {
        let mut state = self.state();
        match *state {
            State::Closed(_) => Ok(Pass { breaker: self, tries: false }),
            State::Open(until) if now >= until => {
                *state = State::Trying;
                Ok(Pass { breaker: self, tries: true })
            }
            State::Open(_) | State::Trying => Err(Fault::Resting),
        }
    }
}

impl Pass<'_> {
    /// The server answered.
    pub(super) fn answered(self) {
        let mut state = self.breaker.state();
        // a late answer to somebody who asked before the rest began ends no rest
        if self.tries || matches!(*state, State::Closed(_)) {
            *state = State::Closed(0);
        }
    }

    /// The server was away. `rest` is how long nobody asks, if that was once too often.
    pub(super) fn failed(self, now: Instant, rest: Duration) {
        let mut state = self.breaker.state();
        *state = match *state {
            State::Trying if self.tries => State::Open(now + rest),
            State::Closed(failures) if failures + 1 >= limits::FAILURES => State::Open(now + rest),
            State::Closed(failures) => State::Closed(failures + 1),
            resting @ (State::Open(_) | State::Trying) => resting,
        };
    }
}

impl Drop for Pass<'_> {
    /// A try that was given up leaves the next try to the next caller.
    fn drop(&mut self) {
        let mut state = self.breaker.state();
        if self.tries && *state == State::Trying {
            *state = State::Open(Instant::now());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: Duration = Duration::from_millis(700);

    fn fail(breaker: &Breaker, now: Instant) {
        breaker.enter(now).ok().unwrap().failed(now, REST);
    }

    fn opened() -> (Breaker, Instant) {
        let (breaker, now) = (Breaker::new(), Instant::now());
        for _ in 0..limits::FAILURES {
            fail(&breaker, now);
        }
        (breaker, now)
    }

    #[test]
    fn it_opens_after_the_last_of_so_many_failures_in_a_row_and_not_before() {
        let (breaker, now) = (Breaker::new(), Instant::now());
        for _ in 1..limits::FAILURES {
            fail(&breaker, now);
        }
        breaker.enter(now).ok().unwrap().answered();
        for _ in 1..limits::FAILURES {
            fail(&breaker, now);
            assert!(!breaker.is_open(now));
        }
        fail(&breaker, now);
        assert!(breaker.is_open(now));
        assert_eq!(breaker.enter(now).err(), Some(Fault::Resting));
    }

    #[test]
    fn after_the_rest_one_tries_and_the_others_wait_for_what_comes_of_it() {
        let (breaker, now) = opened();
        let just_before = now + REST - Duration::from_nanos(1);
        assert_eq!(breaker.enter(just_before).err(), Some(Fault::Resting));
        let later = now + REST;
        let tries = breaker.enter(later).ok().unwrap();
        assert_eq!(breaker.enter(later).err(), Some(Fault::Resting));
        tries.failed(later, REST);
        assert_eq!(breaker.enter(later).err(), Some(Fault::Resting), "a failed try is a new rest");
        let tries = breaker.enter(later + REST).ok().unwrap();
        tries.answered();
        assert!(!breaker.is_open(later));
        fail(&breaker, later);
        assert!(!breaker.is_open(later), "the count begins anew");
    }

    #[test]
    fn a_try_that_was_given_up_is_left_to_the_next_caller() {
        let (breaker, now) = opened();
        drop(breaker.enter(now + REST).ok().unwrap());
        assert!(breaker.enter(now + REST).is_ok());
    }

    #[test]
    fn who_asked_before_the_rest_neither_ends_it_nor_makes_it_longer() {
        let (breaker, now) = (Breaker::new(), Instant::now());
        let late = [breaker.enter(now).ok().unwrap(), breaker.enter(now).ok().unwrap()];
        for _ in 0..limits::FAILURES {
            fail(&breaker, now);
        }
        let [answered, failed] = late;
        answered.answered();
        assert!(breaker.is_open(now));
        failed.failed(now + REST / 2, REST);
        assert!(!breaker.is_open(now + REST));
    }
}
