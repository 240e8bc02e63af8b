//! The local CA and what it signs: the server's certificate and the gateway's. Each is made once, and again when less
//! than seven days of it are left.

use std::time::Duration;

use jiff::Timestamp;
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType, date_time_ymd,
};
use rustls_pki_types::{CertificateDer, UnixTime, pem::PemObject as _};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert, ring::ECDSA_P256_SHA256};

use super::folder::{Folder, FolderError};

/// Subject of the CA.
pub(crate) const CA_NAME: &str = "ops-daemon dev CA";
/// Beginning of every SPIFFE id of dev.
pub(super) const TRUST_DOMAIN: &str = "spiffe://ops.dev/";
/// The gateway's SPIFFE id.
pub(super) const GATEWAY: &str = "spiffe://ops.dev/gateway";

/// Seconds of a day.
const DAY_S: u64 = 86_400;
/// Days of the CA.
const CA_DAYS: u64 = 365;
/// Days of what it signs.
const LEAF_DAYS: u64 = 90;
/// Days that must be left.
const LEFT_DAYS: u64 = 7;
/// Seconds before now at which a certificate begins: a container's clock may be behind.
const EARLY_S: u64 = 3600;

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum NoCertificate {
    /// The folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// It cannot be made.
    #[error("no certificate can be made")]
    Make(#[from] rcgen::Error),
}

/// A certificate that the CA signs.
struct Leaf {
    name: &'static str,
    subject: &'static str,
    usage: ExtendedKeyUsagePurpose,
    checked_as: fn() -> KeyUsage,
    names: fn() -> Result<Vec<SanType>, rcgen::Error>,
}

const LEAVES: [Leaf; 2] = [
    Leaf {
        name: "tls/server",
        subject: "localhost",
        usage: ExtendedKeyUsagePurpose::ServerAuth,
        checked_as: KeyUsage::server_auth,
        names: || {
            let addresses = [[127, 0, 0, 1].into(), std::net::Ipv6Addr::LOCALHOST.into()];
            let localhost = SanType::DnsName("localhost".try_into()?);
            Ok(std::iter::once(localhost).chain(addresses.map(SanType::IpAddress)).collect())
        },
    },
    Leaf {
        name: "tls/gateway",
        subject: "gateway",
        usage: ExtendedKeyUsagePurpose::ClientAuth,
        checked_as: KeyUsage::client_auth,
        names: || Ok(vec![SanType::URI(GATEWAY.try_into()?)]),
    },
];

/// Makes or renews what needs it. A new CA signs new leaves.
pub(super) fn prepare(folder: &Folder, now: Timestamp) -> Result<(), NoCertificate> {
    let now_s = u64::try_from(now.as_second()).unwrap_or_default();
    let (ca, issuer) = match kept_ca(folder, now_s)? {
        Some(kept) => kept,
        None => new_ca(folder, now_s)?,
    };
    for leaf in &LEAVES {
        if !is_kept(folder, leaf, &ca, now_s)? {
            leaf.make(folder, &issuer, now_s)?;
        }
    }
    Ok(())
}

type Ca = (CertificateDer<'static>, Issuer<'static, KeyPair>);

fn new_ca(folder: &Folder, now_s: u64) -> Result<Ca, NoCertificate> {
    let mut params = params(CA_NAME, now_s, CA_DAYS);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?;
    keep(folder, "tls/ca", &key, &certificate)?;
    Ok((certificate.der().clone(), Issuer::new(params, key)))
}

/// The CA of the folder, unless it is missing, spoiled, or about to end.
fn kept_ca(folder: &Folder, now_s: u64) -> Result<Option<Ca>, NoCertificate> {
    let Some((key, certificate)) = pair(folder, "tls/ca")? else { return Ok(None) };
    if !lasts(&certificate, now_s) {
        return Ok(None);
    }
    let issuer = Issuer::from_ca_cert_der(&certificate, key).ok();
    Ok(issuer.map(|issuer| (certificate, issuer)))
}

/// Whether the leaf is there, of this CA, and not about to end.
fn is_kept(folder: &Folder, leaf: &Leaf, ca: &CertificateDer<'_>, now_s: u64) -> Result<bool, NoCertificate> {
    let Some((_, certificate)) = pair(folder, leaf.name)? else { return Ok(false) };
    let (Ok(anchor), Ok(parsed)) = (anchor_from_trusted_cert(ca), EndEntityCert::try_from(&certificate))
    else {
        return Ok(false);
    };
    let time = UnixTime::since_unix_epoch(Duration::from_secs(now_s));
    let (anchors, usage) = ([anchor], (leaf.checked_as)());
    let chain = parsed.verify_for_usage(&[ECDSA_P256_SHA256], &anchors, &[], time, usage, None, None);
    Ok(chain.is_ok() && lasts(&certificate, now_s))
}

impl Leaf {
    fn make(
        &self,
        folder: &Folder,
        issuer: &Issuer<'static, KeyPair>,
        now_s: u64,
    ) -> Result<(), NoCertificate> {
        let mut params = params(self.subject, now_s, LEAF_DAYS);
        params.subject_alt_names = (self.names)()?;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![self.usage.clone()];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, issuer)?;
        keep(folder, self.name, &key, &certificate)?;
        Ok(())
    }
}

