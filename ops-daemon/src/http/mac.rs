//! HMAC-SHA-256 over a list of parts, each with its length before it, so that no two lists look the same.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::config::Key32;

/// Octets of a tag.
pub(super) const TAG: usize = 32;
/// Octets of a block of SHA-256, to which HMAC fills a key up with zeros (RFC 2104 §2).
const BLOCK: usize = 64;

/// A key for one purpose.
pub(super) struct Key(Key32);

impl Key {
    pub(super) fn new(key: &Key32) -> Self {
        Self(key.clone())
    }

    /// The tag of `parts`.
    pub(super) fn tag(&self, parts: &[&[u8]]) -> [u8; TAG] {
        self.fed(parts).finalize().into_bytes().into()
    }

    /// Whether `tag` is the tag of `parts`, in constant time.
    pub(super) fn holds(&self, parts: &[&[u8]], tag: &[u8]) -> bool {
        self.fed(parts).verify_slice(tag).is_ok()
    }

    fn fed(&self, parts: &[&[u8]]) -> Hmac<Sha256> {
        let mut block = Zeroizing::new([0; BLOCK]);
        for (to, from) in block.iter_mut().zip(self.0.expose()) {
            *to = *from;
        }
        let mut mac = Hmac::<Sha256>::new((&*block).into());
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(octet: u8) -> Key {
        Key::new(&Key32::new([octet; 32]))
    }

    #[test]
    fn parts_that_join_to_the_same_text_have_different_tags() {
        assert_ne!(key(1).tag(&[b"ab", b"c"]), key(1).tag(&[b"a", b"bc"]));
        assert_ne!(key(1).tag(&[b"abc"]), key(1).tag(&[b"abc", b""]));
    }

    #[test]
    fn a_tag_holds_under_its_own_key_only() {
        let tag = key(1).tag(&[b"x"]);
        assert!(key(1).holds(&[b"x"], &tag) && !key(2).holds(&[b"x"], &tag) && !key(1).holds(&[b"y"], &tag));
    }
}
