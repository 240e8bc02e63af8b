//! Compare the secret store with the credentials, operator by operator, and destroy what nobody refers to.

use std::collections::BTreeSet;

use jiff::Timestamp;
use ops_core::{credential, id::OperatorId};
use ops_store::{
    SecretStore, Store,
    port::{SecretError, SecretPath},
};

use crate::app::refusal::Refusal;

/// What a look at all secrets and credentials came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Secrets that no credential refers to, old enough to be destroyed.
    pub orphans: Vec<SecretPath>,
    /// Secrets that no credential refers to, and that may still get one.
    pub spared: Vec<SecretPath>,
    /// Operators with secrets that the database does not know: somebody else's, or lost in a restore. Operators keep their
    /// row for ever, so these secrets are never ours to destroy.
    pub foreign: Vec<OperatorId>,
    /// Paths where the secret of a credential should be, and is not.
    pub dangling: Vec<SecretPath>,
}

/// Looks at everything, and changes nothing.
///
/// # Errors
/// The database or the secret store does not answer.
pub async fn look(store: &dyn Store, secrets: &dyn SecretStore, now: Timestamp) -> Result<Swept, Refusal> {
    let stored = secrets.operators().await?;
    let known: BTreeSet<_> = store.known_operators(&stored).await?.into_iter().collect();
    let foreign = stored.into_iter().filter(|operator| !known.contains(operator)).collect();
    let mut swept = Swept { foreign, ..Swept::default() };
    let operators: BTreeSet<_> = known.into_iter().chain(store.operators_with_credentials().await?).collect();
    for operator in operators {
        let of_one = look_at(operator, store, secrets, now).await?;
        swept.orphans.extend(of_one.orphans);
        swept.spared.extend(of_one.spared);
        swept.dangling.extend(of_one.dangling);
    }
    Ok(swept)
}

/// Destroys orphans. Safe to run twice, and to be ended anywhere.
///
/// # Errors
/// The secret store does not answer; what is left is found again.
pub async fn destroy(secrets: &dyn SecretStore, orphans: &[SecretPath]) -> Result<(), SecretError> {
    for path in orphans {
        secrets.destroy(*path).await?;
        tracing::info!(%path, "a secret that no credential refers to is destroyed");
    }
    Ok(())
}

async fn look_at(
    operator: OperatorId,
    store: &dyn Store,
    secrets: &dyn SecretStore,
    now: Timestamp,
) -> Result<Swept, Refusal> {
    // secrets first: a credential that is committed between the two looks is found by the second
    let paths = secrets.paths(operator).await?;
    let credentials = store.credentials_of_operator(operator).await?;
    let stored: Vec<_> = paths.iter().map(|path| path.credential).collect();
    let compared = credential::sweep::sweep(&stored, &credentials, now);
    let at = |ids: &[_]| paths.iter().copied().filter(|path| ids.contains(&path.credential)).collect();
    let dangling = credentials.iter().filter(|of| compared.dangling.contains(&of.id)).map(SecretPath::of);
    Ok(Swept {
        orphans: at(&compared.orphans),
        spared: at(&compared.spared),
        foreign: Vec::new(),
        dangling: dangling.collect(),
    })
}

#[cfg(test)]
mod tests {
    use ops_core::{
        Change, Text,
        credential::{Password, Secret, SystemId},
        operator::Operator,
        testing::{create_operator, stamp},
    };
    use ops_store::{port::Commit as _, sealed::SealedFile, testing::sqlite::File};
    use uuid::Uuid;

    use super::*;

    /// A version 7 id of 1970: older than any sweep spares.
    fn old(tail: u128) -> Uuid {
        Uuid::from_u128((1 << 80) | 0x7000_8000_0000_0000_0000 | tail)
    }

    fn secret() -> Secret {
        Secret {
            system_id: SystemId::parse("sys").unwrap(),
            password: Password::parse("pass".into()).unwrap(),
        }
    }

    #[tokio::test]
    async fn only_under_our_own_operators_anything_is_left_over_and_destroyed() {
        let (file, folder) = (File::create(), tempfile::tempdir().unwrap());
        let (store, secrets) =
            (file.store(), SealedFile::open(&folder.path().join("secrets"), [7; 32]).unwrap());
        let (acme, change): (Operator, Change) =
            ops_core::operator::create::create(create_operator("acme"), &stamp(1));
        store.commit(change, None).await.unwrap();
        let at = |operator, credential: Uuid| SecretPath {
            operator,
            connection: old(9).into(),
            credential: credential.into(),
        };
        let stranger = OperatorId::from(old(8));
        let (ours, young, theirs) =
            (at(acme.id, old(1)), at(acme.id, stamp(2).mint().id::<Uuid>()), at(stranger, old(2)));
        for path in [ours, young, theirs] {
            secrets.put(path, &secret()).await.unwrap();
        }
        let now = stamp(2).at();
        let swept = look(&store, &secrets, now).await.unwrap();
        let told =
            Swept { orphans: vec![ours], spared: vec![young], foreign: vec![stranger], dangling: vec![] };
        assert_eq!(swept, told);
        destroy(&secrets, &swept.orphans).await.unwrap();
        destroy(&secrets, &swept.orphans).await.unwrap();
        assert!(secrets.get(ours).await.is_err());
        assert!(secrets.get(young).await.is_ok() && secrets.get(theirs).await.is_ok());
    }
}
