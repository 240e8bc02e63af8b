//! A private PostgreSQL: its own folder, its own port, only on loopback, trusted, and gone without a trace.

mod binaries;
mod folder;
mod install;
mod settings;

pub(crate) use binaries::Binaries;
pub(crate) use install::{Needs, ensure};
pub(crate) use settings::Durability;

use std::fs;
use std::io;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cargo;
use crate::failure::Failure;
use crate::interrupt;
use crate::process;

/// Another program may take the port between our look and the server's start; then the next one is tried.
const PORT_TRIES: usize = 10;
const SUPERUSER: &str = "ops";

/// A cluster and, once started, its server. Dropping it stops the server and removes the folder.
pub(crate) struct Server {
    binaries: Binaries,
    folder: PathBuf,
    port: u16,
    keep: bool,
}

impl Server {
    /// A new cluster in a new folder under the system's temporary folder, started, with the project's roles.
    pub(crate) fn fresh(binaries: Binaries, durability: Durability) -> Result<Self, Failure> {
        let folder = folder::create(binaries.service_user())?;
        let mut server = Self { binaries, folder, port: 0, keep: false };
        server.initialise(durability)?;
        server.start(None)?;
        server.apply_roles()?;
        Ok(server)
    }

    /// A cluster that an earlier process left; nothing happens to it by this call, nor when the value is dropped.
    pub(crate) fn existing(binaries: Binaries, folder: PathBuf, port: u16) -> Self {
        Self { binaries, folder, port, keep: true }
    }

    /// Starts the server of this cluster, on `preferred` if that port is still free.
    pub(crate) fn start(&mut self, preferred: Option<u16>) -> Result<(), Failure> {
        let mut preferred = preferred;
        for _ in 0..PORT_TRIES {
            interrupt::check()?;
            self.port = preferred.take().map_or_else(free_port, Ok)?;
            match self.start_on(self.port) {
                Ok(()) => return interrupt::check(),
                Err(_) if self.port_was_taken() => {}
                Err(failure) => return Err(Failure::because(failure, self.log_tail())),
            }
        }
        Err(format!("no free port for PostgreSQL after {PORT_TRIES} tries").into())
    }

    /// Runs `migrations/postgres/roles.sql`, when the checkout has it: roles belong to the cluster, not to a database.
    pub(crate) fn apply_roles(&self) -> Result<(), Failure> {
        let script = cargo::checkout().join("migrations/postgres/roles.sql");
        if !script.is_file() {
            return Ok(());
        }
        let mut psql = Command::new(self.binaries.program("psql"));
        psql.args([
            "-X",
            "-q",
            "-h",
            "127.0.0.1",
            "-U",
            SUPERUSER,
            "-d",
            "postgres",
            "-v",
            "ON_ERROR_STOP=1",
        ])
        .arg("-p")
        .arg(self.port.to_string())
        .arg("-f")
        .arg(&script)
        .env_remove("PGOPTIONS")
        .env_remove("PGSERVICE");
        process::finish(psql).map(drop)
    }

    /// Where clients find it, as the superuser.
    pub(crate) fn url(&self) -> String {
        url(self.port)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The process number that the server wrote down, while it runs.
    pub(crate) fn pid(&self) -> Option<u32> {
        let file = fs::read_to_string(self.data().join("postmaster.pid")).ok()?;
        let pid = file.lines().next()?.trim().parse().ok()?;
        process::runs(pid).then_some(pid)
    }

    /// Lets the server run on after this process.
    pub(crate) fn keep(&mut self) {
        self.keep = true;
    }

    /// Stops the server by its process number and removes the folder.
    pub(crate) fn remove(&self) -> Result<(), Failure> {
        self.stop()?;
        match fs::remove_dir_all(&self.folder) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
                Err(Failure::because(format!("cannot remove {}", self.folder.display()), cause))
            }
            _ => Ok(()),
        }
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    fn initialise(&self, durability: Durability) -> Result<(), Failure> {
        let mut initdb = self.binaries.as_service_user("initdb");
        initdb.arg("-D").arg(self.data()).args([
            "-U",
            SUPERUSER,
            "--auth=trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]);
        process::finish(initdb)?;
        settings::append(&self.data(), &self.folder, durability)?;
        interrupt::check()
    }

    fn start_on(&self, port: u16) -> Result<(), Failure> {
        let mut pg_ctl = self.binaries.as_service_user("pg_ctl");
        pg_ctl.arg("-D").arg(self.data()).arg("-l").arg(self.log());
        pg_ctl.args(["-w", "-t", "60", "-o", &format!("-p {port}"), "start"]);
        process::finish(pg_ctl).map(drop)
    }

    fn stop(&self) -> Result<(), Failure> {
        if self.pid().is_none() {
            return Ok(());
        }
        self.stop_by("fast").or_else(|_| self.stop_by("immediate"))
    }

    // pg_ctl signals the process number in the folder's own postmaster.pid, and waits until it is gone.
    fn stop_by(&self, mode: &str) -> Result<(), Failure> {
        let mut pg_ctl = self.binaries.as_service_user("pg_ctl");
        pg_ctl.arg("-D").arg(self.data()).args(["-w", "-t", "20", "-m", mode, "stop"]);
        match process::finish(pg_ctl) {
            Err(failure) if self.pid().is_some() => Err(failure),
            _ => Ok(()),
        }
    }

    fn port_was_taken(&self) -> bool {
        self.log_tail().contains("Address already in use")
    }

    fn log_tail(&self) -> String {
        let log = fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().rev().take(20).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if !self.keep
            && let Err(failure) = self.remove()
        {
            eprintln!("error: PostgreSQL in {} may still run: {failure}", self.folder.display());
        }
    }
}

/// Where clients find the server of that port, as the superuser.
pub(crate) fn url(port: u16) -> String {
    format!("postgres://{SUPERUSER}@127.0.0.1:{port}/postgres")
}

fn free_port() -> Result<u16, Failure> {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|cause| Failure::because("no free port on 127.0.0.1", cause))
}
