//! `/connections/{connection_id}/credentials`: metadata; a secret goes in and never comes out here.

pub mod create;
pub mod activate;
pub mod discard;
pub mod get;
pub mod list;
