//! The verdict: what one window means for reach. Rates never decide below a minimum sample.

use super::{Reason, WindowSums};

/// Messages below which unanswered ones decide nothing.
const NO_ANSWER_MIN: i64 = 20;
/// The share of unanswered messages above which an operator is not reached, for certain.
const NO_ANSWER_SHARE: f64 = 0.5;
/// The normal distribution's 97.5 % point: a 95 % interval.
const Z: f64 = 1.959_963_984_540_054;

/// What one window means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The operator is not reached through this connection.
    Unreachable(Unreachable),
    /// A session that can submit was bound.
    Bound,
}

/// Why a window says that the operator is not reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreachable {
    /// No session that can submit was bound.
    NoSession,
    /// Nothing was bound, though it was tried.
    BindsRefused,
    /// Sessions are bound, and most messages stay without an answer.
    NoAnswer,
}

impl From<Unreachable> for Reason {
    fn from(why: Unreachable) -> Self {
        match why {
            Unreachable::NoSession => Self::NoSession,
            Unreachable::BindsRefused => Self::BindsRefused,
            Unreachable::NoAnswer => Self::NoAnswer,
        }
    }
}

/// What a window means; nothing when it has no sample, because silence is not a verdict.
#[must_use]
pub fn verdict(sums: &WindowSums) -> Option<Verdict> {
    if sums.samples == 0 {
        return None;
    }
    let verdict = if sums.submit_sessions_bound > 0 {
        if is_unanswered(sums) { Verdict::Unreachable(Unreachable::NoAnswer) } else { Verdict::Bound }
    } else if sums.binds_total > 0 && sums.binds_bound == 0 {
        Verdict::Unreachable(Unreachable::BindsRefused)
    } else {
        Verdict::Unreachable(Unreachable::NoSession)
    };
    Some(verdict)
}

fn is_unanswered(sums: &WindowSums) -> bool {
    sums.submitted >= NO_ANSWER_MIN && wilson_lower_bound(sums.no_answer, sums.submitted) > NO_ANSWER_SHARE
}

/// The lower end of the 95 % interval of a share, by E. B. Wilson, "Probable inference, the law of succession, and
/// statistical inference", Journal of the American Statistical Association 22 (1927), 209–212. 0 of nothing is 0.
#[must_use]
pub fn wilson_lower_bound(hits: i64, of: i64) -> f64 {
    if of <= 0 {
        return 0.0;
    }
    let n = of as f64;
    let share = hits.clamp(0, of) as f64 / n;
    let z2 = Z * Z;
    let centre = share + z2 / (2.0 * n);
    let spread = Z * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    ((centre - spread) / (1.0 + z2 / n)).max(0.0)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn sums(edit: impl FnOnce(&mut WindowSums)) -> WindowSums {
        let mut sums = WindowSums { samples: 1, ..WindowSums::empty(Timestamp::UNIX_EPOCH) };
        edit(&mut sums);
        sums
    }

    #[test]
    fn a_window_without_a_sample_is_no_verdict() {
        assert_eq!(verdict(&WindowSums::empty(Timestamp::UNIX_EPOCH)), None);
    }

    #[test]
    fn a_window_with_a_bound_session_is_bound_also_when_idle_or_full_of_customers_mistakes() {
        assert_eq!(verdict(&sums(|s| s.submit_sessions_bound = 1)), Some(Verdict::Bound));
        let mistakes = sums(|s| (s.submit_sessions_bound, s.submitted, s.rejected_message) = (1, 1000, 1000));
        assert_eq!(verdict(&mistakes), Some(Verdict::Bound));
    }

    #[test]
    fn nothing_bound_is_unreachable_and_says_whether_it_was_tried() {
        assert_eq!(verdict(&sums(|_| ())), Some(Verdict::Unreachable(Unreachable::NoSession)));
        let refused = sums(|s| s.binds_total = 3);
        assert_eq!(verdict(&refused), Some(Verdict::Unreachable(Unreachable::BindsRefused)));
        let lost_again = sums(|s| (s.binds_total, s.binds_bound) = (3, 1));
        assert_eq!(verdict(&lost_again), Some(Verdict::Unreachable(Unreachable::NoSession)));
    }

    #[test]
    fn a_refused_bind_beside_a_bound_session_is_no_matter() {
        assert_eq!(
            verdict(&sums(|s| (s.submit_sessions_bound, s.binds_total) = (1, 3))),
            Some(Verdict::Bound)
        );
    }

    #[test]
    fn unanswered_messages_decide_only_from_twenty_on_and_only_when_they_are_most_of_them_for_certain() {
        for (submitted, no_answer, expected) in [
            (19, 19, Verdict::Bound),
            (20, 20, Verdict::Unreachable(Unreachable::NoAnswer)),
            (20, 14, Verdict::Bound),
            (20, 15, Verdict::Unreachable(Unreachable::NoAnswer)),
            (1000, 500, Verdict::Bound),
            (1000, 530, Verdict::Bound),
            (1000, 531, Verdict::Unreachable(Unreachable::NoAnswer)),
        ] {
            let window =
                sums(|s| (s.submit_sessions_bound, s.submitted, s.no_answer) = (1, submitted, no_answer));
            assert_eq!(verdict(&window), Some(expected), "{no_answer} of {submitted}");
        }
    }

    #[test]
    fn the_lower_bound_is_wilsons() {
        for (hits, of, expected) in [
            (0, 0, 0.0),
            (0, 10, 0.0),
            (1, 10, 0.017_876),
            (5, 10, 0.236_593),
            (10, 10, 0.722_467),
            (50, 100, 0.403_832),
            (81, 263, 0.255_289),
            (15, 20, 0.531_299),
            (30, 20, 0.838_875),
            (-1, 20, 0.0),
            (3, -1, 0.0),
        ] {
            let bound = wilson_lower_bound(hits, of);
            assert!((bound - expected).abs() < 1e-6, "{hits} of {of}: {bound}");
        }
    }
}
