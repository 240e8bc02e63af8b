//! What answers look like, letter by letter, and that their schemas say so.

use jiff::Timestamp;
use ops_core::{
    Mark, Text,
    audit::{AuditEntry, Difference},
    change::ChangeName,
    connection as core_connection,
    credential::{self as core_credential, Password, Secret, lease::Refused},
    event::{EventType, Stored},
    health::{self as core_health, WindowSums},
    id::{ConnectionId, OperatorId, RuleId},
    maintenance as core_maintenance, operator as core_operator, routing as core_routing, testing,
};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::document::{Document, types};
use crate::{
    error_code::ErrorCode,
    example::{
        answer::{self, AT},
        request as example,
    },
    faults::parse,
    json::read,
    wire::{
        audit::AuditEntryShape,
        batch::{BatchAnswer, SampleRefusal, SampleRefused},
        connection::{self, Connection},
        credential::{Credential, CredentialList},
        event::EventPage,
        health::{ConnectionHealth, Observed, OperatorHealth},
        lease::LeaseAnswer,
        maintenance::Maintenance,
        me::Me,
        operator::{Operator, Readiness},
        page::{ConnectionPage, OperatorPage, Page, RulePage, TimelinePage},
        problem::Problem,
        resolve::ResolveAnswer,
        routing::{Rule, RuleCreate},
        timeline::{self, Entry},
    },
};

/// Compares an answer with what it should be, and with the schema of `S`.
fn assert_answer<S: ToSchema>(answer: &impl Serialize, expected: &Value) {
    let answer = serde_json::to_value(answer).unwrap();
    assert_eq!(&answer, expected);
    let document = Document::of::<S>();
    conforms(&document, &document.root, &answer, "");
}

/// Fails when `value` has a type, a member or a word that its schema does not give it, or lacks a member.
fn conforms(document: &Document, schema: &Value, value: &Value, at: &str) {
    if value.is_null() {
        let is_anything = schema.as_object().is_some_and(|schema| types(&json!(schema)).is_empty());
        assert!(document.takes_null(schema) || is_anything && schema["$ref"].is_null(), "{at} may be null");
        return;
    }
    let schema = document.resolve(schema);
    if let Some(forms) = schema["oneOf"].as_array() {
        let fits = |form: &&Value| types(form).contains(&of(value)) && has_members(form, value);
        let mut forms = forms.iter().map(|form| document.resolve(form));
        let form = forms.find(fits).unwrap_or_else(|| panic!("{at} has none of its forms"));
        return conforms(document, form, value, at);
    }
    let taken = types(schema);
    let is_whole = of(value) == "integer" && taken.contains(&"number");
    assert!(taken.is_empty() || taken.contains(&of(value)) || is_whole, "{at} is one of {taken:?}");
    if let Some(words) = schema["enum"].as_array() {
        assert!(words.contains(value), "{at} is one of {words:?}");
    }
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                conforms(document, &schema["items"], item, &format!("{at}/{index}"));
            }
        }
        Value::Object(members) => {
            assert!(has_members(schema, value), "{at} has the members {:?}", schema["required"]);
            for (key, member) in members {
                let known = schema["properties"].get(key).or_else(|| schema.get("additionalProperties"));
                let is_free = schema["properties"].is_null() && known.is_none();
                match known {
                    Some(known) => conforms(document, known, member, &format!("{at}/{key}")),
                    None => assert!(is_free, "{at}/{key} is in the schema"),
                }
            }
        }
        _ => {}
    }
}

fn has_members(schema: &Value, value: &Value) -> bool {
    schema["required"].as_array().into_iter().flatten().all(|key| value.get(key.as_str().unwrap()).is_some())
}

fn of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn at() -> Timestamp {
    AT.parse().unwrap()
}

fn operator_id() -> OperatorId {
    example::OTHER_ID.parse().unwrap()
}

