//! One `ops-daemon dev` process with a folder, ports and a database of its own. It ends with its value.

use std::{
    fs::{self, File},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use ops_store::testing::Rows;
use tempfile::TempDir;

use super::Caller;
#[cfg(feature = "stack")]
use super::Servers;

/// Where the daemon keeps its facts.
#[derive(Clone)]
pub enum Database {
    /// In a file of its folder.
    Sqlite,
    /// On the servers of production: a fresh database, with an event stream and a secret store beside it.
    #[cfg(feature = "stack")]
    Servers(Arc<Servers>),
}

impl Database {
    /// Fresh servers.
    #[cfg(feature = "stack")]
    pub async fn servers() -> Self {
        Self::Servers(Arc::new(Servers::start().await))
    }

    /// Fresh servers that the test may harm.
    #[cfg(feature = "stack")]
    pub async fn own_servers() -> Self {
        Self::Servers(Arc::new(Servers::own().await))
    }
}

/// How the daemon is started.
#[derive(Clone, Default)]
pub struct Options {
    /// Whether the sample estate is loaded.
    pub sample: bool,
    /// `--log`.
    pub log: Option<&'static str>,
    /// Ports behind which a test stands.
    #[cfg(feature = "stack")]
    pub by_way_of: ByWayOf,
}

/// Reaches a server by way of another port of this machine, behind which a test stands.
#[cfg(feature = "stack")]
#[derive(Clone, Copy, Default)]
pub struct ByWayOf {
    /// To PostgreSQL.
    pub postgres: Option<u16>,
    /// To NATS.
    pub nats: Option<u16>,
    /// To the secret store.
    pub vault: Option<u16>,
}

/// A running daemon.
pub struct Daemon {
    folder: Arc<TempDir>,
    database: Database,
    options: Options,
    base: u16,
    child: Child,
}

impl Daemon {
    /// An empty one.
    pub async fn start(database: Database) -> Self {
        Self::start_with(database, Options::default()).await
    }

    /// One as the options say.
    pub async fn start_with(database: Database, options: Options) -> Self {
        Self::start_in(Arc::new(tempfile::tempdir().unwrap()), database, options).await
    }

    /// One on a folder that may have served another.
    pub async fn start_in(folder: Arc<TempDir>, database: Database, options: Options) -> Self {
        for _ in 0..20 {
            let base = free_ports();
            let mut child = command(folder.path(), &database, &options, base).spawn().unwrap();
            match until_ready(&mut child, base).await {
                Ready::Yes => return Self { folder, database, options, base, child },
                Ready::PortTaken(told) => eprintln!("another port: {told}"),
                Ready::Ended(status) => panic!("the daemon ended with {status}: {}", log(folder.path())),
            }
        }
        panic!("no free ports: {}", log(folder.path()));
    }

    /// Ends the process at once, as a crash would.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts again on the same folder and database.
    pub async fn restart(mut self) -> Self {
        self.kill();
        let (folder, database, options) =
            (Arc::clone(&self.folder), self.database.clone(), self.options.clone());
        drop(self);
        Self::start_in(folder, database, options).await
    }

    /// Sends a signal, such as `TERM`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").arg(format!("-{name}")).arg(self.pid().to_string()).status().unwrap();
        assert!(sent.success());
    }

    /// How the process ended, when it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// The process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Its servers.
    #[cfg(feature = "stack")]
    pub fn servers(&self) -> &Servers {
        let Database::Servers(servers) = &self.database else { panic!("everything is embedded") };
        servers
    }

    /// Where it keeps its facts.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// The command line that would start another one on the same folder and other ports.
    pub fn twin(&self) -> Command {
        command(self.folder(), &self.database, &self.options, free_ports())
    }

    /// What it wrote to standard output and error, with the log.
    pub fn output(&self) -> String {
        log(self.folder())
    }

    /// Base address of the admin API.
    pub fn admin_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.base)
    }

    /// Base address of the internal API.
    pub fn internal_url(&self) -> String {
        format!("https://localhost:{}", self.base + 1)
    }

    /// Base address of the ops listener.
    pub fn ops_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.base + 2)
    }

    /// A caller of the admin API with a role's token.
    pub fn as_role(&self, role: &str) -> Caller {
        let token = fs::read_to_string(self.folder().join(format!("tokens/{role}.jwt"))).unwrap();
        Caller::with_token(self.admin_url(), token.trim())
    }

    /// A caller of the admin API with the token of an admin.
    pub fn admin(&self) -> Caller {
        self.as_role("admin")
    }

    /// A caller of the admin API without a token.
    pub fn anybody(&self) -> Caller {
        Caller::without_token(self.admin_url())
    }

    /// A caller of the ops listener.
    pub fn ops(&self) -> Caller {
        Caller::without_token(self.ops_url())
    }

    /// A caller of the internal API with the gateway's certificate.
    pub fn gateway(&self) -> Caller {
        Caller::with_certificate(self.internal_url(), &self.folder().join("tls"))
    }

    /// A look into the rows.
    pub async fn rows(&self) -> Rows {
        match &self.database {
            Database::Sqlite => Rows::of_sqlite(&self.folder().join("ops.sqlite")),
            #[cfg(feature = "stack")]
            Database::Servers(servers) => servers.rows().await,
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // it may have ended by itself
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn command(folder: &Path, database: &Database, options: &Options, base: u16) -> Command {
    let output = File::options().create(true).append(true).open(output_file(folder)).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_ops-daemon"));
    command.arg("dev").arg("--data").arg(folder).arg("--port-base").arg(base.to_string());
    command.arg("--log").arg(options.log.unwrap_or("info"));
    if !options.sample {
        command.arg("--empty");
    }
    match database {
        Database::Sqlite => {}
        #[cfg(feature = "stack")]
        Database::Servers(servers) => {
            let ByWayOf { postgres, nats, vault } = options.by_way_of;
            let url = match postgres {
                Some(port) => servers.url_by_way_of(port, "ops_migrate"),
                None => servers.url_as("ops_migrate"),
            };
            let nats = nats.unwrap_or(servers.nats_port());
            let vault = vault.unwrap_or(servers.vault_port());
            command.arg("--postgres").arg(url).arg("--nats").arg(format!("nats://127.0.0.1:{nats}"));
            command.arg("--vault").arg(format!("http://127.0.0.1:{vault}"));
            command.arg("--vault-token-file").arg(servers.vault_token_file());
        }
    }
    command.stdin(Stdio::null()).stdout(output.try_clone().unwrap()).stderr(output);
    command
}

/// Beside the data folder, which refuses to be made where other files lie.
fn output_file(folder: &Path) -> PathBuf {
    folder.with_extension("output")
}

fn log(folder: &Path) -> String {
    fs::read_to_string(output_file(folder)).unwrap_or_default()
}

enum Ready {
    Yes,
    PortTaken(String),
    Ended(ExitStatus),
}

async fn until_ready(child: &mut Child, base: u16) -> Ready {
    let probe = Caller::without_token(format!("http://127.0.0.1:{}", base + 2));
    let patience = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return match status.code() {
                Some(1) => Ready::PortTaken(status.to_string()),
                _ => Ready::Ended(status),
            };
        }
        if probe.try_get("/health/ready").await.is_some_and(|answer| answer.status == 200) {
            return Ready::Yes;
        }
        assert!(Instant::now() < patience, "the daemon is not ready within a minute");
        // paced: another process starts, and tells nobody but whoever asks
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Three ports side by side that were free a moment ago; the daemon tells when they are not any more.
pub fn free_ports() -> u16 {
    for _ in 0..200 {
        let base = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
        if base < u16::MAX - 2 && (base..base + 3).all(free) {
            return base;
        }
    }
    panic!("no three free ports side by side");
}
