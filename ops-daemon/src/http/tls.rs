//! TLS of a listener: always a whole new configuration, so that no ticket outlives the trust it was given under.

use std::{
    error::Error,
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::Timestamp;
use rustls::{
    RootCertStore, ServerConfig,
    crypto::{CryptoProvider, ring},
    server::{WebPkiClientVerifier, danger::ClientCertVerifier},
    version::{TLS12, TLS13},
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use tokio::sync::watch;

use crate::config::{self, FileRefused};

/// The only protocol we speak: ALPN settles it, so that nothing has to be guessed from the first octets.
const HTTP_1_1: &[u8] = b"http/1.1";

/// The TLS of a listener now. A clone shares it; [`Tls::replace`] reaches every connection.
#[derive(Debug, Clone)]
pub struct Tls(watch::Sender<Arc<ServerConfig>>);

impl Tls {
    /// Starts with `config`.
    #[must_use]
    pub fn new(config: ServerConfig) -> Self {
        Self(watch::Sender::new(Arc::new(config)))
    }

    /// New connections are judged by `config`; open ones are ended, so that they come back and are judged too.
    pub fn replace(&self, config: ServerConfig) {
        self.0.send_replace(Arc::new(config));
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<Arc<ServerConfig>> {
        self.0.subscribe()
    }
}

/// Why there is no TLS: which file, what is wrong with it, and what to do.
#[derive(Debug, thiserror::Error)]
#[error("{} {wrong}; {remedy}", path.display())]
pub struct TlsError {
    path: PathBuf,
    wrong: String,
    remedy: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl TlsError {
    fn refused(path: &Path) -> impl FnOnce(FileRefused) -> Self {
        |FileRefused { wrong, remedy }| Self { path: path.to_owned(), wrong, remedy, source: None }
    }

    fn because<E: Error + Send + Sync + 'static>(
        path: &Path,
        wrong: &str,
        remedy: &str,
    ) -> impl FnOnce(E) -> Self {
        |error| Self {
            path: path.to_owned(),
            wrong: wrong.to_owned(),
            remedy: remedy.to_owned(),
            source: Some(error.into()),
        }
    }
}

/// TLS 1.2 and 1.3 with `certificate` (leaf first, then intermediates) and `key`, both PEM. Asks for no certificate.
///
/// # Errors
/// Which file is not usable.
pub fn server(certificate: &Path, key: &Path) -> Result<ServerConfig, TlsError> {
    build(certificate, key, None)
}

/// As [`server`], and every client must show a certificate that an authority of `client_ca` signed.
///
/// # Errors
/// Which file is not usable.
pub fn mutual(certificate: &Path, key: &Path, client_ca: &Path) -> Result<ServerConfig, TlsError> {
    build(certificate, key, Some(verifier(client_ca)?))
}

/// From when until when the first certificate of a file holds.
///
/// # Errors
/// The file is not usable.
pub fn validity(certificate: &Path) -> Result<(Timestamp, Timestamp), TlsError> {
    let chain = certificates(certificate)?;
    let leaf = chain.first().and_then(|leaf| x509_parser::parse_x509_certificate(leaf).ok());
    let time = |of: x509_parser::time::ASN1Time| Timestamp::from_second(of.timestamp()).ok();
    let validity = leaf.and_then(|(_, leaf)| {
        let validity = leaf.validity();
        Some((time(validity.not_before)?, time(validity.not_after)?))
    });
    validity.ok_or_else(|| {
        let refused = FileRefused {
            wrong: "holds no X.509 certificate".into(),
            remedy: "name a file in PEM form".into(),
        };
        TlsError::refused(certificate)(refused)
    })
}

fn build(
    certificate: &Path,
    key: &Path,
    clients: Option<Arc<dyn ClientCertVerifier>>,
) -> Result<ServerConfig, TlsError> {
    let (chain, private) = (certificates(certificate)?, private_key(key)?);
    let unusable =
        TlsError::because(certificate, "cannot be served", "report this: the TLS library lacks a version");
    let builder = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(unusable)?;
    let builder = match clients {
        Some(verifier) => builder.with_client_cert_verifier(verifier),
        None => builder.with_no_client_auth(),
    };
    let remedy = "name the key that the certificate was made for: ECDSA P-256, Ed25519 or RSA";
    let no_pair = TlsError::because(key, "does not fit the certificate", remedy);
    let mut config = builder.with_single_cert(chain, private).map_err(no_pair)?;
    config.alpn_protocols = vec![HTTP_1_1.to_vec()];
    Ok(config)
}

fn verifier(path: &Path) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    let remedy = "name the CA that signs the certificates of your clients";
    let mut roots = RootCertStore::empty();
    for authority in certificates(path)? {
        roots.add(authority).map_err(TlsError::because(
            path,
            "holds a certificate of no authority",
            remedy,
        ))?;
    }
    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider())
        .build()
        .map_err(TlsError::because(path, "gives no way to verify a client", remedy))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    config::certificates(path).map_err(TlsError::refused(path))
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    let content = config::read_private_file(path).map_err(TlsError::refused(path))?;
    let remedy = "name a file in PEM form, without a passphrase";
    PrivateKeyDer::from_pem_slice(&content).map_err(TlsError::because(path, "holds no private key", remedy))
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::testing::{Ca, dns};

    #[test]
    fn a_listener_speaks_only_http_1_1() {
        let (folder, ca) = (tempfile::tempdir().unwrap(), Ca::new());
        let (certificate, key) = ca.leaf(&[dns("localhost")]).write(folder.path(), "server");
        let authority = ca.write(folder.path());
        for config in [server(&certificate, &key).unwrap(), mutual(&certificate, &key, &authority).unwrap()] {
            assert_eq!(config.alpn_protocols, [b"http/1.1".to_vec()]);
        }
    }

    #[test]
    fn an_unusable_file_is_named_with_what_is_wrong() {
        let (folder, ca) = (tempfile::tempdir().unwrap(), Ca::new());
        let (certificate, key) = ca.leaf(&[dns("a")]).write(folder.path(), "a");
        let (_, other) = ca.leaf(&[dns("b")]).write(folder.path(), "b");
        let missing = folder.path().join("missing.pem");
        for (result, file, wrong) in [
            (server(&missing, &key), &missing, "cannot be read"),
            (server(&key, &key), &key, "holds no certificate"),
            (server(&certificate, &certificate), &certificate, "holds no private key"),
            (server(&certificate, &other), &other, "does not fit the certificate"),
            (mutual(&certificate, &key, &key), &key, "holds no certificate"),
        ] {
            let text = result.unwrap_err().to_string();
            assert!(text.starts_with(&format!("{} {wrong}", file.display())), "{text}");
        }
    }
}
