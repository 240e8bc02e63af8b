//! The internal API: for gateways and services, over mTLS.

pub mod router;

pub mod credential;
pub mod health;
pub mod routing;
