//! The admin API: for people and automation. A handler converts, calls, converts.

pub mod router;

pub mod operator;
pub mod connection;
pub mod credential;
pub mod routing;
pub mod health;
pub mod maintenance;
pub mod note;
pub mod network;
pub mod event;
pub mod audit;
pub mod me;
