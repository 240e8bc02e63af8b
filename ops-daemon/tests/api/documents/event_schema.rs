//! The registry of event schemas: whatever a test reads from the stream or from the API is compared with it, and that is seen to
//! fail here.

use serde_json::{Value, json};

use crate::support::{Daemon, Database, assert_registered, on_both, sample};

on_both!(
    an_event_with_a_member_that_its_schema_does_not_know_or_without_one_is_noticed,
    |daemon| async move {
        daemon.admin().post("/admin/v1/operators", sample::operator("acme")).await.expect(201);
        let sound = daemon.events().await.remove(0);
        for plant in [
            |event: &mut Value| event["data"]["password"] = json!("x"),
            |event: &mut Value| event["data"]["status"] = json!("resting"),
            |event: &mut Value| drop(event["data"].as_object_mut().unwrap().remove("labels")),
            |event: &mut Value| event["sequence"] = json!(7),
            |event: &mut Value| event["contacts"] = json!([]),
            |event: &mut Value| event["dataschema"] = json!("urn:ops:event:operator.created:v9"),
        ] {
            let mut event = sound.clone();
            plant(&mut event);
            let refused = std::panic::catch_unwind(|| assert_registered(&event));
            assert!(refused.is_err(), "{event}");
        }
    }
);
