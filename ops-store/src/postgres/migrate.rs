//! Migrations on PostgreSQL: under an advisory lock, each file in a transaction, as a job before a rollout.

use refinery::Target;
use tokio_postgres::Client;

use super::{ConnectError, Settings, session, session::Way};

mod embedded {
    refinery::embed_migrations!("migrations/postgres");
}

/// `migrations/postgres/roles.sql`: the roles of a cluster, once, as a superuser.
const ROLES: &str = include_str!("../../migrations/postgres/roles.sql");
/// One number that every migrator locks: refinery takes no lock of its own.
const LOCK: i64 = 0x6f70_735f_6d69_6772;

/// The first version that knows which server its rows come from.
const MEETS_SERVERS: i64 = 2;

/// Why the schema is not there.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The address cannot be used.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The database refuses or does not answer.
    #[error("the database refuses or does not answer")]
    Database(#[from] tokio_postgres::Error),
    /// A migration fails.
    #[error("a migration fails")]
    Migration(#[from] Box<refinery::Error>),
    /// The cluster has no roles yet.
    #[error(
        "the role {0} is missing: run migrations/postgres/roles.sql once as a superuser, connected to this database \
         (psql -f migrations/postgres/roles.sql)"
    )]
    RoleMissing(String),
}

/// What a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migrated {
    /// Migrations applied now.
    pub applied: usize,
    /// The schema's version now.
    pub version: i64,
}

/// Brings the schema to this binary's version. A newer schema is left alone.
///
/// # Errors
/// [`MigrateError`].
pub async fn migrate(settings: &Settings) -> Result<Migrated, MigrateError> {
    run(settings, Target::Latest).await
}

/// Brings the schema to an earlier version, as an earlier binary did: for tests of the way from there.
///
/// # Errors
/// [`MigrateError`].
#[cfg(feature = "testing")]
pub async fn migrate_through(settings: &Settings, version: i32) -> Result<Migrated, MigrateError> {
    run(settings, Target::Version(version)).await
}

async fn run(settings: &Settings, target: Target) -> Result<Migrated, MigrateError> {
    let mut client = connect(settings).await?;
    client.batch_execute("SET statement_timeout = 0; SET lock_timeout = '60s'").await?;
    client.execute("SELECT pg_advisory_lock($1)", &[&LOCK]).await?;
    // the lock is the session's, and ends with it
    roles_exist(&client).await?;
    // IF NOT EXISTS would ask for the right to make schemas, which a copied database has not given to this role
    if client.query("SELECT 1 FROM pg_namespace WHERE nspname = 'ops'", &[]).await?.is_empty() {
        client.batch_execute("CREATE SCHEMA ops").await?;
    }
    let mut runner = embedded::migrations::runner().set_abort_missing(false);
    runner = runner.set_grouped(false).set_target(target);
    let report = runner.run_async(&mut client).await.map_err(Box::new)?;
    // the service looks at the version when it starts; this table is the runner's, so no migration can grant it
    client.batch_execute("GRANT SELECT ON ops.refinery_schema_history TO ops_app").await?;
    let version = version(&client).await?;
    if version >= MEETS_SERVERS {
        // takes note of this server, or finds that the rows came from another one
        client.batch_execute("SELECT ops.meet_server()").await?;
    }
    Ok(Migrated { applied: report.applied_migrations().len(), version })
}

/// Makes the roles of the cluster; as a superuser.
///
/// # Errors
/// [`MigrateError`].
pub async fn apply_roles(settings: &Settings) -> Result<(), MigrateError> {
    Ok(connect(settings).await?.batch_execute(ROLES).await?)
}

/// The schema's version, and the one this binary brings; 0 when there is none yet.
///
/// # Errors
/// [`MigrateError`].
pub async fn schema_version(settings: &Settings) -> Result<(i64, i64), MigrateError> {
    let client = connect(settings).await?;
    let ours = embedded::migrations::runner()
        .get_migrations()
        .iter()
        .map(|m| i64::from(m.version()))
        .max()
        .unwrap_or(0);
    let exists =
        client.query_one("SELECT to_regclass('ops.refinery_schema_history') IS NOT NULL", &[]).await?;
    let found = if exists.try_get(0)? { version(&client).await? } else { 0 };
    Ok((found, ours))
}

/// Tells schemas apart: two binaries with the same number make the same schema, roles and grants.
#[cfg(feature = "testing")]
pub(crate) fn fingerprint() -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    ROLES.hash(&mut hasher);
    include_str!("migrate.rs").hash(&mut hasher);
    for migration in embedded::migrations::runner().get_migrations() {
        migration.checksum().hash(&mut hasher);
    }
    hasher.finish()
}

async fn version(client: &Client) -> Result<i64, tokio_postgres::Error> {
    let sql = "SELECT coalesce(max(version), 0)::bigint FROM ops.refinery_schema_history";
    client.query_one(sql, &[]).await?.try_get(0)
}

async fn roles_exist(client: &Client) -> Result<(), MigrateError> {
    for role in ["ops_migrate", "ops_app", "ops_maint", "ops_read"] {
        if client.query("SELECT 1 FROM pg_roles WHERE rolname = $1", &[&role]).await?.is_empty() {
            return Err(MigrateError::RoleMissing(role.to_owned()));
        }
    }
    Ok(())
}

async fn connect(settings: &Settings) -> Result<Client, MigrateError> {
    let (client, connection) = Way::to(settings)?.connect().await?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "the migration's connection ended");
        }
    });
    session::limit(&client, "").await?;
    Ok(client)
}
