//! A PostgreSQL cluster of a test's own, as durable as in production: killed, paused, started again on its port, backed up,
//! and put back to an earlier state. It ends with its value. Its programs lie in the folder that `OPS_TEST_POSTGRES_BIN`
//! names.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Output},
    str::FromStr as _,
    time::{Duration, Instant},
};

use tempfile::TempDir;
use tokio_postgres::{Client, Config, NoTls};

use super::{
    Rows,
    certificate::Certificate,
    server::{free_port, program},
};
use crate::postgres::{PostgresStore, Settings, apply_roles, migrate};

/// Names the folder with initdb, `pg_ctl`, `pg_isready` and `pg_basebackup`.
const PROGRAMS: &str = "OPS_TEST_POSTGRES_BIN";
/// The server refuses to run as root; this user is there wherever the server is installed.
const SERVICE_USER: &str = "postgres";
/// The superuser of the cluster.
const SUPERUSER: &str = "ops";
/// The database of the service.
const DATABASE: &str = "ops";
/// How long killed processes may take to be gone.
const GONE_WITHIN: Duration = Duration::from_secs(20);
/// How long the end of a recovery may take; it writes a checkpoint to a disk that others use.
const RECOVERED_WITHIN: Duration = Duration::from_secs(60);
/// A port that was free may be taken a moment later.
const TRIES: u32 = 5;

/// On which timeline a backup goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timeline {
    /// The old one: the copy is simply started. The server cannot tell that anything was lost.
    Same,
    /// A new one: recovery to a point in time.
    New,
}

/// A cluster whose server runs, or was killed.
pub struct Cluster {
    folder: TempDir,
    port: u16,
}