fn connection_id() -> ConnectionId {
    example::ID.parse().unwrap()
}

fn operator() -> core_operator::Operator {
    let body = parse::<crate::wire::operator::Create>(example::operator_create()).unwrap();
    let (created, _) = core_operator::create::create(body.into_command(), &testing::stamp_at(at(), 1));
    core_operator::Operator::restore(core_operator::Fields { id: operator_id(), ..created.fields().clone() })
}

#[test]
fn an_operator_is_shown_with_every_field() {
    assert_answer::<Operator>(&Operator::of(&operator()), &answer::operator());
    let suspended = core_operator::Operator::restore(core_operator::Fields {
        external_id: None,
        status: core_operator::Status::Deleted,
        status_reason: Some(testing::text("unpaid")),
        receipts_until: Some(at()),
        about: Box::default(),
        status_until: Some(at()),
        deleted_at: Some(at()),
        purge_after: Some(at()),
        erased_at: Some(at()),
        purged_at: Some(at()),
        ..operator().fields().clone()
    });
    let mut expected = answer::operator();
    for (key, value) in [
        ("external_id", json!(null)),
        ("status", json!("deleted")),
        ("status_reason", json!("unpaid")),
        ("receipts_until", json!(AT)),
        ("status_until", json!(AT)),
        ("deleted_at", json!(AT)),
        ("purge_after", json!(AT)),
        ("erased_at", json!(AT)),
        ("purged_at", json!(AT)),
        ("contacts", json!([])),
    ] {
        expected[key] = value;
    }
    for absent in
        ["legal_name", "website", "portal_url", "description", "support_hours", "time_zone", "contract"]
    {
        expected[absent] = json!(null);
    }
    assert_answer::<Operator>(&Operator::of(&suspended), &expected);
}

#[test]
fn a_write_warns_of_a_network_that_the_reference_data_does_not_know() {
    let mut expected = answer::operator();
    expected["warnings"] = json!([]);
    assert_answer::<Operator>(&Operator::written(&operator()), &expected);
    let networks = vec![
        ops_core::network::Plmn { mcc: testing::text("262"), mnc: testing::text("01") },
        ops_core::network::Plmn { mcc: testing::text("999"), mnc: testing::text("999") },
    ];
    let unknown = core_operator::Operator::restore(core_operator::Fields {
        networks: core_operator::Networks::parse(networks).unwrap(),
        ..operator().fields().clone()
    });
    expected["networks"] = json!([{"mcc": "262", "mnc": "01"}, {"mcc": "999", "mnc": "999"}]);
    expected["warnings"] =
        json!([{"pointer": "/networks/1", "message": "the reference data does not know this network"}]);
    assert_answer::<Operator>(&Operator::written(&unknown), &expected);
}

fn window() -> core_maintenance::Maintenance {
    core_maintenance::Maintenance::restore(core_maintenance::Fields {
        id: uuid::Uuid::nil().into(),
        operator_id: operator_id(),
        connection_id: Some(connection_id()),
        starts_at: at(),
        ends_at: "2026-01-31T14:00:00Z".parse().unwrap(),
        reason: testing::text("new SMSC"),
        reference: None,
        drain_s: core_maintenance::DrainSeconds::default(),
        phase: core_maintenance::Phase::Planned,
        version: 3,
        created_at: at(),
        created_by: "tester".into(),
        updated_at: at(),
        updated_by: "tester".into(),
        ended_at: None,
    })
}

#[test]
fn a_window_is_shown_with_what_it_merges_with_and_on_local_clocks() {
    assert_answer::<Maintenance>(&Maintenance::of(&window(), &[], None), &answer::maintenance());
    let mut later = window().fields().clone();
    (later.id, later.starts_at) = (uuid::Uuid::max().into(), later.ends_at);
    later.ends_at = "2026-01-31T15:00:00Z".parse().unwrap();
    let later = core_maintenance::Maintenance::restore(later);
    let mut expected = answer::maintenance();
    expected["merged"]["ends_at"] = json!("2026-01-31T15:00:00Z");
    expected["local"] = json!({
        "time_zone": "Europe/Berlin", "starts_at": "2026-01-31T13:00:00+01:00", "ends_at": "2026-01-31T15:00:00+01:00",
    });
    let zone = testing::text("Europe/Berlin");
    assert_answer::<Maintenance>(&Maintenance::of(&window(), &[later], Some(&zone)), &expected);
}

