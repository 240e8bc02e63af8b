//! Where the database is, and how we reach it.

use std::path::PathBuf;

/// Where the database is, and how we reach it. No `Debug`: the address may hold a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Settings {
    /// `postgres://USER@HOST:PORT/DATABASE`.
    pub url: String,
    /// Whether the way to it is private.
    pub tls: Tls,
    /// Most connections of the pool. Each task that leads, or would lead, has one more of its own.
    pub pool_size: usize,
}

/// Whether the way to the database is private.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tls {
    /// Clear text, for a server on this machine.
    Off,
    /// TLS, with the server's name checked.
    Require {
        /// PEM file with the authorities that may have signed the server's certificate; the system's without it.
        ca_file: Option<PathBuf>,
    },
}

impl Settings {
    /// A server on this machine, in clear text.
    #[must_use]
    pub fn local(url: impl Into<String>, pool_size: usize) -> Self {
        Self { url: url.into(), tls: Tls::Off, pool_size }
    }
}
