//! The four facts as other services read them.

use serde_json::json;

use super::*;
use crate::{
    operator::{About, testing::standing_with},
    testing::{decision::hours, text},
};

fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn operator() -> Operator {
    standing_with(Status::Active, |fields| {
        fields.id = uuid(1).into();
        fields.external_id = Some(text("4711"));
        fields.countries = Countries::parse(vec![text("DE")]).unwrap();
        fields.labels = Labels::new([(text("team"), text("red"))].into()).unwrap();
        *fields.about = About { legal_name: Some(text("Secret AG")), ..About::default() };
    })
}

fn view() -> serde_json::Value {
    json!({
        "id": uuid(1),
        "code": "acme",
        "external_id": "4711",
        "display_name": "Operator acme",
        "kind": "mno",
        "importance": "normal",
        "countries": ["DE"],
        "networks": [],
        "labels": { "team": "red" },
        "status": "active",
        "version": 1,
    })
}

/// One event of each type, with the data that is published.
fn events() -> Vec<(Event, EventType, serde_json::Value)> {
    let id = || uuid(9).into();
    let connection = ConnectionHealthChanged {
        id: uuid(2).into(),
        name: "main".into(),
        from: health::State::Healthy,
        to: health::State::Down,
        reason: health::Reason::NoSession,
        since: hours(2),
    };
    let health = HealthChanged {
        id: uuid(1).into(),
        code: text("acme"),
        from: health::State::Healthy,
        to: health::State::Degraded,
        since: hours(3),
        connections: vec![connection],
    };
    let all = vec![
        Changed::profile(["labels".to_owned()]),
        Changed::status(),
        Changed::maintenance(uuid(3).into()),
        Changed::restored(),
        Changed::connection(uuid(4).into()),
        Changed::credential(uuid(5).into()),
        Changed::routing(uuid(6).into()),
    ];
    let changes = json!([
        { "what": "profile", "fields": ["labels"] },
        { "what": "status" },
        { "what": "maintenance", "id": uuid(3) },
        { "what": "restored" },
        { "what": "connection", "id": uuid(4) },
        { "what": "credential", "id": uuid(5) },
        { "what": "routing", "id": uuid(6) },
    ]);
    let rule = vec![Changed::routing(uuid(6).into())];
    vec![
        (Event::created(id(), &operator()), EventType::Created, view()),
        (
            Event::updated(id(), uuid(1).into(), all, Some(&operator())),
            EventType::Updated,
            json!({ "changes": changes, "operator": view() }),
        ),
        (
            Event::updated(id(), uuid(1).into(), rule, None),
            EventType::Updated,
            json!({ "changes": [{ "what": "routing", "id": uuid(6) }] }),
        ),
        (
            Event::deleted(id(), &operator(), hours(1), hours(2)),
            EventType::Deleted,
            json!({ "id": uuid(1), "code": "acme", "deleted_at": hours(1), "purge_after": hours(2) }),
        ),
        (
            Event::health_changed(id(), health),
            EventType::HealthChanged,
            json!({
                "id": uuid(1),
                "code": "acme",
                "from": "healthy",
                "to": "degraded",
                "since": hours(3),
                "connections": [{
                    "id": uuid(2),
                    "name": "main",
                    "from": "healthy",
                    "to": "down",
                    "reason": "no_session",
                    "since": hours(2),
                }],
            }),
        ),
    ]
}

#[test]
fn other_services_learn_these_members_and_no_others() {
    for (event, kind, data) in events() {
        assert_eq!((event.id.uuid(), event.operator_id.uuid(), event.kind), (uuid(9), uuid(1), kind));
        assert_eq!(serde_json::to_value(&event.data).unwrap(), data);
    }
}

#[test]
fn data_is_read_by_its_type_and_members_of_later_versions_are_passed_over() {
    for (event, kind, mut data) in events() {
        data.as_object_mut().unwrap().insert("of_a_later_version".into(), json!(1));
        assert_eq!(Data::read(kind, data).unwrap(), event.data);
    }
    for kind in [EventType::Created, EventType::Updated, EventType::Deleted, EventType::HealthChanged] {
        assert!(Data::read(kind, json!({})).is_err(), "{kind}: members are missing");
    }
}
