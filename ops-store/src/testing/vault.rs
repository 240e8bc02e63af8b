//! An OpenBao server of a test's own, named by `OPS_TEST_BAO`: a quick one in memory, and one with TLS and data on disk
//! that can be sealed, killed and started again. It ends with its value.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{
    certificate::Certificate,
    server::{Process, free_port, program},
};
use crate::vault::{Login, Settings, VaultStore};

/// Names the program.
const PROGRAM: &str = "OPS_TEST_BAO";
/// The policy of our service, as chart, Terraform and runbook have it.
pub const POLICY: &str = include_str!("../../policy.hcl");
/// The role of our service, and the name of its policy.
pub const ROLE: &str = "ops-daemon";
/// A port that was free may be taken a moment later, and a server in memory takes the next one too.
const TRIES: u32 = 5;
/// The root token of the server in memory.
const DEV_ROOT: &str = "root-token-of-a-test";

/// A running server.
pub struct Bao {
    process: Process,
    port: u16,
    root: String,
    unseal_key: Option<String>,
    certificate: Option<Certificate>,
    client: reqwest::Client,
    folder: TempDir,
}

impl Bao {
    /// A server in memory: plain HTTP, unsealed, KV version 2 at `secret/`, nothing else.
    ///
    /// # Panics
    /// When it cannot be started.
    pub async fn dev() -> Self {
        let mut said = String::new();
        for _ in 0..TRIES {
            let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
            let process = start(folder.path(), &dev_arguments(port));
            let root = DEV_ROOT.to_owned();
            let mut server = Self {
                process,
                port,
                root,
                unseal_key: None,
                certificate: None,
                client: client(None),
                folder,
            };
            // `secret/` is mounted a moment after the server answers
            if server.answers("secret/config", 200).await {
                return server;
            }
            said = server.process.output();
        }
        panic!("OpenBao does not start: {said}");
    }

    /// A server with TLS and its data in a folder, initialised with one key and unsealed, KV version 2 at `secret/`.
    ///
    /// # Panics
    /// When it cannot be started.
    pub async fn raft() -> Self {
        Self::raft_without_engine().await.with_engine().await
    }

    async fn with_engine(mut self) -> Self {
        let engine = json!({"type": "kv", "options": {"version": "2"}});
        assert_eq!(self.ask(Method::POST, "sys/mounts/secret", Some(engine)).await.0, 204);
        assert!(self.answers("secret/config", 200).await, "secret/ is mounted");
        self
    }

    /// As [`Bao::raft`], with nothing mounted: what an operator finds after initialising and unsealing.
    ///
    /// # Panics
    /// When it cannot be started.
    pub async fn raft_without_engine() -> Self {
        Self::raft_with(Certificate::create).await
    }

    /// As [`Bao::raft`], in clear text: for a service that reaches it on loopback.
    ///
    /// # Panics
    /// When it cannot be started.
    pub async fn raft_in_clear_text() -> Self {
        Self::raft_with(|_| None).await.with_engine().await
    }

    async fn raft_with<C: Into<Option<Certificate>>>(certify: impl Fn(&Path) -> C) -> Self {
        let mut said = String::new();
        for _ in 0..TRIES {
            let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
            let certificate = certify(folder.path()).into();
            let config = configured(folder.path(), port, certificate.as_ref());
            let process = start(folder.path(), &[format!("-config={}", config.display())]);
            let client = client(certificate.as_ref().map(|of| of.authority.as_path()));
            let root = String::new();
            let mut server = Self { process, port, root, unseal_key: None, certificate, client, folder };
            if server.answers("sys/health", 501).await {
                server.initialise().await;
                server.unseal().await;
                return server;
            }
            said = server.process.output();
        }
        panic!("OpenBao does not start: {said}");
    }

    async fn initialise(&mut self) {
        let shares = json!({"secret_shares": 1, "secret_threshold": 1});
        let (status, keys) = self.ask(Method::POST, "sys/init", Some(shares)).await;
        assert_eq!(status, 200, "{keys}");
        self.root = keys["root_token"].as_str().unwrap().to_owned();
        self.unseal_key = Some(keys["keys"][0].as_str().unwrap().to_owned());
    }

    /// Its address.
    #[must_use]
    pub fn address(&self) -> String {
        let scheme = if self.certificate.is_some() { "https" } else { "http" };
        format!("{scheme}://127.0.0.1:{}", self.port)
    }

    /// Its port on loopback.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The token that may do everything.
    #[must_use]
    pub fn root_token(&self) -> &str {
        &self.root
    }

    /// The authority of its certificate, where it speaks TLS.
    #[must_use]
    pub fn ca_file(&self) -> Option<PathBuf> {
        self.certificate.as_ref().map(|files| files.authority.clone())
    }

