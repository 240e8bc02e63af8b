//! `/connections/{connection_id}/credentials`: metadata; a secret goes in and never comes out here.

pub mod create;
pub mod get;
pub mod list;
