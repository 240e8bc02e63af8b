//! Create a connection of an operator.

use ops_client::paths;
use ops_core::{
    Fault, InvalidRule, Stamp,
    connection::{Connection, create},
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
pub struct Create(pub OperatorId, pub create::Create);

impl UseCase for Create {
    type Loaded = (Operator, Vec<Connection>);

    async fn load(&self, store: &dyn Store) -> Result<Self::Loaded, Refusal> {
        store.operator_and_connections(self.0).await?.ok_or(Refusal::NotFound)
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
        let (connection, change) = create::create(&operator, self.1.clone(), stamp)
            .map_err(|_: create::OperatorDeleted| Refusal::NotFound)?;
        let mut reply = super::reply(201, &connection, epoch)?;
        reply.location = Some(paths::CONNECTION.replace("{connection_id}", &connection.id.to_string()));
        Ok(Decided::Commit(Box::new(change), reply))
    }
}
