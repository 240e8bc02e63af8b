//! Several daemons on one database: who leads a task, and the bell by which they hear of each other's commits.

use std::sync::Arc;

use async_trait::async_trait;

use super::ReadError;
use crate::Store;

/// Tasks that must have one runner.
#[async_trait]
pub trait Leaders: Send + Sync {
    /// Stands for the lead of a task. Whoever holds it keeps it until it goes away, stands still or cannot be reached.
    async fn candidate(&self, task: &'static str) -> Result<Box<dyn Candidate>, ReadError>;
}

/// Somebody who leads a task or would.
#[async_trait]
pub trait Candidate: Send {
    /// Whether it leads now: takes the lead if it is free, and says that it is still here if it has it. To be asked every
    /// two seconds at least. After an error it leads no more, and another candidate is needed.
    async fn leads(&mut self) -> Result<bool, ReadError>;
    /// The store to work with while it leads: what is written through it is written by the leader, or not at all.
    fn store(&self) -> Arc<dyn Store>;
}

/// The bell between replicas.
#[async_trait]
pub trait Bells: Send + Sync {
    /// Nothing when this store has only one process.
    async fn bell(&self) -> Result<Option<Box<dyn Bell>>, ReadError>;
}

/// One replica's end of the bell. After an error another one is needed.
#[async_trait]
pub trait Bell: Send {
    /// Tells the others that something was committed.
    async fn ring(&mut self) -> Result<(), ReadError>;
    /// Waits until another one rings; rings while nobody waits come as one.
    async fn heard(&mut self) -> Result<(), ReadError>;
}
