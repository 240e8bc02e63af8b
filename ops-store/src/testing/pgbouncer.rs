//! A pgbouncer of a test's own in front of a server. Its program is named by `OPS_TEST_PGBOUNCER`; it ends with its value.

use std::{
    fs,
    process::Command,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::server::{Process, free_port, program};

/// Names the program.
const PROGRAM: &str = "OPS_TEST_PGBOUNCER";
/// It refuses to run as root; this user is there wherever PostgreSQL is installed.
const SERVICE_USER: &str = "postgres";
/// How long it may take to listen.
const WITHIN: Duration = Duration::from_secs(20);

/// How many ports are tried.
const TRIES: u32 = 5;

/// A running pgbouncer.
pub struct PgBouncer {
    port: u16,
    _process: Process,
    _folder: TempDir,
}

impl PgBouncer {
    /// In front of a server of this machine, in a `pool_mode`, with more lines for its settings.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn before(server_port: u16, pool_mode: &str, more: &str) -> Self {
        // another program may take a port that was free, or answer on it in our place
        let mut tried = (0..TRIES).map(|_| Self::try_before(server_port, pool_mode, more));
        let mut said = String::new();
        let started = tried.find_map(|started| started.map_err(|output| said = output).ok());
        started.unwrap_or_else(|| panic!("pgbouncer does not start: {said}"))
    }

    /// What it said, when it ended.
    fn try_before(server_port: u16, pool_mode: &str, more: &str) -> Result<Self, String> {
        let folder = tempfile::Builder::new().prefix("oms-pgbouncer-").tempdir_in("/tmp").unwrap();
        let (port, path) = (free_port(), folder.path().join("pgbouncer.ini"));
        // everybody is let in under the name that is asked for
        let users: String =
            ["ops", "ops_app", "ops_migrate"].map(|user| format!("\"{user}\" \"\"\n")).concat();
        fs::write(folder.path().join("users.txt"), users).unwrap();
        let settings = format!(
            "[databases]\n* = host=127.0.0.1 port={server_port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = trust\nauth_file = {}\npool_mode = {pool_mode}\n\
             default_pool_size = 20\n{more}\n",
            folder.path().join("users.txt").display()
        );
        fs::write(&path, settings).unwrap();
        let is_root =
            fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
        let mut command = Command::new(program(PROGRAM));
        if is_root {
            let given = Command::new("chown").arg("-R").arg(SERVICE_USER).arg(folder.path()).status();
            assert!(given.unwrap().success());
            command = Command::new("setpriv");
            command.arg(format!("--reuid={SERVICE_USER}")).arg(format!("--regid={SERVICE_USER}"));
            command.arg("--init-groups").arg(program(PROGRAM));
        }
        command.arg(&path).current_dir("/");
        let mut process = Process::start(command, &folder.path().join("output"));
        let patience = Instant::now() + WITHIN;
        // it says so when the socket is its own
        while !process.output().contains(" process up: ") {
            if process.ended().is_some() {
                return Err(process.output());
            }
            assert!(Instant::now() < patience, "{}", process.output());
            // paced: another process starts, and tells nobody but whoever asks
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(Self { port, _process: process, _folder: folder })
    }

    /// Where it listens, on loopback.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }
}