fn params(subject: &str, now_s: u64, days: u64) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, subject);
    let epoch = date_time_ymd(1970, 1, 1);
    params.not_before = epoch + Duration::from_secs(now_s.saturating_sub(EARLY_S));
    params.not_after = epoch + Duration::from_secs(now_s + days * DAY_S);
    params
}

/// The key first: a certificate without its key is made again, and a key that does not belong is replaced.
fn keep(folder: &Folder, name: &str, key: &KeyPair, certificate: &Certificate) -> Result<(), FolderError> {
    folder.write_private(&format!("{name}.key"), key.serialize_pem().as_bytes())?;
    folder.write_public(&format!("{name}.pem"), certificate.pem().as_bytes())
}

/// Key and certificate, if both are there and belong together.
fn pair(folder: &Folder, name: &str) -> Result<Option<(KeyPair, CertificateDer<'static>)>, FolderError> {
    let (Some(key), Some(certificate)) =
        (folder.read(&format!("{name}.key"))?, folder.read(&format!("{name}.pem"))?)
    else {
        return Ok(None);
    };
    let key = std::str::from_utf8(&key).ok().and_then(|pem| KeyPair::from_pem(pem).ok());
    let certificate = CertificateDer::from_pem_slice(&certificate).ok();
    Ok(key.zip(certificate).filter(|(key, certificate)| belong(key, certificate)))
}

fn belong(key: &KeyPair, certificate: &CertificateDer<'_>) -> bool {
    x509_parser::parse_x509_certificate(certificate)
        .is_ok_and(|(_, parsed)| parsed.public_key().subject_public_key.data.as_ref() == key.public_key_raw())
}

