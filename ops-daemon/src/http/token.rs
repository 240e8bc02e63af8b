//! Bearer tokens: a signed JWT (RFC 7519) becomes who is calling, or one named reason why not. Never logs a token.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use arc_swap::ArcSwap;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, crypto};
use ops_core::actor::Actor;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{jwks::KeySet, renewal::Renewal, role::Role};

/// Octets of a token: larger ones are not ours, and cost work before they are refused.
pub const TOKEN_MAX: usize = 8 * 1024;
/// How far the issuer's clock may be from ours.
pub const SKEW: SignedDuration = SignedDuration::from_secs(60);
/// How long a token may be good for: a longer one outlives its owner's leaving.
pub const LIFETIME_MAX: SignedDuration = SignedDuration::from_hours(24);
/// How long a verified token is remembered at most.
pub const REMEMBERED: SignedDuration = SignedDuration::from_secs(60);
/// How many verified tokens are remembered.
pub const REMEMBERED_MAX: u64 = 10_000;
/// Characters of `sub`.
pub const SUBJECT_MAX: usize = 255;

/// Header members that change what a signature means or point elsewhere for the key.
const FORBIDDEN_HEADERS: [&str; 8] = ["crit", "b64", "jku", "x5u", "x5c", "jwk", "zip", "enc"];
/// Claims that only ID tokens carry: such a token says who logged in, not what may be called.
const ID_TOKEN_CLAIMS: [&str; 2] = ["nonce", "at_hash"];

/// What a verified token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// `iss` and `sub`.
    pub actor: Actor,
    /// The roles we know, sorted, each once.
    pub roles: Vec<Role>,
    /// `exp`.
    pub expires_at: Timestamp,
}

/// Why a token was refused: the metric's label, and what the caller is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Rejected {
    /// No token.
    #[error("a bearer token is needed")]
    Missing,
    /// Not `Authorization: Bearer <token>`, or sent twice.
    #[error("the Authorization header must hold one bearer token")]
    Scheme,
    /// Longer than [`TOKEN_MAX`].
    #[error("the token is longer than 8 KiB")]
    TooLarge,
    /// Five parts: encrypted.
    #[error("encrypted tokens are not taken")]
    Encrypted,
    /// Not three sound parts of JSON with each member once.
    #[error("the token is not readable")]
    Malformed,
    /// A header member we refuse, or another type of token.
    #[error("the token's header is not acceptable")]
    Header,
    /// No key of that name, or no name where one is needed.
    #[error("the token's key is not known")]
    UnknownKey,
    /// The issuer has not answered since the start.
    #[error("the issuer's keys are not known yet: the service asks its issuer for them again and again")]
    KeysNotKnown,
    /// The issuer has not answered for a day.
    #[error("the issuer's keys could not be renewed for 24 hours, and are not used any more")]
    KeysTooOld,
    /// Another algorithm than the key's.
    #[error("the token's algorithm is not the key's")]
    Algorithm,
    /// The signature does not hold.
    #[error("the token's signature does not hold")]
    Signature,
    /// An ID token.
    #[error("an ID token is not an access token")]
    IdToken,
    /// Another issuer.
    #[error("the token is from another issuer")]
    Issuer,
    /// Not for us.
    #[error("the token is for another audience")]
    Audience,
    /// No sound subject.
    #[error("the token's subject is missing or unsound")]
    Subject,
    /// `exp` or `iat` missing or unsound, or more than a day apart.
    #[error("the token must say iat and exp, at most 24 hours apart")]
    Lifetime,
    /// Over.
    #[error("the token has expired")]
    Expired,
    /// Not yet begun.
    #[error("the token is not valid yet")]
    NotYet,
    /// `roles` is no list of texts.
    #[error("the token's roles are not a list of texts")]
    Roles,
}

impl Rejected {
    /// The metric's label.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Scheme => "scheme",
            Self::TooLarge => "too_large",
            Self::Encrypted => "encrypted",
            Self::Malformed => "malformed",
            Self::Header => "header",
            Self::UnknownKey => "unknown_key",
            Self::KeysNotKnown => "keys_not_known",
            Self::KeysTooOld => "keys_too_old",
            Self::Algorithm => "algorithm",
            Self::Signature => "signature",
            Self::IdToken => "id_token",
            Self::Issuer => "issuer",
            Self::Audience => "audience",
            Self::Subject => "subject",
            Self::Lifetime => "lifetime",
            Self::Expired => "expired",
            Self::NotYet => "not_yet",
            Self::Roles => "roles",
        }
    }
}

