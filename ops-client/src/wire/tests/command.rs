//! What becomes of right bodies: defaults, merge patches, and what the door changes.

use jiff::Timestamp;
use ops_core::{
    Number, Text,
    connection::{self as core_connection, Port},
    credential::Stage,
    operator::Importance,
    routing::{Destination, NetworkSource, OnNoTarget},
    testing,
};
use serde_json::{Value, json};

use crate::example::request as example;
use crate::{
    faults::parse,
    wire::{
        connection, credential, lease::LeaseRequest, operator, resolve::ResolveRequest, routing::RuleCreate,
        sample::SampleBatch,
    },
};

#[test]
fn the_smallest_operator_has_code_name_and_kind() {
    let body = json!({"code": "acme", "display_name": "Operator acme", "kind": "mno"});
    let command = parse::<operator::Create>(body).unwrap().into_command();
    assert_eq!(command, testing::create_operator("acme"));
}

#[test]
fn the_smallest_connection_has_a_name_a_protocol_and_an_endpoint() {
    let body = json!({"name": "main", "protocol": "smpp", "smpp": {"endpoints": [{"host": "a.example", "port": 2775}]}});
    let command = parse::<connection::Create>(body).unwrap().into_command().unwrap();
    assert_eq!(command, testing::create_connection("main", "a.example"));
}

#[test]
fn a_connection_keeps_every_member_and_its_hosts_in_lower_case() {
    let mut body = example::connection_create();
    body["smpp"]["endpoints"][0]["host"] = json!("SMSC.Example.NET");
    body["smpp"]["tls"]["server_name"] = json!("SMSC.Example.NET");
    let command = parse::<connection::Create>(body).unwrap().into_command().unwrap();
    let core_connection::Profile::Smpp(smpp) = command.profile else { panic!("it speaks SMPP") };
    assert_eq!(serde_json::to_value(&smpp).unwrap(), example::smpp());
    let first = smpp.endpoints.iter().next().unwrap();
    assert_eq!((first.host.as_str(), first.port), ("smsc.example.net", Port::parse(2775).unwrap()));
    assert_eq!(smpp.tls.server_name.as_ref().map(Text::as_str), Some("smsc.example.net"));
    assert_eq!(command.spec_overrides.len(), 1);
}

#[test]
fn a_connection_over_http_keeps_every_member() {
    let body = example::connection_create_http();
    let command = parse::<connection::Create>(body.clone()).unwrap().into_command().unwrap();
    assert_eq!(serde_json::to_value(&command.profile).unwrap()["http"], body["http"]);
}

#[test]
fn the_object_of_its_protocol_is_there_and_no_other() {
    let told = |mut body: Value, remove: &str, protocol: &str| {
        body["protocol"] = json!(protocol);
        body.as_object_mut().unwrap().remove(remove);
        let faults = parse::<connection::Create>(body).unwrap().into_command().unwrap_err();
        faults.into_iter().map(|fault| (fault.pointer, fault.invalid.rule.as_str())).collect::<Vec<_>>()
    };
    let fault = |at: &str, rule: &'static str| (at.to_owned(), rule);
    assert_eq!(told(example::connection_create(), "smpp", "smpp"), [fault("/smpp", "required")]);
    assert_eq!(
        told(example::connection_create(), "none", "http"),
        [fault("/smpp", "combination"), fault("/http", "required")]
    );
    let mut both = example::connection_create_http();
    both["smpp"] = example::smpp();
    assert_eq!(told(both, "none", "http"), [fault("/smpp", "combination")]);
}

fn update(body: Value) -> ops_core::operator::update::Update {
    parse::<operator::Update>(body).unwrap().into_command()
}

#[test]
fn a_patch_keeps_what_is_absent_removes_what_is_null_and_sets_the_rest() {
    assert_eq!(update(json!({})), ops_core::operator::update::Update::default());
    assert_eq!(update(json!({"external_id": null})).external_id, Some(None));
    let patch = update(json!({"external_id": "4711", "importance": "critical", "countries": []}));
    assert_eq!(patch.external_id.flatten().as_ref().map(Text::as_str), Some("4711"));
    assert_eq!(patch.importance, Some(Importance::Critical));
    assert_eq!(patch.countries.map(|countries| countries.iter().count()), Some(0));
    assert!(patch.display_name.is_none() && patch.networks.is_none() && patch.labels.is_none());
}

