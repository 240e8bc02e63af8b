//! Values between our SQL and PostgreSQL's binary form.

use tokio_postgres::types::{IsNull, ToSql, Type, private::BytesMut, to_sql_checked};

use crate::sql::{Corrupt, Row, Value};

impl ToSql for Value {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Uuid(v) => v.to_sql_checked(ty, out),
            Self::Text(v) => v.to_sql_checked(ty, out),
            Self::Int(v) => v.to_sql_checked(ty, out),
            Self::Bool(v) => v.to_sql_checked(ty, out),
            Self::Time(v) => v.to_sql_checked(ty, out),
            Self::Bytes(v) => v.to_sql_checked(ty, out),
        }
    }

    /// The inner value checks; only it knows.
    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A row of PostgreSQL as ours.
pub(crate) fn row(row: &tokio_postgres::Row) -> Result<Row, Corrupt> {
    let read_one = |(column, of): (usize, &tokio_postgres::Column)| {
        let value = match *of.type_() {
            Type::UUID => row.try_get(column).map(Value::Uuid),
            Type::TEXT => row.try_get(column).map(Value::Text),
            Type::INT8 => row.try_get(column).map(Value::Int),
            Type::BOOL => row.try_get(column).map(Value::Bool),
            Type::TIMESTAMPTZ => row.try_get(column).map(Value::Time),
            Type::BYTEA => row.try_get(column).map(Value::Bytes),
            ref other => return Err(Corrupt { column, why: format!("the type {other} is not one of ours") }),
        };
        value.map_err(|error| Corrupt { column, why: error.to_string() })
    };
    row.columns().iter().enumerate().map(read_one).collect::<Result<_, _>>().map(Row)
}
