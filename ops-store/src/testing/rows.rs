//! A look into the rows of a store, past its ports: tests act through the public door and look inside only to check.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use rusqlite::{Connection, OpenFlags};

use crate::sql::{Statement, Value};

/// A look into the rows of either store, on a connection of its own. A clone looks through the same connection.
#[derive(Clone)]
pub struct Rows(Look);

#[derive(Clone)]
enum Look {
    Postgres(Arc<tokio_postgres::Client>),
    Sqlite(Arc<Mutex<Connection>>, PathBuf),
}

impl Rows {
    pub(super) fn of_postgres(client: tokio_postgres::Client) -> Self {
        Self(Look::Postgres(Arc::new(client)))
    }

    /// A look into a file of SQLite, which another process may have open.
    ///
    /// # Panics
    /// When the file cannot be read.
    #[must_use]
    pub fn of_sqlite(path: &Path) -> Self {
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        Self(Look::Sqlite(Arc::new(Mutex::new(connection)), path.to_owned()))
    }

    /// Whether these are rows of PostgreSQL, for the few questions that each database answers in its own tables.
    #[must_use]
    pub const fn are_of_postgres(&self) -> bool {
        matches!(self.0, Look::Postgres(_))
    }

    /// The rows of a query with `$n` for its arguments. SQLite answers times and truth values as numbers, and UUIDs as
    /// octets; a NULL is a text without a value.
    ///
    /// # Panics
    /// When the database refuses: the test is wrong.
    pub async fn query(&self, sql: &str, args: impl IntoIterator<Item = Value>) -> Vec<Vec<Value>> {
        let args: Vec<Value> = args.into_iter().collect();
        match &self.0 {
            Look::Postgres(client) => {
                let args = args.iter().map(|arg| arg as &(dyn tokio_postgres::types::ToSql + Sync));
                let rows = client.query(sql, &args.collect::<Vec<_>>()).await;
                let rows = rows.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
                rows.iter().map(|row| crate::postgres::value::row(row).unwrap().0).collect()
            }
            Look::Sqlite(connection, _) => {
                let rows = crate::sqlite::value::query(
                    &connection.lock().unwrap(),
                    &Statement::new(sql.to_owned(), args),
                );
                let rows = rows.unwrap_or_else(|error| panic!("{sql}: {error}"));
                rows.into_iter().map(|row| row.0).collect()
            }
        }
    }

    /// The one number that a query answers.
    ///
    /// # Panics
    /// When it answers something else.
    pub async fn number(&self, sql: &str, args: impl IntoIterator<Item = Value>) -> i64 {
        let rows = self.query(sql, args).await;
        match rows.first().map(Vec::as_slice) {
            Some([Value::Int(Some(number))]) => *number,
            other => panic!("{sql} answers {other:?} and no number"),
        }
    }

    /// The texts of a query's first column.
    ///
    /// # Panics
    /// When it holds something else.
    pub async fn texts(&self, sql: &str, args: impl IntoIterator<Item = Value>) -> Vec<String> {
        let text = |row: Vec<Value>| match row.into_iter().next() {
            Some(Value::Text(Some(text))) => text,
            other => panic!("{sql} answers {other:?} and no text"),
        };
        self.query(sql, args).await.into_iter().map(text).collect()
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &str) -> i64 {
        self.number(&format!("SELECT count(*) FROM {table}"), []).await
    }

    /// Every table, by name.
    pub async fn tables(&self) -> Vec<String> {
        let sql = match &self.0 {
            Look::Postgres(_) => {
                "SELECT relname::text FROM pg_class WHERE relnamespace = 'ops'::regnamespace \
                 AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1"
            }
            Look::Sqlite(..) => {
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1"
            }
        };
        self.texts(sql, []).await
    }

    /// The columns of a table, in their order.
    pub async fn columns(&self, table: &str) -> Vec<String> {
        let sql = match &self.0 {
            Look::Postgres(_) => {
                "SELECT attname::text FROM pg_attribute WHERE attrelid = ('ops.' || $1)::regclass AND attnum > 0 \
                 AND NOT attisdropped ORDER BY attnum"
            }
            Look::Sqlite(..) => "SELECT name FROM pragma_table_info($1) ORDER BY cid",
        };
        self.texts(sql, [table.into()]).await
    }

    /// Every row of every table, as text and in a fixed order: what must be the same when nothing was kept.
    pub async fn everything(&self) -> BTreeMap<String, Vec<String>> {
        let mut everything = BTreeMap::new();
        for table in self.tables().await.into_iter().filter(|table| table != "refinery_schema_history") {
            let columns = self.columns(&table).await.join(", ");
            let rows = self.query(&format!("SELECT {columns} FROM {table}"), []).await;
            let mut rows: Vec<String> = rows.iter().map(|row| format!("{row:?}")).collect();
            rows.sort();
            everything.insert(table, rows);
        }
        everything
    }

    /// Changes rows past the service, as time does: so that a test need not wait for days.
    ///
    /// # Panics
    /// When the database refuses.
    pub async fn change(&self, sql: &str) {
        match &self.0 {
            Look::Postgres(client) => client.batch_execute(sql).await.unwrap(),
            Look::Sqlite(_, path) => Connection::open(path).unwrap().execute_batch(sql).unwrap(),
        }
    }

    /// Raises the epoch, as a restore does.
    ///
    /// # Panics
    /// When the database refuses.
    pub async fn raise_epoch(&self, to: i64) {
        match &self.0 {
            Look::Postgres(client) => {
                client.execute("UPDATE service SET epoch = $1", &[&to]).await.unwrap();
            }
            Look::Sqlite(_, path) => {
                Connection::open(path).unwrap().execute("UPDATE service SET epoch = ?1", [to]).unwrap();
            }
        }
    }
}
