//! Leaves nothing at a path: its versions are destroyed, then what is known about it is deleted. Each step may fail and
//! be done again.

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use serde::{Deserialize, de::IgnoredAny};

use super::{
    VaultStore,
    answer::{Answer, Octets, read},
    fault::Fault,
    server::Ask,
    token::Token,
};
use crate::port::{SecretError, SecretPath};

/// What is known about a path.
#[derive(Deserialize)]
struct Metadata {
    data: Versions,
}

#[derive(Deserialize)]
struct Versions {
    versions: BTreeMap<u64, IgnoredAny>,
}

impl VaultStore {
    pub(super) async fn destroy_secret(&self, path: SecretPath) -> Result<(), SecretError> {
        Ok(self.within(|_| self.as_us(|token| self.erase(token, path))).await?)
    }

    async fn erase(&self, token: Arc<Token>, path: SecretPath) -> Result<(), Fault> {
        let (server, metadata) = (self.server(), self.paths().metadata(path));
        let versions = match server.ask(Ask::get(&metadata).with(token.header())).await? {
            Answer::Given(octets) => numbers(&octets)?,
            Answer::Nothing | Answer::Tombstone => return Ok(()),
        };
        let destroy = self.paths().destroy(path);
        server.ask(Ask::post(&destroy, versions).with(token.header())).await?;
        server.ask(Ask::delete(&metadata).with(token.header())).await?;
        Ok(())
    }
}

/// All versions: we write one, and somebody else may have written more.
fn numbers(octets: &Octets) -> Result<Bytes, Fault> {
    let metadata: Metadata = read(octets)?;
    let versions: Vec<u64> = metadata.data.versions.into_keys().collect();
    Ok(Bytes::from(serde_json::json!({ "versions": versions }).to_string()))
}
