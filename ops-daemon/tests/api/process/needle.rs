//! Looks for many secrets in much text at once, in every form in which they could be written down by mistake.

use std::collections::HashMap;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use sha2::{Digest as _, Sha256};

/// Octets by which a needle is found; none is shorter.
const START: usize = 8;
/// Bits of a place for a beginning: many more places than there are needles.
const PLACE_BITS: u32 = 24;

/// Everything to look for.
pub(super) struct Needles {
    /// Whether any needle has a beginning that is kept [there](at): a cheap no for nearly all places.
    may_start: Vec<bool>,
    by_start: HashMap<[u8; START], Vec<Needle>>,
}

struct Needle {
    octets: Vec<u8>,
    what: String,
}

impl Needles {
    pub(super) fn new() -> Self {
        Self { may_start: vec![false; 1 << PLACE_BITS], by_start: HashMap::new() }
    }

    /// A secret of 8 octets: as it is, encoded, and by its digest.
    pub(super) fn add_secret(&mut self, secret: &str) {
        assert_eq!(secret.len(), START, "{secret}");
        self.add(secret.as_bytes(), format!("{secret} as it is"));
        self.add_encoded(secret.as_bytes(), secret);
        self.add_digest(secret.as_bytes(), secret);
    }

    /// The SHA-256 of something, in every form.
    pub(super) fn add_digest(&mut self, of: &[u8], name: &str) {
        let digest = Sha256::digest(of);
        self.add(&digest, format!("SHA-256 of {name}"));
        self.add_encoded(&digest, &format!("SHA-256 of {name}"));
    }

    fn add_encoded(&mut self, octets: &[u8], name: &str) {
        let hex: String = octets.iter().map(|octet| format!("{octet:02x}")).collect();
        self.add(hex.as_bytes(), format!("{name} in hex"));
        self.add(hex.to_uppercase().as_bytes(), format!("{name} in upper-case hex"));
        let listed: Vec<String> = octets.iter().map(u8::to_string).collect();
        self.add(listed.join(", ").as_bytes(), format!("{name} as a list of numbers"));
        // base64 holds 6 bits a letter, so what it looks like depends on how many octets stand before it
        for before in 0..3 {
            let text = [vec![0; before], octets.to_vec()].concat();
            let (first, end) = ((before * 8).div_ceil(6), text.len() * 8 / 6);
            for encoded in [STANDARD_NO_PAD.encode(&text), URL_SAFE_NO_PAD.encode(&text)] {
                self.add(&encoded.as_bytes()[first..end], format!("{name} in base64 behind {before} octets"));
            }
        }
    }

    fn add(&mut self, octets: &[u8], what: String) {
        let start: [u8; START] = octets[..START].try_into().unwrap();
        self.may_start[at(&start)] = true;
        self.by_start.entry(start).or_default().push(Needle { octets: octets.to_vec(), what });
    }

    /// What of it stands in this, each once.
    pub(super) fn found_in(&self, hay: &[u8]) -> Vec<&str> {
        let mut found = Vec::new();
        for (place, start) in hay.windows(START).enumerate() {
            let start = start.try_into().unwrap();
            if !self.may_start[at(&start)] {
                continue;
            }
            let needles = self.by_start.get(&start).into_iter().flatten();
            found.extend(
                needles
                    .filter(|needle| hay[place..].starts_with(&needle.octets))
                    .map(|needle| needle.what.as_str()),
            );
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// The place of a beginning, spread by a multiplication.
fn at(start: &[u8; START]) -> usize {
    let spread = u64::from_le_bytes(*start).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    usize::try_from(spread >> (u64::BITS - PLACE_BITS)).unwrap()
}

#[test]
fn a_secret_is_found_in_every_form_and_behind_any_number_of_octets() {
    let mut needles = Needles::new();
    needles.add_secret("Cn7x0QzP");
    needles.add_digest(br#"{"a":1}"#, "the body");
    for before in 0..4 {
        let line = [&b"abcd"[..before], b"Cn7x0QzP", b" and more"].concat();
        let encoded = [STANDARD_NO_PAD.encode(&line), URL_SAFE_NO_PAD.encode(&line)];
        let hex: String = line.iter().map(|octet| format!("{octet:02x}")).collect();
        let told =
            [encoded[0].clone(), encoded[1].clone(), hex.clone(), hex.to_uppercase(), format!("{line:?}")];
        for told in told.iter().map(String::as_bytes).chain([line.as_slice()]) {
            assert!(!needles.found_in(told).is_empty(), "{}", String::from_utf8_lossy(told));
        }
    }
    for secret in ["Cn7x0QzP", r#"{"a":1}"#] {
        let digest = Sha256::digest(secret);
        let encoded = STANDARD_NO_PAD.encode(digest).into_bytes();
        for told in [digest.to_vec(), encoded, format!("{:?}", digest.as_slice()).into_bytes()] {
            assert!(!needles.found_in(&told).is_empty(), "{}", String::from_utf8_lossy(&told));
        }
    }
    assert!(needles.found_in(b"Cn7x0Qz and nothing else, cn7x0qzp").is_empty());
}
