//! The audit trail, sealed and verified.

pub mod chain;
pub mod seal;
pub mod verify;
