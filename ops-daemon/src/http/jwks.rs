//! The issuer's public keys (RFC 7517): ES256 and EdDSA only, each with its algorithm fixed by the key itself.

use std::collections::HashSet;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::{Map, Value};

/// Octets of a coordinate of P-256 and of an Ed25519 public key.
const COORDINATE: usize = 32;

/// One public key and the only algorithm it verifies.
pub(super) struct Key {
    pub(super) kid: Option<String>,
    pub(super) algorithm: Algorithm,
    pub(super) public: DecodingKey,
}

/// The keys that tokens are judged by; replaced as a whole.
pub struct KeySet(Vec<Key>);

impl std::fmt::Debug for KeySet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeySet of {}", self.0.len())
    }
}

/// Why a JWKS document is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadKeys {
    /// Not one sound JSON document.
    #[error("is not readable JSON, or names a member twice")]
    Json,
    /// Not `{"keys": […]}`.
    #[error("has no list `keys`")]
    NoList,
    /// A private or symmetric key lies in a file that is to be public.
    #[error("key {0} holds a private or symmetric part: publish the public key only, and replace the pair")]
    Private(usize),
    /// A key of a kind we take, and broken.
    #[error("key {0} is not a sound P-256 or Ed25519 public key")]
    Broken(usize),
    /// Two keys of one name.
    #[error("two keys have the kid of key {0}")]
    SameKid(usize),
    /// Several keys, and one without a name.
    #[error("key {0} needs a kid, because there are several")]
    NoKid(usize),
    /// Nothing to verify with.
    #[error("holds no ES256 or EdDSA key for signatures")]
    Empty,
}

impl KeySet {
    /// Reads a JWKS document. Keys of other kinds and for other uses are passed over (RFC 7517 §5).
    ///
    /// # Errors
    /// When a key we would take is broken, private or ambiguous, or none is left.
    pub fn read(document: &[u8]) -> Result<Self, BadKeys> {
        let document = ops_client::json::read(document).map_err(|_| BadKeys::Json)?;
        let list = document.get("keys").and_then(Value::as_array).ok_or(BadKeys::NoList)?;
        let mut keys = Vec::new();
        for (n, entry) in list.iter().enumerate() {
            keys.extend(key(entry, n)?.map(|key| (n, key)));
        }
        unambiguous(&keys)?;
        Ok(Self(keys.into_iter().map(|(_, key)| key).collect()))
    }

    /// The key for a token that names `kid`; with several keys a token must name one.
    pub(super) fn find(&self, kid: Option<&str>) -> Option<&Key> {
        match (self.0.as_slice(), kid) {
            ([only], None) => Some(only),
            ([only], Some(_)) if only.kid.is_none() => Some(only),
            (keys, Some(kid)) => keys.iter().find(|key| key.kid.as_deref() == Some(kid)),
            (_, None) => None,
        }
    }
}

fn unambiguous(keys: &[(usize, Key)]) -> Result<(), BadKeys> {
    let mut seen = HashSet::new();
    for (n, key) in keys {
        match &key.kid {
            None if keys.len() > 1 => return Err(BadKeys::NoKid(*n)),
            Some(kid) if !seen.insert(kid) => return Err(BadKeys::SameKid(*n)),
            _ => {}
        }
    }
    if keys.is_empty() { Err(BadKeys::Empty) } else { Ok(()) }
}

fn key(entry: &Value, n: usize) -> Result<Option<Key>, BadKeys> {
    let fields = entry.as_object().ok_or(BadKeys::Broken(n))?;
    if fields.contains_key("d") || fields.contains_key("k") {
        return Err(BadKeys::Private(n));
    }
    let algorithm = match (text(fields, "kty"), text(fields, "crv")) {
        (Some("EC"), Some("P-256")) => Algorithm::ES256,
        (Some("OKP"), Some("Ed25519")) => Algorithm::EdDSA,
        _ => return Ok(None),
    };
    if !for_signatures(fields, algorithm) {
        return Ok(None);
    }
    let public = public(fields, algorithm).ok_or(BadKeys::Broken(n))?;
    let kid = match fields.get("kid") {
        None => None,
        Some(kid) => Some(kid.as_str().ok_or(BadKeys::Broken(n))?.to_owned()),
    };
    Ok(Some(Key { kid, algorithm, public }))
}

