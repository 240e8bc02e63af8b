//! `[auth]`: whose tokens count on the admin listener.

use std::path::{Path, PathBuf};

use super::{
    file::{Refused, read_public_file},
    section::Section,
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
    /// The issuer's keys, a JSON Web Key Set (RFC 7517 §5).
    pub jwks_file: PathBuf,
}

pub(super) fn read(section: &mut Section<'_>) -> Option<Auth> {
    let issuer = read_name(section, "issuer", "https://id.example.com");
    let audience = read_name(section, "audience", "ops");
    let jwks_file = section.file("jwks_file", "jwks.json", key_set);
    Some(Auth { issuer: issuer?, audience: audience?, jwks_file: jwks_file?.0 })
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

/// Checked here; the listener reads it at the start.
fn key_set(path: &Path) -> Result<(), Refused> {
    let remedy = "save what the issuer publishes at its jwks_uri";
    KeySet::read(&read_public_file(path)?).map(drop).map_err(|error| Refused::new(error.to_string(), remedy))
}
