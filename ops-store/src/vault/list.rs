//! What lies below our prefix: names that we would not have written are left alone.

use std::sync::Arc;

use futures::{StreamExt as _, TryStreamExt as _, stream};
use ops_core::id::{ConnectionId, CredentialId, OperatorId};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    VaultStore,
    answer::{Answer, read},
    fault::Fault,
    limits,
    server::Ask,
    token::Token,
};
use crate::port::{SecretError, SecretPath};

#[derive(Deserialize)]
struct List {
    data: Names,
}

#[derive(Deserialize)]
struct Names {
    keys: Vec<String>,
}

impl VaultStore {
    pub(super) async fn list_operators(&self) -> Result<Vec<OperatorId>, SecretError> {
        let names = self.within(|_| self.as_us(|token| self.names(token, "operators".to_owned()))).await?;
        let mut operators: Vec<OperatorId> =
            names.iter().filter_map(|name| folder(name)).map(Into::into).collect();
        operators.sort();
        Ok(operators)
    }

    pub(super) async fn list_paths(&self, operator: OperatorId) -> Result<Vec<SecretPath>, SecretError> {
        Ok(self.within(|_| self.as_us(|token| self.paths_of(token, operator))).await?)
    }

    async fn paths_of(&self, token: Arc<Token>, operator: OperatorId) -> Result<Vec<SecretPath>, Fault> {
        let below = format!("operators/{operator}/connections");
        let connections = self.names(Arc::clone(&token), below.clone()).await?;
        let connections: Vec<ConnectionId> =
            connections.iter().filter_map(|name| folder(name)).map(Into::into).collect();
        let lists = connections.into_iter().map(|connection| {
            let names = self.names(Arc::clone(&token), format!("{below}/{connection}"));
            async move { Ok::<_, Fault>((connection, names.await?)) }
        });
        let lists: Vec<_> = stream::iter(lists).buffered(limits::LISTS_AT_ONCE).try_collect().await?;
        let mut paths: Vec<SecretPath> = lists
            .iter()
            .flat_map(|(connection, names)| {
                let credentials = names.iter().filter_map(|name| id(name)).map(CredentialId::from);
                credentials.map(|credential| SecretPath { operator, connection: *connection, credential })
            })
            .collect();
        paths.sort();
        Ok(paths)
    }

    async fn names(&self, token: Arc<Token>, folder: String) -> Result<Vec<String>, Fault> {
        let place = self.paths().list(folder);
        match self.server().list(Ask::get(&place).with(token.header())).await? {
            Answer::Given(octets) => Ok(read::<List>(&octets)?.data.keys),
            Answer::Nothing | Answer::Tombstone => Ok(Vec::new()),
        }
    }
}

/// The id that a folder is named after.
fn folder(name: &str) -> Option<Uuid> {
    id(name.strip_suffix('/')?)
}

/// An id in the one spelling in which we write it.
fn id(name: &str) -> Option<Uuid> {
    Uuid::try_parse(name).ok().filter(|id| id.to_string() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ids_in_their_one_spelling_are_ours() {
        let own = Uuid::from_u128(0x0192_f0c1_7a2b_7c3d_8e4f_0000_0000_00ab);
        let text = own.to_string();
        assert_eq!((id(&text), folder(&format!("{text}/"))), (Some(own), Some(own)));
        for alien in ["", "a", &text.to_uppercase(), &own.simple().to_string(), &format!("{text}/"), "../x"] {
            assert_eq!(id(alien), None, "{alien}");
        }
        for alien in ["", "/", &text, &format!("{text}//")] {
            assert_eq!(folder(alien), None, "{alien}");
        }
    }
}
