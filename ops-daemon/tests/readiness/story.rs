//! What the stories have in common: events as they really arrived, and secrets as they really lie.

use reqwest::Method;
use serde_json::Value;

use crate::support::{Answer, Caller, Daemon, Database, until};

pub(crate) const OPERATORS: &str = "/admin/v1/operators";
pub(crate) const RULES: &str = "/admin/v1/routing/rules";
pub(crate) const LEASES: &str = "/internal/v1/credential-leases";

/// A daemon on the servers of production.
pub(crate) async fn on_servers() -> Daemon {
    Daemon::start(Database::servers().await).await
}

/// The events of an operator that are on the stream, once there are so many; their envelope is checked.
pub(crate) async fn arrived(daemon: &Daemon, operator: &str, count: usize) -> Vec<Value> {
    let source = format!("urn:ops:dev/operators/{operator}");
    until(&format!("{count} events of {operator} are on the stream"), async || {
        let mut events = Vec::new();
        for message in daemon.servers().messages().await {
            let event: Value = serde_json::from_slice(&message.body).unwrap();
            assert_eq!(message.id.as_deref(), event["id"].as_str());
            assert_eq!(message.subject, event["subject"].as_str().unwrap());
            assert_eq!(message.content_type.as_deref(), Some("application/cloudevents+json"));
            assert_eq!(
                (&event["specversion"], &event["datacontenttype"]),
                (&"1.0".into(), &"application/json".into())
            );
            if event["source"] == source.as_str() {
                let verb = event["type"].as_str().unwrap().trim_start_matches("operator.");
                assert_eq!(message.subject, format!("ops.operator.{operator}.{verb}"));
                events.push(event);
                assert_eq!(events.last().unwrap()["sequence"], format!("0001{:016}", events.len()), "no gap");
            }
        }
        (events.len() >= count).then_some(events)
    })
    .await
}

/// The types of events, in their order.
pub(crate) fn types(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap()).collect()
}

/// The audit entries of one action.
pub(crate) async fn audit(daemon: &Daemon, action: &str) -> Vec<Value> {
    let mut entries = daemon.audit().await;
    entries.retain(|entry| entry["action"] == action);
    entries
}

/// A POST with a key and more headers.
pub(crate) async fn post_with(caller: &Caller, path: &str, body: &Value, headers: &[(&str, &str)]) -> Answer {
    let request = caller.request(Method::POST, path).json(body);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    Caller::send(request).await
}
