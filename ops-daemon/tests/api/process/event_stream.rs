//! Events leave to a real JetStream: the start needs none, a missing stream is told and made by the command only, a server that
//! is away or hangs costs no request and no event.

use std::time::{Duration, Instant};

use ops_store::testing::{nats::NatsServer, postgres::Database};
use serde_json::{Value, json};

use super::{installation::Installation, served::Served};
use crate::support::{program, sample, until};

struct Scene {
    _database: Database,
    installation: Installation,
    served: Served,
    server: NatsServer,
}

impl Scene {
    /// Served before there is a server of the stream.
    async fn set() -> Self {
        let (database, server) = (Database::create().await, NatsServer::prepare());
        let mut installation = Installation::new(&database.url_as("ops_app"));
        installation.edit("embedded = [\"secrets\", \"events\"]", "embedded = [\"secrets\"]");
        let source = "source = \"urn:ops:example\"";
        let urls = format!("[events.nats]\nurls = [\"{}\"]", server.url());
        installation.edit(source, &format!("{source}\n{urls}"));
        let served = Served::start(&mut installation).await;
        Self { _database: database, installation, served, server }
    }

    /// Waits until exactly this is degraded, and tells how long that took.
    async fn degraded(&self, expected: Value) -> Duration {
        let started = Instant::now();
        until(&format!("{expected} is degraded"), async || {
            let shown = self.installation.ops().try_get("/health/ready").await?;
            assert_eq!(shown.status, 200);
            (shown.body["degraded"] == expected).then_some(())
        })
        .await;
        started.elapsed()
    }

    /// Waits until a sample of the metrics has a value.
    async fn metric(&self, line: &str) {
        until(line, async || {
            let metrics = self.installation.ops().try_get("/metrics").await?.text;
            metrics.lines().any(|told| told == line).then_some(())
        })
        .await;
    }

    async fn create(&self, code: &str) {
        self.installation.admin().post("/admin/v1/operators", sample::operator(code)).await.expect(201);
    }

    /// What `stream ensure` says.
    fn ensure(&self) -> String {
        let mut command = program();
        command.args(["stream", "ensure", "--config"]).arg(self.installation.path("ops.toml"));
        let ended = command.output().unwrap();
        let said = String::from_utf8([ended.stdout, ended.stderr].concat()).unwrap();
        assert!(ended.status.success(), "{said}");
        said
    }

    /// The stream holds what the API shows: the same events, octet for octet, in the same order.
    async fn stream_equals_api(&self) {
        let shown = self.installation.admin().get("/admin/v1/events?limit=200").await.expect(200).body;
        let shown = shown["items"].as_array().unwrap().clone();
        let on_stream = until("as many messages as events", async || {
            let messages = self.server.messages().await;
            (messages.len() == shown.len()).then_some(messages)
        })
        .await;
        for (message, event) in on_stream.iter().zip(&shown) {
            assert_eq!(serde_json::from_slice::<Value>(&message.body).unwrap(), *event);
            assert_eq!(message.subject, event["subject"].as_str().unwrap());
            assert_eq!(message.id.as_deref(), event["id"].as_str());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_reach_the_stream_whatever_happens_to_it_and_no_request_notices() {
    let mut scene = Scene::set().await;
    scene.degraded(json!(["event_stream"])).await;
    scene.create("before").await;
    scene.metric("ops_outbox_unpublished 1").await;

    scene.server.start_again();
    scene.metric("ops_event_stream_missing 1").await;
    scene.degraded(json!(["event_stream"])).await;
    assert!(scene.ensure().contains("was created"));
    assert!(scene.ensure().contains("is as it should be"));
    scene.degraded(json!([])).await;
    scene.metric("ops_event_stream_missing 0").await;
    scene.metric("ops_outbox_unpublished 0").await;
    scene.metric("ops_outbox_oldest_age_seconds 0.0").await;
    scene.create("with").await;
    scene.stream_equals_api().await;

    scene.server.kill();
    println!("degraded {:?} after the server was killed", scene.degraded(json!(["event_stream"])).await);
    scene.create("without").await;
    scene.server.start_again();
    println!("well {:?} after it was started again", scene.degraded(json!([])).await);
    scene.stream_equals_api().await;

    scene.server.pause();
    println!("degraded {:?} after the server hung", scene.degraded(json!(["event_stream"])).await);
    scene.create("meanwhile").await;
    scene.server.resume();
    println!("well {:?} after it went on", scene.degraded(json!([])).await);
    scene.stream_equals_api().await;
    scene.metric("ops_outbox_unpublished 0").await;
    let log = scene.installation.read("serve.log");
    let told = log.matches("a task failed").count();
    assert!((1..=8).contains(&told), "once per outage and task, not once per try: {log}");
    assert!(scene.served.stop().await.success());
}

#[test]
fn ensuring_a_stream_that_the_configuration_does_not_name_is_refused_with_what_to_do() {
    let installation = Installation::new("postgres://ops_app@127.0.0.1:1/ops");
    let mut command = program();
    command.args(["stream", "ensure", "--config"]).arg(installation.path("ops.toml"));
    let ended = command.output().unwrap();
    assert_eq!(ended.status.code(), Some(78));
    assert!(String::from_utf8(ended.stderr).unwrap().contains("events.nats"));
}
