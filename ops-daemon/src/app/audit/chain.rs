//! The chain: each link hashes its entry and the link before it, and a seal signs a link and thereby everything before it.
//! Whoever can write the database cannot make a seal: the key lies outside of it.

use ed25519_dalek::{Signature, Signer, SigningKey};
use jiff::Timestamp;
use ops_store::port::{Link, Record, Seal};
use sha2::{Digest, Sha256};

use crate::config::{FormerKey, Key32};

/// A SHA-256.
pub type Hash = [u8; 32];

/// What the first link is chained to.
pub const START: Hash = [0; 32];

const LINK: &[u8] = b"ops audit link v1";
const SEAL: &[u8] = b"ops audit seal v2";

/// The hash of the link at place `n` after `before`.
#[must_use]
pub fn hash(before: &Hash, n: i64, record: &Record) -> Hash {
    let Record { id, at, action, operator_id, request_id, entry, actor, subject_id } = record;
    let mut hash = Sha256::new();
    hash.update(LINK);
    hash.update(before);
    hash.update(n.to_be_bytes());
    hash.update(id.as_bytes());
    hash.update(at.as_microsecond().to_be_bytes());
    for id in [operator_id, subject_id] {
        hash.update([u8::from(id.is_some())]);
        hash.update(id.map(|id| *id.as_bytes()).unwrap_or_default());
    }
    // each with its length: no two rows run together into the same octets
    for text in [action, request_id, entry, actor] {
        hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(text);
    }
    hash.finalize().into()
}

/// The links of rows that have none yet, after the newest one.
#[must_use]
pub fn extend(newest: Option<Link>, rows: &[(i64, Record)]) -> Vec<Link> {
    let (mut n, mut before) = newest.map_or((0, START), |link| (link.n, link.hash));
    let mut next = |(row_no, record): &(i64, Record)| {
        n += 1;
        before = hash(&before, n, record);
        Link { n, row_no: *row_no, hash: before }
    };
    rows.iter().map(&mut next).collect()
}

/// Makes seals, and knows those that were made with a former key.
pub struct SealKey {
    signing: SigningKey,
    former: Vec<FormerKey>,
}

impl SealKey {
    /// The key with this seed.
    #[must_use]
    pub fn new(seed: &Key32, former: Vec<FormerKey>) -> Self {
        Self { signing: SigningKey::from_bytes(seed.expose()), former }
    }

    /// What others verify seals with.
    #[must_use]
    pub fn public(&self) -> [u8; 32] {
        self.signing.verifying_key().to_bytes()
    }

    /// Seals a link.
    #[must_use]
    pub fn seal(&self, link: &Link, at: Timestamp) -> Seal {
        Seal { n: link.n, signature: self.signing.sign(&sealed(link.n, &link.hash, at)).to_vec(), at }
    }

    /// Whether a seal is over the link at its place with this hash, by our key or by one that was ours up to there.
    #[must_use]
    pub fn made(&self, seal: &Seal, hash: &Hash) -> bool {
        let Ok(signature) = Signature::from_slice(&seal.signature) else { return false };
        let text = sealed(seal.n, hash, seal.at);
        let ours = self.signing.verifying_key();
        let former = self.former.iter().filter(|former| seal.n <= former.through).map(|former| &former.key);
        former.chain([&ours]).any(|key| key.verify_strict(&text, &signature).is_ok())
    }
}

fn sealed(n: i64, hash: &Hash, at: Timestamp) -> Vec<u8> {
    [SEAL, &n.to_be_bytes(), hash, &at.as_microsecond().to_be_bytes()].concat()
}

/// A place of the chain for people: `n` and the hash in hexadecimal, such as `42.9f86d081…`.
#[must_use]
pub fn anchor(n: i64, hash: &Hash) -> String {
    let hex: String = hash.iter().map(|octet| format!("{octet:02x}")).collect();
    format!("{n}.{hex}")
}

