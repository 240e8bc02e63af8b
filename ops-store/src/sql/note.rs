//! Notes in SQL: written once, read in the timeline.

use ops_core::{
    id::OperatorId,
    note::{Note, Write},
};
use uuid::Uuid;

use super::{Corrupt, Row, Statement, args, newest_first};

const COLUMNS: &str = "id, operator_id, text, reference, created_at, created_by";

/// Those about an operator before an id, the newest first.
pub(crate) fn page(operator: OperatorId, before: Option<Uuid>, limit: i64) -> Statement {
    newest_first(COLUMNS, "note", operator, before, limit)
}

pub(crate) fn read(row: &Row) -> Result<Note, Corrupt> {
    Ok(Note {
        id: row.uuid(0)?,
        operator_id: row.uuid(1)?,
        text: row.value(2)?,
        reference: row.opt_value(3)?,
        created_at: row.time(4)?,
        created_by: row.text(5)?,
    })
}

pub(crate) fn write(write: &Write) -> Statement {
    let Write::Insert(Note { id, operator_id, text, reference, created_at, created_by }) = write;
    Statement::new(
        format!("INSERT INTO note ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6)"),
        args![
            id.uuid(),
            operator_id.uuid(),
            text.to_string(),
            reference.as_ref().map(ToString::to_string),
            *created_at,
            created_by.clone(),
        ],
    )
}
