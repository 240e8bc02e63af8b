//! SQLite: the embedded default. One writer thread that groups what has queued up into one fsync; a few readers.

mod commit;
mod ingest;
mod open;
mod read;
mod service;
pub(crate) mod value;
mod writer;

use std::sync::{Arc, atomic::AtomicI64};

#[cfg(feature = "testing")]
pub use open::migrate_through;
pub(crate) use open::private;
pub use open::{OpenError, schema_version};

use crate::port::ReadError;

/// The service's facts in one SQLite file.
#[derive(Clone)]
pub struct SqliteStore {
    writer: writer::Writer,
    readers: Arc<read::Readers>,
    epoch: Arc<AtomicI64>,
}

impl SqliteStore {
    /// Ends the writer after what is queued, and waits for it: the last group must not be cut.
    pub async fn close(self) {
        self.writer.close().await;
    }
}

fn unavailable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ReadError {
    ReadError::Unavailable(error.into())
}
