//! All faults of one body at once, with pointers, rules, and no word of what was sent.

use deserr::Deserr;
use ops_core::Fault;
use serde_json::{Value, json};

use crate::example::request as example;
use crate::{
    faults::{FAULTS_MAX, Faults, parse},
    wire::{
        connection, credential, lease::LeaseRequest, operator, resolve::ResolveRequest, routing::RuleCreate,
        sample::SampleBatch,
    },
};

fn faults<T: Deserr<Faults>>(body: Value) -> Vec<Fault> {
    parse::<T>(body).err().unwrap_or_default()
}

/// What is told, by pointer: the order of a body's members is not ours.
fn told<T: Deserr<Faults>>(body: Value) -> Vec<(String, &'static str)> {
    let mut told: Vec<_> =
        faults::<T>(body).into_iter().map(|fault| (fault.pointer, fault.invalid.rule.as_str())).collect();
    told.sort();
    told
}

fn owned(expected: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
    expected.iter().map(|(pointer, rule)| ((*pointer).to_owned(), *rule)).collect()
}

#[test]
fn an_operator_with_fifteen_faults_is_told_all_fifteen() {
    let body = json!({
        "code": "ACME", "kind": "carrier", "id": example::ID, "version": 3, "colour": "red",
        "external_id": " x", "importance": null, "countries": ["DE", "de", 49],
        "networks": [{"mcc": 262, "mnc": "1", "name": "x"}], "labels": {"Team": "x", "ok": 1},
    });
    let expected = owned(&[
        ("/code", "pattern"),
        ("/colour", "unknown"),
        ("/countries/1", "pattern"),
        ("/countries/2", "type"),
        ("/display_name", "required"),
        ("/external_id", "pattern"),
        ("/id", "read_only"),
        ("/importance", "type"),
        ("/kind", "one_of"),
        ("/labels/Team", "pattern"),
        ("/labels/ok", "type"),
        ("/networks/0/mcc", "type"),
        ("/networks/0/mnc", "length"),
        ("/networks/0/name", "unknown"),
        ("/version", "read_only"),
    ]);
    assert_eq!(told::<operator::Create>(body), expected);
}

#[test]
fn a_connection_is_told_the_faults_of_every_endpoint_with_full_pointers() {
    let body = json!({
        "name": "", "protocol": "smtp", "smpp": {
            "endpoints": [
                {"host": "smsc", "port": 0}, {"host": "a.example", "port": "2775", "weight": 0}, 7, {"port": 1},
            ],
            "bind_type": "both", "sessions": 201, "max_tps": 0, "tls": {"min_version": "1.1"},
        },
    });
    let expected = owned(&[
        ("/name", "length"),
        ("/protocol", "one_of"),
        ("/smpp/bind_type", "one_of"),
        ("/smpp/endpoints/0/host", "pattern"),
        ("/smpp/endpoints/0/port", "range"),
        ("/smpp/endpoints/1/port", "type"),
        ("/smpp/endpoints/1/weight", "range"),
        ("/smpp/endpoints/2", "type"),
        ("/smpp/endpoints/3/host", "required"),
        ("/smpp/max_tps", "range"),
        ("/smpp/sessions", "range"),
        ("/smpp/tls/min_version", "one_of"),
    ]);
    assert_eq!(told::<connection::Create>(body), expected);
}

#[test]
fn the_rules_across_fields_point_into_the_body_too() {
    let endpoint = |direction: &str| json!({"host": "A.example", "port": 1, "direction": direction});
    let body = |endpoints: Value, bind_type: &str| json!({"name": "x", "protocol": "smpp", "smpp": {"endpoints": endpoints, "bind_type": bind_type}});
    assert_eq!(
        told::<connection::Create>(body(json!([endpoint("transmit")]), "pair")),
        owned(&[("/smpp/endpoints", "combination")])
    );
    assert_eq!(
        told::<connection::Create>(body(json!([endpoint("any"), endpoint("any")]), "pair")),
        owned(&[("/smpp/endpoints/1", "unique")])
    );
    let mut batch = example::sample_batch();
    batch["samples"] = json!([example::sample(), example::sample(), {"seq": -1}]);
    batch["samples"][1]["submitted"] = json!(1);
    batch["samples"][1]["sessions"] = json!([{"slot": 256, "state": "open", "bound_ms": 0}]);
    let told = told::<SampleBatch>(batch);
    for expected in owned(&[
        ("/samples/1/submitted", "combination"),
        ("/samples/1/sessions/0/slot", "range"),
        ("/samples/2/sessions", "required"),
    ]) {
        assert!(told.contains(&expected), "{expected:?} in {told:?}");
    }
    assert!(told.iter().all(|(pointer, _)| !pointer.starts_with("/samples/0")));
}

