//! Create a routing rule; it is live when the answer comes.

use ops_client::{paths, wire};
use ops_core::{
    Mark, Stamp,
    routing::{self, TargetConnection},
};
use ops_store::Store;

use crate::app::{
    decide::{Decided, UseCase},
    refusal::Refusal,
};

/// Creates a rule.
pub struct Create(pub routing::Create);

impl UseCase for Create {
    type Loaded = Vec<TargetConnection>;

    async fn load(&self, store: &dyn Store) -> Result<Self::Loaded, Refusal> {
        let targets: Vec<_> = self.0.targets.iter().map(|target| target.connection_id).collect();
        Ok(store.target_connections(&targets).await?)
    }

    fn decide(&self, connections: Self::Loaded, stamp: &Stamp, epoch: i64) -> Result<Decided, Refusal> {
        let (rule, change) =
            routing::create(self.0.clone(), &connections, stamp).map_err(Refusal::Invalid)?;
        let mut reply =
            crate::app::reply(201, Mark::new(epoch, rule.version), &wire::routing::Rule::of(&rule))?;
        reply.location = Some(format!("{}/{}", paths::RULES, rule.id));
        Ok(Decided::Commit(Box::new(change), reply))
    }
}
