//! Vault (HashiCorp Vault or OpenBao): the secret store of production.

mod settings;

pub use settings::{Login, Settings};