#[test]
fn a_destination_is_one_of_five_forms() {
    for (destination, expected) in [
        (json!({}), ("/match/destination", "combination")),
        (json!({"any": false}), ("/match/destination", "combination")),
        (json!({"mnc": "01"}), ("/match/destination", "combination")),
        (json!({"prefix": "49", "any": true}), ("/match/destination", "combination")),
        (json!({"prefix": "+49"}), ("/match/destination/prefix", "pattern")),
        (json!({"mcc": "262", "mnc": "1"}), ("/match/destination/mnc", "length")),
        (json!({"number": 49}), ("/match/destination/number", "type")),
        (json!({"country": "DE"}), ("/match/destination/country", "unknown")),
        (json!("49"), ("/match/destination", "type")),
    ] {
        assert_eq!(
            told::<RuleCreate>(example::rule_create(&destination)),
            owned(&[expected]),
            "{destination}"
        );
    }
}

#[test]
fn a_lease_names_each_connection_once_and_a_stage_that_is_served() {
    let body = json!({"connection_ids": [example::ID, example::OTHER_ID, example::ID], "stage": "retired"});
    assert_eq!(told::<LeaseRequest>(body), owned(&[("/connection_ids/2", "unique"), ("/stage", "one_of")]));
    let body = json!({"connection_ids": ["0192f0c17a2b7c3d8e4f0123456789a1"]});
    assert_eq!(
        told::<LeaseRequest>(body),
        owned(&[("/connection_ids/0", "pattern")]),
        "one spelling of a UUID"
    );
}

#[test]
fn a_code_and_a_kind_cannot_be_patched() {
    let body = json!({"code": "x", "kind": "mno", "status": "active", "colour": "red", "display_name": null});
    let expected = owned(&[
        ("/code", "read_only"),
        ("/colour", "unknown"),
        ("/display_name", "type"),
        ("/kind", "read_only"),
        ("/status", "read_only"),
    ]);
    assert_eq!(told::<operator::Update>(body), expected);
}

#[test]
fn a_body_that_is_no_object_is_one_fault_at_the_body_itself() {
    for body in [json!(null), json!([]), json!("x"), json!(1), json!(true)] {
        assert_eq!(told::<operator::Create>(body.clone()), owned(&[("", "type")]), "{body}");
        assert_eq!(told::<operator::Update>(body), owned(&[("", "type")]));
    }
}

#[test]
fn a_sentence_never_repeats_a_value() {
    let planted = "pl\u{202e}anted-value-that-is-far-too-long";
    let number = 987_654_321_012_345_u64;
    for value in
        [json!(planted), json!(number), json!([planted]), json!({planted: planted}), json!(0.123_456_789)]
    {
        let all = [
            faults::<operator::Create>(
                json!({"code": value, "kind": value, "countries": value, "labels": value}),
            ),
            faults::<connection::Create>(
                json!({"name": value, "smpp": {"endpoints": [{"port": value}], "tls": value}}),
            ),
            faults::<credential::Create>(json!({"system_id": value, "password": value, "note": value})),
            faults::<LeaseRequest>(json!({"connection_ids": [value], "stage": value})),
            faults::<ResolveRequest>(
                json!({"destination": value, "at": value, "exclude": value, "explain": value}),
            ),
            faults::<SampleBatch>(
                json!({"samples": [{"seq": value, "by_status": [{"code": value}], "ok": value}]}),
            ),
        ];
        for fault in all.iter().flatten() {
            let message = &fault.invalid.message;
            assert!(!message.contains("anted"), "{}: {message}", fault.pointer);
            assert!(
                !message.contains("98765") && !message.contains("0.1234"),
                "{}: {message}",
                fault.pointer
            );
        }
        assert!(all.iter().all(|faults| !faults.is_empty()));
    }
}

#[test]
fn a_body_of_nothing_but_faults_is_told_a_thousand() {
    let countries = vec![json!(1); 20_000];
    assert_eq!(
        faults::<operator::Create>(json!({"code": 1, "countries": countries, "kind": 1})).len(),
        FAULTS_MAX
    );
    let labels: serde_json::Map<_, _> = (0..20_000).map(|n| (format!("UPPER{n}"), json!(1))).collect();
    assert_eq!(faults::<operator::Create>(json!({"labels": labels})).len(), FAULTS_MAX);
}
