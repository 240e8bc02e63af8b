//! Notes about operators.

pub mod create;
