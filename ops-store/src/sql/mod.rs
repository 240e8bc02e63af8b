//! SQL once for both dialects: each noun turns its writes, expectations and reads into [`Statement`]s, and reads
//! [`Row`]s back. Written with `$n` and unqualified names; nothing here talks to a server.

use std::borrow::Cow;

use jiff::Timestamp;
use uuid::Uuid;

#[cfg(any(test, feature = "testing"))]
pub(crate) mod check;
pub(crate) mod plan;
pub(crate) mod refusal;
pub(crate) mod service;
pub(crate) mod operator;
pub(crate) mod operator_index;
pub(crate) mod maintenance;
pub(crate) mod note;
pub(crate) mod connection;
pub(crate) mod account;
pub(crate) mod credential;
pub(crate) mod routing;
pub(crate) mod sample;
pub(crate) mod health_window;
pub(crate) mod health_session;
pub(crate) mod health;
pub(crate) mod outbox;
pub(crate) mod relay;
pub(crate) mod audit;
pub(crate) mod audit_seal;
pub(crate) mod receipt;

/// One statement and its arguments.
#[derive(Debug, Clone)]
pub(crate) struct Statement {
    pub(crate) sql: Cow<'static, str>,
    pub(crate) args: Vec<Value>,
}

impl Statement {
    pub(crate) fn new(sql: impl Into<Cow<'static, str>>, args: impl Into<Vec<Value>>) -> Self {
        Self { sql: sql.into(), args: args.into() }
    }
}

/// A value on its way in or out. A NULL is `None` of any kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// UUID, or BLOB of 16 octets.
    Uuid(Option<Uuid>),
    /// Text.
    Text(Option<String>),
    /// A whole number.
    Int(Option<i64>),
    /// A truth value, or INTEGER 0 and 1.
    Bool(bool),
    /// timestamptz, or INTEGER µs since 1970.
    Time(Option<Timestamp>),
    /// Octets.
    Bytes(Vec<u8>),
}

macro_rules! value_from {
    ($($from:ty => |$v:ident| $value:expr),+ $(,)?) => {
        $(impl From<$from> for Value {
            fn from($v: $from) -> Self {
                $value
            }
        })+
    };
}
value_from! {
    Uuid => |v| Self::Uuid(Some(v)),
    Option<Uuid> => |v| Self::Uuid(v),
    &str => |v| Self::Text(Some(v.to_owned())),
    String => |v| Self::Text(Some(v)),
    Option<String> => |v| Self::Text(v),
    Option<&str> => |v| Self::Text(v.map(str::to_owned)),
    i64 => |v| Self::Int(Some(v)),
    Option<i64> => |v| Self::Int(v),
    bool => |v| Self::Bool(v),
    Timestamp => |v| Self::Time(Some(v)),
    Option<Timestamp> => |v| Self::Time(v),
    Vec<u8> => |v| Self::Bytes(v),
}

/// Builds the argument list of a statement.
macro_rules! args {
    ($($arg:expr),* $(,)?) => { vec![$($crate::sql::Value::from($arg)),*] };
}
pub(crate) use args;

/// A row as it came from either database; columns are read by place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row(pub(crate) Vec<Value>);

/// A stored value that the domain refuses or the dialect cannot mean: the row was written by something else.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("column {column} of a stored row cannot be read: {why}")]
pub struct Corrupt {
    /// Its place in the query.
    pub column: usize,
    /// What was expected.
    pub why: String,
}

impl Row {
    pub(crate) fn uuid<T: From<Uuid>>(&self, column: usize) -> Result<T, Corrupt> {
        self.opt_uuid(column)?.ok_or_else(|| corrupt(column, "a UUID"))
    }

    pub(crate) fn opt_uuid<T: From<Uuid>>(&self, column: usize) -> Result<Option<T>, Corrupt> {
        match self.0.get(column) {
            Some(Value::Uuid(id)) => Ok(id.map(T::from)),
            Some(Value::Bytes(bytes)) => {
                Uuid::from_slice(bytes).map(|id| Some(T::from(id))).map_err(|_| corrupt(column, "a UUID"))
            }
            Some(other) if other.is_null() => Ok(None),
            _ => Err(corrupt(column, "a UUID")),
        }
    }

    pub(crate) fn text(&self, column: usize) -> Result<String, Corrupt> {
        self.opt_text(column)?.ok_or_else(|| corrupt(column, "text"))
    }

    pub(crate) fn opt_text(&self, column: usize) -> Result<Option<String>, Corrupt> {
        match self.0.get(column) {
            Some(Value::Text(text)) => Ok(text.clone()),
            Some(other) if other.is_null() => Ok(None),
            _ => Err(corrupt(column, "text")),
        }
    }

    pub(crate) fn int(&self, column: usize) -> Result<i64, Corrupt> {
        self.opt_int(column)?.ok_or_else(|| corrupt(column, "a whole number"))
    }

    pub(crate) fn opt_int(&self, column: usize) -> Result<Option<i64>, Corrupt> {
        match self.0.get(column) {
            Some(Value::Int(n)) => Ok(*n),
            Some(other) if other.is_null() => Ok(None),
            _ => Err(corrupt(column, "a whole number")),
        }
    }