fn for_signatures(fields: &Map<String, Value>, algorithm: Algorithm) -> bool {
    let named = if algorithm == Algorithm::ES256 { "ES256" } else { "EdDSA" };
    let verifies = |ops: &Value| ops.as_array().is_some_and(|ops| ops.iter().any(|op| op == "verify"));
    fields.get("use").is_none_or(|used| used == "sig")
        && fields.get("alg").is_none_or(|alg| alg == named)
        && fields.get("key_ops").is_none_or(verifies)
}

/// Lengths are checked here: the library slices the octets of an Ed25519 key without looking.
fn public(fields: &Map<String, Value>, algorithm: Algorithm) -> Option<DecodingKey> {
    let x = coordinate(fields, "x")?;
    let key = if algorithm == Algorithm::EdDSA {
        DecodingKey::from_ed_der(&x)
    } else {
        // Uncompressed (SEC 1 §2.3.3).
        DecodingKey::from_ec_der(&[vec![4], x, coordinate(fields, "y")?].concat())
    };
    // A point off the curve is refused when a verifier is made, which the first token would find out too late.
    jsonwebtoken::crypto::verify("", b"", &key, algorithm).ok()?;
    Some(key)
}

fn coordinate(fields: &Map<String, Value>, name: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text(fields, name)?).ok().filter(|octets| octets.len() == COORDINATE)
}

fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    fields.get(name).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::http::testing::Issuer;

    fn read(keys: &Value) -> Result<KeySet, BadKeys> {
        KeySet::read(json!({ "keys": keys }).to_string().as_bytes())
    }

    #[test]
    fn keys_of_other_kinds_and_uses_are_passed_over() {
        let ours = Issuer::es256("a").jwk();
        let mut for_encryption = Issuer::es256("b").jwk();
        for_encryption["use"] = json!("enc");
        let set = read(&json!([{"kty": "RSA", "n": "AQ", "e": "AQAB"}, for_encryption, ours])).unwrap();
        assert!(set.find(Some("a")).is_some());
        assert!(set.find(Some("b")).is_none());
    }

    #[test]
    fn a_private_symmetric_broken_or_ambiguous_key_is_refused_by_its_place() {
        let (a, b) = (Issuer::es256("a").jwk(), Issuer::ed25519("b").jwk());
        let with = |key: &Value, name: &str, value: Value| {
            let mut key = key.clone();
            key[name] = value;
            key
        };
        let without_kid = |key: &Value| {
            let mut key = key.clone();
            key.as_object_mut().unwrap().remove("kid");
            key
        };
        assert_eq!(read(&json!([a, with(&b, "d", json!("AA"))])).unwrap_err(), BadKeys::Private(1));
        assert_eq!(read(&json!([{"kty": "oct", "k": "AA"}])).unwrap_err(), BadKeys::Private(0));
        assert_eq!(read(&json!([with(&b, "x", json!("AA"))])).unwrap_err(), BadKeys::Broken(0));
        let off_curve = URL_SAFE_NO_PAD.encode([1; COORDINATE]);
        assert_eq!(read(&json!([with(&a, "y", json!(off_curve))])).unwrap_err(), BadKeys::Broken(0));
        assert_eq!(read(&json!([a, with(&b, "kid", json!("a"))])).unwrap_err(), BadKeys::SameKid(1));
        assert_eq!(read(&json!([a, without_kid(&b)])).unwrap_err(), BadKeys::NoKid(1));
        assert_eq!(read(&json!([])).unwrap_err(), BadKeys::Empty);
        assert_eq!(KeySet::read(b"{}").unwrap_err(), BadKeys::NoList);
        assert_eq!(KeySet::read(b"no").unwrap_err(), BadKeys::Json);
    }

    #[test]
    fn a_kid_may_be_left_out_only_where_there_is_one_key() {
        let one = read(&json!([Issuer::es256("a").jwk()])).unwrap();
        assert!(one.find(None).is_some() && one.find(Some("a")).is_some() && one.find(Some("z")).is_none());
        let two = read(&json!([Issuer::es256("a").jwk(), Issuer::ed25519("b").jwk()])).unwrap();
        assert!(two.find(None).is_none() && two.find(Some("b")).is_some());
    }
}
