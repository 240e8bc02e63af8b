//! The chain over the audit trail: each entry gets a link in the order it was written, and now and then a link is sealed.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use super::{Engine, EngineExt, ReadError};
use crate::sql::{self, Corrupt};

/// A row of the audit trail, with every column: each of them can be tampered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its id.
    pub id: Uuid,
    /// When it was decided.
    pub at: Timestamp,
    /// What was done.
    pub action: String,
    /// The operator it is listed under.
    pub operator_id: Option<Uuid>,
    /// The request.
    pub request_id: String,
    /// The document, as it is stored.
    pub entry: String,
    /// Who it is looked up by.
    pub actor: String,
    /// What it is looked up by.
    pub subject_id: Option<Uuid>,
}

/// A link of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// Its place, from 1.
    pub n: i64,
    /// The row of the trail.
    pub row_no: i64,
    /// Over the row and the link before.
    pub hash: [u8; 32],
}

/// A link with its row, unless somebody removed that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    /// The link.
    pub link: Link,
    /// The row.
    pub record: Option<Record>,
}

/// A signature over a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// The link.
    pub n: i64,
    /// Over its place, its hash and its time.
    pub signature: Vec<u8>,
    /// When it was made.
    pub at: Timestamp,
}

/// Where the chain ends, and one place of it, all of one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChainEnd {
    /// The newest link.
    pub newest: Option<Link>,
    /// The newest seal.
    pub seal: Option<Seal>,
    /// The link at the place that was asked for.
    pub asked: Option<Link>,
}

/// Keeps the chain.
#[async_trait]
pub trait AuditSeals: Send + Sync {
    /// The end of the chain, and the link at `place`.
    async fn chain_end(&self, place: i64) -> Result<ChainEnd, ReadError>;
    /// Rows without a link, in the order they were written, each with its number: those about as new as the newest link or
    /// newer, and those that were decided `since`.
    async fn unlinked(&self, since: Timestamp, limit: usize) -> Result<Vec<(i64, Record)>, ReadError>;
    /// When the oldest of them was decided.
    async fn oldest_unlinked(&self, since: Timestamp) -> Result<Option<Timestamp>, ReadError>;
    /// Adds links and the seal of the last of them, all or nothing.
    async fn seal(&self, links: &[Link], seal: &Seal) -> Result<(), ReadError>;
    /// Links from a place on.
    async fn linked(&self, from: i64, limit: usize) -> Result<Vec<Linked>, ReadError>;
    /// Entries without a link that are older than any that still waits for one, from a row to another, both included; the first
    /// 100.
    async fn strays(&self, from_row: i64, through_row: i64) -> Result<Vec<Uuid>, ReadError>;
    /// The seals over the links from one place to another, both included: the last of them may lie behind.
    async fn seals(&self, from: i64, through: i64) -> Result<Vec<Seal>, ReadError>;
}

#[async_trait]
impl<T: Engine> AuditSeals for T {
    async fn chain_end(&self, place: i64) -> Result<ChainEnd, ReadError> {
        let statements =
            [sql::audit_seal::newest(), sql::audit_seal::newest_seal(), sql::audit_seal::link(place)];
        let [newest, seal, asked] = self.read_all(statements).await?;
        Ok(ChainEnd {
            newest: newest.first().map(sql::audit_seal::read_link).transpose()?,
            seal: seal.first().map(sql::audit_seal::read_seal).transpose()?,
            asked: asked.first().map(sql::audit_seal::read_link).transpose()?,
        })
    }

    async fn unlinked(&self, since: Timestamp, limit: usize) -> Result<Vec<(i64, Record)>, ReadError> {
        let horizon = horizon(self).await?;
        let found = self.read_all(sql::audit_seal::unlinked(horizon, since, count(limit))).await?;
        let rows = found.iter().flatten().map(sql::audit_seal::read_unlinked);
        let rows: BTreeMap<i64, Record> = rows.collect::<Result<_, Corrupt>>()?;
        Ok(rows.into_iter().take(limit).collect())
    }

    async fn oldest_unlinked(&self, since: Timestamp) -> Result<Option<Timestamp>, ReadError> {
        let horizon = horizon(self).await?;
        let found = self.read_all(sql::audit_seal::oldest_unlinked(horizon, since)).await?;
        let times = found.iter().flatten().map(|row| row.opt_time(0));
        Ok(times.collect::<Result<Vec<_>, Corrupt>>()?.into_iter().flatten().min())
    }

    async fn seal(&self, links: &[Link], seal: &Seal) -> Result<(), ReadError> {
        let links = links.iter().map(sql::audit_seal::add);
        self.write(links.chain([sql::audit_seal::seal(seal)]).collect()).await.map(|_| ())
    }

    async fn linked(&self, from: i64, limit: usize) -> Result<Vec<Linked>, ReadError> {
        let [rows] = self.read_all([sql::audit_seal::linked(from, count(limit))]).await?;
        Ok(rows.iter().map(sql::audit_seal::read_linked).collect::<Result<_, Corrupt>>()?)
    }

    async fn strays(&self, from_row: i64, through_row: i64) -> Result<Vec<Uuid>, ReadError> {
        let through = through_row.min(horizon(self).await?);
        let [rows] = self.read_all([sql::audit_seal::strays(from_row, through)]).await?;
        Ok(rows.iter().map(|row| row.uuid(1)).collect::<Result<_, Corrupt>>()?)
    }

    async fn seals(&self, from: i64, through: i64) -> Result<Vec<Seal>, ReadError> {
        let [rows] = self.read_all([sql::audit_seal::seals(from, through)]).await?;
        Ok(rows.iter().map(sql::audit_seal::read_seal).collect::<Result<_, Corrupt>>()?)
    }
}

async fn horizon(engine: &impl Engine) -> Result<i64, ReadError> {
    let [rows] = engine.read_all([sql::audit_seal::horizon()]).await?;
    Ok(rows.first().map(|row| row.int(0)).transpose()?.unwrap_or(0))
}

fn count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
