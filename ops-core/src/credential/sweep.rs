//! What of a secret store's content no credential refers to, and which credentials refer to nothing.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::{Credential, Stage};
use crate::id::CredentialId;

/// Days that a secret without a credential is left alone. A secret is stored before its row is committed, and a row may
/// come back with a restore.
pub const SPARED_DAYS: i64 = 7;

/// What a look at an operator's secrets and credentials came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Swept {
    /// Secrets that no credential refers to, old enough to be destroyed.
    pub orphans: Vec<CredentialId>,
    /// Secrets that no credential refers to, and that may still get one.
    pub spared: Vec<CredentialId>,
    /// Credentials whose secret should be there and is not.
    pub dangling: Vec<CredentialId>,
}

/// Compares secrets with credentials. The secrets must have been listed before the credentials were read.
#[must_use]
pub fn sweep(stored: &[CredentialId], credentials: &[Credential], now: Timestamp) -> Swept {
    let wanted: BTreeSet<_> = credentials.iter().filter(|of| has_secret(of.stage)).map(|of| of.id).collect();
    let known: BTreeSet<_> =
        credentials.iter().filter(|of| of.stage != Stage::Destroyed).map(|of| of.id).collect();
    let stored: BTreeSet<_> = stored.iter().copied().collect();
    let (orphans, spared) = stored.difference(&known).partition(|id| is_old(**id, now));
    Swept { orphans, spared, dangling: wanted.difference(&stored).copied().collect() }
}

const fn has_secret(stage: Stage) -> bool {
    match stage {
        Stage::Staged | Stage::Active | Stage::Retired => true,
        Stage::Discarded | Stage::Destroyed => false,
    }
}

/// By the time in the id (RFC 9562 §5.7: the first 48 bits of a version 7 UUID count milliseconds since 1970). An id of
/// another version is not ours, and so is never old.
fn is_old(id: CredentialId, now: Timestamp) -> bool {
    let uuid = id.uuid();
    let made = i64::try_from(uuid.as_u128() >> 80).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let spared = SignedDuration::from_hours(24 * SPARED_DAYS);
    uuid.get_version_num() == 7 && made.is_some_and(|made| now.duration_since(made) > spared)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{connection::testing::connection, credential::testing::at};

    /// A credential of the first millisecond there was.
    fn credential(stage: Stage) -> Credential {
        Credential { id: id(1, 1), ..at(&connection(), stage, 2) }
    }

    fn id(ms: i64, tail: u128) -> CredentialId {
        let ms = u128::try_from(ms).unwrap() << 80;
        Uuid::from_u128(ms | 0x7000_8000_0000_0000_0000 | tail).into()
    }

    fn now() -> Timestamp {
        "2026-11-26T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_secret_without_a_credential_is_an_orphan_once_it_is_older_than_seven_days() {
        let week = 7 * 24 * 3600 * 1000;
        let (young, old) = (id(now().as_millisecond() - week, 1), id(now().as_millisecond() - week - 1, 2));
        let alien = Uuid::from_u128(3).into();
        let swept = sweep(&[young, old, alien], &[], now());
        assert_eq!(swept.orphans, [old]);
        assert_eq!(swept.spared, [alien, young]);
    }

    #[test]
    fn what_a_credential_refers_to_stays_however_old_it_is() {
        for stage in [Stage::Staged, Stage::Active, Stage::Retired, Stage::Discarded] {
            let credential = credential(stage);
            assert_eq!(sweep(&[credential.id], &[credential], now()), Swept::default(), "{stage}");
        }
        let destroyed = credential(Stage::Destroyed);
        assert_eq!(sweep(&[id(1, 1)], &[destroyed], now()).orphans, [id(1, 1)]);
    }

    #[test]
    fn a_credential_in_use_without_its_secret_is_told() {
        for stage in [Stage::Staged, Stage::Active, Stage::Retired] {
            assert_eq!(sweep(&[], &[credential(stage)], now()).dangling, [id(1, 1)], "{stage}");
        }
        assert_eq!(
            sweep(&[], &[credential(Stage::Discarded), credential(Stage::Destroyed)], now()),
            Swept::default()
        );
    }
}
