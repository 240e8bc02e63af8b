//! Samples that can be true and samples that cannot.

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::health::{Session, SessionState, StatusCount, testing::sample};

fn faults(sample: &Sample) -> Vec<(String, Rule)> {
    sample.check().into_iter().map(|fault| (fault.pointer, fault.invalid.rule)).collect()
}

fn broken(edit: impl FnOnce(&mut Sample)) -> Vec<(String, Rule)> {
    let mut sample = sample(0, 30);
    edit(&mut sample);
    faults(&sample)
}

#[test]
fn a_session_is_bound_for_an_hour_and_a_second_at_the_most() {
    assert_eq!((Session::BOUND_MS.min, Session::BOUND_MS.max), (0, 3_601_000));
}

fn one(pointer: &str, rule: Rule) -> Vec<(String, Rule)> {
    vec![(pointer.to_owned(), rule)]
}

fn session(slot: i64) -> Session {
    Session { slot, state: SessionState::BoundTrx, bound_ms: 0, credential_version: None, since: None }
}

fn cohort(seconds: i64) -> Cohort {
    serde_json::from_value(json!({ "submit_bucket": Timestamp::from_second(seconds).unwrap() })).unwrap()
}

/// A sample with every field set.
fn full() -> Value {
    json!({
        "connection_id": Uuid::from_u128(1), "connector_id": "gateway/a-1", "run_id": Uuid::from_u128(2), "seq": 7,
        "window_start": "2026-01-01T00:00:00Z", "window_s": 30,
        "sessions": [{
            "slot": 0, "state": "bound_trx", "bound_ms": 31000, "credential_version": 1,
            "since": "2026-01-01T00:00:00Z",
        }],
        "config_version": 3, "view_version": "1.42",
        "binds": {
            "bound": 1, "secret_refused": 0, "limit": 0, "config_refused": 0, "busy": 0, "unreachable": 2,
        },
        "submitted": 100, "ok": 60, "throttled": 10, "rejected_message": 10, "operator_error": 10, "no_answer": 10,
        "by_status": [{ "code": 0, "count": 60 }, { "code": 88, "count": 10 }],
        "submit_ms": vec![1; 24],
        "enquire_sent": 2, "enquire_missed": 1,
        "receipts": [{
            "submit_bucket": "2026-01-01T00:05:00Z", "requested": 60, "delivered": 50, "failed_operator": 1,
            "failed_subscriber": 2, "rejected": 3, "expired": 4, "unknown": 0,
        }],
        "mo_total": 5, "window_full_ms": 6, "throttled_ms": 7, "queue_depth": 8, "reconnects": 9,
    })
}

/// The full sample with other values.
fn with<T: Into<Value> + Copy>(values: &[(&str, T)]) -> Sample {
    let mut sample = full();
    for (pointer, value) in values {
        *sample.pointer_mut(pointer).unwrap() = (*value).into();
    }
    serde_json::from_value(sample).unwrap()
}

#[test]
fn a_full_sample_is_read_back_as_it_was_written() {
    let sample: Sample = serde_json::from_value(full()).unwrap();
    assert_eq!(sample.check(), []);
    assert_eq!(serde_json::to_value(&sample).unwrap(), full());
}

#[test]
fn the_smallest_sample_has_identity_window_connection_and_sessions() {
    let smallest = sample(60, 30);
    assert_eq!(smallest.check(), []);
    assert_eq!(smallest.window_end(), Timestamp::from_second(90).unwrap());
    let written = serde_json::to_value(&smallest).unwrap();
    for required in ["connection_id", "connector_id", "run_id", "seq", "window_start", "window_s", "sessions"]
    {
        let mut without = written.clone();
        without.as_object_mut().unwrap().remove(required);
        assert!(serde_json::from_value::<Sample>(without).is_err(), "{required}");
    }
}

#[test]
fn unknown_members_are_refused_everywhere() {
    for at in ["", "/sessions/0", "/binds", "/by_status/0", "/receipts/0"] {
        let mut sample = full();
        sample.pointer_mut(at).unwrap().as_object_mut().unwrap().insert("text".into(), json!("hello"));
        assert!(serde_json::from_value::<Sample>(sample).is_err(), "{at}");
    }
}

