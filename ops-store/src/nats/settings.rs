//! Where the event stream is, and how we prove who we are.

use std::path::PathBuf;

/// Where the event stream is, and how we prove who we are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// One or more addresses, `tls://HOST:PORT`; `nats://` only on loopback.
    pub urls: Vec<String>,
    /// A credentials file (JWT and NKey seed).
    pub credentials_file: Option<PathBuf>,
    /// PEM file with the authorities that may have signed the server's certificate; the system's without it.
    pub ca_file: Option<PathBuf>,
}
