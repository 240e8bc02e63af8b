//! A fresh PostgreSQL database per test, copied from a template that is made once.

use std::str::FromStr;

use tokio_postgres::{Client, Config, NoTls, config::Host};

use super::Rows;
use crate::postgres::{PostgresStore, Settings, apply_roles, fingerprint, migrate};

/// Where a superuser reaches the server that tests may fill.
const URL: &str = "OPS_TEST_POSTGRES_URL";
/// One number that everybody locks who makes the template or copies it.
const LOCK: i64 = 0x6f70_735f_7465_7374;

/// One number that a test locks which must be alone.
const ALONE: i64 = 0x6f70_735f_616c_6f6e;

/// While this lives, no other test runs that asked for the same, in this process or another one: races want the server's
/// connections and processors for themselves.
pub struct Alone(#[expect(dead_code, reason = "the lock is the session's, and ends with it")] Client);

impl Alone {
    /// Waits for its turn.
    ///
    /// # Panics
    /// When `OPS_TEST_POSTGRES_URL` is missing, or the server refuses.
    pub async fn wait() -> Self {
        let admin = connect(&server()).await;
        admin.execute("SELECT pg_advisory_lock($1)", &[&ALONE]).await.unwrap();
        Self(admin)
    }
}

/// A database with the schema of this binary, dropped with this value.
pub struct Database {
    server: Config,
    name: String,
}

impl Database {
    /// A fresh database with roles and schema.
    ///
    /// # Panics
    /// When `OPS_TEST_POSTGRES_URL` is missing, or the server refuses.
    pub async fn create() -> Self {
        let server = server();
        let admin = connect(&server).await;
        admin.execute("SELECT pg_advisory_lock($1)", &[&LOCK]).await.unwrap();
        let template = template(&server, &admin).await;
        let name = fresh_name();
        admin.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await.unwrap();
        Self { server, name }
    }

    /// An empty database: neither roles have rights in it, nor is there a schema.
    ///
    /// # Panics
    /// As [`Database::create`].
    pub async fn create_empty() -> Self {
        let server = server();
        let name = fresh_name();
        connect(&server).await.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
        Self { server, name }
    }

    /// Its address for a role, such as `ops_app`; `ops` is the superuser.
    #[must_use]
    pub fn url_as(&self, role: &str) -> String {
        url(&self.server, role, &self.name)
    }

    /// How a role reaches it.
    #[must_use]
    pub fn settings_as(&self, role: &str, pool_size: usize) -> Settings {
        Settings::local(self.url_as(role), pool_size)
    }

    /// Its address for a role by way of another port of this machine, behind which somebody listens in.
    #[must_use]
    pub fn url_by_way_of(&self, port: u16, role: &str) -> String {
        format!("postgres://{role}@127.0.0.1:{port}/{}", self.name)
    }

    /// Host and port of the server.
    #[must_use]
    pub fn address(&self) -> (String, u16) {
        address(&self.server)
    }

    /// A store on it in the role of the service.
    ///
    /// # Panics
    /// When the address cannot be used.
    #[must_use]
    pub fn store(&self, pool_size: usize) -> PostgresStore {
        PostgresStore::new(self.settings_as("ops_app", pool_size)).unwrap()
    }

    /// A look into its rows, as the superuser.
    pub async fn rows(&self) -> Rows {
        Rows::of_postgres(self.client("ops").await)
    }

    /// A connection of one's own, as a role.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn client(&self, role: &str) -> Client {
        let mut config = Config::from_str(&self.url_as(role)).unwrap();
        config.options("-c search_path=ops");
        connect(&config).await
    }
}

impl Drop for Database {
    /// Best effort, on a thread of its own: the test's runtime may be ending.
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        let drop = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let (client, connection) = server.connect(NoTls).await.map_err(std::io::Error::other)?;
                tokio::spawn(connection);
                let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                client.batch_execute(&sql).await.map_err(std::io::Error::other)
            })
        });
        if !matches!(drop.join(), Ok(Ok(()))) {
            tracing::warn!(name = self.name, "a test's database stays");
        }
    }
}

/// The template of this binary's schema. It gets its name when it is whole, so one that was given up half-way is not taken.
async fn template(server: &Config, admin: &Client) -> String {
    let name = format!("ops_template_{:016x}", fingerprint());
    if !admin.query("SELECT 1 FROM pg_database WHERE datname = $1", &[&name]).await.unwrap().is_empty() {
        return name;
    }
    let raw = fresh_name();
    admin.batch_execute(&format!("CREATE DATABASE {raw}")).await.unwrap();
    apply_roles(&Settings::local(url(server, &user(server), &raw), 1)).await.expect("the roles are made");
    migrate(&Settings::local(url(server, "ops_migrate", &raw), 1)).await.expect("the schema is made");
    admin.batch_execute(&format!("ALTER DATABASE {raw} RENAME TO {name}")).await.unwrap();
    name
}

fn server() -> Config {
    let url = std::env::var(URL).unwrap_or_else(|_| {
        panic!("{URL} is not set: this test needs a PostgreSQL server; run `cargo xtask test`, or `cargo xtask stack up` and `eval \"$(cargo xtask stack env)\"`")
    });
    Config::from_str(&url).unwrap_or_else(|error| panic!("{URL} is no address of PostgreSQL: {error}"))
}

async fn connect(config: &Config) -> Client {
    let (client, connection) =
        config.connect(NoTls).await.unwrap_or_else(|error| panic!("the server of {URL} refuses: {error:?}"));
    tokio::spawn(connection);
    client
}

fn user(server: &Config) -> String {
    server.get_user().unwrap_or("postgres").to_owned()
}

fn address(server: &Config) -> (String, u16) {
    let host = match server.get_hosts() {
        [Host::Tcp(host), ..] => host.clone(),
        _ => panic!("{URL} must name a TCP host"),
    };
    (host, server.get_ports().first().copied().unwrap_or(5432))
}

fn url(server: &Config, role: &str, database: &str) -> String {
    let (host, port) = address(server);
    format!("postgres://{role}@{host}:{port}/{database}")
}

fn fresh_name() -> String {
    let mut random = [0u8; 8];
    getrandom::fill(&mut random).unwrap();
    format!("ops_test_{:016x}", u64::from_le_bytes(random))
}
