//! `ops-daemon serve` without any server: SQLite, sealed secrets, events through the API; and with an issuer that is asked
//! for its keys.

use std::{
    fs::File,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{Json, Router, http::StatusCode, response::IntoResponse, routing::get};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

use super::{installation::Installation, served::Served};
use crate::support::{sample, until};

/// A configuration with everything inside the process.
pub(super) fn embedded() -> Installation {
    let installation = Installation::new("postgres://ops_app@127.0.0.1:1/ops");
    installation.edit("embedded = [", "embedded = [\"store\", ");
    installation
        .edit("[store.postgres]\nurl_file = \"postgres.url\"", "[store.sqlite]\nfile = \"ops.sqlite\"");
    installation
}

/// The issuer, on this machine; it ends with its value.
struct Issuer {
    address: SocketAddr,
    keys: Arc<Mutex<Option<Value>>>,
    serving: JoinHandle<()>,
}

impl Issuer {
    /// One that does not give its keys yet.
    async fn start() -> Self {
        let keys = Arc::<Mutex<Option<Value>>>::default();
        let current = Arc::clone(&keys);
        let answer = move || async move {
            match current.lock().unwrap().clone() {
                Some(keys) => Json(keys).into_response(),
                None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
            }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new().route("/keys", get(answer));
        let serving = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { address, keys, serving }
    }

    fn publish(&self, keys: &str) {
        *self.keys.lock().unwrap() = Some(serde_json::from_str(keys).unwrap());
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_serves_from_its_files_alone_on_them_and_keeps_them() {
    let mut installation = embedded();
    let served = Served::start(&mut installation).await;
    let created =
        installation.admin().post("/admin/v1/operators", sample::operator("acme")).await.expect(201);
    let location = created.header("location");
    let resolve = json!({"destination": "+491701234567"});
    installation.gateway().post("/internal/v1/routing/resolve", resolve).await.expect(200);
    let metrics = installation.ops().get("/metrics").await.expect(200).text;
    let build = metrics.lines().find(|line| line.starts_with("ops_build_info{")).unwrap();
    for label in ["store=\"sqlite\"", "secrets=\"sealed\"", "events=\"embedded\""] {
        assert!(build.contains(label), "{build}");
    }
    for task in ["key_set_refresh", "certificate_reload"] {
        assert!(metrics.contains(&format!("ops_task_period_seconds{{task=\"{task}\"")), "{metrics}");
    }

    let twin = embedded();
    twin.edit("file = \"ops.sqlite\"", &format!("file = {:?}", installation.path("ops.sqlite")));
    let log = File::create(twin.path("serve.log")).unwrap();
    let mut command = twin.command("serve");
    let mut second = Served(command.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap());
    let ended = until("the second has ended", async || second.0.try_wait().unwrap()).await;
    let said = twin.read("serve.log");
    assert_eq!(ended.code(), Some(1), "{said}");
    assert!(said.contains("another process serves") && said.contains("ops.sqlite"), "{said}");

    assert_eq!(served.stop().await.code(), Some(0), "{}", installation.read("serve.log"));
    let again = Served::start(&mut installation).await;
    assert_eq!(installation.admin().get(&location).await.expect(200).body["code"], "acme");
    assert_eq!(again.stop().await.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_starts_without_its_issuer_says_so_and_takes_tokens_when_the_keys_are_there() {
    let issuer = Issuer::start().await;
    let mut installation = embedded();
    let url = format!("jwks_url = \"http://{}/keys\"", issuer.address);
    installation.edit("jwks_file = \"jwks.json\"", &url);
    let served = Served::start(&mut installation).await;
    let ready = installation.ops().get("/health/ready").await.expect(200).body;
    assert_eq!(ready, json!({"status": "ready", "degraded": ["token_issuer"]}));
    let refused = installation.admin().get("/admin/v1/me").await.expect(401);
    let detail = refused.body["detail"].as_str().unwrap();
    assert!(detail.starts_with("the issuer's keys are not known yet"), "{detail}");
    issuer.publish(&installation.key_set());
    let admin = installation.admin();
    let me = until("the keys are fetched", async || {
        Some(admin.try_get("/admin/v1/me").await?).filter(|answer| answer.status == 200)
    });
    assert_eq!(me.await.body["subject"], "somebody");
    let ready = installation.ops().get("/health/ready").await.expect(200).body;
    assert_eq!(ready["degraded"], json!([]));
    assert_eq!(served.stop().await.code(), Some(0));
    let log = installation.read("serve.log");
    assert!(log.contains("the key set cannot be fetched: the issuer answers 503"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_of_another_authority_are_served_and_asked_for_without_a_restart() {
    let mut installation = embedded();
    let served = Served::start(&mut installation).await;
    let resolve = || json!({"destination": "+491701234567"});
    let old = installation.gateway();
    old.post("/internal/v1/routing/resolve", resolve()).await.expect(200);
    installation.certify();
    let new = installation.gateway();
    let answer = until("the new certificates are served", async || new.try_get("/openapi.json").await);
    answer.await.expect(200);
    new.post("/internal/v1/routing/resolve", resolve()).await.expect(200);
    assert!(old.try_get("/openapi.json").await.is_none(), "its authority is gone");
    let metrics = installation.ops().get("/metrics").await.expect(200).text;
    assert!(
        metrics.contains("ops_tls_certificate_expiry_timestamp_seconds{listener=\"internal\"}"),
        "{metrics}"
    );
    assert_eq!(served.stop().await.code(), Some(0));
    assert!(installation.read("serve.log").contains("new certificates are served"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_of_events_ends_with_the_token_that_opened_it_and_says_so() {
    let mut installation = embedded();
    let served = Served::start(&mut installation).await;
    let mut frames = installation.admin_for(3).follow("/admin/v1/events/stream?after=0.0", None).await;
    installation.admin().post("/admin/v1/operators", sample::operator("acme")).await.expect(201);
    let created = frames.next().await.unwrap();
    assert_eq!(created.event, "operator.created");
    let bye = frames.next().await.unwrap();
    assert_eq!((bye.event.as_str(), &bye.data), ("bye", &json!({"reason": "expired"})));
    assert_eq!(frames.next().await, None, "nothing comes after it");
    assert_eq!(served.stop().await.code(), Some(0));
}