#[test]
fn a_resent_sample_has_the_same_identity_and_the_next_one_another() {
    let first = sample(0, 30);
    let identity = ("gateway/a-1", first.run_id, 0, Timestamp::UNIX_EPOCH);
    assert_eq!((first.identity(), sample(0, 60).identity()), (identity, identity));
    for next in [
        Sample { seq: 1, ..first.clone() },
        Sample { connector_id: "gateway/a-2".into(), ..first.clone() },
        Sample { run_id: Uuid::from_u128(3).into(), ..first.clone() },
        sample(30, 30),
    ] {
        assert_ne!(first.identity(), next.identity());
    }
}

#[test]
fn a_window_that_would_outlast_all_time_ends_with_it() {
    let end = |start, window_s| Sample { window_start: start, ..sample(0, window_s) }.window_end();
    let last = Timestamp::from_second(Timestamp::MAX.as_second()).unwrap();
    assert_eq!(end(last - SignedDuration::from_secs(30), 30), last);
    assert_eq!(end(last, 30), Timestamp::MAX);
}

#[test]
fn the_parts_of_submitted_are_not_more_than_the_whole() {
    assert_eq!(broken(|s| (s.submitted, s.ok, s.no_answer) = (10, 4, 5)), []);
    assert_eq!(broken(|s| (s.submitted, s.ok, s.no_answer) = (10, 5, 5)), []);
    assert_eq!(
        broken(|s| (s.submitted, s.ok, s.no_answer) = (10, 6, 5)),
        one("/submitted", Rule::Combination)
    );
}

#[test]
fn numbers_have_their_ranges() {
    for window_s in [4, 3601, -1, i64::MIN] {
        assert_eq!(broken(|s| s.window_s = window_s)[0], ("/window_s".into(), Rule::Range), "{window_s}");
    }
    for (pointer, good, bad) in [
        ("/window_s", &[5, 3600][..], &[4, 3601][..]),
        ("/seq", &[0, i64::MAX], &[-1]),
        ("/config_version", &[1, i64::MAX], &[0, -1]),
        ("/sessions/0/slot", &[0, 255], &[-1, 256]),
        ("/sessions/0/credential_version", &[1, i64::MAX], &[0, -1]),
    ] {
        for (values, expected) in [(good, vec![]), (bad, one(pointer, Rule::Range))] {
            for value in values {
                // a session's milliseconds depend on the window, and are not the matter here
                let sample = with(&[(pointer, *value), ("/sessions/0/bound_ms", 0)]);
                assert_eq!(faults(&sample), expected, "{pointer} {value}");
            }
        }
    }
    let fault = with(&[("/window_s", 4), ("/sessions/0/bound_ms", 0)]).check().remove(0);
    assert_eq!(fault.invalid.message, "must be from 5 to 3600");
}

#[test]
fn a_window_ends_before_the_year_10000() {
    let last = Timestamp::from_second(Timestamp::MAX.as_second() - 30).unwrap();
    assert_eq!(broken(|s| s.window_start = last), []);
    for late in [last + SignedDuration::from_secs(1), Timestamp::MAX] {
        assert_eq!(broken(|s| s.window_start = late), one("/window_start", Rule::Range));
    }
}

#[test]
fn every_count_has_the_same_largest_value() {
    for pointer in [
        "/binds/bound",
        "/binds/secret_refused",
        "/binds/limit",
        "/binds/config_refused",
        "/binds/busy",
        "/binds/unreachable",
        "/submitted",
        "/ok",
        "/throttled",
        "/rejected_message",
        "/operator_error",
        "/no_answer",
        "/by_status/1/count",
        "/submit_ms/23",
        "/enquire_sent",
        "/enquire_missed",
        "/receipts/0/requested",
        "/receipts/0/delivered",
        "/receipts/0/failed_operator",
        "/receipts/0/failed_subscriber",
        "/receipts/0/rejected",
        "/receipts/0/expired",
        "/receipts/0/unknown",
        "/mo_total",
        "/window_full_ms",
        "/throttled_ms",
        "/queue_depth",
        "/reconnects",
    ] {
        let out_of_range = |count| {
            let mut faults = faults(&with(&[(pointer, count)]));
            faults.retain(|(_, rule)| *rule == Rule::Range);
            faults
        };
        assert_eq!(out_of_range(Sample::COUNT.max.unsigned_abs()), [], "{pointer}");
        for count in [Sample::COUNT.max.unsigned_abs() + 1, u64::MAX] {
            assert_eq!(out_of_range(count), one(pointer, Rule::Range), "{pointer}");
        }
    }
}

