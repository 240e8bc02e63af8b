//! What holds for every call: it ends within a second, not too many are under way, and none begins while the server rests.

use tokio::{
    sync::Semaphore,
    time::{Instant, timeout, timeout_at},
};

use super::{
    breaker::Breaker,
    fault::Fault,
    limits,
    pause::{chance, shortened},
};

/// The calls that are under way.
pub(super) struct Flights {
    breaker: Breaker,
    places: Semaphore,
}

impl Flights {
    pub(super) const fn new() -> Self {
        Self { breaker: Breaker::new(), places: Semaphore::const_new(limits::IN_FLIGHT) }
    }

    /// Whether calls are refused because the server was away.
    pub(super) fn rest(&self) -> bool {
        self.breaker.is_open(Instant::now())
    }

    /// Does `work` within [`limits::CALL`] from now on; it is told when its time ends.
    pub(super) async fn fly<T, W: Future<Output = Result<T, Fault>>>(
        &self,
        work: impl FnOnce(Instant) -> W,
    ) -> Result<T, Fault> {
        let end = Instant::now() + limits::CALL;
        if self.rest() {
            return Err(Fault::Resting);
        }
        let place = timeout(limits::WAIT, self.places.acquire()).await.map_err(|_| Fault::Busy)?;
        let _place = place.map_err(|_| Fault::Busy)?;
        let pass = self.breaker.enter(Instant::now())?;
        let done = timeout_at(end, work(end)).await.unwrap_or(Err(Fault::TimedOut));
        match &done {
            Err(fault) if fault.is_outage() => {
                pass.failed(Instant::now(), shortened(limits::REST, chance()));
            }
            // these may come from memory: they say nothing about the server now
            Err(Fault::LoginRefused | Fault::LoginFile) => drop(pass),
            Ok(_) | Err(_) => pass.answered(),
        }
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn stuck(_: Instant) -> Result<(), Fault> {
        std::future::pending().await
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_ends_within_its_second_however_long_its_work_takes() {
        let (flights, began) = (Flights::new(), Instant::now());
        assert_eq!(flights.fly(stuck).await, Err(Fault::TimedOut));
        assert_eq!(began.elapsed(), limits::CALL);
    }

    #[tokio::test(start_paused = true)]
    async fn who_finds_no_place_is_refused_and_who_waited_still_ends_within_the_second() {
        let flights = Flights::new();
        let held = flights.places.acquire_many(u32::try_from(limits::IN_FLIGHT).unwrap()).await.unwrap();
        let began = Instant::now();
        assert_eq!(flights.fly(async |_| Ok(())).await, Err(Fault::Busy));
        assert_eq!(began.elapsed(), limits::WAIT);

        let began = Instant::now();
        let freed = async {
            // paced: a place becomes free while the other one waits
            tokio::time::sleep(limits::WAIT / 2).await;
            drop(held);
        };
        let (flown, ()) = tokio::join!(flights.fly(stuck), freed);
        assert_eq!(flown, Err(Fault::TimedOut));
        assert_eq!(began.elapsed(), limits::CALL);
    }

    #[tokio::test(start_paused = true)]
    async fn outages_in_a_row_bring_a_rest_and_other_refusals_do_not() {
        let flights = Flights::new();
        for _ in 0..10 * limits::FAILURES {
            assert_eq!(flights.fly(async |_| Err::<(), _>(Fault::Forbidden)).await, Err(Fault::Forbidden));
        }
        for _ in 0..limits::FAILURES {
            assert!(!flights.rest());
            assert_eq!(flights.fly(async |_| Err::<(), _>(Fault::Sealed)).await, Err(Fault::Sealed));
        }
        assert!(flights.rest());
        let began = Instant::now();
        assert_eq!(flights.fly(stuck).await, Err(Fault::Resting));
        assert_eq!(began.elapsed(), std::time::Duration::ZERO, "at once");
        tokio::time::advance(limits::REST).await;
        assert_eq!(flights.fly(async |_| Ok(())).await, Ok(()));
        assert!(!flights.rest());
    }
}
