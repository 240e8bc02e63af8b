//! Whether the values of a sample can be true: every fault at once, with pointers relative to the sample.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::{Binds, Cohort, Sample, Session};
use crate::{
    invalid::{Fault, Rule},
    limits,
    number_rule::NumberRule,
    text_rule::{TextRule, printable_ascii},
    version::Mark,
};

/// Milliseconds a session may be bound longer than its window lasts: two clocks are read one after the other.
const BOUND_SLACK_MS: i64 = 1000;
/// Seconds of one receipt cohort.
const COHORT_S: i64 = 300;

/// What values may be, each for itself.
impl Sample {
    /// Who observed.
    pub const CONNECTOR_ID: TextRule = TextRule {
        min: 1,
        max: 128,
        pattern: Some("^[!-~]{1,128}$"),
        accepts: printable_ascii,
        hint: "must be printable ASCII without spaces, such as gateway/a-1",
    };
    /// Numbers of samples.
    pub const SEQ: NumberRule = NumberRule { min: 0, max: i64::MAX };
    /// Seconds of a window: shorter ones cost more than they tell.
    pub const WINDOW_S: NumberRule = NumberRule { min: 5, max: 3600 };
    /// Versions of configurations and credentials.
    pub const VERSION: NumberRule = NumberRule { min: 1, max: i64::MAX };
    /// Counts: more is a broken counter, and sums of a whole day stay within 64 bits.
    pub const COUNT: NumberRule = NumberRule { min: 0, max: 1_000_000_000_000 };
}

/// What values may be, each for itself.
impl Session {
    /// Slots of one connector's sessions on a connection.
    pub const SLOT: NumberRule = NumberRule { min: 0, max: 255 };
    /// Milliseconds in the longest window; of a shorter one not more than it lasts, and a second.
    pub const BOUND_MS: NumberRule = NumberRule { min: 0, max: Sample::WINDOW_S.max * 1000 + BOUND_SLACK_MS };
}

impl Sample {
    /// Every value that cannot be true, with pointers relative to the sample.
    #[must_use]
    pub fn check(&self) -> Vec<Fault> {
        let mut faults = Faults(Vec::new());
        self.check_head(&mut faults);
        self.check_counts(&mut faults);
        self.check_lists(&mut faults);
        faults.0
    }

    fn check_head(&self, faults: &mut Faults) {
        if let Err(invalid) = Self::CONNECTOR_ID.parse(&self.connector_id) {
            faults.0.push(Fault { pointer: "/connector_id".into(), invalid });
        }
        faults.range("/seq", self.seq, Self::SEQ);
        faults.range("/window_s", self.window_s, Self::WINDOW_S);
        if self.window_start.checked_add(SignedDuration::from_secs(self.window_s)).is_err() {
            faults.add(
                "/window_start",
                Rule::Range,
                "must be a time whose window ends before the year 10000",
            );
        }
        if let Some(version) = self.config_version {
            faults.range("/config_version", version, Self::VERSION);
        }
        if self.view_version.as_ref().is_some_and(|text| text.parse::<Mark>().is_err()) {
            faults.add(
                "/view_version",
                Rule::Pattern,
                "must be two whole numbers joined by a dot, such as 1.42",
            );
        }
    }

    fn check_counts(&self, faults: &mut Faults) {
        let Binds { bound, secret_refused, limit, config_refused, busy, unreachable } = &self.binds;
        for (pointer, count) in [
            ("/binds/bound", bound),
            ("/binds/secret_refused", secret_refused),
            ("/binds/limit", limit),
            ("/binds/config_refused", config_refused),
            ("/binds/busy", busy),
            ("/binds/unreachable", unreachable),
            ("/submitted", &self.submitted),
            ("/ok", &self.ok),
            ("/throttled", &self.throttled),
            ("/rejected_message", &self.rejected_message),
            ("/operator_error", &self.operator_error),
            ("/no_answer", &self.no_answer),
            ("/enquire_sent", &self.enquire_sent),
            ("/enquire_missed", &self.enquire_missed),
            ("/mo_total", &self.mo_total),
            ("/window_full_ms", &self.window_full_ms),
            ("/throttled_ms", &self.throttled_ms),
            ("/queue_depth", &self.queue_depth),
            ("/reconnects", &self.reconnects),
        ] {
            faults.count(pointer, *count);
        }
        let parts = [self.ok, self.throttled, self.rejected_message, self.operator_error, self.no_answer];
        if parts.into_iter().fold(0u64, u64::saturating_add) > self.submitted {
            let message =
                "must be at least ok, throttled, rejected_message, operator_error and no_answer together";
            faults.add("/submitted", Rule::Combination, message);
        }
    }