#[test]
fn a_timeline_holds_each_kind_under_its_name_the_newest_first() {
    let note = ops_core::note::Note {
        id: uuid::Uuid::from_u128(7).into(),
        operator_id: operator_id(),
        text: testing::text("Called their NOC."),
        reference: Some(testing::text("INC-9")),
        created_at: at(),
        created_by: "tester".into(),
    };
    let entries = vec![Entry::maintenance(&window(), &[], None), Entry::note(note)];
    let (items, next) = timeline::newest(entries.clone(), 1);
    assert_eq!((items.len(), next), (1, Some(uuid::Uuid::from_u128(7))));
    let (items, next) = timeline::newest(entries, 2);
    let note = json!({
        "id": uuid::Uuid::from_u128(7), "operator_id": example::OTHER_ID, "text": "Called their NOC.",
        "reference": "INC-9", "created_at": AT, "created_by": "tester",
    });
    let expected = json!({"items": [
        {"id": uuid::Uuid::from_u128(7), "at": AT, "kind": "note", "note": note},
        {"id": uuid::Uuid::nil(), "at": AT, "kind": "maintenance", "maintenance": answer::maintenance()},
    ], "next_cursor": null});
    assert_eq!(next, None);
    assert_answer::<TimelinePage>(&Page { items, next_cursor: None }, &expected);
}

#[test]
fn readiness_is_the_core_s_document() {
    let list =
        core_operator::readiness::readiness(&operator(), &core_operator::readiness::Dependents::default());
    let shown = serde_json::to_value(&list).unwrap();
    assert_eq!((&shown["ready"], &shown["items"][0]["item"]), (&json!(false), &json!("enabled_connection")));
    assert_answer::<Readiness>(&list, &shown);
}

fn connection() -> core_connection::Connection {
    let body = parse::<connection::Create>(example::connection_create()).unwrap();
    let stamp = testing::stamp_at(at(), 2);
    let (created, _) = core_connection::create::create(
        &operator(),
        body.into_command().unwrap(),
        &core_connection::DeniedCidrs::default(),
        &stamp,
    )
    .unwrap();
    core_connection::Connection::restore(core_connection::Fields {
        id: connection_id(),
        ..created.fields().clone()
    })
}

#[test]
fn a_connection_is_shown_with_its_profile_beside_the_protocol() {
    assert_answer::<Connection>(&Connection::of(&connection()), &answer::connection());
    let plain = testing::create_connection("plain", "a.example");
    let (plain, _) = core_connection::create::create(
        &operator(),
        plain,
        &core_connection::DeniedCidrs::default(),
        &testing::stamp_at(at(), 3),
    )
    .unwrap();
    let shown = serde_json::to_value(Connection::of(&plain)).unwrap();
    assert_eq!(
        (&shown["smpp"]["max_tps"], &shown["smpp"]["tls"]["server_name"]),
        (&Value::Null, &Value::Null)
    );
    assert_answer::<Connection>(&Connection::of(&plain), &shown);
    let body =
        parse::<connection::Create>(example::connection_create_http()).unwrap().into_command().unwrap();
    let denied = core_connection::DeniedCidrs::default();
    let (http, _) =
        core_connection::create::create(&operator(), body, &denied, &testing::stamp_at(at(), 4)).unwrap();
    let shown = serde_json::to_value(Connection::of(&http)).unwrap();
    assert_eq!((shown.get("smpp"), &shown["http"]["auth"]), (None, &json!("bearer")));
    assert_answer::<Connection>(&Connection::of(&http), &shown);
}

