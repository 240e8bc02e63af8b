//! Values between our SQL and SQLite's five kinds: UUID = BLOB, time = INTEGER µs, truth = INTEGER.

use rusqlite::{
    ToSql,
    types::{ToSqlOutput, Value as Stored, ValueRef},
};

use crate::sql::{Row, Statement, Value};

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Uuid(Some(id)) => ToSqlOutput::Owned(Stored::Blob(id.as_bytes().to_vec())),
            Self::Text(Some(text)) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Int(Some(n)) => ToSqlOutput::Owned(Stored::Integer(*n)),
            Self::Bool(flag) => ToSqlOutput::Owned(Stored::Integer(i64::from(*flag))),
            Self::Time(Some(at)) => ToSqlOutput::Owned(Stored::Integer(at.as_microsecond())),
            Self::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Self::Uuid(None) | Self::Text(None) | Self::Int(None) | Self::Time(None) => {
                ToSqlOutput::Owned(Stored::Null)
            }
        })
    }
}

/// Runs a statement to its end and answers its rows.
pub(crate) fn query(connection: &rusqlite::Connection, statement: &Statement) -> rusqlite::Result<Vec<Row>> {
    let mut prepared = connection.prepare_cached(&dialect(&statement.sql))?;
    let columns = prepared.column_count();
    let rows = prepared.query_map(rusqlite::params_from_iter(&statement.args), |row| {
        (0..columns).map(|column| Ok(value(row.get_ref(column)?))).collect::<rusqlite::Result<_>>().map(Row)
    })?;
    rows.collect()
}

/// Runs a statement to its end and answers how many rows it changed.
pub(super) fn execute(connection: &rusqlite::Connection, statement: &Statement) -> rusqlite::Result<u64> {
    query(connection, statement)?;
    Ok(if statement.sql.starts_with("SELECT") { 0 } else { connection.changes() })
}

/// SQLite numbers `$2, $1` by appearance; `?2, ?1` it takes by number. No text of ours holds a `$` otherwise.
fn dialect(sql: &str) -> String {
    sql.replace('$', "?")
}

fn value(stored: ValueRef<'_>) -> Value {
    match stored {
        ValueRef::Null => Value::Text(None),
        ValueRef::Integer(n) => Value::Int(Some(n)),
        // no column is REAL: tables are STRICT
        ValueRef::Real(_) => Value::Text(None),
        ValueRef::Text(text) => Value::Text(Some(String::from_utf8_lossy(text).into_owned())),
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
    }
}