/// Reads a place of the chain.
#[must_use]
pub fn read_anchor(text: &str) -> Option<(i64, Hash)> {
    let (n, hex) = text.split_once('.')?;
    let is_canonical = n.parse::<i64>().is_ok_and(|number| number > 0 && number.to_string() == n);
    let is_hex = hex.len() == 64 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if !is_canonical || !is_hex {
        return None;
    }
    let mut hash = START;
    for (at, octet) in hash.iter_mut().enumerate() {
        *octet = u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some((n.parse().ok()?, hash))
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::VerifyingKey;
    use uuid::Uuid;

    use super::*;

    fn record() -> Record {
        Record {
            id: Uuid::from_u128(1),
            at: Timestamp::UNIX_EPOCH,
            action: "a".into(),
            operator_id: None,
            request_id: "r".into(),
            entry: "{}".into(),
            actor: "ada".into(),
            subject_id: None,
        }
    }

    #[test]
    fn every_column_the_place_and_the_link_before_are_in_the_hash() {
        let plain = hash(&START, 1, &record());
        let changed = [
            Record { id: Uuid::from_u128(2), ..record() },
            Record { at: Timestamp::from_microsecond(1).unwrap(), ..record() },
            Record { action: "ar".into(), request_id: String::new(), ..record() },
            Record { operator_id: Some(Uuid::nil()), ..record() },
            Record { subject_id: Some(Uuid::nil()), ..record() },
            Record { request_id: "s".into(), ..record() },
            Record { entry: "{ }".into(), ..record() },
            Record { actor: "bob".into(), ..record() },
        ];
        let mut hashes: Vec<_> = changed.iter().map(|record| hash(&START, 1, record)).collect();
        hashes.extend([plain, hash(&[1; 32], 1, &record()), hash(&START, 2, &record())]);
        let count = hashes.len();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), count);
    }

    #[test]
    fn a_seal_holds_for_its_link_and_by_our_keys_only() {
        let [ours, former, foreign] = [1, 2, 3].map(|seed| Key32::new([seed; 32]));
        let past = SealKey::new(&former, Vec::new());
        let was_ours = VerifyingKey::from_bytes(&past.public()).unwrap();
        let key = SealKey::new(&ours, vec![FormerKey { key: was_ours, through: 7 }]);
        let link = Link { n: 7, row_no: 9, hash: [5; 32] };
        let seal = key.seal(&link, Timestamp::UNIX_EPOCH);
        assert!(
            key.made(&seal, &link.hash) && key.made(&past.seal(&link, Timestamp::UNIX_EPOCH), &link.hash)
        );
        assert!(
            !key.made(&SealKey::new(&foreign, Vec::new()).seal(&link, Timestamp::UNIX_EPOCH), &link.hash)
        );
        assert!(!past.made(&seal, &link.hash), "a key does not know its successor");
        let later = Link { n: 8, ..link };
        let late = past.seal(&later, Timestamp::UNIX_EPOCH);
        assert!(!key.made(&late, &later.hash), "a former key has sealed nothing since");
        let moved = Seal { at: Timestamp::from_microsecond(1).unwrap(), ..seal.clone() };
        assert!(!key.made(&moved, &link.hash), "its time is sealed too");
        assert!(!key.made(&seal, &[6; 32]) && !key.made(&Seal { n: 8, ..seal.clone() }, &link.hash));
        for bit in 0..seal.signature.len() * 8 {
            let mut flipped = seal.clone();
            flipped.signature[bit / 8] ^= 1 << (bit % 8);
            assert!(!key.made(&flipped, &link.hash), "bit {bit}");
        }
        assert!(!key.made(&Seal { signature: Vec::new(), ..seal }, &link.hash));
    }

    #[test]
    fn an_anchor_has_one_spelling() {
        let text = anchor(42, &[0xab; 32]);
        assert_eq!(
            (text.as_str(), read_anchor(&text)),
            (format!("42.{}", "ab".repeat(32)).as_str(), Some((42, [0xab; 32])))
        );
        let hex = "ab".repeat(32);
        for bad in [
            String::new(),
            "42".into(),
            format!("0.{hex}"),
            format!("-1.{hex}"),
            format!("042.{hex}"),
            format!("42.{}", hex.to_uppercase()),
            format!("42.{hex}a"),
            format!("42.{}", &hex[1..]),
            format!("42.{}é", &hex[2..]),
        ] {
            assert_eq!(read_anchor(&bad), None, "{bad}");
        }
    }
}
