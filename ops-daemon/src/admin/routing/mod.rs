//! `/routing`.

pub mod create;
pub mod get;
pub mod list;
pub mod delete;
pub mod resolve;
