//! The server, as HTTP: one request, one answer of bounded length. Nothing is followed, repeated or logged here.

use std::{net::IpAddr, path::PathBuf, time::Duration};

use bytes::Bytes;
use reqwest::{Certificate, Client, Method, Url, header::HeaderValue, redirect};
use zeroize::Zeroizing;

use super::{
    answer::{Answer, Octets, judge},
    fault::Fault,
    limits,
    settings::Settings,
};

/// The header with the token.
const TOKEN: &str = "X-Vault-Token";
/// The header with the namespace.
const NAMESPACE: &str = "X-Vault-Namespace";
/// Marks a request as meant for the API; a proxy that is set up against forged requests asks for it.
const REQUEST: &str = "X-Vault-Request";

/// Room for an answer of unknown length, so that it seldom has to move and leave a copy behind.
const ROOM: usize = 16 * 1024;

/// The settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address is no address of a server.
    #[error("address must be https://HOST:PORT without path, query and user")]
    Address,
    /// The address is not `https`, and not on loopback.
    #[error("address must begin with https://; http:// is for loopback only")]
    NotHttps,
    /// A mount, a prefix or a namespace has octets that a path may not have.
    #[error("{0} must be one or more names of letters, digits, `-`, `_` and `.`, divided by `/`")]
    Path(&'static str),
    /// The file with the authorities cannot be read.
    #[error("ca_file {0} cannot be read")]
    CaFile(PathBuf, #[source] std::io::Error),
    /// The file with the authorities holds no certificate.
    #[error("ca_file {0} holds no PEM certificate")]
    NoCertificate(PathBuf),
    /// TLS cannot be set up; without `ca_file` the system must have certificates of authorities.
    #[error("TLS cannot be set up: check ca_file, or the system's certificates where there is none")]
    Tls(#[source] reqwest::Error),
}

/// A client of one server.
pub(super) struct Server {
    client: Client,
    base: String,
    namespace: Option<HeaderValue>,
}

/// One request.
pub(super) struct Ask<'a> {
    pub(super) method: Method,
    /// What comes after `/v1/`.
    pub(super) path: &'a str,
    pub(super) token: Option<&'a HeaderValue>,
    pub(super) body: Option<Bytes>,
}

impl<'a> Ask<'a> {
    pub(super) const fn get(path: &'a str) -> Self {
        Self { method: Method::GET, path, token: None, body: None }
    }

    pub(super) const fn post(path: &'a str, body: Bytes) -> Self {
        Self { method: Method::POST, path, token: None, body: Some(body) }
    }

    pub(super) const fn delete(path: &'a str) -> Self {
        Self { method: Method::DELETE, path, token: None, body: None }
    }

    pub(super) fn with(self, token: &'a HeaderValue) -> Self {
        Self { token: Some(token), ..self }
    }
}

impl Server {
    pub(super) fn open(settings: &Settings) -> Result<Self, OpenError> {
        let url = address(&settings.address)?;
        let namespace = settings.namespace.as_deref().map(|name| checked("namespace", name)).transpose()?;
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            // a program that has not chosen one gets ours; that somebody chose one just now is as well
            drop(rustls::crypto::ring::default_provider().install_default());
        }
        let roots = match &settings.ca_file {
            Some(file) => Some(authorities(file)?),
            // without TLS no authorities are needed, and the system's are not looked for
            None if url.scheme() == "http" => Some(Vec::new()),
            None => None,
        };
        let client = Client::builder()
            .http1_only()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .connect_timeout(limits::CONNECT)
            .timeout(limits::CALL)
            .pool_idle_timeout(Duration::from_secs(30))
            .pool_max_idle_per_host(limits::IN_FLIGHT)
            .tcp_nodelay(true);
        let client = match roots {
            Some(roots) => client.tls_certs_only(roots),
            None => client,
        };
        Ok(Self {
            client: client.build().map_err(OpenError::Tls)?,
            base: url.origin().ascii_serialization(),
            namespace: namespace
                .map(HeaderValue::from_str)
                .transpose()
                .map_err(|_| OpenError::Path("namespace"))?,
        })
    }

    /// Asks in our namespace.
    pub(super) async fn ask(&self, ask: Ask<'_>) -> Result<Answer, Fault> {
        self.asked(ask, self.namespace.as_ref(), limits::ANSWER_OCTETS_MAX).await
    }

    /// As [`Server::ask`], for a list, which may be longer.
    pub(super) async fn list(&self, ask: Ask<'_>) -> Result<Answer, Fault> {
        self.asked(ask, self.namespace.as_ref(), limits::LIST_OCTETS_MAX).await
    }

    /// Asks the server itself, which is above all namespaces.
    pub(super) async fn ask_itself(&self, ask: Ask<'_>) -> Result<Answer, Fault> {
        self.asked(ask, None, limits::ANSWER_OCTETS_MAX).await
    }

    async fn asked(
        &self,
        ask: Ask<'_>,
        namespace: Option<&HeaderValue>,
        max: usize,
    ) -> Result<Answer, Fault> {
        let mut request = self
            .client
            .request(ask.method, format!("{}/v1/{}", self.base, ask.path))
            .header(REQUEST, HeaderValue::from_static("true"));
        if let Some(token) = ask.token {
            request = request.header(TOKEN, token);
        }
        if let Some(namespace) = namespace {
            request = request.header(NAMESPACE, namespace);
        }
        if let Some(body) = ask.body {
            request = request.header("Content-Type", HeaderValue::from_static("application/json")).body(body);
        }
        let answer = request.send().await.map_err(|error| fault_of(&error))?;
        let status = answer.status();
        judge(status, whole(answer, max).await?)
    }
}