fn credential() -> core_credential::Credential {
    let command = core_credential::create::Create {
        system_id: testing::text("acme"),
        note: None,
        long_password: false,
    };
    let stamp = testing::stamp_at(at(), 4);
    let (created, _) = core_credential::create::create(&connection(), &[], command, &stamp).unwrap();
    core_credential::Credential { id: example::OTHER_ID.parse().unwrap(), ..created }
}

#[test]
fn a_credential_is_shown_without_its_secret() {
    let expected = answer::credential();
    let shown = Credential::of(&credential());
    assert_answer::<Credential>(&shown, &expected);
    assert_answer::<CredentialList>(&CredentialList { items: vec![shown] }, &json!({"items": [expected]}));
}

#[test]
fn a_lease_is_the_one_answer_with_a_password() {
    let secret =
        Secret { system_id: testing::text("acme"), password: Password::parse("s3cret".into()).ok().unwrap() };
    let refused = vec![(operator_id().uuid().into(), Refused::ConnectionDisabled)];
    let leased = LeaseAnswer::of(vec![(credential(), secret)], refused);
    assert_answer::<LeaseAnswer>(&leased, &answer::leased());
}

fn rule() -> core_routing::Rule {
    let body = parse::<RuleCreate>(example::rule_create(&json!({"prefix": "49"}))).unwrap();
    let known = [core_routing::TargetConnection { id: connection_id(), operator_id: operator_id() }];
    let (created, _) =
        core_routing::create(body.into_command(), &known, &testing::stamp_at(at(), 5)).unwrap();
    let id = example::ID.parse().unwrap();
    core_routing::Rule::restore(core_routing::RuleFields { id, ..created.fields().clone() })
}

#[test]
fn a_rule_is_shown_with_the_operators_of_its_targets() {
    assert_answer::<Rule>(&Rule::of(&rule()), &answer::rule());
}

#[test]
fn a_resolve_answers_where_to_and_explains_only_when_it_is_asked() {
    let number = core_routing::Number::parse("491701234567").unwrap();
    let view = core_routing::View::new(vec![rule()], [].into(), Mark::new(1, 42));
    let (found, explain) =
        core_routing::resolve_explained(&view, &core_routing::Request::towards(number, at()));
    let mut expected =
        json!({"outcome": "no_route", "rule_id": null, "candidates": [], "view_version": "1.42"});
    assert_answer::<ResolveAnswer>(&ResolveAnswer::of(found.clone(), None), &expected);
    expected["explain"] =
        json!([{"rule_id": example::ID, "outcome": "skipped", "reason": "rule_disabled", "targets": []}]);
    assert_answer::<ResolveAnswer>(&ResolveAnswer::of(found.clone(), Some(explain)), &expected);
    let tier = core_routing::Tier::default();
    let candidate =
        core_routing::Candidate { connection_id: connection_id(), operator_id: operator_id(), tier };
    let route = core_routing::Answer {
        outcome: core_routing::Outcome::Route,
        rule_id: Some(example::ID.parse().unwrap()),
        candidates: vec![candidate],
        ..found
    };
    assert_answer::<ResolveAnswer>(&ResolveAnswer::of(route, None), &answer::resolved());
}

#[test]
fn a_batch_is_answered_with_what_became_of_it() {
    let codes = [
        SampleRefusal::UnknownConnection,
        SampleRefusal::TooOld,
        SampleRefusal::InFuture,
        SampleRefusal::NotAllowed,
    ];
    let refused = codes.into_iter().enumerate().map(|(index, code)| SampleRefused { index, code }).collect();
    assert_answer::<BatchAnswer>(&BatchAnswer { accepted: 2, duplicate: 1, refused }, &answer::batch());
}

