//! Vault: it passes the conformance suite on a real server under the policy that we ship, keeps its limits when the server
//! does not, and logs in as often as it must and no more.
#![cfg(feature = "stack")]
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test's own values")]

mod conformance;
mod document;
mod estate;
mod hostile;
mod login;
mod outage;
mod policy;
mod put;
mod runbook;
mod wire;
