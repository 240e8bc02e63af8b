//! `POST /health/samples`.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::support::{Answer, Daemon, Database, Estate, now, on_both, sample_of, with};

const SAMPLES: &str = "/internal/v1/health/samples";
const UNKNOWN: &str = "0192f0c1-7a2b-7c3d-8e4f-0123456789ab";

async fn report(daemon: &Daemon, samples: &[Value]) -> Answer {
    daemon.gateway().post(SAMPLES, json!({"samples": samples})).await
}

on_both!(a_sample_is_stored_once_however_often_it_is_sent, |daemon: Daemon| async move {
    let estate = Estate::create(&daemon, "acme").await;
    let samples = [sample_of(&estate.connection, 1, true), sample_of(&estate.connection, 2, true)];
    let before = daemon.stored().await;
    let first = report(&daemon, &samples).await.expect(200);
    assert_eq!(first.body, json!({"accepted": 2, "duplicate": 0, "refused": []}));
    let again = report(&daemon, &samples).await.expect(200);
    assert_eq!(again.body, json!({"accepted": 0, "duplicate": 2, "refused": []}));
    let third = sample_of(&estate.connection, 3, true);
    let mixed = report(&daemon, &[samples[0].clone(), third.clone(), third]).await.expect(200);
    assert_eq!(mixed.body, json!({"accepted": 1, "duplicate": 2, "refused": []}));
    let rows = daemon.rows().await;
    assert_eq!(rows.number("SELECT count(*) FROM operator_health_log", []).await, 3);
    let after = daemon.stored().await;
    for table in ["audit", "outbox", "receipt"] {
        assert_eq!(after[table], before[table], "{table}: a sample is no change");
    }
});

