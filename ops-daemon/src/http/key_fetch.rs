//! Fetches the issuer's key set over HTTPS. The address is the configuration's; nothing that comes back leads elsewhere.

use std::{error::Error as _, fmt, path::Path, time::Duration};

use reqwest::{Certificate, Client, ClientBuilder, StatusCode, Url, header, redirect};
use tokio::task::{JoinError, spawn_blocking};

use crate::config::{FileRefused, address::is_loopback, certificates};

/// Octets of a key set: a hundred times what issuers publish.
pub(super) const DOCUMENT_MAX: usize = 256 * 1024;
/// What key sets come as (RFC 7517 §8.5), whatever parameters follow.
const CONTENT_TYPES: [&str; 2] = ["application/json", "application/jwk-set+json"];

/// How long a fetch may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// From the first octet sent to a connection.
    pub(super) connect: Duration,
    /// For everything.
    pub(super) whole: Duration,
}

impl Patience {
    /// A request may wait for it.
    pub(super) const NORMAL: Self =
        Self { connect: Duration::from_millis(500), whole: Duration::from_secs(2) };
}

/// Why there is no document. Never holds what was answered.
#[derive(Debug, thiserror::Error)]
pub enum NotFetched {
    /// The CA file cannot be used.
    #[error("the CA file {wrong}; {remedy}")]
    Authority {
        /// What is wrong.
        wrong: String,
        /// What to do.
        remedy: String,
    },
    /// No client can be made.
    #[error("no HTTPS client can be made: {0}")]
    Client(Chain),
    /// A mistake of ours, or the process ends.
    #[error("the fetch was cut: {0}")]
    Cut(#[from] JoinError),
    /// No connection, no trust, or no whole answer in time.
    #[error("the issuer does not answer: {0}")]
    Request(Chain),
    /// Not 200; redirects are not followed.
    #[error("the issuer answers {0} and not 200; redirects are not followed")]
    Status(StatusCode),
    /// Something else than JSON.
    #[error("the issuer's answer is neither application/json nor application/jwk-set+json")]
    ContentType,
    /// Longer than [`DOCUMENT_MAX`].
    #[error("the issuer's answer is longer than 256 KiB")]
    TooLarge,
}

/// An error of the HTTP client with all its causes, and without the address, which the configuration shows.
#[derive(Debug)]
pub struct Chain(reqwest::Error);

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

/// The document at `url`, which is `https`, or on this machine. A client of its own each time: a new CA file counts, and
/// no connection is kept for the five minutes in between.
///
/// # Errors
/// [`NotFetched`].
pub(super) async fn fetch(
    url: &Url,
    ca_file: Option<&Path>,
    patience: Patience,
) -> Result<Vec<u8>, NotFetched> {
    let (of, ca_file) = (url.clone(), ca_file.map(Path::to_owned));
    // reading the authorities of the system takes a while
    let client = spawn_blocking(move || client(&of, ca_file.as_deref(), patience)).await??;
    let mut answer = client.get(url.clone()).send().await.map_err(failed)?;
    if answer.status() != StatusCode::OK {
        return Err(NotFetched::Status(answer.status()));
    }
    let named =
        answer.headers().get(header::CONTENT_TYPE).and_then(|named| named.to_str().ok()).unwrap_or_default();
    let essence = named.split(';').next().unwrap_or_default().trim();
    if !CONTENT_TYPES.iter().any(|wanted| essence.eq_ignore_ascii_case(wanted)) {
        return Err(NotFetched::ContentType);
    }
    let mut document = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(failed)? {
        if document.len() + piece.len() > DOCUMENT_MAX {
            return Err(NotFetched::TooLarge);
        }
        document.extend_from_slice(&piece);
    }
    Ok(document)
}

fn failed(error: reqwest::Error) -> NotFetched {
    NotFetched::Request(Chain(error.without_url()))
}

fn no_client(error: reqwest::Error) -> NotFetched {
    NotFetched::Client(Chain(error.without_url()))
}

fn client(url: &Url, ca_file: Option<&Path>, patience: Patience) -> Result<Client, NotFetched> {
    let is_here = url.host_str().is_some_and(is_loopback);
    let builder = Client::builder()
        .https_only(!is_here)
        .redirect(redirect::Policy::none())
        .no_proxy()
        .connect_timeout(patience.connect)
        .timeout(patience.whole)
        .pool_max_idle_per_host(0)
        .user_agent(concat!("ops-daemon/", env!("CARGO_PKG_VERSION")));
    trusting(builder, url, ca_file)?.build().map_err(no_client)
}

/// The authorities of `ca_file` and no other; without one those of the system, which plain HTTP has no use for.
fn trusting(builder: ClientBuilder, url: &Url, ca_file: Option<&Path>) -> Result<ClientBuilder, NotFetched> {
    let Some(file) = ca_file else {
        return Ok(if url.scheme() == "http" { builder.tls_certs_only([]) } else { builder });
    };
    let refused = |FileRefused { wrong, remedy }| NotFetched::Authority { wrong, remedy };
    let authorities = certificates(file).map_err(refused)?;
    let authorities: Result<Vec<_>, _> = authorities.iter().map(|of| Certificate::from_der(of)).collect();
    Ok(builder.tls_certs_only(authorities.map_err(no_client)?))
}
