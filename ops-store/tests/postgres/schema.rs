//! The schema of PostgreSQL: migrations that may run at once and again, and roles that may do no more than they must.

use crate::estate::{connection, operator};
use ops_store::{
    postgres::{MigrateError, Migrated, apply_roles, migrate, schema_version},
    testing::postgres::Database,
};

async fn with_roles() -> Database {
    let database = Database::create_empty().await;
    apply_roles(&database.settings_as("ops", 1)).await.unwrap();
    database
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn four_who_migrate_at_once_from_nothing_all_succeed_and_each_migration_is_applied_once() {
    let database = with_roles().await;
    let url = database.settings_as("ops_migrate", 1);
    let (before, ours) = schema_version(&url).await.unwrap();
    assert_eq!(before, 0);
    let runs = (0..4).map(|_| {
        tokio::spawn({
            let url = url.clone();
            async move { migrate(&url).await.unwrap() }
        })
    });
    let runs: Vec<Migrated> = futures::future::join_all(runs).await.into_iter().map(Result::unwrap).collect();
    assert!(runs.iter().all(|run| run.version == ours), "{runs:?}");
    assert_eq!(runs.iter().filter(|run| run.applied > 0).count(), 1, "{runs:?}");
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations/postgres")).unwrap();
    let files =
        files.filter(|file| file.as_ref().unwrap().file_name().to_string_lossy().starts_with('V')).count();
    assert_eq!(runs.iter().map(|run| run.applied).sum::<usize>(), files);

    assert_eq!(migrate(&url).await.unwrap(), Migrated { applied: 0, version: ours });
    assert_eq!(schema_version(&url).await.unwrap(), (ours, ours));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_newer_schema_is_left_alone() {
    let database = with_roles().await;
    let url = database.settings_as("ops_migrate", 1);
    migrate(&url).await.unwrap();
    let newer = "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) VALUES (999, 'newer', '2026-01-01T00:00:00Z', '1')";
    database.client("ops_migrate").await.batch_execute(newer).await.unwrap();
    assert_eq!(migrate(&url).await.unwrap(), Migrated { applied: 0, version: 999 });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_may_not_make_a_schema_is_told_so() {
    let database = with_roles().await;
    let refused = migrate(&database.settings_as("ops_app", 1)).await.unwrap_err();
    assert!(matches!(refused, MigrateError::Database(_)), "{refused:?}");
    let causes = std::iter::successors(Some(&refused as &dyn std::error::Error), |error| error.source());
    let told: Vec<String> = causes.map(ToString::to_string).collect();
    assert!(told.iter().any(|told| told.contains("permission denied")), "{told:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_roles_may_be_made_again() {
    let database = with_roles().await;
    apply_roles(&database.settings_as("ops", 1)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_service_may_do_what_it_must_and_nothing_more() {
    let database = Database::create().await;
    let store = database.store(2);
    let acme = operator(&store, "acme").await;
    connection(&store, &acme, "main").await;
    let app = database.client("ops_app").await;
    for allowed in [
        "SELECT entry FROM audit",
        "SELECT epoch FROM service",
        "SELECT code FROM operator",
        "SELECT meet_server()",
        "DELETE FROM outbox WHERE false",
        "DELETE FROM operator_country WHERE false",
    ] {
        assert!(app.execute(allowed, &[]).await.is_ok(), "{allowed}");
    }
    for refused in [
        "UPDATE audit SET action = 'nothing'",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "UPDATE audit_link SET hash = NULL",
        "DELETE FROM audit_link",
        "UPDATE audit_seal SET n = 7",
        "DELETE FROM audit_seal",
        "DELETE FROM operator",
        "DELETE FROM connection",
        "DELETE FROM credential",
        "DELETE FROM maintenance",
        "DELETE FROM note",
        "UPDATE note SET text = 'other'",
        "DELETE FROM operator_health_log",
        "UPDATE operator_health_log SET late = true",
        "UPDATE service SET epoch = 2",
        "UPDATE service SET sweeps_epoch = 2",
        "INSERT INTO routing_head (one, epoch, version) VALUES (true, 1, 1)",
        "UPDATE receipt SET status = 200",
        "ALTER TABLE audit DISABLE TRIGGER ALL",
        "DROP TABLE audit",
        "CREATE TABLE ops.mine (a text)",
        "CREATE TABLE public.mine (a text)",
        "SET ROLE ops_migrate",
        "SELECT nextval('outbox_row_no_seq')",
        "UPDATE refinery_schema_history SET version = 2",
    ] {
        let error = app.execute(refused, &[]).await.expect_err(refused);
        assert_eq!(
            error.code().map(tokio_postgres::error::SqlState::code),
            Some("42501"),
            "{refused}: {error:?}"
        );
    }
    let (found, ours) = schema_version(&database.settings_as("ops_app", 1)).await.unwrap();
    assert_eq!(found, ours);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_read_everything_and_maintenance_forgets_only_what_is_kept_for_a_while() {
    let database = Database::create().await;
    operator(&database.store(1), "acme").await;
    let tables = database.rows().await.tables().await;
    let (read, maint) = (database.client("ops_read").await, database.client("ops_maint").await);
    for table in tables {
        assert!(read.execute(&format!("SELECT * FROM {table}"), &[]).await.is_ok(), "{table}");
        assert!(read.execute(&format!("DELETE FROM {table}"), &[]).await.is_err(), "{table}");
        let forgets = maint.execute(&format!("DELETE FROM {table} WHERE false"), &[]).await.is_ok();
        let for_a_while = ["health_session", "health_window", "operator_health_log", "outbox", "receipt"];
        assert_eq!(forgets, for_a_while.contains(&table.as_str()), "{table}");
        assert!(maint.execute(&format!("TRUNCATE {table}"), &[]).await.is_err(), "{table}");
    }
}
