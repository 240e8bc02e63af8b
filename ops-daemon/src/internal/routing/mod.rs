//! `/routing`.

pub mod resolve;
