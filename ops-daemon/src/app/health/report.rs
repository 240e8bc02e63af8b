//! Take samples: check each against the clock and the caller's right, store the rest, answer what became of each.

use jiff::SignedDuration;
use ops_client::wire::batch::{BatchAnswer, SampleRefusal, SampleRefused};
use ops_core::{health::Sample, limits};
use ops_store::port::{Arrived, SampleTaken};

use crate::{
    app::{App, refusal::Refusal, stamp::now},
    telemetry::SampleOutcome,
};

/// Stores the samples that may be stored.
///
/// # Errors
/// The database does not answer: then nothing is stored, or the outcome is unknown; sending them again is safe.
pub async fn report(
    app: &App,
    samples: Vec<Sample>,
    may_send: impl Fn(&str) -> bool,
) -> Result<BatchAnswer, Refusal> {
    let received_at = now();
    let mut answer = BatchAnswer::default();
    let (mut wanted, mut places) = (Vec::new(), Vec::new());
    for (index, sample) in samples.into_iter().enumerate() {
        match refusal(&sample, received_at, &may_send) {
            Some(code) => answer.refused.push(SampleRefused { index, code }),
            None => {
                wanted.push(sample);
                places.push(index);
            }
        }
    }
    if !wanted.is_empty() {
        let arrived = Arrived { samples: wanted, received_at, eval_s: app.eval_s };
        let mut late = 0;
        for (index, taken) in places.into_iter().zip(app.store.append(arrived).await?) {
            match taken {
                SampleTaken::Accepted { late: was_late } => {
                    answer.accepted += 1;
                    late += usize::from(was_late);
                }
                SampleTaken::Duplicate => answer.duplicate += 1,
                SampleTaken::UnknownConnection => {
                    answer.refused.push(SampleRefused { index, code: SampleRefusal::UnknownConnection });
                }
            }
        }
        app.metrics.late_samples(late);
    }
    answer.refused.sort_by_key(|refused| refused.index);
    count(app, &answer);
    Ok(answer)
}

fn refusal(sample: &Sample, now: jiff::Timestamp, may_send: impl Fn(&str) -> bool) -> Option<SampleRefusal> {
    let age = now.duration_since(sample.window_start);
    if !may_send(&sample.connector_id) {
        Some(SampleRefusal::NotAllowed)
    } else if age > SignedDuration::from_hours(24 * limits::SAMPLE_KEPT_DAYS) {
        Some(SampleRefusal::TooOld)
    } else if sample.window_end().duration_since(now) > SignedDuration::from_secs(limits::SAMPLE_FUTURE_S) {
        Some(SampleRefusal::InFuture)
    } else {
        None
    }
}

fn count(app: &App, answer: &BatchAnswer) {
    app.metrics.samples(SampleOutcome::Accepted, answer.accepted);
    app.metrics.samples(SampleOutcome::Duplicate, answer.duplicate);
    for refused in &answer.refused {
        let outcome = match refused.code {
            SampleRefusal::UnknownConnection => SampleOutcome::UnknownConnection,
            SampleRefusal::TooOld => SampleOutcome::TooOld,
            SampleRefusal::InFuture => SampleOutcome::InFuture,
            SampleRefusal::NotAllowed => SampleOutcome::NotAllowed,
        };
        app.metrics.samples(outcome, 1);
    }
}
