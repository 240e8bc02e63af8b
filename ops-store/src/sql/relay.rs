//! How far the stream is, in SQL: one row, or none before the relay first stood somewhere.

use ops_core::Mark;

use super::{Corrupt, Row, Statement, args};
use crate::port::RelayMark;

pub(crate) fn mark() -> Statement {
    Statement::new("SELECT stream_created, stream_sequence, position_epoch, position FROM relay_mark", [])
}

pub(crate) fn read(row: &Row) -> Result<RelayMark, Corrupt> {
    Ok(RelayMark {
        stream_created: row.time(0)?,
        stream_sequence: row.count(1)?,
        position: Mark::new(row.int(2)?, row.int(3)?),
    })
}

pub(crate) fn keep(mark: RelayMark) -> Statement {
    let RelayMark { stream_created, stream_sequence, position } = mark;
    let sequence = i64::try_from(stream_sequence).unwrap_or(i64::MAX);
    Statement::new(
        "INSERT INTO relay_mark (one, stream_created, stream_sequence, position_epoch, position) VALUES (true, $1, $2, $3, $4) \
         ON CONFLICT (one) DO UPDATE SET stream_created = $1, stream_sequence = $2, position_epoch = $3, position = $4",
        args![stream_created, sequence, position.epoch, position.n],
    )
}
