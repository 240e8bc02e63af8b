//! Create a connection of an operator.

use ops_client::paths;
use ops_core::{
    Fault, InvalidRule, Stamp,
    connection::{
        Connection, DeniedCidrs,
        create::{self, NotCreated},
    },
    id::OperatorId,
    limits,
    operator::Operator,
};
use ops_store::Store;

use crate::app::{
    decide::{Decided, UseCase},
    refusal::Refusal,
};

/// Creates a connection.
pub struct Create<'a> {
    /// Whose.
    pub operator: OperatorId,
    /// Its values.
    pub command: create::Create,
    /// Where it may not lead.
    pub denied: &'a DeniedCidrs,
}

impl UseCase for Create<'_> {
    type Loaded = (Operator, Vec<Connection>);

    async fn load(&self, store: &dyn Store) -> Result<Self::Loaded, Refusal> {
        store.operator_and_connections(self.operator).await?.ok_or(Refusal::NotFound)
    }

    fn decide(
        &self,
        (operator, existing): Self::Loaded,
        stamp: &Stamp,
        epoch: i64,
    ) -> Result<Decided, Refusal> {
        if existing.len() >= limits::CONNECTIONS_PER_OPERATOR {
            let message = format!("an operator has at most {} connections", limits::CONNECTIONS_PER_OPERATOR);
            return Err(Refusal::Invalid(vec![Fault::new("", InvalidRule::Length, message)]));
        }
        let created = create::create(&operator, self.command.clone(), self.denied, stamp);
        let (connection, change) = created.map_err(|not| match not {
            NotCreated::OperatorDeleted => Refusal::NotFound,
            NotCreated::Refused(faults) => Refusal::Invalid(faults),
        })?;
        let mut reply = super::reply(201, &connection, epoch)?;
        reply.location = Some(paths::CONNECTION.replace("{connection_id}", &connection.id.to_string()));
        Ok(Decided::Commit(Box::new(change), reply))
    }
}
