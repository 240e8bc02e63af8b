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
