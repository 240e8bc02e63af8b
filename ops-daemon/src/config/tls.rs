//! Certificates and keys of a listener. They are checked here; the listener reads them at the start.

use std::path::{Path, PathBuf};

use rustls::{
    crypto::ring::sign::any_supported_type,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    sign::CertifiedKey,
};

use super::{
    file::{Refused, read_private_file, read_public_file},
    section::Section,
};

/// `tls` of the admin listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerTls {
    /// PEM with the server's certificate, then those between it and the CA.
    pub certificate: PathBuf,
    /// PEM with its private key.
    pub key: PathBuf,
}

/// `tls` of the internal listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MutualTls {
    /// PEM with the server's certificate, then those between it and the CA.
    pub certificate: PathBuf,
    /// PEM with its private key.
    pub key: PathBuf,
    /// PEM with the CAs that sign the callers' certificates.
    pub client_ca: PathBuf,
}

/// Reads `certificate` and `key`.
pub(super) fn server(section: &mut Section<'_>) -> Option<ServerTls> {
    let certificate = section.file("certificate", "server.pem", certificates);
    let key = section.file("key", "server.key", private_key);
    let ((certificate, chain), (key, private)) = (certificate?, key?);
    let Ok(signing) = any_supported_type(&private) else {
        section.fault("key", "is of a kind that TLS cannot use", "make an ECDSA P-256, Ed25519 or RSA key");
        return None;
    };
    if CertifiedKey::new(chain, signing).keys_match().is_err() {
        section.fault(
            "key",
            "does not belong to the certificate",
            "name the key that the certificate was made with",
        );
        return None;
    }
    Some(ServerTls { certificate, key })
}

/// Reads `certificate`, `key` and `client_ca`.
pub(super) fn mutual(section: &mut Section<'_>) -> Option<MutualTls> {
    let server = server(section);
    let client_ca = section.file("client_ca", "clients.pem", certificates);
    let (ServerTls { certificate, key }, (client_ca, _)) = (server?, client_ca?);
    Some(MutualTls { certificate, key, client_ca })
}

/// At least one certificate.
pub(crate) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Refused> {
    let content = read_public_file(path)?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&content).collect();
    let chain = chain.ok().filter(|chain| !chain.is_empty());
    chain.ok_or_else(|| Refused::new("holds no certificate", "name a file in PEM form"))
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, Refused> {
    let content = read_private_file(path)?;
    PrivateKeyDer::from_pem_slice(&content)
        .map_err(|_| Refused::new("holds no private key", "name a file in PEM form, without a passphrase"))
}
