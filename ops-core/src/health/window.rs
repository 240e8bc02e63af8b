//! Windows: aligned stretches of time, each with the sums of every sample that ended in it.

use jiff::{SignedDuration, Timestamp};

use super::Sample;

/// Seconds after its end for which a window waits for samples; later ones are kept, but not judged.
pub const SETTLE_S: i64 = 15;

const NANOS_PER_S: i128 = 1_000_000_000;

/// The end of the window to which a sample belongs that ended at `sample_end`. Windows of `eval_s` seconds are aligned
/// to the epoch, and each includes its end: (k·eval, (k+1)·eval].
#[must_use]
pub fn window_of(sample_end: Timestamp, eval_s: i64) -> Timestamp {
    let eval = i128::from(eval_s.max(1)) * NANOS_PER_S;
    let before_end = sample_end.as_nanosecond() - 1;
    let end = (before_end.div_euclid(eval) + 1) * eval;
    Timestamp::from_nanosecond(end).unwrap_or(Timestamp::MAX)
}

/// Whether a window has waited long enough to be judged.
#[must_use]
pub fn is_closed(window_end: Timestamp, now: Timestamp) -> bool {
    now.duration_since(window_end) >= SignedDuration::from_secs(SETTLE_S)
}

/// The sums of all samples of one connection in one window, as a database row holds them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowSums {
    /// When the window ends; see [`window_of`].
    pub window_end: Timestamp,
    /// Samples that came in time.
    pub samples: i64,
    /// Milliseconds in which sessions were bound that can submit, over all of them.
    pub submit_bound_ms: i64,
    /// Sessions at a sample's end that can submit and were bound for a while.
    pub submit_sessions_bound: i64,
    /// Bind attempts.
    pub binds_total: i64,
    /// Bind attempts that bound.
    pub binds_bound: i64,
    /// Messages sent.
    pub submitted: i64,
    /// Answered with success.
    pub ok: i64,
    /// Answered with "too fast" or "queue full".
    pub throttled: i64,
    /// Refused for the message's own sake.
    pub rejected_message: i64,
    /// Refused for the operator's sake.
    pub operator_error: i64,
    /// Not answered in time.
    pub no_answer: i64,
}

impl WindowSums {
    /// A window without samples.
    #[must_use]
    pub const fn empty(window_end: Timestamp) -> Self {
        Self {
            window_end,
            samples: 0,
            submit_bound_ms: 0,
            submit_sessions_bound: 0,
            binds_total: 0,
            binds_bound: 0,
            submitted: 0,
            ok: 0,
            throttled: 0,
            rejected_message: 0,
            operator_error: 0,
            no_answer: 0,
        }
    }

    /// Adds a sample that belongs to this window.
    pub fn add(&mut self, sample: &Sample) {
        let bound = || sample.sessions.iter().filter(|s| s.state.can_submit() && s.bound_ms > 0);
        let binds = &sample.binds;
        let attempts = [
            binds.bound,
            binds.secret_refused,
            binds.limit,
            binds.config_refused,
            binds.busy,
            binds.unreachable,
        ];
        self.samples += 1;
        self.submit_bound_ms = bound().fold(self.submit_bound_ms, |sum, s| sum.saturating_add(s.bound_ms));
        self.submit_sessions_bound += i64::try_from(bound().count()).unwrap_or(i64::MAX);
        for count in attempts {
            count_up(&mut self.binds_total, count);
        }
        count_up(&mut self.binds_bound, binds.bound);
        count_up(&mut self.submitted, sample.submitted);
        count_up(&mut self.ok, sample.ok);
        count_up(&mut self.throttled, sample.throttled);
        count_up(&mut self.rejected_message, sample.rejected_message);
        count_up(&mut self.operator_error, sample.operator_error);
        count_up(&mut self.no_answer, sample.no_answer);
    }
}

fn count_up(sum: &mut i64, by: u64) {
    *sum = sum.saturating_add_unsigned(by);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::health::{Binds, Session, SessionState, testing::sample};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[test]
    fn a_window_includes_its_end_and_not_its_beginning() {
        for (sample_end, window_end) in
            [(1, 30), (29, 30), (30, 30), (31, 60), (60, 60), (0, 0), (-1, 0), (-30, -30)]
        {
            assert_eq!(window_of(at(sample_end), 30), at(window_end), "{sample_end}");
        }
        let just_after = at(30) + SignedDuration::from_nanos(1);
        assert_eq!(window_of(just_after, 30), at(60));
    }

    #[test]
    fn a_window_lasts_a_second_at_least_and_ends_within_all_time() {
        for eval_s in [1, 0, -1] {
            assert_eq!(window_of(at(7), eval_s), at(7), "{eval_s}");
        }
        assert_eq!(window_of(Timestamp::MAX, 3600), Timestamp::MAX);
    }

    #[test]
    fn a_window_is_closed_fifteen_seconds_after_its_end() {
        assert!(!is_closed(at(30), at(44)));
        assert!(is_closed(at(30), at(45)));
    }

    #[test]
    fn only_a_session_that_can_submit_and_was_bound_counts_as_bound() {
        let mut sums = WindowSums::empty(at(30));
        let mut sample = sample(0, 30);
        let session =
            |slot, state, bound_ms| Session { slot, state, bound_ms, credential_version: None, since: None };
        sample.sessions = vec![
            session(0, SessionState::BoundTrx, 30_000),
            session(1, SessionState::BoundTx, 1),
            session(2, SessionState::BoundRx, 30_000),
            session(3, SessionState::BoundTx, 0),
            session(4, SessionState::Backoff, 9_000),
        ];
        sums.add(&sample);
        assert_eq!((sums.submit_sessions_bound, sums.submit_bound_ms), (2, 30_001));
    }

    #[test]
    fn sums_add_up_over_samples() {
        let mut sums = WindowSums::empty(at(30));
        let mut sample = sample(0, 30);
        sample.binds =
            Binds { bound: 1, secret_refused: 2, limit: 4, config_refused: 8, busy: 16, unreachable: 32 };
        sample.submitted = 31;
        (sample.ok, sample.throttled, sample.rejected_message) = (1, 2, 4);
        (sample.operator_error, sample.no_answer) = (8, 16);
        sums.add(&sample);
        sums.add(&sample);
        let twice = WindowSums {
            samples: 2,
            binds_total: 126,
            binds_bound: 2,
            submitted: 62,
            ok: 2,
            throttled: 4,
            rejected_message: 8,
            operator_error: 16,
            no_answer: 32,
            ..WindowSums::empty(at(30))
        };
        assert_eq!(sums, twice);
    }

    #[test]
    fn sums_stop_at_the_largest_number_a_row_holds() {
        let mut sums = WindowSums::empty(at(30));
        let session = Session {
            slot: 0,
            state: SessionState::BoundTx,
            bound_ms: i64::MAX,
            credential_version: None,
            since: None,
        };
        let mut sample = sample(0, 30);
        sample.sessions = vec![session.clone(), Session { slot: 1, ..session }];
        (sample.submitted, sample.binds.busy, sample.binds.limit) = (u64::MAX, u64::MAX, 1);
        sums.add(&sample);
        assert_eq!((sums.submit_bound_ms, sums.submit_sessions_bound), (i64::MAX, 2));
        assert_eq!((sums.submitted, sums.binds_total), (i64::MAX, i64::MAX));
    }
}
