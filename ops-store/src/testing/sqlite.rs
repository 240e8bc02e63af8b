//! A fresh SQLite store in a folder of its own.

use std::path::PathBuf;

use tempfile::TempDir;

use super::Rows;
use crate::sqlite::SqliteStore;

/// A SQLite store whose folder goes with this value.
pub struct File {
    folder: TempDir,
    store: SqliteStore,
}

impl File {
    /// A fresh store.
    ///
    /// # Panics
    /// When it cannot be made.
    #[must_use]
    pub fn create() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("ops.sqlite")).expect("a fresh file is opened");
        Self { folder, store }
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> SqliteStore {
        self.store.clone()
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("ops.sqlite")
    }

    /// A look into its rows.
    ///
    /// # Panics
    /// When the file cannot be read.
    #[must_use]
    pub fn rows(&self) -> Rows {
        Rows::of_sqlite(&self.path())
    }
}