/// Whose tokens, and for whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// Exactly `iss`.
    pub issuer: String,
    /// One of `aud`.
    pub audience: String,
}

/// The keys of one moment; `generation` separates what was verified under others.
#[derive(Clone)]
struct Keys {
    generation: u64,
    /// None before the first came.
    set: Option<Arc<KeySet>>,
    /// When they are too old to be used, however sound they are.
    until: Option<Timestamp>,
}

#[derive(Clone)]
struct Remembered {
    verified: Arc<Verified>,
    until: Timestamp,
}

/// Judges tokens and remembers sound ones for a minute.
pub struct Verifier {
    expected: Expected,
    keys: ArcSwap<Keys>,
    generations: AtomicU64,
    remembered: moka::sync::Cache<(u64, [u8; 32]), Remembered>,
    /// How new keys are asked for.
    pub renewal: Renewal,
}

impl Verifier {
    /// Judges by `keys`.
    #[must_use]
    pub fn new(expected: Expected, keys: KeySet) -> Self {
        let verifier = Self::without_keys(expected, Renewal::never());
        verifier.replace(keys, None);
        verifier
    }

    /// Knows no keys yet, and refuses every token; a token with a key that is not known asks `renewal` for others.
    #[must_use]
    pub fn without_keys(expected: Expected, renewal: Renewal) -> Self {
        let remembered = moka::sync::Cache::builder()
            .max_capacity(REMEMBERED_MAX)
            .time_to_live(Duration::from_secs(REMEMBERED.as_secs().unsigned_abs()))
            .build();
        let keys = ArcSwap::from_pointee(Keys { generation: 0, set: None, until: None });
        Self { expected, keys, generations: AtomicU64::new(1), remembered, renewal }
    }

    /// Judges by `keys` from now on; what was verified by the old ones is judged again. At `until` they are too old.
    pub fn replace(&self, keys: KeySet, until: Option<Timestamp>) {
        let generation = self.generations.fetch_add(1, Ordering::Relaxed);
        self.keys.store(Arc::new(Keys { generation, set: Some(Arc::new(keys)), until }));
    }

    /// The keys have not changed, and are now too old only at `until`.
    pub fn prolong(&self, until: Option<Timestamp>) {
        self.keys.rcu(|keys| Keys { until, ..Keys::clone(keys) });
    }

    /// Who `token` stands for at `now`.
    ///
    /// # Errors
    /// With the first reason found.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Arc<Verified>, Rejected> {
        if token.len() > TOKEN_MAX {
            return Err(Rejected::TooLarge);
        }
        let keys = self.keys.load();
        let set = keys.set.as_deref().ok_or(Rejected::KeysNotKnown)?;
        if keys.until.is_some_and(|until| now >= until) {
            return Err(Rejected::KeysTooOld);
        }
        let name = (keys.generation, Sha256::digest(token).into());
        if let Some(hit) = self.remembered.get(&name)
            && now < hit.until
        {
            return Ok(hit.verified);
        }
        let verified = Arc::new(judge(token, set, &self.expected, now)?);
        let until = verified.expires_at.min(later(now, REMEMBERED));
        self.remembered.insert(name, Remembered { verified: Arc::clone(&verified), until });
        Ok(verified)
    }
}

fn judge(token: &str, keys: &KeySet, expected: &Expected, now: Timestamp) -> Result<Verified, Rejected> {
    let mut parts = token.split('.');
    let (Some(header), Some(payload), Some(signature), extra) =
        (parts.next(), parts.next(), parts.next(), parts.count())
    else {
        return Err(Rejected::Malformed);
    };
    match extra {
        0 => {}
        2 => return Err(Rejected::Encrypted),
        _ => return Err(Rejected::Malformed),
    }
    check_signature(token, header, signature, keys)?;
    claims(&object(payload)?, expected, now)
}

/// Nothing of the payload is looked at before its signature holds.
fn check_signature(token: &str, header: &str, signature: &str, keys: &KeySet) -> Result<(), Rejected> {
    let fields = object(header)?;
    let key = keys.find(sound_header(&fields)?).ok_or(Rejected::UnknownKey)?;
    let named = match fields.get("alg").and_then(Value::as_str) {
        Some("ES256") => Algorithm::ES256,
        Some("EdDSA") => Algorithm::EdDSA,
        _ => return Err(Rejected::Algorithm),
    };
    if named != key.algorithm {
        return Err(Rejected::Algorithm);
    }
    let signed =
        token.strip_suffix(signature).and_then(|rest| rest.strip_suffix('.')).ok_or(Rejected::Malformed)?;
    match crypto::verify(signature, signed.as_bytes(), &key.public, key.algorithm) {
        Ok(true) => Ok(()),
        _ => Err(Rejected::Signature),
    }
}

