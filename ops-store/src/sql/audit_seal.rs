//! The chain over the audit trail in SQL: links and seals are added and read, never changed.

use jiff::Timestamp;
use uuid::{Builder, Uuid};

use super::{Corrupt, Row, Statement, args};
use crate::port::{Link, Linked, Record, Seal};

/// Rows behind that of the newest link among which unlinked ones are looked for: a transaction that drew its number early
/// and committed late is among them, since none is open for long.
const BACK: i64 = 10_000;

const RECORD: &str = "audit.id, audit.at, audit.action, audit.operator_id, audit.request_id, audit.entry, audit.actor, audit.subject_id";

/// The newest link.
pub(crate) fn newest() -> Statement {
    Statement::new("SELECT n, row_no, hash FROM audit_link ORDER BY n DESC LIMIT 1", [])
}

/// The row behind which entries without a link are looked for.
pub(crate) fn horizon() -> Statement {
    Statement::new(
        "SELECT coalesce((SELECT row_no FROM audit_link ORDER BY n DESC LIMIT 1), 0) - $1",
        args![BACK],
    )
}

/// Entries that have no link yet: those behind the horizon, and those of late, whatever number somebody has given to a row
/// before them. What is both comes twice.
pub(crate) fn unlinked(horizon: i64, since: Timestamp, limit: i64) -> [Statement; 2] {
    let sql = |of: &str, order: &str| {
        format!(
            "SELECT audit.row_no, {RECORD} FROM audit WHERE {of} AND {UNLINKED} ORDER BY {order} LIMIT $2"
        )
    };
    [
        Statement::new(sql(BEHIND, "audit.row_no"), args![horizon, limit]),
        Statement::new(sql(OF_LATE, "audit.id"), args![first_id(since), limit]),
    ]
}

/// When the oldest of either was decided.
pub(crate) fn oldest_unlinked(horizon: i64, since: Timestamp) -> [Statement; 2] {
    let sql = |of: &str| format!("SELECT min(at) FROM audit WHERE {of} AND {UNLINKED}");
    [Statement::new(sql(BEHIND), args![horizon]), Statement::new(sql(OF_LATE), args![first_id(since)])]
}

const BEHIND: &str = "audit.row_no > $1";
const OF_LATE: &str = "audit.id >= $1";
const UNLINKED: &str =
    "NOT EXISTS (SELECT 1 FROM audit_link WHERE audit_link.row_no = audit.row_no AND audit_link.n >= 1)";

/// The smallest id that can be minted at a time (RFC 9562 §5.7).
fn first_id(at: Timestamp) -> Uuid {
    let millis = u64::try_from(at.as_millisecond()).unwrap_or(0);
    Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid()
}

pub(crate) fn add(link: &Link) -> Statement {
    Statement::new(
        "INSERT INTO audit_link (n, row_no, hash) VALUES ($1, $2, $3)",
        args![link.n, link.row_no, link.hash.to_vec()],
    )
}

pub(crate) fn seal(seal: &Seal) -> Statement {
    Statement::new(
        "INSERT INTO audit_seal (n, signature, at) VALUES ($1, $2, $3)",
        args![seal.n, seal.signature.clone(), seal.at],
    )
}

/// The link at a place.
pub(crate) fn link(n: i64) -> Statement {
    Statement::new("SELECT n, row_no, hash FROM audit_link WHERE n = $1", args![n])
}

/// Links from `n` on with their entries, as far as those are there; a link comes twice when somebody has given two entries
/// one number.
pub(crate) fn linked(from: i64, limit: i64) -> Statement {
    let sql = format!(
        "SELECT l.n, l.row_no, l.hash, {RECORD} FROM audit_link l LEFT JOIN audit ON audit.row_no = l.row_no \
         WHERE l.n >= $1 ORDER BY l.n LIMIT $2"
    );
    Statement::new(sql, args![from, limit])
}

/// Entries between two rows, both included, that have no link.
pub(crate) fn strays(from: i64, through: i64) -> Statement {
    Statement::new(
        "SELECT row_no, id FROM audit WHERE row_no BETWEEN $1 AND $2 \
         AND NOT EXISTS (SELECT 1 FROM audit_link WHERE audit_link.row_no = audit.row_no AND audit_link.n >= 1) \
         ORDER BY row_no LIMIT 100",
        args![from, through],
    )
}

/// The seals over the links from one to another, with the one that the last of them lies under.
pub(crate) fn seals(from: i64, through: i64) -> Statement {
    Statement::new(
        "SELECT n, signature, at FROM audit_seal WHERE n >= $1 \
         AND n <= coalesce((SELECT min(n) FROM audit_seal WHERE n >= $2), $2) ORDER BY n",
        args![from, through],
    )
}

/// The newest seal.
pub(crate) fn newest_seal() -> Statement {
    Statement::new("SELECT n, signature, at FROM audit_seal ORDER BY n DESC LIMIT 1", [])
}

pub(crate) fn read_link(row: &Row) -> Result<Link, Corrupt> {
    let hash = row.bytes(2)?;
    let hash = hash.try_into().map_err(|_| Corrupt { column: 2, why: "not 32 octets".into() })?;
    Ok(Link { n: row.int(0)?, row_no: row.int(1)?, hash })
}

pub(crate) fn read_unlinked(row: &Row) -> Result<(i64, Record), Corrupt> {
    Ok((row.int(0)?, record(row, 1)?))
}

pub(crate) fn read_linked(row: &Row) -> Result<Linked, Corrupt> {
    let is_there = row.opt_uuid::<Uuid>(3)?.is_some();
    Ok(Linked { link: read_link(row)?, record: is_there.then(|| record(row, 3)).transpose()? })
}

pub(crate) fn read_seal(row: &Row) -> Result<Seal, Corrupt> {
    Ok(Seal { n: row.int(0)?, signature: row.bytes(1)?.to_vec(), at: row.time(2)? })
}

fn record(row: &Row, from: usize) -> Result<Record, Corrupt> {
    Ok(Record {
        id: row.uuid(from)?,
        at: row.time(from + 1)?,
        action: row.text(from + 2)?,
        operator_id: row.opt_uuid(from + 3)?,
        request_id: row.text(from + 4)?,
        entry: row.text(from + 5)?,
        actor: row.text(from + 6)?,
        subject_id: row.opt_uuid(from + 7)?,
    })
}
