//! `[auth]`: whose tokens count on the admin listener.

use std::path::{Path, PathBuf};

use reqwest::Url;

use super::{
    address,
    file::{Refused, read_public_file},
    section::Section,
    tls::certificates,
};
use crate::http::KeySet;

/// Longest issuer and audience.
const NAME_MAX: usize = 255;

/// The token issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Auth {
    /// What `iss` must be, to the letter.
    pub issuer: String,
    /// What `aud` must contain.
    pub audience: String,
    /// Where the issuer's keys are, a JSON Web Key Set (RFC 7517 §5).
    pub keys: KeysAt,
}

/// Where the issuer's keys are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeysAt {
    /// In a file, which may be replaced.
    File(PathBuf),
    /// At the issuer.
    Url {
        /// Its `jwks_uri`: `https`, or `http` on loopback.
        url: Url,
        /// PEM file with the authorities that may have signed the issuer's certificate; the system's without it.
        ca_file: Option<PathBuf>,
    },
}

pub(super) fn read(section: &mut Section<'_>) -> Option<Auth> {
    let issuer = read_name(section, "issuer", "https://id.example.com");
    let audience = read_name(section, "audience", "ops");
    let keys = keys_at(section);
    Some(Auth { issuer: issuer?, audience: audience?, keys: keys? })
}

fn read_name(section: &mut Section<'_>, name: &'static str, example: &str) -> Option<String> {
    let text = section.required(name, example)?;
    let fits =
        (1..=NAME_MAX).contains(&text.len()) && !text.contains(|c: char| c.is_control() || c.is_whitespace());
    if !fits {
        section.fault(name, "is empty, too long, or has spaces", format!("write 1 to {NAME_MAX} characters"));
    }
    fits.then_some(text)
}

fn keys_at(section: &mut Section<'_>) -> Option<KeysAt> {
    let (has_url, has_file) = (section.has("jwks_url"), section.has("jwks_file"));
    if has_file && section.has("jwks_ca_file") {
        let wrong = "is set, yet the keys come from a file";
        section.fault("jwks_ca_file", wrong, "remove it, or set jwks_url in place of jwks_file");
    }
    let ca_file = section.optional_file("jwks_ca_file", |path| certificates(path).map(drop));
    if has_url && has_file {
        section.known("jwks_url");
        section.known("jwks_file");
        section.fault("jwks_url", "is set besides jwks_file", "remove one of the two");
        return None;
    }
    if has_file {
        section.known("jwks_url");
        return section.file("jwks_file", "jwks.json", key_set).map(|(file, ())| KeysAt::File(file));
    }
    section.known("jwks_file");
    let text = section.required("jwks_url", "https://id.example.com/jwks.json")?;
    match address::document(&text) {
        Ok(url) => Some(KeysAt::Url { url, ca_file: ca_file? }),
        Err(Refused { wrong, remedy }) => {
            section.fault("jwks_url", wrong, remedy);
            None
        }
    }
}

/// Checked here; the listener reads it at the start, and again when it changes.
fn key_set(path: &Path) -> Result<(), Refused> {
    let remedy = "save what the issuer publishes at its jwks_uri";
    KeySet::read(&read_public_file(path)?).map(drop).map_err(|error| Refused::new(error.to_string(), remedy))
}
