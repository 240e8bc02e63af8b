//! A pooler that hands sessions around is refused; one that does not is as good as the server.

use ops_store::{
    port::{Bells as _, Leaders as _, OperatorReads as _},
    postgres::{PostgresStore, Settings, Unfit, self_test},
    testing::{pgbouncer::PgBouncer, postgres::Database},
};

use crate::estate::operator;

fn by_way_of(pooler: &PgBouncer, database: &Database) -> Settings {
    Settings::local(database.url_by_way_of(pooler.port(), "ops_app"), 2)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pooler_in_transaction_mode_is_refused_with_what_to_do_however_many_sessions_it_has() {
    let database = Database::create().await;
    for more in ["", "server_round_robin = 1", "min_pool_size = 8"] {
        let pooler = PgBouncer::before(database.address().1, "transaction", more);
        let settings = by_way_of(&pooler, &database);
        for look in 0..8 {
            let refused = self_test(&settings).await.expect_err(more);
            assert!(matches!(refused, Unfit::Pooler), "{more}, look {look}: {refused}");
            assert!(refused.to_string().contains("pool_mode = session"), "{refused}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pooler_in_session_mode_is_as_good_as_the_server() {
    let database = Database::create().await;
    let pooler = PgBouncer::before(database.address().1, "session", "");
    let settings = by_way_of(&pooler, &database);
    self_test(&settings).await.unwrap();
    let store = PostgresStore::new(settings).unwrap();
    let acme = operator(&store, "acme").await;
    assert_eq!(store.operator(acme.id).await.unwrap(), Some(acme));
    let mut leader = store.candidate("relay").await.unwrap();
    let mut other = database.store(1).candidate("relay").await.unwrap();
    assert!(leader.leads().await.unwrap() && !other.leads().await.unwrap());
    let (mut one, mut other) =
        (store.bell().await.unwrap().unwrap(), database.store(1).bell().await.unwrap().unwrap());
    other.ring().await.unwrap();
    one.heard().await.unwrap();
}