fn health(state: core_health::State) -> core_health::ConnectionHealth {
    let reason = core_health::Reason::Bound;
    let unknown = core_health::ConnectionHealth::unknown(connection_id(), operator_id(), at());
    core_health::ConnectionHealth { state, reason, judged_through: Some(at()), ..unknown }
}

#[test]
fn health_is_shown_with_rates_only_above_the_minimum_sample() {
    let sums = |submitted, ok| WindowSums { submitted, ok, samples: 1, ..WindowSums::empty(at()) };
    let shown = |window| {
        let observed = Observed { sessions_bound: 2, last_sample_at: Some(at()), window };
        ConnectionHealth::of(&health(core_health::State::Healthy), &observed)
    };
    let expected = |rates: Value| {
        json!({
            "connection_id": example::ID, "state": "healthy", "since": AT, "reason": "bound", "sessions_bound": 2,
            "last_sample_at": AT, "judged_through": AT, "rates": rates,
        })
    };
    let few = expected(json!("insufficient_data"));
    assert_answer::<ConnectionHealth>(&shown(None), &few);
    assert_answer::<ConnectionHealth>(&shown(Some(sums(49, 49))), &few);
    assert_answer::<ConnectionHealth>(&shown(Some(sums(51, 17))), &answer::connection_health());
}

#[test]
fn the_health_of_an_operator_follows_from_its_connections() {
    let expected = json!({
        "operator_id": example::OTHER_ID, "state": "unknown", "since": null, "reason": null, "sessions_bound": 0,
        "last_sample_at": null, "connections": [],
    });
    assert_answer::<OperatorHealth>(&OperatorHealth::of(operator_id(), Vec::new()), &expected);
    let observed = Observed { sessions_bound: 2, ..Observed::default() };
    let shown = |state| ConnectionHealth::of(&health(state), &observed);
    let down_later = core_health::ConnectionHealth {
        since: "2026-01-31T13:00:00Z".parse().unwrap(),
        reason: core_health::Reason::NoSession,
        ..health(core_health::State::Down)
    };
    let down_later = ConnectionHealth::of(&down_later, &Observed::default());
    let answer = OperatorHealth::of(
        operator_id(),
        vec![(true, down_later), (true, shown(core_health::State::Healthy))],
    );
    let shown = serde_json::to_value(&answer).unwrap();
    assert_eq!((&shown["state"], &shown["reason"]), (&json!("degraded"), &json!("no_session")));
    assert_eq!((&shown["since"], &shown["sessions_bound"]), (&json!("2026-01-31T13:00:00Z"), &json!(2)));
    assert_answer::<OperatorHealth>(&answer, &shown);
}

#[test]
fn an_event_is_a_cloud_event_and_a_page_tells_where_to_go_on() {
    let mut event = answer::event();
    let stored = Stored {
        id: example::ID.parse().unwrap(),
        operator_id: operator_id(),
        sequence: Mark::new(1, 7),
        position: Mark::new(1, 42),
        kind: EventType::HealthChanged,
        at: at(),
        traceparent: None,
        data: event["data"].clone(),
    };
    let page = EventPage::of(vec![stored.clone()], Mark::START, "/ops");
    assert_answer::<EventPage>(&page, &json!({"items": [event], "next_cursor": "1.42"}));
    let traced = Stored { traceparent: Some("00-0-0-01".into()), ..stored };
    event["traceparent"] = json!("00-0-0-01");
    let page = EventPage::of(vec![traced], Mark::START, "/ops");
    assert_answer::<EventPage>(&page, &json!({"items": [event], "next_cursor": "1.42"}));
    let nothing_new = EventPage::of(Vec::new(), Mark::new(1, 42), "/ops");
    assert_answer::<EventPage>(&nothing_new, &json!({"items": [], "next_cursor": "1.42"}));
}