/// The whole answer, in memory that is wiped.
async fn whole(mut answer: reqwest::Response, max: usize) -> Result<Octets, Fault> {
    let length = answer.content_length().map_or(Ok(ROOM), usize::try_from).unwrap_or(usize::MAX);
    if length > max {
        return Err(Fault::TooLong);
    }
    let mut octets = Zeroizing::new(Vec::with_capacity(length));
    while let Some(piece) = answer.chunk().await.map_err(|error| fault_of(&error))? {
        if octets.len() + piece.len() > max {
            return Err(Fault::TooLong);
        }
        octets.extend_from_slice(&piece);
    }
    Ok(octets)
}

/// What a failed request means. The error itself goes no further: it would print the address and what was sent.
fn fault_of(error: &reqwest::Error) -> Fault {
    if error.is_connect() {
        return if is_distrust(error) { Fault::Untrusted } else { Fault::Unreachable };
    }
    if error.is_timeout() { Fault::TimedOut } else { Fault::Broken }
}

fn is_distrust(error: &reqwest::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if matches!(error.downcast_ref(), Some(rustls::Error::InvalidCertificate(_))) {
            return true;
        }
        // what rustls says is wrapped into errors of input and output, which do not name it as their source
        cause = match error.downcast_ref::<std::io::Error>() {
            Some(wrapped) => wrapped.get_ref().map(|within| within as &(dyn std::error::Error + 'static)),
            None => error.source(),
        };
    }
    false
}

fn address(text: &str) -> Result<Url, OpenError> {
    let url = Url::parse(text).map_err(|_| OpenError::Address)?;
    let host = url.host_str().ok_or(OpenError::Address)?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if !bare || !url.username().is_empty() || url.password().is_some() {
        return Err(OpenError::Address);
    }
    let ip = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    let on_loopback = host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback());
    match url.scheme() {
        "https" => Ok(url),
        "http" if on_loopback => Ok(url),
        _ => Err(OpenError::NotHttps),
    }
}

fn authorities(file: &PathBuf) -> Result<Vec<Certificate>, OpenError> {
    let pem = std::fs::read(file).map_err(|error| OpenError::CaFile(file.clone(), error))?;
    match Certificate::from_pem_bundle(&pem) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        Ok(_) | Err(_) => Err(OpenError::NoCertificate(file.clone())),
    }
}

/// A text that may stand in a path of the API as it is.
pub(super) fn checked<'a>(what: &'static str, text: &'a str) -> Result<&'a str, OpenError> {
    let is_name = |name: &str| {
        !matches!(name, "" | "." | "..")
            && name.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"-_.".contains(&octet))
    };
    if text.split('/').all(is_name) { Ok(text) } else { Err(OpenError::Path(what)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_https_or_on_loopback_and_nothing_but_an_address() {
        for good in [
            "https://vault.example.com:8200",
            "https://vault.example.com/",
            "http://127.0.0.1:8200",
            "http://localhost:1",
            "http://[::1]:8200",
        ] {
            assert!(address(good).is_ok(), "{good}");
        }
        for bad in
            ["http://vault.example.com:8200", "http://10.0.0.1", "http://127.0.0.1.example.com", "ftp://a"]
        {
            assert!(matches!(address(bad), Err(OpenError::NotHttps)), "{bad}");
        }
        for bad in [
            "",
            "vault",
            "https://",
            "https://a/v1",
            "https://a?b",
            "https://a#b",
            "https://u@a",
            "https://u:p@a",
        ] {
            assert!(matches!(address(bad), Err(OpenError::Address)), "{bad}");
        }
    }

    #[test]
    fn what_stands_in_a_path_has_no_octet_that_would_change_the_path() {
        for good in ["secret", "team-a/kv_2", "a.b"] {
            assert!(checked("mount", good).is_ok(), "{good}");
        }
        for bad in ["", "/", "a/", "/a", "a//b", "..", "a/../b", "a?b", "a%2fb", "a b", "a\n", "\u{e4}"] {
            assert!(matches!(checked("mount", bad), Err(OpenError::Path("mount"))), "{bad}");
        }
    }
}
