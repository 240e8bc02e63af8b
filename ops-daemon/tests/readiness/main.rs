//! The seven stories of the readiness checklist, each told on the servers of production: PostgreSQL, a server with the API
//! of Vault, and JetStream. Each looks at answers, rows, audit, the stream and the secret store.
#![cfg(feature = "stack")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets what it does not expect must fail there, and say what it met"
)]
#![expect(clippy::print_stderr, reason = "a test that measures prints what it measured")]
#![expect(
    unreachable_pub,
    reason = "a test binary has no outside; `pub` says what the support module is for"
)]

#[path = "../api/support/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "shared with the tests of the API, which use all of it"
)]
mod support;

mod story;

mod create_operator;
mod duplicate_prevention;
mod soft_delete;
mod credentials_endpoint;
mod vault_failure;
mod health_ingest;
mod routing_rules;