#[test]
fn an_audit_entry_is_the_core_s_document() {
    let stamp = testing::stamp_at(at(), 6);
    let id = example::ID.parse().unwrap();
    let entry = AuditEntry::about_operator(id, ChangeName::OperatorUpdate, &operator(), &stamp)
        .with([Difference::set("display_name", "ACME")]);
    let expected = answer::audit_entry();
    assert_answer::<AuditEntryShape>(&entry, &expected);
    let page = Page { items: vec![entry], next_cursor: None };
    assert_answer::<crate::wire::page::AuditPage>(&page, &json!({"items": [expected], "next_cursor": null}));
}

#[test]
fn a_page_has_its_items_and_the_next_cursor() {
    let page = Page { items: vec![Operator::of(&operator())], next_cursor: Some("x".into()) };
    assert_answer::<OperatorPage>(&page, &json!({"items": [answer::operator()], "next_cursor": "x"}));
    let page = Page { items: vec![Connection::of(&connection())], next_cursor: None };
    assert_answer::<ConnectionPage>(&page, &json!({"items": [answer::connection()], "next_cursor": null}));
    let page = Page { items: vec![Rule::of(&rule())], next_cursor: None };
    assert_answer::<RulePage>(&page, &json!({"items": [answer::rule()], "next_cursor": null}));
}

#[test]
fn me_tells_who_the_caller_is() {
    let me = Me {
        subject: "alice".into(),
        issuer: "https://issuer.example".into(),
        roles: vec!["viewer".into()],
        permissions: vec!["operator:read".into()],
        expires_at: at(),
    };
    assert_answer::<Me>(&me, &answer::me());
}

#[test]
fn a_problem_has_the_title_and_status_of_its_code() {
    let faults = parse::<crate::wire::operator::Suspend>(json!({})).unwrap_err();
    let problem = Problem::new(ErrorCode::Invalid, "1 fault", "r-1").with_errors(faults);
    let expected = json!({
        "type": "about:blank", "title": "The body is not valid", "status": 422, "detail": "1 fault",
        "code": "invalid", "errors": [{"pointer": "/reason", "rule": "required", "message": "is required"}],
        "request_id": "r-1",
    });
    assert_answer::<Problem>(&problem, &expected);
    let unreadable = read(br#"{"a":1,"a":2}"#).unwrap_err();
    let problem = Problem::new(ErrorCode::MalformedJson, "", "r-1").with_unreadable(unreadable);
    let shown = serde_json::to_value(problem).unwrap();
    let expected =
        json!([{"pointer": "/a", "rule": "json", "message": "must not stand in its object twice"}]);
    assert_eq!((&shown["status"], &shown["errors"]), (&json!(400), &expected));
}

#[test]
fn a_conflict_tells_what_stands_in_the_way() {
    let list =
        core_operator::readiness::readiness(&operator(), &core_operator::readiness::Dependents::default());
    let items = serde_json::to_value(&list.items).unwrap();
    let rule_id: RuleId = example::ID.parse().unwrap();
    let (draft, suspended) = (core_operator::Status::Draft, core_operator::Status::Suspended);
    let new = |code| Problem::new(code, "x", "r-1");
    for (problem, members) in [
        (
            new(ErrorCode::Duplicate).with_duplicate("code", Some(rule_id.uuid())),
            json!({"field": "code", "existing_id": example::ID}),
        ),
        (
            new(ErrorCode::IllegalTransition).with_transition(draft, suspended),
            json!({"from": "draft", "to": "suspended"}),
        ),
        (new(ErrorCode::NotReady).with_readiness(list), json!({"items": items})),
        (new(ErrorCode::OperatorInUse).with_rules(vec![rule_id]), json!({"rules": [example::ID]})),
    ] {
        let code = problem.code();
        let mut expected = json!({
            "type": "about:blank", "title": code.title(), "status": 409, "detail": "x", "code": code, "errors": [],
            "request_id": "r-1",
        });
        expected.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        assert_answer::<Problem>(&problem, &expected);
    }
}
