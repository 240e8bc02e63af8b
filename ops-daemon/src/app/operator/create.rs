//! Create an operator: nothing is loaded; the database decides what is taken.

use ops_client::paths;
use ops_core::{Stamp, operator::create};
use ops_store::Store;

use crate::app::{
    decide::{Decided, UseCase},
    refusal::Refusal,
};

/// Creates an operator.
pub struct Create(pub create::Create);

impl UseCase for Create {
    type Loaded = ();

    async fn load(&self, _: &dyn Store) -> Result<(), Refusal> {
        Ok(())
    }

    fn decide(&self, (): (), stamp: &Stamp, epoch: i64) -> Result<Decided, Refusal> {
        let (operator, change) = create::create(self.0.clone(), stamp);
        let mut reply = super::reply(201, &operator, epoch)?;
        reply.location = Some(format!("{}/{}", paths::OPERATORS, operator.id));
        Ok(Decided::Commit(Box::new(change), reply))
    }
}