/// The header's `kid`, when the header holds nothing we refuse.
fn sound_header(fields: &Map<String, Value>) -> Result<Option<&str>, Rejected> {
    if FORBIDDEN_HEADERS.iter().any(|name| fields.contains_key(*name)) {
        return Err(Rejected::Header);
    }
    match fields.get("typ") {
        None => {}
        Some(Value::String(typ)) if typ.eq_ignore_ascii_case("JWT") || typ.eq_ignore_ascii_case("at+jwt") => {
        }
        Some(_) => return Err(Rejected::Header),
    }
    match fields.get("kid") {
        None => Ok(None),
        Some(Value::String(kid)) => Ok(Some(kid)),
        Some(_) => Err(Rejected::Header),
    }
}

fn claims(claims: &Map<String, Value>, expected: &Expected, now: Timestamp) -> Result<Verified, Rejected> {
    if ID_TOKEN_CLAIMS.iter().any(|name| claims.contains_key(*name)) {
        return Err(Rejected::IdToken);
    }
    if claims.get("iss").and_then(Value::as_str) != Some(&expected.issuer) {
        return Err(Rejected::Issuer);
    }
    if !audience(claims.get("aud"), &expected.audience) {
        return Err(Rejected::Audience);
    }
    let subject = claims.get("sub").and_then(Value::as_str).filter(|sub| sound_subject(sub));
    let subject = subject.ok_or(Rejected::Subject)?.to_owned();
    let expires_at = expiry(claims, now)?;
    let roles = roles(claims.get("roles"))?;
    Ok(Verified { actor: Actor { issuer: expected.issuer.clone(), subject }, roles, expires_at })
}

fn audience(claim: Option<&Value>, ours: &str) -> bool {
    match claim {
        Some(Value::String(one)) => one == ours,
        Some(Value::Array(list)) => list.iter().all(Value::is_string) && list.iter().any(|one| one == ours),
        _ => false,
    }
}

fn sound_subject(subject: &str) -> bool {
    (1..=SUBJECT_MAX).contains(&subject.chars().count()) && !subject.chars().any(char::is_control)
}

fn expiry(claims: &Map<String, Value>, now: Timestamp) -> Result<Timestamp, Rejected> {
    let expires_at = time(claims.get("exp")).ok_or(Rejected::Lifetime)?;
    let issued_at = time(claims.get("iat")).ok_or(Rejected::Lifetime)?;
    if expires_at <= issued_at || expires_at.duration_since(issued_at) > LIFETIME_MAX {
        return Err(Rejected::Lifetime);
    }
    if now >= later(expires_at, SKEW) {
        return Err(Rejected::Expired);
    }
    let starts_at = match claims.get("nbf") {
        None => issued_at,
        some => time(some).ok_or(Rejected::Lifetime)?.max(issued_at),
    };
    if starts_at > later(now, SKEW) { Err(Rejected::NotYet) } else { Ok(expires_at) }
}

/// NumericDate (RFC 7519 §2): seconds, perhaps with a fraction, which is dropped.
fn time(claim: Option<&Value>) -> Option<Timestamp> {
    let number = claim?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "`as` saturates, and a saturated second is no timestamp"
    )]
    let seconds = number.as_i64().or_else(|| number.as_f64().map(|seconds| seconds.floor() as i64))?;
    Timestamp::from_second(seconds).ok()
}

fn roles(claim: Option<&Value>) -> Result<Vec<Role>, Rejected> {
    let list = match claim {
        None => return Ok(Vec::new()),
        Some(Value::Array(list)) => list,
        Some(_) => return Err(Rejected::Roles),
    };
    let mut roles = Vec::new();
    for role in list {
        roles.extend(Role::named(role.as_str().ok_or(Rejected::Roles)?));
    }
    roles.sort();
    roles.dedup();
    Ok(roles)
}

fn object(part: &str) -> Result<Map<String, Value>, Rejected> {
    let octets = URL_SAFE_NO_PAD.decode(part).map_err(|_| Rejected::Malformed)?;
    match ops_client::json::read(&octets) {
        Ok(Value::Object(fields)) => Ok(fields),
        _ => Err(Rejected::Malformed),
    }
}

fn later(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.saturating_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
