//! Purge a deleted operator, step by step: erase its contacts, destroy its secrets, note that it is done. A step that
//! fails is repeated with the next look, and what was done is done once.

use ops_core::{
    Change, Stamp,
    operator::{Operator, purge},
};
use ops_store::SecretStore;

use crate::app::refusal::Refusal;

/// The next change of an operator's purge, after the work that must come before it; nothing when no step is left.
///
/// # Errors
/// The secret store does not answer: then nothing is noted, and the step is still to be done.
pub async fn next(
    secrets: &dyn SecretStore,
    operator: &Operator,
    stamp: &Stamp,
) -> Result<Option<(Operator, Change)>, Refusal> {
    if let Some(erased) = purge::erase(operator, stamp) {
        return Ok(Some(erased));
    }
    let Some(purged) = purge::purge(operator, stamp) else { return Ok(None) };
    for path in secrets.paths(operator.id).await? {
        secrets.destroy(path).await?;
    }
    Ok(Some(purged))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use async_trait::async_trait;
    use jiff::SignedDuration;
    use ops_core::{
        connection, credential,
        credential::{Password, Secret},
        id::OperatorId,
        operator::{create, delete, restore},
        testing::{create_connection, create_operator, stamp, stamp_at, text},
    };
    use ops_store::{
        port::{Commit as _, CommitError, OperatorReads as _, SecretError, SecretPath},
        sealed::SealedFile,
        sqlite::SqliteStore,
        testing::sqlite::File,
    };

    use super::*;

    /// A secret store that does not answer the next so many requests; those it cannot answer are done or not.
    struct Failing {
        behind: SealedFile,
        answers: AtomicU32,
        does_it_anyway: bool,
    }

    impl Failing {
        fn spend(&self) -> Result<(), SecretError> {
            let left =
                self.answers.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
            left.map(drop).map_err(|_| SecretError::Unavailable("planted".into()))
        }
    }

    #[async_trait]
    impl SecretStore for Failing {
        async fn put(&self, path: SecretPath, secret: &Secret) -> Result<(), SecretError> {
            self.behind.put(path, secret).await
        }
        async fn get(&self, path: SecretPath) -> Result<Secret, SecretError> {
            self.behind.get(path).await
        }
        async fn destroy(&self, path: SecretPath) -> Result<(), SecretError> {
            let answers = self.spend();
            if answers.is_ok() || self.does_it_anyway {
                self.behind.destroy(path).await?;
            }
            answers
        }
        async fn operators(&self) -> Result<Vec<OperatorId>, SecretError> {
            self.behind.operators().await
        }
        async fn paths(&self, operator: OperatorId) -> Result<Vec<SecretPath>, SecretError> {
            self.spend()?;
            self.behind.paths(operator).await
        }
        async fn health(&self) -> Result<(), SecretError> {
            self.behind.health().await
        }
    }

    async fn keep(store: &SqliteStore, change: Change) {
        store.commit(change, None).await.unwrap();
    }

    /// A deleted operator with three secrets.
    async fn deleted(store: &SqliteStore, secrets: &SealedFile) -> Operator {
        let (operator, change) = create::create(create_operator("acme"), &stamp(1));
        keep(store, change).await;
        for n in 0..3 {
            let command = create_connection(&format!("c{n}"), &format!("c{n}.example.net"));
            let (connection, change) = connection::create::create(
                &operator,
                command,
                &connection::DeniedCidrs::default(),
                &stamp(10 + n),
            )
            .unwrap();
            keep(store, change).await;
            let command =
                credential::create::Create { system_id: text("sys"), note: None, long_password: false };
            let (credential, change) =
                credential::create::create(&connection, &[], command, &stamp(20 + n)).unwrap();
            let secret = Secret { system_id: text("sys"), password: Password::parse("pass".into()).unwrap() };
            secrets.put(SecretPath::of(&credential), &secret).await.unwrap();
            keep(store, change).await;
        }
        let operator = now(store, &operator).await;
        keep(store, delete::delete(&operator, &[], 30, &stamp(30)).unwrap()).await;
        now(store, &operator).await
    }

    async fn now(store: &SqliteStore, operator: &Operator) -> Operator {
        store.operator(operator.id).await.unwrap().unwrap()
    }

    fn later(hours: i64, seed: u8) -> Stamp {
        stamp_at(stamp(30).at() + SignedDuration::from_hours(hours), seed)
    }

    /// One look of the task, as far as it gets.
    async fn look(
        store: &SqliteStore,
        secrets: &Failing,
        operator: &Operator,
        seed: u8,
    ) -> Result<(), Refusal> {
        let mut operator = now(store, operator).await;
        for step in 0.. {
            let stamp = later(30 * 24, seed + step);
            let Some((of_step, change)) = next(secrets, &operator, &stamp).await? else { break };
            match store.commit(change, None).await {
                Ok(_) => operator = of_step,
                Err(CommitError::Conflict(_)) => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    #[tokio::test]
    async fn every_step_may_fail_and_run_again_and_the_end_is_the_same() {
        for does_it_anyway in [false, true] {
            // 1 list, 3 destroyed: the purge is cut after each of them
            for answers in 0..=4 {
                let (file, sealed) = (File::create(), tempfile::tempdir().unwrap());
                let store = file.store();
                let behind = SealedFile::open(&sealed.path().join("secrets"), [7; 32]).unwrap();
                let operator = deleted(&store, &behind).await;
                let secrets = Failing { behind, answers: answers.into(), does_it_anyway };
                let first = look(&store, &secrets, &operator, 40).await;
                assert_eq!(first.is_ok(), answers == 4, "{answers}");
                let cut = now(&store, &operator).await;
                assert!(cut.erased_at.is_some(), "no restore finds half of it");
                assert_eq!(cut.purged_at.is_some(), answers == 4, "noted only when all are gone");
                assert_eq!(restore::restore(&cut, &later(1, 41)).unwrap_err(), restore::NotRestored::TooLate);

                secrets.answers.store(100, Ordering::SeqCst);
                look(&store, &secrets, &operator, 50).await.unwrap();
                look(&store, &secrets, &operator, 60).await.unwrap();
                let done = now(&store, &operator).await;
                assert!(done.purged_at.is_some());
                assert_eq!(done.version, operator.version + 2, "each step is noted once");
                assert!(secrets.behind.paths(operator.id).await.unwrap().is_empty());
                let stages = "SELECT DISTINCT stage FROM credential";
                assert_eq!(file.rows().texts(stages, []).await, ["destroyed"]);
            }
        }
    }

    #[tokio::test]
    async fn a_restore_and_a_purge_of_one_operator_never_both_pass() {
        let (file, sealed) = (File::create(), tempfile::tempdir().unwrap());
        let store = file.store();
        let secrets = SealedFile::open(&sealed.path().join("secrets"), [7; 32]).unwrap();
        let operator = deleted(&store, &secrets).await;
        let (_, restored) = restore::restore(&operator, &later(1, 50)).unwrap();
        let (erased, change) = purge::erase(&operator, &later(30 * 24, 51)).unwrap();
        keep(&store, change).await;
        let refused = store.commit(restored.clone(), None).await;
        assert!(matches!(refused, Err(CommitError::Conflict(_))), "{refused:?}");
        assert_eq!(now(&store, &operator).await, erased);
        assert!(purge::erase(&operator, &later(30 * 24 - 1, 52)).is_none(), "not before its time");
    }
}
