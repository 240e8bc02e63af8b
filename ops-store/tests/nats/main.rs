//! NATS JetStream: what the relay brings to the stream is what was committed, each event once and in order, whatever happens
//! to the stream, the server, the connection or the database.
#![cfg(feature = "stack")]
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test's own values")]

mod ensure;
mod ground;
mod loss;
mod outage;
mod proxy;
mod refusal;
mod relay;
mod secure;