    /// A folder that goes with it, for files of the test.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Its process, for signals such as `STOP` and `CONT`.
    #[must_use]
    pub const fn process(&self) -> &Process {
        &self.process
    }

    /// Asks it as root: the status and the JSON of its answer. `path` comes after `/v1/`.
    ///
    /// # Panics
    /// When it does not answer.
    pub async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        self.ask_as(&self.root, method, path, body).await
    }

    /// As [`Bao::ask`], with a token.
    ///
    /// # Panics
    /// When it does not answer.
    pub async fn ask_as(&self, token: &str, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let answer = self.try_ask(token, method, path, body).await;
        answer.unwrap_or_else(|error| panic!("{path}: {error:?}: {}", self.process.output()))
    }

    async fn try_ask(
        &self,
        token: &str,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> reqwest::Result<(u16, Value)> {
        let is_patch = method == Method::PATCH;
        let mut request = self.client.request(method, format!("{}/v1/{path}", self.address()));
        request = request.header("X-Vault-Token", token);
        if let Some(body) = body {
            let media = if is_patch { "application/merge-patch+json" } else { "application/json" };
            request = request.body(body.to_string()).header("Content-Type", media);
        }
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        Ok((status, serde_json::from_slice(&answer.bytes().await?).unwrap_or_default()))
    }

    /// Waits until a path is answered with a status; false when the process ends before.
    async fn answers(&mut self, path: &str, status: u16) -> bool {
        for _ in 0..1000 {
            let root = self.root.clone();
            if self.try_ask(&root, Method::GET, path, None).await.is_ok_and(|(found, _)| found == status) {
                return true;
            }
            if self.process.ended().is_some() {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{path} is never answered with {status}: {}", self.process.output());
    }

    /// Seals it: it answers 503 from then on.
    ///
    /// # Panics
    /// When it refuses.
    pub async fn seal(&self) {
        let (status, told) = self.ask(Method::POST, "sys/seal", None).await;
        assert_eq!(status, 204, "{told}");
    }

    /// Unseals it, and waits until it is active. Only for [`Bao::raft`].
    ///
    /// # Panics
    /// When it refuses.
    pub async fn unseal(&mut self) {
        let key = self.unseal_key.clone().expect("a server with data on disk");
        let (status, told) = self.ask(Method::POST, "sys/unseal", Some(json!({"key": key}))).await;
        assert_eq!((status, &told["sealed"]), (200, &json!(false)), "{told}");
        assert!(self.answers("sys/health", 200).await, "{}", self.process.output());
    }

    /// Ends it at once, as a crash would.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it again after [`Bao::kill`], on the same port and with the same data. It is sealed. Only for
    /// [`Bao::raft`].
    ///
    /// # Panics
    /// When it cannot be started.
    pub async fn restart(&mut self) {
        let config = self.folder.path().join("bao.hcl");
        self.process = start(self.folder.path(), &[format!("-config={}", config.display())]);
        assert!(self.answers("sys/health", 503).await, "{}", self.process.output());
    }

    /// Writes our policy under the name [`ROLE`].
    ///
    /// # Panics
    /// When it refuses.
    pub async fn write_policy(&self) {
        let (status, told) =
            self.ask(Method::PUT, &format!("sys/policies/acl/{ROLE}"), Some(json!({"policy": POLICY}))).await;
        assert_eq!(status, 204, "{told}");
    }

    /// A token under our policy that lives so long; with `renewable` it may be renewed up to ten times of it.
    ///
    /// # Panics
    /// When it refuses.
    pub async fn token(&self, lifetime: Duration, renewable: bool) -> String {
        self.write_policy().await;
        let seconds = lifetime.as_secs();
        let wish = json!({
            "policies": [ROLE], "no_default_policy": true, "ttl": format!("{seconds}s"),
            "explicit_max_ttl": format!("{}s", seconds * 10), "renewable": renewable,
        });
        let (status, told) = self.ask(Method::POST, "auth/token/create", Some(wish)).await;
        assert_eq!(status, 200, "{told}");
        told["auth"]["client_token"].as_str().unwrap().to_owned()
    }

    /// Takes a token's life.
    ///
    /// # Panics
    /// When it refuses.
    pub async fn revoke(&self, token: &str) {
        let (status, told) = self.ask(Method::POST, "auth/token/revoke", Some(json!({"token": token}))).await;
        assert_eq!(status, 204, "{told}");
    }

    /// Settings with an AppRole under our policy, whose tokens live so long.
    ///
    /// # Panics
    /// When it refuses.
    pub async fn approle(&self, lifetime: Duration, max: Duration) -> Settings {
        self.write_policy().await;
        // it may be there already
        self.ask(Method::POST, "sys/auth/approle", Some(json!({"type": "approle"}))).await;
        let role = format!("auth/approle/role/{ROLE}");
        let wish = json!({
            "token_policies": [ROLE], "token_no_default_policy": true,
            "token_ttl": format!("{}s", lifetime.as_secs()), "token_max_ttl": format!("{}s", max.as_secs()),
        });
        let (status, told) = self.ask(Method::POST, &role, Some(wish)).await;
        assert_eq!(status, 204, "{told}");
        let (_, told) = self.ask(Method::GET, &format!("{role}/role-id"), None).await;
        let role_id = told["data"]["role_id"].as_str().unwrap().to_owned();
        let file = self.folder.path().join("secret-id");
        self.write_secret_id(&file).await;
        self.settings(Login::AppRole { mount: "approle".to_owned(), role_id, secret_id_file: file })
    }

    /// Writes a fresh secret id of our role to a file.
    ///
    /// # Panics
    /// When it refuses.
    pub async fn write_secret_id(&self, file: &Path) {
        let (_, told) = self.ask(Method::POST, &format!("auth/approle/role/{ROLE}/secret-id"), None).await;
        std::fs::write(file, format!("{}\n", told["data"]["secret_id"].as_str().unwrap())).unwrap();
    }

    /// Settings with a token file that holds a token.
    ///
    /// # Panics
    /// When the file cannot be written.
    #[must_use]
    pub fn token_file(&self, token: &str) -> Settings {
        self.write_token(token);
        self.settings(Login::TokenFile { file: self.folder.path().join("token") })
    }

    /// Replaces the token in the file of [`Bao::token_file`].
    ///
    /// # Panics
    /// When the file cannot be written.
    pub fn write_token(&self, token: &str) {
        std::fs::write(self.folder.path().join("token"), token).unwrap();
    }

    /// Settings for it, with mount and prefix of the policy.
    #[must_use]
    pub fn settings(&self, login: Login) -> Settings {
        Settings {
            address: self.address(),
            mount: "secret".to_owned(),
            prefix: "ops".to_owned(),
            namespace: None,
            ca_file: self.ca_file(),
            login,
        }
    }

    /// A store on it under our policy, by AppRole.
    ///
    /// # Panics
    /// When it refuses.
    pub async fn store(&self) -> VaultStore {
        let hour = Duration::from_hours(1);
        VaultStore::open(self.approle(hour, hour * 24).await).unwrap()
    }
}

fn dev_arguments(port: u16) -> Vec<String> {
    vec![
        "-dev".to_owned(),
        "-dev-no-store-token".to_owned(),
        format!("-dev-root-token-id={DEV_ROOT}"),
        format!("-dev-listen-address=127.0.0.1:{port}"),
    ]
}

fn start(folder: &Path, arguments: &[String]) -> Process {
    let mut command = Command::new(program(PROGRAM));
    // nothing of the person's own settings
    command.env_clear().env("HOME", folder).current_dir(folder).arg("server").args(arguments);
    Process::start(command, &folder.join("output"))
}

/// The configuration file of a server with one node, TLS and its data in the folder.
fn configured(folder: &Path, port: u16, certificate: Option<&Certificate>) -> PathBuf {
    let data = folder.join("data");
    std::fs::create_dir_all(&data).unwrap();
    let cluster = free_port();
    let (scheme, tls) = match certificate {
        None => ("http", "tls_disable = true".to_owned()),
        Some(Certificate { chain, key, .. }) => {
            let (chain, key) = (chain.display(), key.display());
            ("https", format!("tls_cert_file = \"{chain}\"\n  tls_key_file = \"{key}\""))
        }
    };
    let text = format!(
        "storage \"raft\" {{\n  path = \"{}\"\n  node_id = \"one\"\n  performance_multiplier = 1\n}}\n\
         listener \"tcp\" {{\n  address = \"127.0.0.1:{port}\"\n  cluster_address = \"127.0.0.1:{cluster}\"\n  {tls}\n}}\n\
         api_addr = \"{scheme}://127.0.0.1:{port}\"\ncluster_addr = \"https://127.0.0.1:{cluster}\"\n",
        data.display(),
    );
    let file = folder.join("bao.hcl");
    std::fs::write(&file, text).unwrap();
    file
}

fn client(authority: Option<&Path>) -> reqwest::Client {
    // whoever comes first installs it
    drop(rustls::crypto::ring::default_provider().install_default());
    let roots = authority.map(|file| reqwest::Certificate::from_pem(&std::fs::read(file).unwrap()).unwrap());
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20));
    client.tls_certs_only(roots).build().unwrap()
}
