//! An older backup is put in the place of the database while the daemon runs: nobody mistakes a version that repeats for
//! the one they know, events go on, and no secret is destroyed before a person has looked.

use ops_store::testing::{
    cluster::{Cluster, Timeline},
    nats::NatsServer,
};
use serde_json::{Value, json};

use super::{installation::Installation, served::Served};
use crate::support::{Caller, program, sample, until};

const OPERATORS: &str = "/admin/v1/operators";
const RULES: &str = "/admin/v1/routing/rules";

/// A service on a cluster of its own, with a history before and after the backup.
struct Scene {
    cluster: Cluster,
    nats: NatsServer,
    installation: Installation,
    served: Option<Served>,
    acme: String,
}

impl Scene {
    async fn set() -> Self {
        let (cluster, nats) = (Cluster::migrated().await, NatsServer::start());
        nats.ensure().await;
        let mut installation = Installation::new(&cluster.url_as("ops_app"));
        installation.edit("embedded = [\"secrets\", \"events\"]", "embedded = [\"secrets\"]");
        let stream = format!("source = \"urn:ops:example\"\n[events.nats]\nurls = [{:?}]", nats.url());
        installation.edit("source = \"urn:ops:example\"", &stream);
        let served = Served::start(&mut installation).await;
        let admin = installation.admin();
        let acme = admin.post(OPERATORS, sample::operator("acme")).await.expect(201).id();
        let path = format!("{OPERATORS}/{acme}/connections");
        let connection = admin.post(&path, sample::connection("main", "acme")).await.expect(201).id();
        let path = format!("/admin/v1/connections/{connection}/credentials");
        admin.post(&path, json!({"system_id": "sys", "password": "before"})).await.expect(201);
        admin.act(&format!("{OPERATORS}/{acme}/activate")).await.expect(200);
        rule(&admin, &connection, "49").await;
        rename(&admin, &acme, "\"1.2\"", "Acme before").await;
        cluster.base_backup();

        rename(&admin, &acme, "\"1.3\"", "Acme after").await;
        rename(&admin, &acme, "\"1.4\"", "Acme long after").await;
        admin.post(OPERATORS, sample::operator("later")).await.expect(201);
        admin.post(&path, json!({"system_id": "sys", "password": "after"})).await.expect(201);
        rule(&admin, &connection, "33").await;
        let scene = Self { cluster, nats, installation, served: Some(served), acme };
        scene.published(11).await;
        assert_eq!(scene.outcome("+33612345678").await, "route");
        scene
    }

