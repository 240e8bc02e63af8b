//! The servers of production, as one test sees them: a database and an event stream of its own, and the secret store that
//! all tests share, where every operator has a place of its own.

use std::{
    env, fs,
    ops::Deref,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard},
};

use ops_store::{
    SecretStore as _,
    testing::{
        nats::{self, NatsServer, OnStream},
        postgres::Database,
        vault::ROLE,
    },
    vault::{Login, Settings, VaultStore},
};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Where the shared secret store is, and the token that may do everything there.
const VAULT: [&str; 2] = ["OPS_TEST_VAULT_ADDR", "OPS_TEST_VAULT_TOKEN"];

/// A database, an event stream, and a token for the secret store.
pub struct Servers {
    database: Database,
    nats: Mutex<NatsServer>,
    nats_port: u16,
    vault: String,
    folder: TempDir,
}

impl Servers {
    /// Fresh ones.
    pub async fn start() -> Self {
        let (database, nats) = (Database::create().await, NatsServer::start());
        let [vault, root] = VAULT.map(|name| {
            env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run `cargo xtask test`"))
        });
        let folder = tempfile::tempdir().unwrap();
        let token = token(&vault, &root).await;
        fs::write(folder.path().join("token"), token).unwrap();
        fs::set_permissions(folder.path().join("token"), fs::Permissions::from_mode(0o600)).unwrap();
        let nats_port = port(&nats.url());
        Self { database, nats: Mutex::new(nats), nats_port, vault, folder }
    }

    /// The event stream's server.
    pub fn nats(&self) -> MutexGuard<'_, NatsServer> {
        self.nats.lock().unwrap()
    }

    /// Port of the event stream's server.
    pub fn nats_port(&self) -> u16 {
        self.nats_port
    }

    /// Every message of the event stream, in order.
    pub async fn messages(&self) -> Vec<OnStream> {
        nats::messages(&format!("nats://127.0.0.1:{}", self.nats_port)).await
    }

    /// Address of the secret store.
    pub fn vault(&self) -> &str {
        &self.vault
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
        let (rows, secrets, mut count) = (self.database.rows().await, self.secrets(), 0);
        for operator in rows.texts("SELECT id::text FROM operator", []).await {
            count += secrets.paths(operator.parse().unwrap()).await.unwrap().len();
        }
        i64::try_from(count).unwrap()
    }
}

impl Deref for Servers {
    type Target = Database;

    fn deref(&self) -> &Database {
        &self.database
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
