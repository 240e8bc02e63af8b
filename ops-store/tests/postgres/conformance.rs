//! PostgreSQL passes the conformance suite, in the role of the service.

use std::sync::Arc;

use ops_store::{
    Store,
    testing::{Rows, postgres::Database},
};

async fn open() -> (Arc<dyn Store>, Rows, Database) {
    let database = Database::create().await;
    (Arc::new(database.store(8)), database.rows().await, database)
}

ops_store::conformance_tests!(open);