    pub(crate) fn count(&self, column: usize) -> Result<u64, Corrupt> {
        u64::try_from(self.int(column)?).map_err(|_| corrupt(column, "a count"))
    }

    pub(crate) fn bool(&self, column: usize) -> Result<bool, Corrupt> {
        match self.0.get(column) {
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(Value::Int(Some(n))) => Ok(*n != 0),
            _ => Err(corrupt(column, "a truth value")),
        }
    }

    pub(crate) fn time(&self, column: usize) -> Result<Timestamp, Corrupt> {
        self.opt_time(column)?.ok_or_else(|| corrupt(column, "a time"))
    }

    pub(crate) fn opt_time(&self, column: usize) -> Result<Option<Timestamp>, Corrupt> {
        match self.0.get(column) {
            Some(Value::Time(at)) => Ok(*at),
            Some(Value::Int(Some(micros))) => {
                Timestamp::from_microsecond(*micros).map(Some).map_err(|_| corrupt(column, "a time"))
            }
            Some(other) if other.is_null() => Ok(None),
            _ => Err(corrupt(column, "a time")),
        }
    }

    pub(crate) fn bytes(&self, column: usize) -> Result<&[u8], Corrupt> {
        match self.0.get(column) {
            Some(Value::Bytes(bytes)) => Ok(bytes),
            _ => Err(corrupt(column, "octets")),
        }
    }

    /// A value object made of text, parsed again by the rule that let it in.
    pub(crate) fn value<T: ops_core::Text>(&self, column: usize) -> Result<T, Corrupt> {
        T::parse(&self.text(column)?).map_err(|invalid| corrupt(column, &invalid.message))
    }

    pub(crate) fn opt_value<T: ops_core::Text>(&self, column: usize) -> Result<Option<T>, Corrupt> {
        let text = self.opt_text(column)?;
        text.map(|text| T::parse(&text).map_err(|invalid| corrupt(column, &invalid.message))).transpose()
    }

    pub(crate) fn number<T: ops_core::Number>(&self, column: usize) -> Result<T, Corrupt> {
        T::parse(self.int(column)?).map_err(|invalid| corrupt(column, &invalid.message))
    }

    pub(crate) fn word<T: ops_core::Word>(&self, column: usize) -> Result<T, Corrupt> {
        T::parse(&self.text(column)?).map_err(|invalid| corrupt(column, &invalid.message))
    }

    pub(crate) fn opt_json<T: serde::de::DeserializeOwned>(
        &self,
        column: usize,
    ) -> Result<Option<T>, Corrupt> {
        let text = self.opt_text(column)?;
        text.map(|text| serde_json::from_str(&text).map_err(|error| corrupt(column, &error.to_string())))
            .transpose()
    }

    pub(crate) fn json<T: serde::de::DeserializeOwned>(&self, column: usize) -> Result<T, Corrupt> {
        serde_json::from_str(&self.text(column)?).map_err(|error| corrupt(column, &error.to_string()))
    }
}

impl Value {
    fn is_null(&self) -> bool {
        matches!(self, Self::Uuid(None) | Self::Text(None) | Self::Int(None) | Self::Time(None))
    }
}

fn corrupt(column: usize, why: &str) -> Corrupt {
    Corrupt { column, why: why.to_owned() }
}

/// Rows of one operator before an id, the newest first: ids are minted in the order of time.
pub(crate) fn newest_first(
    columns: &str,
    table: &str,
    operator: ops_core::id::OperatorId,
    before: Option<Uuid>,
    limit: i64,
) -> Statement {
    let (condition, args) = match before {
        None => ("operator_id = $1", args![operator.uuid(), limit]),
        Some(id) => ("operator_id = $1 AND id < $3", args![operator.uuid(), limit, id]),
    };
    Statement::new(format!("SELECT {columns} FROM {table} WHERE {condition} ORDER BY id DESC LIMIT $2"), args)
}

/// A document as it is stored. A document of ours always has a JSON form.
pub(crate) fn json(document: &impl serde::Serialize) -> Result<String, NotStorable> {
    serde_json::to_string(document).map_err(|error| NotStorable(error.to_string()))
}

/// A document has no JSON form, or is larger than its column may be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a document cannot be stored: {0}")]
pub struct NotStorable(pub(crate) String);

/// The statements of the commonest changes and reads, for a connection to know from its start: then a create is one
/// flight also on a connection that nobody has used.
pub(crate) fn hot() -> Vec<String> {
    use ops_core::{id::OperatorId, operator::Expect};
    let nobody = OperatorId::from(Uuid::nil());
    let fixed = [operator::draw_sequence(nobody), routing::draw_view_version(), operator::by_id(nobody)];
    let expects = [
        operator::expect(Expect::Alive(nobody)),
        operator::expect(Expect::Version(nobody, 0)),
        service::expect_epoch(0),
    ];
    let texts = [operator::INSERT, outbox::INSERT, audit::INSERT, receipt::CLAIM, operator::PUT];
    fixed
        .into_iter()
        .chain(expects)
        .map(|statement| statement.sql.into_owned())
        .chain(texts.map(str::to_owned))
        .collect()
}
