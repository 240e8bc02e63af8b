//! Verbs of a note.

pub mod create;
