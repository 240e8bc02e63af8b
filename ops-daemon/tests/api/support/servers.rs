//! The servers of production, as one test sees them: a database and an event stream of its own, and the secret store that
//! all tests share, where every operator has a place of its own; or three processes that a test may harm.

use super::registry::assert_registered;
use std::{
    env, fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use ops_store::{
    SecretStore as _,
    testing::{
        Rows,
        cluster::{self, Cluster},
        nats::{self, NatsServer, OnStream},
        postgres::Database,
        vault::{Bao, ROLE},
    },
    vault::{Login, Settings, VaultStore},
};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Where the shared secret store is, and the token that may do everything there.
const VAULT: [&str; 2] = ["OPS_TEST_VAULT_ADDR", "OPS_TEST_VAULT_TOKEN"];

/// A database, an event stream, and a token for the secret store.
pub struct Servers {
    facts: Facts,
    nats: Mutex<NatsServer>,
    nats_port: u16,
    vault: String,
    bao: Option<tokio::sync::Mutex<Bao>>,
    folder: TempDir,
}

/// Where facts are kept.
enum Facts {
    /// In a database of the server that all tests share.
    Shared(Box<Database>),
    /// On a server that a test may harm.
    Own {
        /// The server.
        cluster: Mutex<Cluster>,
        /// Where it listens, also while somebody else has the server.
        port: u16,
    },
}

impl Servers {
    /// Fresh ones, of which only the stream's may be harmed.
    pub async fn start() -> Self {
        let [vault, root] = VAULT.map(|name| {
            env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run `cargo xtask test`"))
        });
        let token = token(&vault, &root).await;
        Self::with(Facts::Shared(Box::new(Database::create().await)), vault, &token, None)
    }

    /// Fresh ones, each a process that the test may harm.
    pub async fn own() -> Self {
        let (cluster, bao) = (Cluster::migrated().await, Bao::raft_in_clear_text().await);
        let (port, vault) = (cluster.port(), bao.address());
        let token = bao.token(Duration::from_hours(2), true).await;
        Self::with(
            Facts::Own { cluster: Mutex::new(cluster), port },
            vault,
            &token,
            Some(tokio::sync::Mutex::new(bao)),
        )
    }

    fn with(facts: Facts, vault: String, token: &str, bao: Option<tokio::sync::Mutex<Bao>>) -> Self {
        let (folder, nats) = (tempfile::tempdir().unwrap(), NatsServer::start());
        fs::write(folder.path().join("token"), token).unwrap();
        fs::set_permissions(folder.path().join("token"), fs::Permissions::from_mode(0o600)).unwrap();
        let nats_port = port(&nats.url());
        Self { facts, nats: Mutex::new(nats), nats_port, vault, bao, folder }
    }

    /// The address of the database for a role; `ops` is the superuser.
    pub fn url_as(&self, role: &str) -> String {
        match &self.facts {
            Facts::Shared(database) => database.url_as(role),
            Facts::Own { port, .. } => format!("postgres://{role}@127.0.0.1:{port}/ops"),
        }
    }

    /// The address by way of another port of this machine, behind which a test stands.
    pub fn url_by_way_of(&self, port: u16, role: &str) -> String {
        match &self.facts {
            Facts::Shared(database) => database.url_by_way_of(port, role),
            Facts::Own { .. } => format!("postgres://{role}@127.0.0.1:{port}/ops"),
        }
    }

    /// Host and port of the database's server.
    pub fn address(&self) -> (String, u16) {
        match &self.facts {
            Facts::Shared(database) => database.address(),
            Facts::Own { port, .. } => ("127.0.0.1".into(), *port),
        }
    }

    /// A look into the rows.
    pub async fn rows(&self) -> Rows {
        match &self.facts {
            Facts::Shared(database) => database.rows().await,
            Facts::Own { .. } => cluster::rows(&self.url_as("ops")).await,
        }
    }

    /// The database's server, which the test may harm.
    pub fn cluster(&self) -> MutexGuard<'_, Cluster> {
        let Facts::Own { cluster, .. } = &self.facts else { panic!("other tests need this server") };
        cluster.lock().unwrap()
    }

    /// The secret store, which the test may harm.
    pub async fn bao(&self) -> tokio::sync::MutexGuard<'_, Bao> {
        self.bao.as_ref().expect("other tests need this server").lock().await
    }

    /// The event stream's server.
    pub fn nats(&self) -> MutexGuard<'_, NatsServer> {
        self.nats.lock().unwrap()
    }

    /// Port of the event stream's server.
    pub fn nats_port(&self) -> u16 {
        self.nats_port
    }

    /// Every message of the event stream, in order; each follows its schema.
    pub async fn messages(&self) -> Vec<OnStream> {
        let messages = nats::messages(&format!("nats://127.0.0.1:{}", self.nats_port)).await;
        for message in &messages {
            assert_registered(&serde_json::from_slice(&message.body).unwrap());
        }
        messages
    }

    /// Port of the secret store.
    pub fn vault_port(&self) -> u16 {
        port(&self.vault)
    }

    /// The file with our token for the secret store.
    pub fn vault_token_file(&self) -> PathBuf {
        self.folder.path().join("token")
    }

    /// A look into the secret store, with the service's own rights.
    pub fn secrets(&self) -> VaultStore {
        VaultStore::open(settings(&self.vault, &self.vault_token_file())).unwrap()
    }

    /// Secrets of this database's operators.
    pub async fn count_secrets(&self) -> i64 {
        let (rows, secrets, mut count) = (self.rows().await, self.secrets(), 0);
        for operator in rows.texts("SELECT id::text FROM operator", []).await {
            count += secrets.paths(operator.parse().unwrap()).await.unwrap().len();
        }
        i64::try_from(count).unwrap()
    }
}

/// How the service reaches a secret store, with a token in a file.
pub fn settings(address: &str, token_file: &Path) -> Settings {
    Settings {
        address: address.to_owned(),
        mount: "secret".to_owned(),
        prefix: "ops".to_owned(),
        namespace: None,
        ca_file: None,
        login: Login::TokenFile { file: token_file.to_owned() },
    }
}

/// A token with the rights of the service and no others.
async fn token(vault: &str, root: &str) -> String {
    let wish = json!({"policies": [ROLE], "no_default_policy": true, "ttl": "2h"});
    let request = super::call::client().build().unwrap().post(format!("{vault}/v1/auth/token/create"));
    let answer = request.header("X-Vault-Token", root).json(&wish).send().await.unwrap();
    let told: Value = answer.json().await.unwrap();
    told["auth"]["client_token"].as_str().unwrap_or_else(|| panic!("no token: {told}")).to_owned()
}

fn port(url: &str) -> u16 {
    url.rsplit(':').next().and_then(|port| port.trim_end_matches('/').parse().ok()).unwrap()
}
