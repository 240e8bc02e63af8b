//! Plan a window.

use ops_client::paths;
use ops_core::{
    Fault, InvalidRule, Stamp,
    id::{ConnectionId, OperatorId},
    maintenance::create::{self, NotPlanned},
};
use ops_store::{Store, port::Dossier};

use crate::app::{
    decide::{Decided, UseCase},
    operator,
    refusal::Refusal,
};

/// Plans a window of an operator, or of one of its connections.
pub struct Create {
    /// Whose.
    pub operator: OperatorId,
    /// The only connection that it is about.
    pub connection: Option<ConnectionId>,
    /// What the caller sent.
    pub command: create::Create,
}

impl UseCase for Create {
    type Loaded = Dossier;

    async fn load(&self, store: &dyn Store) -> Result<Dossier, Refusal> {
        operator::load_dossier(store, self.operator).await
    }

    fn decide(&self, dossier: Dossier, stamp: &Stamp, epoch: i64) -> Result<Decided, Refusal> {
        let connection = match self.connection {
            None => None,
            Some(id) => {
                Some(dossier.connections.iter().find(|connection| connection.id == id).cloned().ok_or_else(
                    || {
                        let message = "this operator has no such connection";
                        let rule = InvalidRule::UnknownConnection;
                        Refusal::Invalid(vec![Fault::new("/connection_id", rule, message)])
                    },
                )?)
            }
        };
        let calendar = super::calendar(dossier);
        let planned = create::create(&calendar, connection.as_ref(), self.command.clone(), stamp);
        let (window, change) = planned.map_err(|not| match not {
            NotPlanned::OperatorDeleted => Refusal::NotFound,
            NotPlanned::Invalid(faults) => Refusal::Invalid(faults),
        })?;
        let mut reply = super::reply(201, &calendar, &window, epoch)?;
        reply.location = Some(paths::MAINTENANCE.replace("{maintenance_id}", &window.id.to_string()));
        Ok(Decided::Commit(Box::new(change), reply))
    }
}
