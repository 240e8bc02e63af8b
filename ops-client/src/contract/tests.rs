//! Old and new readers and writers of events, by golden files: what was written once is read for ever, and what is written
//! now is what those who read then understand.

use std::{collections::BTreeMap, fs, path::PathBuf};

use jiff::Timestamp;
use jsonschema::Validator;
use ops_core::{
    Mark, Word,
    event::{
        Changed, ConnectionHealthChanged, Data, Deleted, EventType, HealthChanged, OperatorView, Stored,
        Updated,
    },
    health, testing,
};
use serde_json::{Value, json};

use super::{asyncapi, event_schema};
use crate::wire::event::CloudEvent;

const OPERATOR: &str = "0192f0c1-7a2b-7c3d-8e4f-0123456789a1";
const CONNECTION: &str = "0192f0c1-7a2b-7c3d-8e4f-0123456789c1";
const RULE: &str = "0192f0c1-7a2b-7c3d-8e4f-0123456789d1";
const EVENT: &str = "0192f0c1-7a2b-7c3d-8e4f-0123456789e1";
const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const AT: &str = "2026-01-31T12:00:00Z";

/// Every golden file, by its name.
fn golden() -> BTreeMap<String, Value> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/contract/events/examples");
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let read = |path: PathBuf| {
        let event = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        (path.file_name().unwrap().to_str().unwrap().to_owned(), event)
    };
    files.map(read).collect()
}

fn at() -> Timestamp {
    AT.parse().unwrap()
}

/// What this version makes of the same facts.
fn written() -> BTreeMap<&'static str, Value> {
    let view: OperatorView = serde_json::from_value(json!({
        "id": OPERATOR, "code": "acme-de", "external_id": "4711", "display_name": "ACME", "kind": "mno",
        "importance": "critical", "countries": ["DE"], "networks": [{"mcc": "262", "mnc": "01"}],
        "labels": {"team/name": "blue"}, "status": "active", "version": 3,
    }))
    .unwrap();
    let draft = OperatorView {
        external_id: None,
        status: ops_core::operator::Status::Draft,
        version: 1,
        ..view.clone()
    };
    let profile = Updated {
        changes: vec![Changed::profile(["display_name".into(), "labels".into()]), Changed::status()],
        operator: Some(view),
    };
    let [operator, connection, rule] =
        [OPERATOR, CONNECTION, RULE].map(|id| id.parse::<uuid::Uuid>().unwrap());
    let others = Updated {
        changes: vec![
            Changed::connection(connection.into()),
            Changed::credential(connection.into()),
            Changed::routing(rule.into()),
        ],
        operator: None,
    };
    let deleted = Deleted {
        id: operator.into(),
        code: testing::text("acme-de"),
        deleted_at: at(),
        purge_after: "2026-03-02T12:00:00Z".parse().unwrap(),
    };
    let moved = ConnectionHealthChanged {
        id: connection.into(),
        name: "main".into(),
        from: health::State::Healthy,
        to: health::State::Down,
        reason: health::Reason::NoSession,
        since: at(),
    };
    let health = HealthChanged {
        id: operator.into(),
        code: testing::text("acme-de"),
        from: health::State::Healthy,
        to: health::State::Degraded,
        since: at(),
        connections: vec![moved],
    };
    BTreeMap::from([
        ("operator.created.v1.json", event(EventType::Created, &Data::Created(draft), Some(TRACE))),
        ("operator.updated.v1.profile.json", event(EventType::Updated, &Data::Updated(profile), None)),
        ("operator.updated.v1.connection.json", event(EventType::Updated, &Data::Updated(others), None)),
        ("operator.deleted.v1.json", event(EventType::Deleted, &Data::Deleted(deleted), None)),
        (
            "operator.health_changed.v1.json",
            event(EventType::HealthChanged, &Data::HealthChanged(health), None),
        ),
    ])
}

fn event(kind: EventType, data: &Data, traceparent: Option<&str>) -> Value {
    let stored = Stored {
        id: EVENT.parse::<uuid::Uuid>().unwrap().into(),
        operator_id: OPERATOR.parse::<uuid::Uuid>().unwrap().into(),
        sequence: Mark::new(1, 7),
        position: Mark::new(1, 42),
        kind,
        at: at(),
        traceparent: traceparent.map(str::to_owned),
        data: serde_json::to_value(data).unwrap(),
    };
    serde_json::to_value(CloudEvent::of(stored, "/ops")).unwrap()
}

fn validator(schema: &Value) -> Validator {
    jsonschema::options().should_validate_formats(true).build(schema).unwrap()
}

fn schema_of(event: &Value) -> Validator {
    validator(&event_schema::of(EventType::parse(event["type"].as_str().unwrap()).unwrap()))
}

#[test]
fn what_is_written_now_is_what_was_written_when_the_files_were_made() {
    let golden = golden();
    let written = written();
    assert_eq!(golden.keys().collect::<Vec<_>>(), written.keys().collect::<Vec<_>>());
    for (name, event) in written {
        assert_eq!(golden[name], event, "{name}");
    }
}

