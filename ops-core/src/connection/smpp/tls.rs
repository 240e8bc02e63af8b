//! Whether and how a connection is encrypted. A client's certificate and key are part of the credential.

use serde::{Deserialize, Serialize};

use crate::{
    connection::Host,
    invalid::{Invalid, Rule},
    limits,
    list::List,
    text_rule::{TextRule, is_refused, text_value, word_list},
};

/// Whether and how a connection is encrypted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tls {
    /// Whether.
    pub mode: TlsMode,
    /// Oldest version accepted.
    pub min_version: TlsVersion,
    /// The name to expect in the certificate, when it is not the host.
    pub server_name: Option<Host>,
    /// Who must have signed the operator's certificate.
    pub trust: Trust,
    /// Keys of which the operator's certificate chain must hold one; empty is any.
    pub spki_sha256: Pins,
}

/// Up to four pins.
pub type Pins = List<Pin, 0, 4>;

word_list! {
    /// Whether a connection is encrypted.
    TlsMode default Required {
        /// Always.
        Required = "required",
        /// Never.
        Off = "off",
    }
}

word_list! {
    /// Oldest TLS version accepted.
    TlsVersion default V12 {
        /// TLS 1.2 (RFC 5246).
        V12 = "1.2",
        /// TLS 1.3 (RFC 8446).
        V13 = "1.3",
    }
}

text_value! {
    /// The SHA-256 of a key (its SubjectPublicKeyInfo), in base64 (RFC 7469 §2.4).
    Pin,
    TextRule {
        min: 44,
        max: 44,
        pattern: Some("^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$"),
        accepts: is_pin,
        hint: "must be the base64 of a SHA-256, 44 characters",
    }
}

fn is_pin(text: &str) -> bool {
    // the last character before the padding holds four bits, so its two lowest are 0 (RFC 4648 §3.5)
    text.strip_suffix('=').is_some_and(|body| {
        body.bytes().all(is_base64) && body.bytes().last().is_some_and(|b| b"AEIMQUYcgkosw048".contains(&b))
    })
}

const fn is_base64(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/')
}

/// Who must have signed the operator's certificate: the public authorities, or those of a PEM file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Trust {
    /// The authorities that everybody's programs trust.
    #[default]
    Public,
    /// Certificates in PEM (RFC 7468), in the text they came in, with line feeds.
    Pem(String),
}

impl Trust {
    /// The word for [`Trust::Public`].
    pub const PUBLIC: &'static str = "public";
    /// The shape of both, as an anchored ECMA-262 pattern.
    pub const SHAPE: &'static str = r"^(public|-----BEGIN CERTIFICATE-----\r?\n([A-Za-z0-9+/=]+\r?\n)+-----END CERTIFICATE-----((\r?\n)+-----BEGIN CERTIFICATE-----\r?\n([A-Za-z0-9+/=]+\r?\n)+-----END CERTIFICATE-----)*(\r?\n)*)$";

    /// Parses `public`, or one or more certificates in PEM of together at most 32 KiB. What is inside of them is looked at by
    /// the connector.
    ///
    /// # Errors
    /// [`Rule::Characters`], [`Rule::Length`], [`Rule::Pattern`].
    pub fn parse(raw: &str) -> Result<Self, Invalid> {
        if raw == Self::PUBLIC {
            return Ok(Self::Public);
        }
        if raw.chars().any(|c| is_refused(c) && !matches!(c, '\r' | '\n')) {
            let message = "must not hold control characters but the ends of lines";
            return Err(Invalid::new(Rule::Characters, message));
        }
        if raw.len() > limits::TRUST_OCTETS_MAX {
            let message = format!("must have at most {} octets", limits::TRUST_OCTETS_MAX);
            return Err(Invalid::new(Rule::Length, message));
        }
        let text = raw.replace("\r\n", "\n");
        if !is_pem(&text) {
            let message = "must be public, or certificates in PEM and nothing else";
            return Err(Invalid::new(Rule::Pattern, message));
        }
        Ok(Self::Pem(text))
    }
}

/// One certificate after the other, with nothing but empty lines behind each.
fn is_pem(text: &str) -> bool {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    let is_body = |line: &str| !line.is_empty() && line.bytes().all(|b| is_base64(b) || b == b'=');
    let (mut certificates, mut body_lines) = (0, None);
    for line in text.split('\n') {
        body_lines = match (line, body_lines) {
            (BEGIN, None) => Some(0),
            (END, Some(1..)) => {
                certificates += 1;
                None
            }
            (line, Some(lines)) if is_body(line) => Some(lines + 1),
            ("", None) if certificates > 0 => None,
            _ => return false,
        };
    }
    // the first line has begun one, so there is one that has ended
    body_lines.is_none()
}

