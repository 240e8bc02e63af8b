//! Idempotency receipts in SQL: the answer of a committed change, kept with it.

use jiff::Timestamp;

use super::{Corrupt, Row, Statement, args};
use crate::port::{Receipt, ReceiptScope, Reply, StoredReceipt};

pub(crate) const CLAIM: &str = "INSERT INTO receipt (issuer, subject, route, key, digest, status, etag, location, body, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

/// Claims the key. A twin waits here until this transaction ends, and then violates `idempotency_key_taken`.
pub(crate) fn claim(receipt: &Receipt) -> Statement {
    let Receipt { scope: ReceiptScope { issuer, subject, route, key }, digest, reply, at } = receipt;
    let Reply { status, etag, location, body } = reply;
    Statement::new(
        CLAIM,
        args![
            issuer.clone(),
            subject.clone(),
            route.clone(),
            key.clone(),
            digest.to_vec(),
            i64::from(*status),
            etag.clone(),
            location.clone(),
            body.clone(),
            *at,
        ],
    )
}

pub(crate) fn by_scope(scope: &ReceiptScope) -> Statement {
    let ReceiptScope { issuer, subject, route, key } = scope;
    Statement::new(
        "SELECT digest, status, etag, location, body FROM receipt \
         WHERE issuer = $1 AND subject = $2 AND route = $3 AND key = $4",
        args![issuer.clone(), subject.clone(), route.clone(), key.clone()],
    )
}

pub(crate) fn read(row: &Row) -> Result<StoredReceipt, Corrupt> {
    let status = u16::try_from(row.int(1)?).map_err(|_| Corrupt { column: 1, why: "a status".into() })?;
    Ok(StoredReceipt {
        digest: row.bytes(0)?.to_vec(),
        reply: Reply { status, etag: row.opt_text(2)?, location: row.opt_text(3)?, body: row.opt_text(4)? },
    })
}

/// Forgets receipts older than `before`, a batch at a time.
pub(crate) fn expire(before: Timestamp, batch: i64) -> Statement {
    Statement::new(
        "DELETE FROM receipt WHERE (issuer, subject, route, key) IN \
         (SELECT issuer, subject, route, key FROM receipt WHERE created_at < $1 ORDER BY created_at LIMIT $2)",
        args![before, batch],
    )
}
