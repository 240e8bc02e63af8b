//! Opening the file: settings, the function `expect`, migrations.

use std::{
    fs::{self, OpenOptions, Permissions},
    io::{self, ErrorKind},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
    sync::Arc,
};

use refinery::Runner;
use rusqlite::{Connection, OpenFlags, functions::FunctionFlags};

use super::{SqliteStore, read::Readers, writer::Writer};

mod embedded {
    refinery::embed_migrations!("migrations/sqlite");
}

/// How many readers may read at once: reads of the embedded store are short.
const READERS: usize = 4;
/// Statements that each connection keeps prepared.
const STATEMENTS: usize = 128;
/// Mode of the file: only for its owner. What SQLite makes beside it gets the same.
const MODE: u32 = 0o600;

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// SQLite refuses.
    #[error("the database file cannot be opened")]
    Database(#[from] rusqlite::Error),
    /// A migration fails.
    #[error("a migration fails")]
    Migration(#[from] Box<refinery::Error>),
    /// Rows refer to rows that are not there.
    #[error("after the migrations {0} rows refer to rows that are not there")]
    Dangling(i64),
    /// The file's rights cannot be set.
    #[error("the database file cannot be made private")]
    Private(#[from] io::Error),
}

impl SqliteStore {
    /// Opens or makes the file and brings its schema to this binary's version.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        private(path)?;
        let mut writer = connect(path, OpenFlags::default())?;
        // FULL: an acknowledged commit survives power loss; with grouped commits it costs little
        writer.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")?;
        migrate(&mut writer, &embedded::migrations::runner().set_abort_missing(false))?;
        let readers = (0..READERS)
            .map(|_| connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX))
            .collect::<Result<Vec<_>, _>>()?;
        let epoch = writer.query_row("SELECT epoch FROM service", [], |row| row.get::<_, i64>(0))?;
        Ok(Self {
            writer: Writer::start(writer),
            readers: Arc::new(Readers::new(readers)),
            epoch: Arc::new(epoch.into()),
        })
    }
}

/// A file whose schema is at an earlier version, as an earlier binary left it: for tests of the way from there.
///
/// # Errors
/// [`OpenError`].
#[cfg(feature = "testing")]
pub fn migrate_through(path: &Path, version: i32) -> Result<(), OpenError> {
    private(path)?;
    let mut writer = connect(path, OpenFlags::default())?;
    migrate(&mut writer, &embedded::migrations::runner().set_target(refinery::Target::Version(version)))
}

/// Runs migrations. Some make a table anew, which others refer to: foreign keys are looked at when all is done.
fn migrate(writer: &mut Connection, runner: &Runner) -> Result<(), OpenError> {
    writer.execute_batch("PRAGMA foreign_keys = OFF")?;
    runner.run(writer).map_err(Box::new)?;
    let dangling = writer.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0))?;
    if dangling > 0 {
        return Err(OpenError::Dangling(dangling));
    }
    writer.execute_batch("PRAGMA foreign_keys = ON")?;
    Ok(())
}

/// Makes the file if need be, for its owner only, before anything is in it. One that is there is not opened: closing it
/// again would drop the locks that another connection of this process holds on it.
pub(crate) fn private(path: &Path) -> io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).mode(MODE).open(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            fs::set_permissions(path, Permissions::from_mode(MODE))
        }
        made => made.map(drop),
    }
}

/// The schema's version, for those who look into the file.
///
/// # Errors
/// [`OpenError`].
pub fn schema_version(path: &Path) -> Result<i64, OpenError> {
    let sql = "SELECT coalesce(max(version), 0) FROM refinery_schema_history";
    Ok(connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?.query_row(sql, [], |row| row.get(0))?)
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, rusqlite::Error> {
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.create_scalar_function("expect", 3, FunctionFlags::SQLITE_UTF8, |call| {
        if call.get::<Option<bool>>(1)? == Some(true) {
            return Ok(true);
        }
        Err(rusqlite::Error::UserFunctionError(Box::new(Failed(call.get(0)?))))
    })?;
    Ok(connection)
}

/// How SQLite tells a failed expectation: its message begins like this.
pub(super) const FAILED: &str = "expectation failed: ";

#[derive(Debug, thiserror::Error)]
#[error("{FAILED}{0}")]
struct Failed(String);
