//! Write a note about an operator.

use ops_client::wire::timeline::Note;
use ops_core::{
    Stamp,
    id::OperatorId,
    note::create::{self, OperatorDeleted},
    operator::Operator,
};
use ops_store::{Store, port::Reply};

use crate::app::{
    decide::{Decided, UseCase},
    operator,
    refusal::Refusal,
};

/// Writes a note.
pub struct Create(pub OperatorId, pub create::Create);

impl UseCase for Create {
    type Loaded = Operator;

    async fn load(&self, store: &dyn Store) -> Result<Operator, Refusal> {
        operator::load(store, self.0).await
    }

    fn decide(&self, operator: Operator, stamp: &Stamp, _: i64) -> Result<Decided, Refusal> {
        let (note, change) = create::create(&operator, self.1.clone(), stamp)
            .map_err(|_: OperatorDeleted| Refusal::NotFound)?;
        let body = serde_json::to_string(&Note::of(note)).map_err(Refusal::internal)?;
        // it is read in the timeline, and never changed: no tag and no place of its own
        let reply = Reply { status: 201, etag: None, location: None, body: Some(body) };
        Ok(Decided::Commit(Box::new(change), reply))
    }
}