impl TryFrom<String> for Trust {
    type Error = Invalid;
    fn try_from(raw: String) -> Result<Self, Invalid> {
        Self::parse(&raw)
    }
}

impl From<Trust> for String {
    fn from(trust: Trust) -> Self {
        match trust {
            Trust::Public => Trust::PUBLIC.to_owned(),
            Trust::Pem(text) => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Text;

    const ONE: &str = "-----BEGIN CERTIFICATE-----\nMIIB\nAA==\n-----END CERTIFICATE-----\n";

    #[test]
    fn trust_is_public_or_certificates_and_nothing_else() {
        assert_eq!(Trust::parse("public"), Ok(Trust::Public));
        let spaced = format!("{ONE}\n\n{ONE}\n");
        for good in [ONE, ONE.trim_end(), &ONE.repeat(3), &spaced] {
            assert_eq!(Trust::parse(good), Ok(Trust::Pem(good.to_owned())));
            assert_eq!(
                Trust::parse(&good.replace('\n', "\r\n")),
                Ok(Trust::Pem(good.to_owned())),
                "line feeds only"
            );
        }
        for bad in [
            "",
            "Public",
            "x",
            &ONE[1..],
            &ONE.replace("CERTIFICATE", "PRIVATE KEY"),
            // no body, an empty line in it, and what is no base64
            &ONE.replace("MIIB\nAA==\n", ""),
            &ONE.replace("MIIB\n", "MIIB\n\n"),
            &ONE.replace("MI", "M!"),
            // no end, no beginning, a beginning before the end
            &ONE.replace("-----END CERTIFICATE-----\n", ""),
            &ONE.replace("-----BEGIN CERTIFICATE-----\n", ""),
            &ONE.replace("AA==", "-----BEGIN CERTIFICATE-----\nAA=="),
            // what stands before, between and behind
            &format!("\n{ONE}"),
            &format!("{ONE}public\n{ONE}"),
            &format!("{ONE}AA=="),
            &format!("{ONE}{}", ONE.trim_end().replace("\n-----END CERTIFICATE-----", "")),
            // an end of a line that is none
            &ONE.replace("MIIB\n", "MIIB\r"),
        ] {
            assert_eq!(Trust::parse(bad).unwrap_err().rule, Rule::Pattern, "{bad}");
        }
        for bad in ["\0", "public\t", &ONE.replace("MIIB", "\u{202e}MIIB")] {
            assert_eq!(Trust::parse(bad).unwrap_err().rule, Rule::Characters, "{bad:?}");
        }
    }

    #[test]
    fn certificates_may_have_32_kibibytes_together() {
        let of = |octets: usize| ONE.replace("MIIB", &"A".repeat(octets + "MIIB".len() - ONE.len()));
        assert!(Trust::parse(&of(32 * 1024)).is_ok());
        let refused = Trust::parse(&of(32 * 1024 + 1)).unwrap_err();
        assert_eq!(
            (refused.rule, refused.message.as_str()),
            (Rule::Length, "must have at most 32768 octets")
        );
    }

    #[test]
    fn a_document_holds_trust_as_one_text() {
        for text in ["public", ONE] {
            let trust: Trust = serde_json::from_value(text.into()).unwrap();
            assert_eq!(serde_json::to_value(&trust).unwrap(), text);
        }
        let refused = serde_json::from_value::<Trust>("private".into()).unwrap_err();
        assert_eq!(refused.to_string(), "must be public, or certificates in PEM and nothing else");
    }

    #[test]
    fn a_pin_is_the_base64_of_32_octets() {
        let ending = |last: char| format!("{}+/{last}=", "A".repeat(40));
        let alphabet = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['+', '/']);
        let sound: String = alphabet.filter(|&last| Pin::parse(&ending(last)).is_ok()).collect();
        assert_eq!(sound, "AEIMQUYcgkosw048", "the last character has four bits of the 256");
        for bad in [
            "A".repeat(44),
            format!("{}==", "A".repeat(42)),
            format!("{}-{}=", "A".repeat(20), "A".repeat(22)),
            format!("{}={}=", "A".repeat(20), "A".repeat(22)),
        ] {
            assert_eq!(Pin::parse(&bad).unwrap_err().rule, Rule::Pattern, "{bad}");
        }
        assert_eq!(Pin::parse(&"A".repeat(45)).unwrap_err().rule, Rule::Length);
    }
}
