//! The service as its users meet it: a real `ops-daemon dev` over HTTP and mTLS, on SQLite and (feature `stack`) on
//! PostgreSQL. Tests act through the public door and look into rows, events and audit to check. The folders mirror `src/`.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets what it does not expect must fail there, and say what it met"
)]
#![expect(clippy::print_stderr, reason = "a test that draws prints its seed")]
#![expect(
    unreachable_pub,
    reason = "a test binary has no outside; `pub` says what the support module is for"
)]

mod support;

mod documents;
mod admin;
mod internal;
mod probe;
mod process;
