//! Events on their way to readers inside of this process.

pub mod bus;
pub mod follow;