impl Cluster {
    /// A running server with an empty database `ops`.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn start() -> Self {
        Self::start_with("").await
    }

    /// As [`Cluster::start`], with roles and schema of this binary.
    ///
    /// # Panics
    /// As [`Cluster::start`].
    pub async fn migrated() -> Self {
        let cluster = Self::start().await;
        cluster.migrate().await;
        cluster
    }

    /// As [`Cluster::start`], and it speaks TLS with a certificate for localhost.
    ///
    /// # Panics
    /// As [`Cluster::start`].
    pub async fn start_with_tls(certificate: &Certificate) -> Self {
        let of = |path: &Path| fs::read_to_string(path).unwrap();
        let folder = new_folder();
        for (name, content) in [("server.pem", of(&certificate.chain)), ("server.key", of(&certificate.key))]
        {
            give(&folder, name, &content);
        }
        let path = folder.path().display();
        let tls =
            format!("ssl = on\nssl_cert_file = '{path}/server.pem'\nssl_key_file = '{path}/server.key'\n");
        Self::start_in(folder, &tls).await
    }

    async fn start_with(settings: &str) -> Self {
        Self::start_in(new_folder(), settings).await
    }

    async fn start_in(folder: TempDir, settings: &str) -> Self {
        let mut cluster = Self { folder, port: 0 };
        let data = cluster.data();
        run(as_service_user("initdb").arg("-D").arg(&data).args([
            "-U",
            SUPERUSER,
            "--auth=trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            // what the server writes later is synced; this machine does not lose its power in a test
            "--no-sync",
        ]));
        let sockets = cluster.folder.path().display();
        let common = format!(
            "\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '{sockets}'\nmax_wal_senders = 4\n{settings}"
        );
        let file = data.join("postgresql.conf");
        let conf = fs::read_to_string(&file).unwrap() + &common;
        fs::write(&file, conf).unwrap();
        for _ in 0..TRIES {
            cluster.port = free_port();
            if cluster.try_start() {
                let admin = cluster.connect(SUPERUSER, "postgres").await;
                admin.batch_execute(&format!("CREATE DATABASE {DATABASE}")).await.unwrap();
                return cluster;
            }
        }
        panic!("PostgreSQL does not start: {}", cluster.log());
    }

    /// Makes roles and schema.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn migrate(&self) {
        apply_roles(&self.settings_as(SUPERUSER, 1)).await.unwrap();
        migrate(&self.settings_as("ops_migrate", 1)).await.unwrap();
    }

    /// The address of its database for a role; `ops` is the superuser.
    #[must_use]
    pub fn url_as(&self, role: &str) -> String {
        self.url_by_way_of(self.port, role)
    }

    /// The address for a role by way of another port of this machine, behind which somebody listens in.
    #[must_use]
    pub fn url_by_way_of(&self, port: u16, role: &str) -> String {
        format!("postgres://{role}@127.0.0.1:{port}/{DATABASE}")
    }

    /// How a role reaches it, in clear text.
    #[must_use]
    pub fn settings_as(&self, role: &str, pool_size: usize) -> Settings {
        Settings::local(self.url_as(role), pool_size)
    }

    /// A store on it in the role of the service.
    ///
    /// # Panics
    /// When the address cannot be used.
    #[must_use]
    pub fn store(&self, pool_size: usize) -> PostgresStore {
        PostgresStore::new(self.settings_as("ops_app", pool_size)).unwrap()
    }

    /// Its port on loopback.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Where everything of it lies; every process of it works in there.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A look into the rows, as the superuser; it ends with the server.
    pub async fn rows(&self) -> Rows {
        rows(&self.url_as(SUPERUSER)).await
    }

    /// A connection of one's own.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn client(&self, role: &str) -> Client {
        self.connect(role, DATABASE).await
    }

    /// Ends the server and all its sessions at once, as a crash would.
    ///
    /// # Panics
    /// When it does not run, or does not end.
    pub fn kill(&mut self) {
        let processes = self.paused();
        signal("KILL", &processes);
        let patience = Instant::now() + GONE_WITHIN;
        // nobody may start on the data while one of them is there
        while processes.iter().any(|pid| runs(*pid)) {
            assert!(Instant::now() < patience, "processes that were killed are still there: {processes:?}");
            // paced: the kernel tells only a parent when a process is gone
            std::thread::sleep(Duration::from_millis(1));
        }
        // whoever should collect them may take his time, and until then the server's number looks taken
        fs::remove_file(self.data().join("postmaster.pid")).unwrap();
        fs::remove_file(self.folder.path().join(format!(".s.PGSQL.{}.lock", self.port))).unwrap();
    }

    /// The server and its sessions stand still: nobody is answered, and no connection ends.
    ///
    /// # Panics
    /// When it does not run.
    pub fn pause(&self) {
        self.paused();
    }

    /// They go on.
    ///
    /// # Panics
    /// When it does not run.
    pub fn resume(&self) {
        signal("CONT", &self.processes());
    }

    /// Starts it again on its port.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_again(&mut self) {
        assert!(self.try_start(), "{}", self.log());
    }

    /// Stops it as for maintenance.
    ///
    /// # Panics
    /// When it does not stop.
    pub fn stop(&mut self) {
        run(as_service_user("pg_ctl").arg("-D").arg(self.data()).args(["-w", "-m", "fast", "stop"]));
    }

    /// Copies the cluster while it runs, for [`Cluster::restore`].
    ///
    /// # Panics
    /// When it refuses.
    pub fn base_backup(&self) {
        let copy = self.copy();
        if copy.exists() {
            fs::remove_dir_all(&copy).unwrap();
        }
        let port = self.port.to_string();
        run(as_service_user("pg_basebackup").arg("-D").arg(copy).args([
            "-h",
            "127.0.0.1",
            "-p",
            &port,
            "-U",
            SUPERUSER,
            "-X",
            "stream",
            "-c",
            "fast",
            "--no-sync",
        ]));
    }

    /// Puts the copy in the place of the data and starts it on the same port: what came after the backup is lost.
    ///
    /// # Panics
    /// When there is no copy, or the server does not start.
    pub fn restore(&mut self, timeline: Timeline) {
        if self.server().is_some() {
            self.stop();
        }
        fs::remove_dir_all(self.data()).unwrap();
        run(Command::new("cp").arg("-a").arg(self.copy()).arg(self.data()));
        if timeline == Timeline::New {
            let file = self.data().join("postgresql.conf");
            let conf =
                fs::read_to_string(&file).unwrap() + "\nrestore_command = 'false'\nhot_standby = off\n";
            fs::write(&file, conf).unwrap();
            fs::write(self.data().join("recovery.signal"), "").unwrap();
            if is_root() {
                run(Command::new("chown").arg(SERVICE_USER).arg(self.data().join("recovery.signal")));
            }
        }
        self.start_again();
        self.wait_for_the_end_of_recovery();
    }

    // without `hot_standby` nobody is let in before; `pg_ctl` waits for less
    fn wait_for_the_end_of_recovery(&self) {
        let patience = Instant::now() + RECOVERED_WITHIN;
        let port = self.port.to_string();
        let ready =
            || as_service_user("pg_isready").args(["-q", "-h", "127.0.0.1", "-p", &port]).status().unwrap();
        while !ready().success() {
            assert!(Instant::now() < patience, "the recovery does not end: {}", self.log());
            // paced: the server tells nobody but whoever asks
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn copy(&self) -> PathBuf {
        self.folder.path().join("copy")
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn try_start(&self) -> bool {
        let port = format!("-p {}", self.port);
        let mut start = as_service_user("pg_ctl");
        start.arg("-D").arg(self.data()).arg("-l").arg(self.folder.path().join("log"));
        start.args(["-w", "-t", "60", "-o", &port, "start"]).stdout(std::process::Stdio::null());
        start.stderr(std::process::Stdio::null()).status().unwrap().success()
    }

    async fn connect(&self, role: &str, database: &str) -> Client {
        connect(&format!("postgres://{role}@127.0.0.1:{}/{database}", self.port)).await
    }

    /// The server, which stands still and so starts no more sessions, and its sessions, which stand still too.
    fn paused(&self) -> Vec<u32> {
        signal("STOP", &[self.server().expect("the server runs")]);
        let processes = self.processes();
        signal("STOP", &processes);
        processes
    }

    /// The server and the sessions that it has started.
    fn processes(&self) -> Vec<u32> {
        let server = self.server().expect("the server runs");
        let children = fs::read_to_string(format!("/proc/{server}/task/{server}/children")).unwrap();
        std::iter::once(server).chain(children.split_whitespace().map(|pid| pid.parse().unwrap())).collect()
    }

    fn server(&self) -> Option<u32> {
        let file = fs::read_to_string(self.data().join("postmaster.pid")).ok()?;
        file.lines().next()?.trim().parse().ok().filter(|pid| runs(*pid))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.server().is_some() {
            self.resume();
            let mut stop = as_service_user("pg_ctl");
            stop.arg("-D").arg(self.data()).args(["-w", "-m", "immediate", "stop"]);
            drop(stop.output());
        }
    }
}

/// A look into the rows at an address, as the superuser; it ends with the server.
///
/// # Panics
/// When the server refuses.
pub async fn rows(url: &str) -> Rows {
    let client = connect(url).await;
    client.batch_execute("SET search_path = ops").await.unwrap();
    Rows::of_postgres(client)
}

async fn connect(url: &str) -> Client {
    let (client, connection) = Config::from_str(url).unwrap().connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// A folder that the server's user can reach; short enough for the path of a socket.
fn new_folder() -> TempDir {
    let folder = tempfile::Builder::new().prefix("oms-cluster-").tempdir_in("/tmp").unwrap();
    if is_root() {
        run(Command::new("chown").arg(SERVICE_USER).arg(folder.path()));
    }
    folder
}

/// A file of the server's user in its folder.
fn give(folder: &TempDir, name: &str, content: &str) {
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    if is_root() {
        run(Command::new("chown").arg(SERVICE_USER).arg(path));
    }
}

fn as_service_user(name: &str) -> Command {
    let program = program(PROGRAMS).join(name);
    let mut command = if is_root() {
        let mut setpriv = Command::new("setpriv");
        setpriv.arg(format!("--reuid={SERVICE_USER}")).arg(format!("--regid={SERVICE_USER}"));
        setpriv.arg("--init-groups").arg(program);
        setpriv
    } else {
        Command::new(program)
    };
    command.current_dir("/").env("LC_ALL", "C");
    command
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}

fn run(command: &mut Command) -> Output {
    // `pg_ctl start` leaves a server behind that would keep a pipe open; nothing here starts one
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} ended with {}: {said}", output.status);
    output
}

/// One that ended meanwhile is no fault: sessions come and go.
fn signal(name: &str, processes: &[u32]) {
    for pid in processes {
        drop(Command::new("kill").arg(format!("-{name}")).arg(pid.to_string()).output());
    }
}

/// Whether a process is there and not only waiting to be collected.
fn runs(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
}
