//! The outbox in SQL: events are written with their change and numbered afterwards.

use jiff::Timestamp;
use ops_core::{
    Change, Mark,
    event::{Event, Stored},
    id::{EventId, OperatorId},
    limits,
};

use uuid::Uuid;

use super::{Corrupt, NotStorable, Row, Statement, args, json, newest_first};

const COLUMNS: &str =
    "id, operator_id, epoch, sequence, position_epoch, position, type, at, traceparent, data";

pub(crate) const INSERT: &str = "INSERT INTO outbox (id, operator_id, epoch, sequence, type, at, traceparent, data) VALUES ($1, $2, \
         (SELECT event_epoch FROM operator WHERE id = $2), (SELECT event_sequence FROM operator WHERE id = $2), \
         $3, $4, $5, $6)";

/// An event under the sequence that its operator has just drawn.
pub(crate) fn insert(event: &Event, change: &Change) -> Result<Statement, NotStorable> {
    let Event { id, operator_id, kind, data } = event;
    let data = json(data)?;
    if data.len() > limits::EVENT_OCTETS_MAX {
        return Err(NotStorable(format!("an event may have {} octets", limits::EVENT_OCTETS_MAX)));
    }
    Ok(Statement::new(
        INSERT,
        args![id.uuid(), operator_id.uuid(), kind.to_string(), change.at, change.traceparent.clone(), data],
    ))
}

/// Numbered events after a position.
pub(crate) fn after(mark: Mark, limit: i64) -> Statement {
    let sql = format!(
        "SELECT {COLUMNS} FROM outbox WHERE (position_epoch, position) > ($1, $2) \
         ORDER BY position_epoch, position LIMIT $3"
    );
    Statement::new(sql, args![mark.epoch, mark.n, limit])
}

/// The events of an operator before an id, the newest first; also those that have no number yet.
pub(crate) fn of_operator(operator: OperatorId, before: Option<Uuid>, limit: i64) -> Statement {
    let columns = COLUMNS.replace(
        "position_epoch, position",
        "coalesce(position_epoch, 0) AS position_epoch, coalesce(position, 0) AS position",
    );
    newest_first(&columns, "outbox", operator, before, limit)
}

pub(crate) fn read(row: &Row) -> Result<Stored, Corrupt> {
    Ok(Stored {
        id: row.uuid(0)?,
        operator_id: row.uuid(1)?,
        sequence: Mark::new(row.int(2)?, row.int(3)?),
        position: Mark::new(row.int(4)?, row.int(5)?),
        kind: row.word(6)?,
        at: row.time(7)?,
        traceparent: row.opt_text(8)?,
        data: row.json(9)?,
    })
}

/// Whether any committed event has no number yet.
pub(crate) fn unnumbered() -> Statement {
    Statement::new("SELECT EXISTS (SELECT 1 FROM outbox WHERE position IS NULL)", [])
}

/// Numbers committed rows, in the order they were written. The head's lock makes a second sequencer wait, and each
/// statement after it sees what the first one committed. An operator's events are in order, since each was written
/// after the one before it was committed.
pub(crate) fn number(batch: i64) -> [Statement; 3] {
    [
        Statement::new(
            "UPDATE outbox_head SET position = CASE WHEN epoch < (SELECT epoch FROM service) THEN 0 ELSE position END, \
             epoch = (SELECT epoch FROM service)",
            [],
        ),
        Statement::new(
            "UPDATE outbox SET position_epoch = (SELECT epoch FROM outbox_head), \
             position = (SELECT position FROM outbox_head) + due.n \
             FROM (SELECT row_no, row_number() OVER (ORDER BY row_no) AS n FROM outbox WHERE position IS NULL \
             ORDER BY row_no LIMIT $1) AS due WHERE outbox.row_no = due.row_no",
            args![batch],
        ),
        Statement::new(
            "UPDATE outbox_head SET position = coalesce((SELECT max(position) FROM outbox \
             WHERE position_epoch = outbox_head.epoch), position)",
            [],
        ),
    ]
}

/// Where an event stands, when it is here and has a number.
pub(crate) fn position_of(id: EventId) -> Statement {
    Statement::new(
        "SELECT position_epoch, position FROM outbox WHERE id = $1 AND position IS NOT NULL",
        args![id.uuid()],
    )
}

/// Where the newest numbered event stands.
pub(crate) fn last_position() -> Statement {
    Statement::new(
        "SELECT position_epoch, position FROM outbox WHERE position IS NOT NULL \
         ORDER BY position_epoch DESC, position DESC LIMIT 1",
        [],
    )
}

pub(crate) fn read_position(row: &Row) -> Result<Mark, Corrupt> {
    Ok(Mark::new(row.int(0)?, row.int(1)?))
}

/// How many events are behind a position. Positions have no gaps, so within an epoch nobody has to count.
pub(crate) fn count_behind(mark: Mark) -> Statement {
    Statement::new(
        "SELECT (SELECT count(*) FROM outbox WHERE position IS NULL) + CASE WHEN epoch = $1 THEN position - $2 \
         ELSE (SELECT count(*) FROM outbox WHERE (position_epoch, position) > ($1, $2)) END FROM outbox_head",
        args![mark.epoch, mark.n],
    )
}

/// When the oldest event behind a position was decided.
pub(crate) fn oldest_behind(mark: Mark) -> Statement {
    Statement::new(
        "SELECT at FROM (SELECT at FROM outbox WHERE (position_epoch, position) > ($1, $2) \
         ORDER BY position_epoch, position LIMIT 1) AS numbered \
         UNION ALL SELECT at FROM (SELECT at FROM outbox WHERE position IS NULL ORDER BY row_no LIMIT 1) AS unnumbered",
        args![mark.epoch, mark.n],
    )
}

/// Forgets published events that were decided before `before`, and keeps how far. Only the oldest `batch` are looked at: what
/// is behind one that is too young is too young as well.
pub(crate) fn expire(before: Timestamp, published: Mark, batch: i64) -> [Statement; 2] {
    const OLD: &str = "FROM (SELECT row_no, position_epoch, position, at FROM outbox \
         WHERE (position_epoch, position) < ($1, $2) ORDER BY position_epoch, position LIMIT $3) AS oldest WHERE at < $4";
    let args = || args![published.epoch, published.n, batch, before];
    [
        Statement::new(
            format!(
                "UPDATE outbox_head SET forgotten_epoch = newest.position_epoch, forgotten = newest.position \
                 FROM (SELECT position_epoch, position {OLD} ORDER BY position_epoch DESC, position DESC LIMIT 1) AS newest \
                 WHERE (newest.position_epoch, newest.position) > (forgotten_epoch, forgotten)"
            ),
            args(),
        ),
        Statement::new(format!("DELETE FROM outbox WHERE row_no IN (SELECT row_no {OLD})"), args()),
    ]
}

/// How far events were forgotten.
pub(crate) fn forgotten() -> Statement {
    Statement::new("SELECT forgotten_epoch, forgotten FROM outbox_head", [])
}
