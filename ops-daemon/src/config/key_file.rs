//! A key of 32 octets and the file it is read from: 32 raw octets, or the same in base64.

use std::path::Path;

use base64::{Engine as _, engine::DecodePaddingMode, engine::GeneralPurpose, engine::GeneralPurposeConfig};
use zeroize::{Zeroize as _, Zeroizing};

use super::file::{Refused, read_private_file};

/// Octets of a key: what HMAC-SHA-256 and ChaCha20-Poly1305 take.
pub const KEY_OCTETS: usize = 32;

/// Takes both forms, with `=` at the end and without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A key of 32 octets. No `Debug`, no `Display`; wiped on drop.
#[derive(Clone)]
pub struct Key32(Zeroizing<[u8; KEY_OCTETS]>);

impl Key32 {
    /// Takes the octets over.
    #[must_use]
    pub fn new(octets: [u8; KEY_OCTETS]) -> Self {
        Self(Zeroizing::new(octets))
    }

    /// The octets, for the cipher or MAC that needs them.
    #[must_use]
    pub fn expose(&self) -> &[u8; KEY_OCTETS] {
        &self.0
    }

    /// Compares without telling by its duration where they differ.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.0.iter().zip(other.0.iter()).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
    }
}

/// Reads a key.
///
/// # Errors
/// The file cannot be read, others can read it, or it holds no key.
pub fn read_key(path: &Path) -> Result<Key32, Refused> {
    let remedy = || {
        Refused::new(
            "holds no key of 32 octets, neither raw nor in base64",
            "make one: openssl rand -base64 32",
        )
    };
    let key = parse_key(&read_private_file(path)?).ok_or_else(remedy)?;
    let first = key.expose().first();
    if key.expose().iter().all(|octet| Some(octet) == first) {
        return Err(Refused::new("holds the same octet 32 times, not a random key", remedy().remedy));
    }
    Ok(key)
}

/// A key, raw or in base64.
pub(super) fn parse_key(content: &[u8]) -> Option<Key32> {
    if let Ok(raw) = <[u8; KEY_OCTETS]>::try_from(content) {
        return Some(Key32::new(raw));
    }
    let mut octets = BASE64.decode(content.trim_ascii()).ok()?;
    let key = <[u8; KEY_OCTETS]>::try_from(octets.as_slice()).ok().map(Key32::new);
    octets.zeroize();
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn key_of(content: &[u8]) -> Result<Key32, Refused> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        read_key(file.path())
    }

    #[test]
    fn raw_octets_and_base64_with_or_without_padding_are_the_same_key() {
        let raw: Vec<u8> = (0..32).collect();
        let forms =
            ["AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"];
        let key = key_of(&raw).ok().unwrap();
        for form in forms {
            assert!(key_of(form.as_bytes()).ok().unwrap().is_same(&key));
        }
    }

    #[test]
    fn a_short_key_a_hex_key_and_a_key_of_zeros_are_refused() {
        for bad in [vec![1; 31], b"0".repeat(64), Vec::new(), vec![0; 32]] {
            assert!(key_of(&bad).is_err());
        }
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), (0..32).collect::<Vec<u8>>()).unwrap();
        std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(read_key(file.path()).err().unwrap().remedy.starts_with("run: chmod 600"));
    }
}
