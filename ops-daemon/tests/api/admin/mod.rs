//! Mirrors `src/admin/`, with what its routes have in common: `src/http/` and the loop of every change.

mod router;
mod http;
mod decide;

mod operator;
mod maintenance;
mod note;
mod connection;
mod credential;
mod health;
mod routing;
mod network;
mod event;
mod audit;
mod me;
