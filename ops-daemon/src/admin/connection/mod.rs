//! `/connections` and `/operators/{operator_id}/connections`.

pub mod create;
pub mod get;
pub mod list;
pub mod search;
pub mod enable;
pub mod disable;
pub mod update;
pub mod drain;
pub mod delete;
