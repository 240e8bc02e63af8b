//! What a configuration may say, and should not say without thought.

use super::{Config, Fault, PostgresTls, Store};

impl Config {
    /// What `check-config` and `serve` warn of. None of it keeps the service from starting.
    #[must_use]
    pub fn warnings(&self) -> Vec<Fault> {
        let mut warnings = Vec::new();
        if let Store::Postgres(postgres) = &self.store
            && postgres.tls == PostgresTls::Off
            && !postgres.url.is_local()
        {
            warnings.push(Fault::new(
                "store.postgres.tls",
                "is off, and the database is on another machine: everything crosses the network in plain text",
                "write tls = \"require\", unless something else encrypts that way",
            ));
        }
        if self.log.is_quiet() {
            warnings.push(Fault::new(
                "log.level",
                "leaves out info: the heads of the audit trail's seals, which are its anchors, are told nowhere",
                "write info, or keep the head of GET /admin/v1/audit/verify outside of the database",
            ));
        }
        warnings
    }
}