#[test]
fn a_session_is_bound_no_longer_than_its_window_and_a_second() {
    assert_eq!(broken(|s| s.sessions = vec![Session { bound_ms: 31_000, ..session(0) }]), []);
    let pointer = "/sessions/0/bound_ms";
    assert_eq!(
        broken(|s| s.sessions = vec![Session { bound_ms: 31_001, ..session(0) }]),
        one(pointer, Rule::Range)
    );
    assert_eq!(
        broken(|s| s.sessions = vec![Session { bound_ms: -1, ..session(0) }]),
        one(pointer, Rule::Range)
    );
}

#[test]
fn lists_have_at_most_their_entries_and_none_of_them_twice() {
    assert_eq!(broken(|s| s.sessions = (0..50).map(session).collect()), []);
    assert_eq!(broken(|s| s.sessions = (0..51).map(session).collect()), one("/sessions", Rule::Length));
    assert_eq!(broken(|s| s.sessions = vec![session(3), session(3)]), one("/sessions/1/slot", Rule::Unique));
    assert_eq!(broken(|s| s.sessions = vec![session(256)]), one("/sessions/0/slot", Rule::Range));
    let statuses = |codes: &[u32]| codes.iter().map(|code| StatusCount { code: *code, count: 1 }).collect();
    assert_eq!(broken(|s| s.by_status = statuses(&[88, 88])), one("/by_status/1/code", Rule::Unique));
    let many: Vec<_> = (0..17).collect();
    assert_eq!(broken(|s| s.by_status = statuses(&many[..16])), []);
    assert_eq!(broken(|s| s.by_status = statuses(&many)), one("/by_status", Rule::Length));
    assert_eq!(broken(|s| s.receipts = (0..300).map(|n| cohort(n * 300)).collect()), []);
    assert_eq!(
        broken(|s| s.receipts = (0..301).map(|n| cohort(n * 300)).collect()),
        one("/receipts", Rule::Length)
    );
    assert_eq!(
        broken(|s| s.receipts = vec![cohort(0), cohort(300), cohort(0)]),
        one("/receipts/2/submit_bucket", Rule::Unique)
    );
}

#[test]
fn a_cohort_begins_at_a_whole_five_minutes() {
    let wrong = one("/receipts/0/submit_bucket", Rule::Range);
    for (seconds, expected) in [(-300, &vec![]), (0, &vec![]), (1, &wrong), (299, &wrong), (301, &wrong)] {
        assert_eq!(&broken(|s| s.receipts = vec![cohort(seconds)]), expected, "{seconds}");
    }
    let mut late = cohort(300);
    late.submit_bucket += SignedDuration::from_nanos(1);
    assert_eq!(broken(|s| s.receipts = vec![late]), wrong);
}

#[test]
fn a_histogram_has_24_counts_or_none() {
    for (counts, is_right) in [(0, true), (1, false), (23, false), (24, true), (25, false)] {
        assert_eq!(broken(|s| s.submit_ms = vec![0; counts]).is_empty(), is_right, "{counts}");
    }
}

#[test]
fn texts_have_their_shape() {
    for bad in ["", "with space", "ä", "a\n", &"a".repeat(129)] {
        assert_eq!(broken(|s| s.connector_id = bad.to_owned()).len(), 1, "{bad:?}");
    }
    assert_eq!(broken(|s| s.connector_id = "~".repeat(128)), []);
    assert_eq!(broken(|s| s.view_version = Some("1.42".into())), []);
    assert_eq!(broken(|s| s.view_version = Some("42".into())), one("/view_version", Rule::Pattern));
}

#[test]
fn all_faults_of_a_sample_are_named_at_once() {
    let pointers: Vec<_> = broken(|s| {
        s.seq = -1;
        s.window_s = 1;
        s.ok = 1;
        s.sessions = vec![session(-1)];
    })
    .into_iter()
    .map(|(pointer, _)| pointer)
    .collect();
    assert_eq!(pointers, ["/seq", "/window_s", "/submitted", "/sessions/0/slot"]);
}