#[test]
fn a_patch_of_labels_is_merged_key_by_key() {
    let patch = update(json!({"labels": {"old": null, "new": "1", "empty": ""}})).labels.unwrap();
    let read: Vec<_> =
        patch.iter().map(|(key, value)| (key.as_str(), value.as_ref().map(Text::as_str))).collect();
    assert_eq!(read, [("empty", Some("")), ("new", Some("1")), ("old", None)]);
    let labels = json!({"old": "x", "kept": "y"});
    let body = json!({"code": "a", "display_name": "a", "kind": "mno", "labels": labels});
    let present = parse::<operator::Create>(body).unwrap().into_command().labels;
    assert_eq!(
        present.merged(patch).unwrap().iter().collect::<Vec<_>>(),
        [("empty", ""), ("kept", "y"), ("new", "1")]
    );
}

#[test]
fn labels_as_a_whole_are_always_there_so_null_is_no_way_to_remove_them() {
    let faults = parse::<operator::Update>(json!({"labels": null})).unwrap_err();
    assert_eq!((faults[0].pointer.as_str(), faults[0].invalid.rule.as_str()), ("/labels", "type"));
}

#[test]
fn a_password_passes_by_the_command() {
    let (command, secret) =
        parse::<credential::Create>(example::credential_create()).ok().unwrap().into_command();
    assert!(!format!("{command:?}").contains("s3cret"));
    assert_eq!((secret.system_id.as_str(), secret.password.expose()), ("acme", "s3cret"));
    let empty = json!({"system_id": "acme", "password": "", "note": null});
    let (command, secret) = parse::<credential::Create>(empty).ok().unwrap().into_command();
    assert_eq!((command.note, secret.password.expose()), (None, ""), "SMPP allows an empty one");
}

#[test]
fn a_lease_is_of_the_active_credential_unless_it_says_staged() {
    let (ids, stage) = parse::<LeaseRequest>(json!({"connection_ids": [example::ID]})).unwrap().into_parts();
    assert_eq!((ids.len(), stage), (1, Stage::Active));
    let (ids, stage) = parse::<LeaseRequest>(example::lease_request()).unwrap().into_parts();
    assert_eq!((ids.len(), stage), (2, Stage::Staged));
}

#[test]
fn the_smallest_rule_has_a_name_a_match_and_targets() {
    let body = json!({
        "name": "all", "match": {"destination": {"any": true}}, "targets": [{"connection_id": example::ID}],
    });
    let command = parse::<RuleCreate>(body).unwrap().into_command();
    assert_eq!(
        (command.enabled, command.precedence.get(), command.on_no_target),
        (true, 1000, OnNoTarget::NextRule)
    );
    assert_eq!(command.matches.destination, Destination::Any);
    assert_eq!(command.matches.network_source, NetworkSource::Trusted);
    let target = &command.targets[0];
    assert_eq!((target.tier.get(), target.weight.get(), target.enabled, &target.note), (0, 1, true, &None));
}

#[test]
fn a_resolve_is_about_now_unless_it_says_when() {
    let now = Timestamp::from_second(1_760_000_000).unwrap();
    let (request, explain) =
        parse::<ResolveRequest>(json!({"destination": "+491701234567"})).unwrap().into_request(now);
    let number = ops_core::routing::Number::parse_dialled("491701234567").unwrap();
    assert_eq!((request, explain), (ops_core::routing::Request::towards(number, now), false));
    let (request, explain) = parse::<ResolveRequest>(example::resolve_request()).unwrap().into_request(now);
    assert_eq!(request.at.to_string(), "2026-01-31T12:00:00Z");
    assert_eq!(request.network.map(|network| network.plmn.to_string()), Some("262-01".into()));
    assert!(request.exclude.contains(example::OTHER_ID.parse().unwrap()) && explain);
}

#[test]
fn a_sample_is_the_document_of_the_core() {
    let samples = parse::<SampleBatch>(example::sample_batch()).unwrap().into_samples();
    assert_eq!(serde_json::to_value(&samples[0]).unwrap(), example::sample());
    let smallest = json!({
        "connection_id": example::ID, "connector_id": "a", "run_id": example::OTHER_ID, "seq": 0,
        "window_start": "2026-01-31T12:00:00Z", "window_s": 5, "sessions": [],
    });
    let samples = parse::<SampleBatch>(json!({"samples": [smallest.clone()]})).unwrap().into_samples();
    assert_eq!(samples[0], serde_json::from_value(smallest).unwrap());
}
