//! Connections for tests, and what the change of one tells.

use serde_json::{Value, json};

use super::{Connection, DeniedCidrs, Fields, Profile, create::create};
use crate::{
    Change, Stamp,
    audit::{AuditEntry, Subject},
    change::ChangeName,
    event::{Changed, Data, Updated},
    operator::{Status, testing::standing},
    testing::{create_connection, stamp},
};

/// The connection `main` of a draft operator, which leads to `smsc.example.net` with all defaults.
pub(crate) fn connection() -> Connection {
    let command = create_connection("main", "smsc.example.net");
    create(&standing(Status::Draft), command, &DeniedCidrs::default(), &stamp(1)).unwrap().0
}

/// The same, stored with other fields.
pub(crate) fn stored(edit: impl FnOnce(&mut Fields)) -> Connection {
    let mut fields = connection().fields().clone();
    edit(&mut fields);
    Connection::restore(fields)
}

/// An SMPP profile with these members, to `a.example.net` unless they say otherwise.
pub(crate) fn smpp(members: Value) -> Profile {
    profile("smpp", json!({"endpoints": [{"host": "a.example.net", "port": 2775}]}), members)
}

/// An HTTP profile with these members, to `https://api.example.net/v1` unless they say otherwise.
pub(crate) fn http(members: Value) -> Profile {
    profile("http", json!({"base_url": "https://api.example.net/v1", "auth": "bearer"}), members)
}

fn profile(protocol: &str, mut document: Value, members: Value) -> Profile {
    let Value::Object(members) = members else { panic!("an object") };
    document.as_object_mut().unwrap().extend(members);
    serde_json::from_value(json!({protocol: document})).unwrap()
}

/// The differences of the only audit entry, each as `[field, old, new]`.
pub(crate) fn differences(change: &Change) -> Value {
    let [entry] = change.audit.as_slice() else { panic!("one entry: {:?}", change.audit) };
    entry.changes.iter().map(|one| json!([one.field, one.old, one.new])).collect()
}

/// That a change is told as every one is: its name, time and trace, one `operator.updated` that names what changed but not the
/// operator itself, and one audit entry about the subject with the stamp's actor and request, each under an id of its own.
pub(crate) fn assert_told(
    change: &Change,
    name: ChangeName,
    of: &Connection,
    what: Changed,
    subject: impl Into<Subject>,
    stamp: &Stamp,
) {
    assert_eq!((change.name, change.at), (name, stamp.at()));
    assert_eq!(change.traceparent.as_deref(), stamp.traceparent());
    let ([event], [entry]) = (change.events.as_slice(), change.audit.as_slice()) else {
        panic!("one event and one entry: {change:?}")
    };
    assert_eq!(event.operator_id, of.operator_id);
    assert_eq!(event.data, Data::Updated(Updated { changes: vec![what], operator: None }));
    let bare = AuditEntry::new(entry.id, name, Some(of.operator_id), subject, stamp);
    assert_eq!(*entry, AuditEntry { changes: entry.changes.clone(), ..bare });
    assert_ne!(event.id.uuid(), entry.id.uuid());
}
