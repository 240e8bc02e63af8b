//! A private PostgreSQL, which trusts everybody on this machine.

mod binaries;
mod leftovers;
mod settings;

pub(crate) use binaries::{Binaries, OLDEST, is_root};
pub(crate) use settings::Durability;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Background, Private, Server, Variable, folder};
use crate::cargo;
use crate::failure::Failure;
use crate::interrupt;
use crate::process;

const SUPERUSER: &str = "ops";

/// A cluster and, once started, its server.
pub(crate) struct Postgres {
    binaries: Binaries,
    folder: PathBuf,
    port: u16,
}

impl Postgres {
    /// A new cluster in a new folder under the system's temporary folder, started, with the project's roles.
    pub(crate) fn fresh(binaries: Binaries, durability: Durability) -> Result<Private<Self>, Failure> {
        let folder = folder::create("postgres", binaries.service_user())?;
        let mut server = Private::of(Self { binaries, folder, port: 0 });
        server.initialise(durability)?;
        server.start(None)?;
        server.apply_roles()?;
        Ok(server)
    }

    /// A cluster that an earlier process left; nothing happens to it by this call.
    pub(crate) const fn existing(binaries: Binaries, folder: PathBuf, port: u16) -> Self {
        Self { binaries, folder, port }
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
        format!("postgres://{SUPERUSER}@127.0.0.1:{}/postgres", self.port)
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
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

    // pg_ctl signals the process number in the folder's own postmaster.pid, and waits until it is gone.
    fn stop_by(&self, mode: &str) -> Result<(), Failure> {
        let mut pg_ctl = self.binaries.as_service_user("pg_ctl");
        pg_ctl.arg("-D").arg(self.data()).args(["-w", "-t", "20", "-m", mode, "stop"]);
        match process::finish(pg_ctl) {
            Err(failure) if self.process().is_some() => Err(failure),
            _ => Ok(()),
        }
    }
}

impl Server for Postgres {
    fn name(&self) -> String {
        format!("PostgreSQL {}", self.binaries.version())
    }

    fn folder(&self) -> &Path {
        &self.folder
    }

    fn port(&self) -> u16 {
        self.port
    }

    // the server itself writes its number down
    fn process(&self) -> Option<Background> {
        let file = fs::read_to_string(self.data().join("postmaster.pid")).ok()?;
        Some(Background::of(file.lines().next()?.trim().parse().ok()?)).filter(|process| process.runs())
    }

    fn variables(&self) -> Vec<Variable> {
        vec![("OPS_TEST_POSTGRES_URL", self.url())]
    }

    fn start_on(&mut self, port: u16) -> Result<(), Failure> {
        self.port = port;
        leftovers::clear(&self.data(), &self.folder, port)?;
        let mut pg_ctl = self.binaries.as_service_user("pg_ctl");
        pg_ctl.arg("-D").arg(self.data()).arg("-l").arg(self.log());
        pg_ctl.args(["-w", "-t", "60", "-o", &format!("-p {port}"), "start"]);
        process::finish(pg_ctl).map(drop)
    }

    fn stop(&self) -> Result<(), Failure> {
        if self.process().is_none() {
            return Ok(());
        }
        self.stop_by("fast").or_else(|_| self.stop_by("immediate"))
    }
}