    fn check_lists(&self, faults: &mut Faults) {
        self.check_sessions(faults);
        faults.at_most("/by_status", self.by_status.len(), limits::STATUSES_PER_SAMPLE);
        faults.unique("/by_status", "code", self.by_status.iter().map(|status| status.code));
        for (i, status) in self.by_status.iter().enumerate() {
            faults.count(format!("/by_status/{i}/count"), status.count);
        }
        if !matches!(self.submit_ms.len(), 0 | limits::LATENCY_BUCKETS) {
            let message = format!("must have {} counts, or none", limits::LATENCY_BUCKETS);
            faults.add("/submit_ms", Rule::Length, message);
        }
        for (i, count) in self.submit_ms.iter().enumerate() {
            faults.count(format!("/submit_ms/{i}"), *count);
        }
        faults.at_most("/receipts", self.receipts.len(), limits::COHORTS_PER_SAMPLE);
        faults.unique("/receipts", "submit_bucket", self.receipts.iter().map(|cohort| cohort.submit_bucket));
        for (i, cohort) in self.receipts.iter().enumerate() {
            cohort.check(&format!("/receipts/{i}"), faults);
        }
    }

    fn check_sessions(&self, faults: &mut Faults) {
        faults.at_most("/sessions", self.sessions.len(), limits::SESSIONS_PER_SAMPLE);
        faults.unique("/sessions", "slot", self.sessions.iter().map(|session| session.slot));
        let bound_max = self.window_s.saturating_mul(1000).saturating_add(BOUND_SLACK_MS);
        for (i, session) in self.sessions.iter().enumerate() {
            faults.range(format!("/sessions/{i}/slot"), session.slot, Session::SLOT);
            faults.range(
                format!("/sessions/{i}/bound_ms"),
                session.bound_ms,
                NumberRule { max: bound_max, ..Session::BOUND_MS },
            );
            if let Some(version) = session.credential_version {
                faults.range(format!("/sessions/{i}/credential_version"), version, Self::VERSION);
            }
        }
    }
}

impl Cohort {
    fn check(&self, at: &str, faults: &mut Faults) {
        let Self {
            submit_bucket,
            requested,
            delivered,
            failed_operator,
            failed_subscriber,
            rejected,
            expired,
            unknown,
        } = self;
        if submit_bucket.as_nanosecond() % (i128::from(COHORT_S) * 1_000_000_000) != 0 {
            faults.add(format!("{at}/submit_bucket"), Rule::Range, "must be a whole five minutes");
        }
        for (field, count) in [
            ("requested", requested),
            ("delivered", delivered),
            ("failed_operator", failed_operator),
            ("failed_subscriber", failed_subscriber),
            ("rejected", rejected),
            ("expired", expired),
            ("unknown", unknown),
        ] {
            faults.count(format!("{at}/{field}"), *count);
        }
    }
}

struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, pointer: impl Into<String>, rule: Rule, message: impl Into<String>) {
        self.0.push(Fault::new(pointer, rule, message));
    }

    fn range(&mut self, pointer: impl Into<String>, value: i64, NumberRule { min, max }: NumberRule) {
        if !(min..=max).contains(&value) {
            self.add(pointer, Rule::Range, format!("must be from {min} to {max}"));
        }
    }

    fn count(&mut self, pointer: impl Into<String>, value: u64) {
        self.range(pointer, i64::try_from(value).unwrap_or(i64::MAX), Sample::COUNT);
    }

    fn at_most(&mut self, pointer: &str, entries: usize, max: usize) {
        if entries > max {
            self.add(pointer, Rule::Length, format!("must have at most {max} entries"));
        }
    }

    fn unique<T: Ord>(&mut self, list: &str, field: &str, values: impl Iterator<Item = T>) {
        let mut seen = BTreeSet::new();
        for (i, value) in values.enumerate() {
            if !seen.insert(value) {
                self.add(format!("{list}/{i}/{field}"), Rule::Unique, "must differ from the other entries");
            }
        }
    }
}

#[cfg(test)]
mod tests;
