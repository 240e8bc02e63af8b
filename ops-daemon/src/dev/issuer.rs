//! The local token issuer: a key made once, its public half as a key set, and a token per role at every start.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::folder::{Folder, FolderError};
use crate::http::role::Role;

/// `iss` of every token.
pub(super) const ISSUER: &str = "https://ops.dev";
/// `aud` of every token.
pub(super) const AUDIENCE: &str = "ops";
/// Beginning of the key's name.
pub(super) const KEY_ID_PREFIX: &str = "dev-";
/// File of the public key.
pub(super) const KEY_SET: &str = "jwks.json";
/// File of the private key.
const KEY: &str = "keys/issuer";
/// Life of a token: the longest that is taken.
const LIFE: SignedDuration = SignedDuration::from_hours(24);
/// Octets of a coordinate of P-256.
const COORDINATE: usize = 32;

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum NoToken {
    /// The folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The key file holds something else.
    #[error("{0} holds no P-256 key: remove it, and a new one is made")]
    NotAKey(String),
    /// No key can be made.
    #[error("no issuer key can be made")]
    Key(#[from] rcgen::Error),
    /// A token cannot be signed.
    #[error("no token can be signed")]
    Sign(#[from] jsonwebtoken::errors::Error),
}

/// File of the token for `role`.
pub(super) fn token_file(role: Role) -> String {
    format!("tokens/{}.jwt", role.as_str())
}

/// Makes the key if it is missing, and the key set and tokens anew.
pub(super) fn prepare(folder: &Folder, now: Timestamp) -> Result<(), NoToken> {
    let key = key(folder)?;
    let (key_id, key_set) =
        public_key(&key).ok_or_else(|| NoToken::NotAKey(folder.file(KEY).display().to_string()))?;
    folder.write_public(KEY_SET, key_set.as_bytes())?;
    let signing = EncodingKey::from_ec_der(key.serialized_der());
    let header = Header { kid: Some(key_id), ..Header::new(Algorithm::ES256) };
    for role in Role::ALL {
        let token = jsonwebtoken::encode(&header, &claims(role, now), &signing)?;
        folder.write_private(&token_file(role), token.as_bytes())?;
    }
    Ok(())
}

fn key(folder: &Folder) -> Result<KeyPair, NoToken> {
    let Some(pem) = folder.read(KEY)? else {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        folder.write_private(KEY, key.serialize_pem().as_bytes())?;
        return Ok(key);
    };
    let key = std::str::from_utf8(&pem).ok().and_then(|pem| KeyPair::from_pem(pem).ok());
    key.ok_or_else(|| NoToken::NotAKey(folder.file(KEY).display().to_string()))
}

fn claims(role: Role, now: Timestamp) -> serde_json::Value {
    json!({
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": format!("dev-{}", role.as_str()),
        "roles": [role.as_str()],
        "iat": now.as_second(),
        "exp": (now + LIFE).as_second(),
    })
}

/// The key's name and the key set that holds it (RFC 7517). The name follows from the key (RFC 7638), so that a token
/// of another folder names a key that is not known here.
fn public_key(key: &KeyPair) -> Option<(String, String)> {
    // SEC 1 §2.3.3: 4, then both coordinates
    let [4, point @ ..] = key.public_key_raw() else { return None };
    let (x, y) = point.split_at_checked(COORDINATE).filter(|(_, y)| y.len() == COORDINATE)?;
    let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
    let thumbprint = Sha256::digest(format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#));
    let key_id = format!("{KEY_ID_PREFIX}{}", URL_SAFE_NO_PAD.encode(thumbprint));
    let public =
        json!({"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": key_id, "x": x, "y": y});
    let key_set = format!("{:#}\n", json!({"keys": [public]}));
    Some((key_id, key_set))
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{DecodingKey, Validation, jwk::JwkSet};
    use serde_json::Value;

    use super::*;

    fn now() -> Timestamp {
        // tokens are checked against the real clock here
        Timestamp::from_second(i64::try_from(jsonwebtoken::get_current_timestamp()).unwrap()).unwrap()
    }

    fn verify(folder: &Folder, role: Role) -> (Header, Value) {
        let text = |name: &str| String::from_utf8(folder.read(name).unwrap().unwrap()).unwrap();
        let set: JwkSet = serde_json::from_str(&text(KEY_SET)).unwrap();
        let token = text(&token_file(role));
        let kid = jsonwebtoken::decode_header(&token).unwrap().kid.unwrap();
        let public = DecodingKey::from_jwk(set.find(&kid).unwrap()).unwrap();
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        let verified = jsonwebtoken::decode::<Value>(&token, &public, &validation).unwrap();
        (verified.header, verified.claims)
    }

    #[test]
    fn every_role_has_a_token_that_the_key_set_verifies() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Folder::open(parent.path()).unwrap();
        prepare(&folder, now()).unwrap();
        for role in Role::ALL {
            let (_, claims) = verify(&folder, role);
            assert_eq!(claims["sub"], format!("dev-{}", role.as_str()));
            assert_eq!(claims["roles"], json!([role.as_str()]));
            assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 24 * 3600);
        }
    }

    #[test]
    fn a_restart_keeps_the_key_so_that_handed_out_tokens_go_on() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Folder::open(parent.path()).unwrap();
        prepare(&folder, now()).unwrap();
        let (before, _) = verify(&folder, Role::Admin);
        prepare(&folder, now() + SignedDuration::from_secs(5)).unwrap();
        let (after, _) = verify(&folder, Role::Admin);
        assert_eq!(before.kid, after.kid);
        assert!(before.kid.unwrap().starts_with(KEY_ID_PREFIX));
    }

    #[test]
    fn a_spoiled_key_file_is_named_and_not_replaced() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Folder::open(parent.path()).unwrap();
        folder.write_private(KEY, b"nothing").unwrap();
        assert!(prepare(&folder, now()).unwrap_err().to_string().contains("keys/issuer"));
    }
}
