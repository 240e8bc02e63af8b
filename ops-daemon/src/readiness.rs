//! Whether this process takes requests: it starts closed, becomes ready, and drains. A dependency that is away makes it
//! degraded, never unready: the answers that need no database would be gone too.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use serde::Serialize;

/// Where the process stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Configuration, schema, first view and listeners are not all there yet.
    Starting,
    /// Takes requests.
    Ready,
    /// Ends what it has begun, and takes nothing new.
    Draining,
}

/// What we depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Dependency {
    /// Where facts are kept.
    Database,
    /// Where secrets are kept.
    SecretStore,
    /// Where events leave to.
    EventStream,
    /// Whose keys tokens are judged by.
    TokenIssuer,
}

/// Stage and absent dependencies, as `/health/ready` shows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// Where the process stands.
    pub status: Stage,
    /// What does not answer at the moment.
    pub degraded: BTreeSet<Dependency>,
}

/// Where the process stands, for whoever asks.
#[derive(Debug)]
pub struct Readiness(Mutex<Shown>);

impl Default for Readiness {
    fn default() -> Self {
        Self(Mutex::new(Shown { status: Stage::Starting, degraded: BTreeSet::new() }))
    }
}

impl Readiness {
    /// Moves on to `stage`.
    pub fn enter(&self, stage: Stage) {
        self.with(|shown| shown.status = stage);
    }

    /// Says whether a dependency answers.
    pub fn depend(&self, on: Dependency, answers: bool) {
        self.with(|shown| {
            if answers {
                shown.degraded.remove(&on);
            } else {
                shown.degraded.insert(on);
            }
        });
    }

    /// As it is now.
    #[must_use]
    pub fn shown(&self) -> Shown {
        self.with(|shown| shown.clone())
    }

    fn with<T>(&self, look: impl FnOnce(&mut Shown) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_that_is_away_degrades_and_never_unreadies() {
        let readiness = Readiness::default();
        readiness.enter(Stage::Ready);
        readiness.depend(Dependency::Database, false);
        assert_eq!(
            readiness.shown(),
            Shown { status: Stage::Ready, degraded: [Dependency::Database].into() }
        );
        readiness.depend(Dependency::Database, true);
        assert!(readiness.shown().degraded.is_empty());
    }
}