/// Whether it is still good in seven days.
fn lasts(certificate: &CertificateDer<'_>, now_s: u64) -> bool {
    x509_parser::parse_x509_certificate(certificate).is_ok_and(|(_, parsed)| {
        let end_s = u64::try_from(parsed.validity().not_after.timestamp()).unwrap_or_default();
        end_s >= now_s + LEFT_DAYS * DAY_S
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::SignedDuration;
    use rustls::{
        ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection,
        pki_types::{PrivateKeyDer, ServerName},
        server::WebPkiClientVerifier,
    };

    use super::*;

    fn now() -> Timestamp {
        "2026-01-02T03:04:05Z".parse().unwrap()
    }

    fn content(folder: &Folder, names: &[&str]) -> Vec<Vec<u8>> {
        names.iter().map(|name| folder.read(name).unwrap().unwrap()).collect()
    }

    const CA: &[&str] = &["tls/ca.pem", "tls/ca.key"];
    const LEAF_FILES: &[&str] = &["tls/server.pem", "tls/server.key", "tls/gateway.pem", "tls/gateway.key"];

    fn identity(folder: &Folder, name: &str) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        let [certificate, key] =
            [format!("{name}.pem"), format!("{name}.key")].map(|name| folder.read(&name).unwrap().unwrap());
        (
            vec![CertificateDer::from_pem_slice(&certificate).unwrap()],
            PrivateKeyDer::from_pem_slice(&key).unwrap(),
        )
    }

    #[derive(Debug)]
    struct At(UnixTime);
    impl rustls::time_provider::TimeProvider for At {
        fn current_time(&self) -> Option<UnixTime> {
            Some(self.0)
        }
    }

    /// A handshake in memory; gives the certificate that the server saw.
    fn handshake(folder: &Folder, server_name: &str) -> Result<CertificateDer<'static>, rustls::Error> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let time = || Arc::new(At(UnixTime::since_unix_epoch(Duration::from_secs(now().as_second() as u64))));
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_slice(&folder.read("tls/ca.pem").unwrap().unwrap()).unwrap())
            .unwrap();
        let roots = Arc::new(roots);
        let clients =
            WebPkiClientVerifier::builder_with_provider(roots.clone(), provider.clone()).build().unwrap();
        let (chain, key) = identity(folder, "tls/server");
        let server = ServerConfig::builder_with_details(provider.clone(), time())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(clients)
            .with_single_cert(chain, key)
            .unwrap();
        let (chain, key) = identity(folder, "tls/gateway");
        let client = ClientConfig::builder_with_details(provider, time())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_client_auth_cert(chain, key)
            .unwrap();
        let name = ServerName::try_from(server_name.to_owned()).unwrap();
        let mut client = ClientConnection::new(Arc::new(client), name).unwrap();
        let mut server = ServerConnection::new(Arc::new(server)).unwrap();
        while client.is_handshaking() || server.is_handshaking() {
            let mut wire = Vec::new();
            client.write_tls(&mut wire).unwrap();
            server.read_tls(&mut wire.as_slice()).unwrap();
            server.process_new_packets()?;
            let mut wire = Vec::new();
            server.write_tls(&mut wire).unwrap();
            client.read_tls(&mut wire.as_slice()).unwrap();
            client.process_new_packets()?;
        }
        Ok(server.peer_certificates().unwrap()[0].clone().into_owned())
    }

    #[test]
    fn gateway_and_server_shake_hands_under_every_name_of_this_machine() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Folder::open(parent.path()).unwrap();
        prepare(&folder, now()).unwrap();
        for name in ["localhost", "127.0.0.1", "::1"] {
            let seen = handshake(&folder, name).unwrap();
            let seen = EndEntityCert::try_from(&seen).unwrap();
            assert_eq!(seen.valid_uri_names().collect::<Vec<_>>(), [GATEWAY]);
        }
        assert!(handshake(&folder, "ops.example.com").is_err());
    }

    #[test]
    fn a_restart_keeps_all_and_the_last_week_renews() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Folder::open(parent.path()).unwrap();
        prepare(&folder, now()).unwrap();
        let (ca, leaves) = (content(&folder, CA), content(&folder, LEAF_FILES));
        prepare(&folder, now() + SignedDuration::from_hours(24 * 83)).unwrap();
        assert_eq!((&ca, &leaves), (&content(&folder, CA), &content(&folder, LEAF_FILES)));
        prepare(&folder, now() + SignedDuration::from_hours(24 * 83 + 1)).unwrap();
        assert_eq!(ca, content(&folder, CA));
        assert!(leaves.iter().zip(content(&folder, LEAF_FILES)).all(|(before, after)| *before != after));
        prepare(&folder, now() + SignedDuration::from_hours(24 * 358 + 1)).unwrap();
        assert_ne!(ca, content(&folder, CA));
    }

    #[test]
    fn a_start_that_was_cut_short_is_mended() {
        for lost in CA.iter().chain(LEAF_FILES) {
            let parent = tempfile::tempdir().unwrap();
            let folder = Folder::open(parent.path()).unwrap();
            prepare(&folder, now()).unwrap();
            std::fs::remove_file(folder.file(lost)).unwrap();
            prepare(&folder, now()).unwrap();
            handshake(&folder, "localhost").unwrap_or_else(|why| panic!("{lost}: {why}"));
        }
    }

    #[test]
    fn a_key_that_does_not_belong_is_replaced_with_its_certificate() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Folder::open(parent.path()).unwrap();
        prepare(&folder, now()).unwrap();
        folder
            .write_private("tls/server.key", KeyPair::generate().unwrap().serialize_pem().as_bytes())
            .unwrap();
        prepare(&folder, now()).unwrap();
        handshake(&folder, "localhost").unwrap();
    }
}
