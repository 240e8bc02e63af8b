//! Where the secret store is, and how we log in.

use std::path::PathBuf;

/// Where the secret store is, and how we log in. Files are read when they are needed, so that a new content counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `https://HOST:PORT`; `http` only on loopback.
    pub address: String,
    /// Where the KV version 2 engine is mounted, such as `secret`.
    pub mount: String,
    /// What lies before `operators/…` below the mount, such as `ops`.
    pub prefix: String,
    /// `X-Vault-Namespace`, where the server has namespaces.
    pub namespace: Option<String>,
    /// PEM file with the authorities that may have signed the server's certificate; the system's without it. Read once, when
    /// the store is opened.
    pub ca_file: Option<PathBuf>,
    /// How we log in.
    pub login: Login,
}

/// How we log in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// With the token of our Kubernetes service account.
    Kubernetes {
        /// Where the method is mounted, such as `kubernetes`.
        mount: String,
        /// The role.
        role: String,
        /// The service account's token, which Kubernetes replaces while we run.
        token_file: PathBuf,
    },
    /// With a role id and a secret id.
    AppRole {
        /// Where the method is mounted, such as `approle`.
        mount: String,
        /// The role's id; not secret.
        role_id: String,
        /// The secret id.
        secret_id_file: PathBuf,
    },
    /// With a token that somebody else keeps alive and replaces, such as an agent.
    TokenFile {
        /// The token.
        file: PathBuf,
    },
}
