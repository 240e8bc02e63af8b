//! `Peer`: who is at the other end of a connection, by the certificate the TLS handshake has verified.

use rustls_pki_types::CertificateDer;
use webpki::EndEntityCert;

/// Octets of a SPIFFE id (SPIFFE-ID §2.3).
const SPIFFE_MAX: usize = 2048;

/// An extension of every request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Peer {
    /// The only URI name of the certificate, a sound `spiffe://<trust domain>/<path>`.
    Spiffe(String),
    /// The only DNS name of a certificate without a URI name.
    Dns(String),
    /// A certificate that names nobody we could know.
    Unnamed,
    /// No certificate was asked for.
    Plain,
}

impl Peer {
    /// Whom `leaf`, already verified, names. A URI name of any kind rules the DNS names out.
    #[must_use]
    pub fn of(leaf: &CertificateDer<'_>) -> Self {
        let Ok(certificate) = EndEntityCert::try_from(leaf) else { return Self::Unnamed };
        let mut uris = certificate.valid_uri_names();
        match (uris.next(), uris.next()) {
            (Some(one), None) if is_spiffe_id(one) => Self::Spiffe(one.to_owned()),
            (None, _) => only(certificate.valid_dns_names()).map_or(Self::Unnamed, Self::Dns),
            _ => Self::Unnamed,
        }
    }
}

fn only<'a>(mut names: impl Iterator<Item = &'a str>) -> Option<String> {
    match (names.next(), names.next()) {
        (Some(one), None) => Some(one.to_owned()),
        _ => None,
    }
}

/// A workload's id: a trust domain, then at least one path segment (SPIFFE-ID §2, X509-SVID §4.1).
#[must_use]
pub fn is_spiffe_id(uri: &str) -> bool {
    let Some((domain, path)) = uri.strip_prefix("spiffe://").and_then(|rest| rest.split_once('/')) else {
        return false;
    };
    let in_domain = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_');
    uri.len() <= SPIFFE_MAX
        && !domain.is_empty()
        && domain.bytes().all(in_domain)
        && path.split('/').all(is_segment)
}

fn is_segment(segment: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    !matches!(segment, "" | "." | "..") && segment.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::testing::{Ca, dns, uri};

    #[test]
    fn a_certificate_is_named_by_its_only_uri_or_else_by_its_only_dns_name() {
        let ca = Ca::new();
        let gateway = "spiffe://ops.test/gateway";
        for (names, peer) in [
            (vec![uri(gateway)], Peer::Spiffe(gateway.into())),
            (vec![uri(gateway), dns("gw.test")], Peer::Spiffe(gateway.into())),
            (vec![dns("gw.test")], Peer::Dns("gw.test".into())),
            (vec![dns("gw.test"), dns("other.test")], Peer::Unnamed),
            (vec![uri(gateway), uri("spiffe://ops.test/other")], Peer::Unnamed),
            (vec![uri("https://ops.test/gateway"), dns("gw.test")], Peer::Unnamed),
            (vec![uri("spiffe://ops.test"), dns("gw.test")], Peer::Unnamed),
            (vec![], Peer::Unnamed),
        ] {
            assert_eq!(Peer::of(&ca.leaf(&names).der), peer, "{names:?}");
        }
        assert_eq!(Peer::of(&CertificateDer::from(vec![1, 2, 3])), Peer::Unnamed);
    }

    #[test]
    fn a_spiffe_id_has_a_lower_case_domain_and_plain_segments() {
        assert!(is_spiffe_id("spiffe://ops.test/ns/sms/sa/gw-1"));
        for bad in [
            "spiffe://",
            "spiffe:///gw",
            "spiffe://ops.test",
            "spiffe://ops.test/",
            "spiffe://ops.test/gw/",
            "spiffe://ops.test//gw",
            "spiffe://ops.test/../gw",
            "spiffe://Ops.test/gw",
            "spiffe://ops.test:1/gw",
            "spiffe://u@ops.test/gw",
            "spiffe://ops.test/gw?x",
            "SPIFFE://ops.test/gw",
        ] {
            assert!(!is_spiffe_id(bad), "{bad}");
        }
    }
}
