//! HTTP: from an accepted connection to a handler's arguments, and from an error to an answer.
//!
//! Read in this order: how an error is answered ([`problem`], [`request_id`]); who may call ([`permission`], [`role`],
//! [`token`], [`issuer_keys`], [`permit`] for people; [`peer`], [`right`], [`client`] for gateways); what a handler gets ([`query`],
//! [`path_id`], [`body`], [`write`](mod@write), [`cursor`], [`etag`]) and answers
//! ([`answer`](mod@answer)); how routes are listed ([`api`]) and shown to people (`docs_page`); and what is around them ([`layers`], [`accept`], [`tls`]).

pub mod problem;
pub mod request_id;
mod refused;

pub mod permission;
pub mod role;
mod jwks;
pub mod renewal;
mod key_fetch;
pub mod issuer_keys;
pub mod token;
pub mod access;
pub mod permit;

pub mod peer;
pub mod right;
pub mod client;

mod mac;
pub mod query;
pub mod path_id;
pub mod body;
pub mod etag;
pub mod write;
pub mod cursor;
pub mod answer;

pub mod api;
mod api_document;
mod docs_page;

pub mod host;
pub mod source;
pub mod token_in_url;
pub mod security_headers;
pub mod layers;

pub mod tls;
pub mod tls_files;
pub mod accept;

#[cfg(test)]
pub(crate) mod testing;

pub use jwks::{BadKeys, KeySet};