    /// All events on the stream, once there are so many; each once.
    async fn published(&self, count: usize) -> Vec<Value> {
        let messages = until("every event is published", async || {
            let messages = self.nats.messages().await;
            (messages.len() >= count).then_some(messages)
        })
        .await;
        let events: Vec<Value> =
            messages.iter().map(|message| serde_json::from_slice(&message.body).unwrap()).collect();
        let mut ids: Vec<_> = events.iter().map(|event| event["id"].as_str().unwrap()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((ids.len(), events.len()), (count, count), "{events:?}");
        events
    }

    async fn outcome(&self, number: &str) -> Value {
        self.installation
            .admin()
            .post("/admin/v1/routing/resolve", json!({"destination": number}))
            .await
            .expect(200)
            .body["outcome"]
            .clone()
    }

    async fn metric(&self, line: &str) -> Option<()> {
        let metrics = self.installation.ops().get("/metrics").await.expect(200).text;
        metrics.lines().any(|told| told == line).then_some(())
    }

    /// What everybody finds once the older database serves in a new epoch.
    async fn older_and_told_so(&self) {
        let admin = self.installation.admin();
        until("the daemon serves the older view in a new epoch", async || {
            // the database may still be away
            let found = admin.try_get(&format!("{OPERATORS}/{}", self.acme)).await?;
            (found.status == 200 && found.etag() == "\"2.3\"").then_some(())
        })
        .await;
        until("the view has gone back", async || {
            (self.outcome("+33612345678").await != "route").then_some(())
        })
        .await;
        assert_eq!(self.outcome("+491701234567").await, "route");
        let path = format!("{OPERATORS}/{}", self.acme);
        let found = admin.get(&path).await.expect(200);
        assert_eq!((&found.body["display_name"], &found.body["version"]), (&json!("Acme before"), &json!(3)));

        // whoever knows a tag of before: neither confirmed nor overwritten, also where the number is the same
        for known in ["\"1.3\"", "\"1.5\""] {
            let asked = admin.request(reqwest::Method::GET, &path).header("if-none-match", known);
            Caller::send(asked).await.expect(200);
            admin
                .patch(&path, json!({"display_name": "Lost"}), known)
                .await
                .refused(412, "precondition_failed");
        }

        // events go on behind those that the database has forgotten, each once
        rename(&admin, &self.acme, "\"2.3\"", "Acme again").await;
        let events = self.published(12).await;
        assert_eq!(events[11]["sequence"], "00020000000000000001");
        assert_eq!(events[11]["source"], format!("urn:ops:example/operators/{}", self.acme));
        let page = admin.get("/admin/v1/events?after=1.11").await.expect(200);
        assert_eq!(
            page.body["items"][0]["id"], events[11]["id"],
            "a reader of before goes on: {}",
            page.text
        );
    }

    /// No sweep until somebody has compared.
    async fn sweeps_wait_for_a_person(&self) {
        until("the sweeps stand still", async || self.metric("ops_sweep_disabled 1").await).await;
        let said = self.reconcile(&[]);
        // of the two credentials the backup knows the first; the second one's secret is young
        assert!(
            said.contains("Epoch 2: 0 to destroy, 1 left alone, 0 missing; 0 operators not known."),
            "{said}"
        );
        assert!(said.contains("run it again with --confirm"), "{said}");
        let said = self.reconcile(&["--confirm"]);
        assert!(said.contains("Confirmed: sweeps may destroy secrets in this epoch."), "{said}");
        until("the sweeps run again", async || self.metric("ops_sweep_disabled 0").await).await;
    }

    fn reconcile(&self, more: &[&str]) -> String {
        let mut command = program();
        command.args(["secret", "reconcile", "--config"]).arg(self.installation.path("ops.toml")).args(more);
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(output.status.success(), "{said}");
        said
    }
}

async fn rename(admin: &Caller, operator: &str, tag: &str, name: &str) {
    admin.patch(&format!("{OPERATORS}/{operator}"), json!({"display_name": name}), tag).await.expect(200);
}

async fn rule(admin: &Caller, connection: &str, prefix: &str) {
    let rule = json!({
        "name": prefix, "match": {"destination": {"prefix": prefix}}, "targets": [{"connection_id": connection}],
    });
    admin.post(RULES, rule).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_to_a_point_in_time_under_a_running_daemon_begins_a_new_epoch_by_itself() {
    let mut scene = Scene::set().await;
    scene.cluster.restore(Timeline::New);
    scene.older_and_told_so().await;
    scene.sweeps_wait_for_a_person().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_is_simply_started_is_noticed_by_a_daemon_that_remembers() {
    let mut scene = Scene::set().await;
    scene.cluster.restore(Timeline::Same);
    scene.older_and_told_so().await;
    scene.sweeps_wait_for_a_person().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_begins_the_new_epoch_where_nobody_remembers() {
    let mut scene = Scene::set().await;
    assert!(scene.served.take().unwrap().stop().await.success());
    scene.cluster.restore(Timeline::Same);
    let output = scene.installation.command("new-epoch").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && said.starts_with("Epoch 2 has begun."), "{said}");
    scene.served = Some(Served::start(&mut scene.installation).await);
    scene.older_and_told_so().await;
    scene.sweeps_wait_for_a_person().await;
}