#[test]
fn what_was_written_once_is_read_and_valid() {
    let envelope = validator(&event_schema::envelope());
    for (name, event) in golden() {
        let read: CloudEvent = serde_json::from_value(event.clone()).unwrap();
        assert_eq!(serde_json::to_value(read.read().unwrap()).unwrap(), event["data"], "{name}");
        assert_eq!(serde_json::to_value(&read).unwrap(), event, "{name}");
        let faults: Vec<_> = envelope.iter_errors(&event).map(|fault| fault.to_string()).collect();
        assert_eq!(faults, Vec::<String>::new(), "{name}");
        let faults: Vec<_> =
            schema_of(&event).iter_errors(&event["data"]).map(|fault| fault.to_string()).collect();
        assert_eq!(faults, Vec::<String>::new(), "{name}");
    }
}

#[test]
fn a_reader_passes_over_members_of_a_later_version() {
    for (name, event) in golden() {
        let mut later = event.clone();
        add_members(&mut later);
        let read: CloudEvent = serde_json::from_value(later).unwrap();
        let data = serde_json::to_value(read.read().unwrap()).unwrap();
        let mut expected = event["data"].clone();
        if expected.get("labels").is_some() {
            expected["labels"]["later"] = json!("x");
        }
        if expected.get("operator").is_some() {
            expected["operator"]["labels"]["later"] = json!("x");
        }
        assert_eq!(data, expected, "{name}");
    }
}

/// Adds a member to every object; labels are no members, they are data.
fn add_members(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(add_members);
            members.insert("later".into(), json!("x"));
        }
        Value::Array(items) => items.iter_mut().for_each(add_members),
        _ => {}
    }
}

#[test]
fn what_this_version_does_not_know_is_an_error_and_not_a_guess() {
    for (name, change) in [("operator.health_changed.v1.json", "to"), ("operator.created.v1.json", "status")]
    {
        let mut event = golden()[name].clone();
        event["data"][change] = json!("resting");
        assert!(!schema_of(&event).is_valid(&event["data"]));
        let read: CloudEvent = serde_json::from_value(event).unwrap();
        assert!(read.read().unwrap_err().to_string().contains("resting"));
    }
}

#[test]
fn every_schema_is_closed_and_refuses_what_is_missing() {
    for (name, event) in golden() {
        let schema = schema_of(&event);
        for member in event["data"].as_object().unwrap().keys() {
            let mut data = event["data"].clone();
            data.as_object_mut().unwrap().remove(member);
            let is_optional = member == "operator";
            assert_eq!(schema.is_valid(&data), is_optional, "{name} without {member}");
        }
        let mut data = event["data"].clone();
        data["password"] = json!("x");
        assert!(!schema.is_valid(&data), "{name} with a member more");
    }
}

#[test]
fn each_type_has_a_file_and_a_name_of_its_own() {
    let files: Vec<_> = event_schema::kinds().map(event_schema::file_of).collect();
    assert_eq!(
        files,
        [
            "events/operator.created.v1.schema.json",
            "events/operator.updated.v1.schema.json",
            "events/operator.deleted.v1.schema.json",
            "events/operator.health_changed.v1.schema.json",
        ]
    );
    for event in golden().values() {
        let kind = EventType::parse(event["type"].as_str().unwrap()).unwrap();
        assert_eq!(event["dataschema"], event_schema::of(kind)["$id"]);
    }
}

#[test]
fn asyncapi_names_a_subject_for_each_type_and_every_reference_leads_somewhere() {
    let document = asyncapi::document("OPS_OPERATOR");
    let channels = document["channels"].as_object().unwrap();
    let addresses: Vec<_> = channels.values().map(|channel| channel["address"].as_str().unwrap()).collect();
    assert_eq!(addresses.len(), EventType::WORDS.len());
    for event in golden().values() {
        let subject = event["subject"].as_str().unwrap().replace(OPERATOR, "{operator_id}");
        assert!(addresses.contains(&subject.as_str()), "{subject}");
    }
    let text = document.to_string();
    let references: Vec<_> =
        text.split("\"$ref\":\"#").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(references.len() > 12, "{references:?}");
    for reference in references {
        assert!(document.pointer(reference).is_some(), "{reference} leads nowhere");
    }
}

#[test]
fn a_message_of_asyncapi_is_the_event_of_its_own_type_and_no_other() {
    let document = asyncapi::document("OPS_OPERATOR");
    let takes = |name: &str, event: &Value| {
        let mut schema = document["components"]["messages"][name]["payload"].clone();
        schema["components"] = document["components"].clone();
        validator(&schema).is_valid(event)
    };
    for event in golden().values() {
        let own = event["type"].as_str().unwrap().replace('.', "_");
        for name in document["components"]["messages"].as_object().unwrap().keys() {
            assert_eq!(takes(name, event), *name == own, "{name} {event}");
        }
        for (member, other) in [
            ("type", json!("operator.moved")),
            ("dataschema", json!("urn:ops:event:operator.moved:v1")),
            ("subject", json!(format!("ops.operator.{OPERATOR}.moved"))),
        ] {
            let mut changed = event.clone();
            changed[member] = other;
            assert!(!takes(&own, &changed), "{member}");
        }
    }
}