on_both!(each_part_of_the_identity_makes_another_sample, |daemon: Daemon| async move {
    let estate = Estate::create(&daemon, "acme").await;
    let sample = sample_of(&estate.connection, 1, true);
    let start = sample["window_start"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let others = [
        json!({}),
        json!({"connector_id": "gateway/b-1"}),
        json!({"run_id": UNKNOWN}),
        json!({"seq": 2}),
        json!({"window_start": start - SignedDuration::from_secs(10)}),
    ];
    let samples = others.map(|other| with(sample.clone(), other));
    assert_eq!(report(&daemon, &samples).await.expect(200).body["accepted"], 5);
    assert_eq!(report(&daemon, &samples).await.expect(200).body["duplicate"], 5);
});

on_both!(
    a_sample_that_cannot_be_kept_is_told_by_its_place_and_the_others_are_kept,
    |daemon: Daemon| async move {
        let estate = Estate::create(&daemon, "acme").await;
        let sample = |more: Value| with(sample_of(&estate.connection, 1, true), more);
        let at = |seconds: i64| json!({"window_start": now() + SignedDuration::from_secs(seconds)});
        let day = 86_400;
        let samples = [
            sample(json!({"connector_id": "other/a-1"})),
            sample(json!({"connector_id": "gateway"})),
            sample(json!({})),
            sample(json!({"connection_id": UNKNOWN})),
            sample(at(-7 * day - 60)),
            sample(with(at(-7 * day + 60), json!({"seq": 2}))),
            sample(at(620)),
            sample(with(at(540), json!({"seq": 3}))),
            sample(json!({"connector_id": "Gateway/a-1"})),
        ];
        let answer = report(&daemon, &samples).await.expect(200);
        let refused = [
            (0, "not_allowed"),
            (1, "not_allowed"),
            (3, "unknown_connection"),
            (4, "too_old"),
            (6, "in_future"),
            (8, "not_allowed"),
        ];
        let refused = refused.map(|(index, code)| json!({"index": index, "code": code}));
        assert_eq!(answer.body, json!({"accepted": 3, "duplicate": 0, "refused": refused}));
        assert_eq!(daemon.rows().await.number("SELECT count(*) FROM operator_health_log", []).await, 3);
    }
);

on_both!(a_batch_with_one_malformed_sample_is_refused_as_a_whole, |daemon: Daemon| async move {
    let estate = Estate::create(&daemon, "acme").await;
    let before = daemon.stored().await;
    let sound = sample_of(&estate.connection, 1, true);
    let broken = with(
        sound.clone(),
        json!({
            "connection_id": "x", "window_s": "10", "seq": 1.5, "submitted": -1, "colour": 1,
            "sessions": [{"slot": 0, "state": "up"}], "binds": {"refused": 1}, "by_status": [{"code": 4_294_967_296_i64, "count": 1}],
            "receipts": [{"delivered": 1}],
        }),
    );
    report(&daemon, &[sound.clone(), broken]).await.refused(422, "invalid").telling(&[
        ("/samples/1/connection_id", "pattern"),
        ("/samples/1/window_s", "type"),
        ("/samples/1/seq", "type"),
        ("/samples/1/submitted", "range"),
        ("/samples/1/colour", "unknown"),
        ("/samples/1/sessions/0/state", "one_of"),
        ("/samples/1/sessions/0/bound_ms", "required"),
        ("/samples/1/binds/refused", "unknown"),
        ("/samples/1/by_status/0/code", "range"),
        ("/samples/1/receipts/0/submit_bucket", "required"),
    ]);
    let impossible = with(
        sound.clone(),
        json!({
            "connector_id": "", "window_s": 4, "seq": -1, "view_version": "7", "submitted": 1, "ok": 2, "submit_ms": [1],
            "sessions": [{"slot": 0, "state": "closed", "bound_ms": -1}, {"slot": 0, "state": "closed", "bound_ms": 0}],
            "receipts": [{"submit_bucket": "2026-01-31T12:01:00Z"}],
        }),
    );
    report(&daemon, &[impossible, sound]).await.refused(422, "invalid").telling(&[
        ("/samples/0/connector_id", "length"),
        ("/samples/0/window_s", "range"),
        ("/samples/0/seq", "range"),
        ("/samples/0/view_version", "pattern"),
        ("/samples/0/submitted", "combination"),
        ("/samples/0/submit_ms", "length"),
        ("/samples/0/sessions/0/bound_ms", "range"),
        ("/samples/0/sessions/1/slot", "unique"),
        ("/samples/0/receipts/0/submit_bucket", "range"),
    ]);
    assert_eq!(daemon.stored().await, before);
});

on_both!(a_batch_has_one_to_a_thousand_samples, |daemon: Daemon| async move {
    let estate = Estate::create(&daemon, "acme").await;
    let refused = report(&daemon, &[]).await.refused(422, "invalid");
    refused.telling(&[("/samples", "length")]);
    daemon
        .gateway()
        .post(SAMPLES, json!({}))
        .await
        .refused(422, "invalid")
        .telling(&[("/samples", "required")]);
    let many: Vec<_> = (0..1001).map(|seq| sample_of(&estate.connection, seq, true)).collect();
    report(&daemon, &many).await.refused(422, "invalid").telling(&[("/samples", "length")]);
    let answer = report(&daemon, &many[..1000]).await.expect(200);
    assert_eq!(answer.body, json!({"accepted": 1000, "duplicate": 0, "refused": []}));
    assert_eq!(daemon.rows().await.number("SELECT count(*) FROM operator_health_log", []).await, 1000);
});

on_both!(a_batch_may_be_larger_than_a_mebibyte, |daemon: Daemon| async move {
    let estate = Estate::create(&daemon, "acme").await;
    let statuses: Vec<_> = (0..16).map(|code| json!({"code": code, "count": 1})).collect();
    let latencies = vec![1_000_000_000; 24];
    let cohorts: Vec<_> =
        (0..12).map(|n| json!({"submit_bucket": format!("2026-01-31T12:{:02}:00Z", n * 5)})).collect();
    let counts = json!({"by_status": statuses, "submit_ms": latencies, "receipts": cohorts});
    let full = |seq| with(sample_of(&estate.connection, seq, true), counts.clone());
    let samples: Vec<_> = (0..1000).map(full).collect();
    assert!(json!(samples).to_string().len() > 1024 * 1024);
    assert_eq!(report(&daemon, &samples).await.expect(200).body["accepted"], 1000);
});

on_both!(a_deleted_connection_is_unknown, |daemon: Daemon| async move {
    let (admin, estate) = (daemon.admin(), Estate::create(&daemon, "acme").await);
    let operator = format!("/admin/v1/operators/{}", estate.operator);
    admin.post(&format!("{operator}/suspend"), json!({"reason": "x"})).await.expect(200);
    admin.delete(&operator, "*").await.expect(204);
    let answer = report(&daemon, &[sample_of(&estate.connection, 1, true)]).await.expect(200);
    assert_eq!(answer.body["refused"], json!([{"index": 0, "code": "unknown_connection"}]));
});
