//! Delete a routing rule; it is gone when the answer comes.

use ops_core::{
    Stamp,
    id::RuleId,
    routing::{self, Rule},
};
use ops_store::{Store, port::Reply};

use crate::app::{
    decide::{Decided, UseCase},
    refusal::Refusal,
};

/// Deletes a rule.
pub struct Delete(pub RuleId);

impl UseCase for Delete {
    type Loaded = Rule;

    async fn load(&self, store: &dyn Store) -> Result<Rule, Refusal> {
        store.rule(self.0).await?.ok_or(Refusal::NotFound)
    }

    fn version(&self, rule: &Rule) -> Option<i64> {
        Some(rule.version)
    }

    fn decide(&self, rule: Rule, stamp: &Stamp, _: i64) -> Result<Decided, Refusal> {
        let change = routing::delete(&rule, stamp);
        Ok(Decided::Commit(Box::new(change), Reply { status: 204, etag: None, location: None, body: None }))
    }
}
