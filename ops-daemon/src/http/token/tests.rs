//! Tokens of known issuers, sound and forged in every way that is known, against the verifier.

use jsonwebtoken::EncodingKey;
use serde_json::json;

use super::*;
use crate::http::testing::{AUDIENCE, ISSUER, Issuer, NOW};

fn now() -> Timestamp {
    Timestamp::from_second(NOW).unwrap()
}

fn expected() -> Expected {
    Expected { issuer: ISSUER.into(), audience: AUDIENCE.into() }
}

fn verifier(issuers: &[&Issuer]) -> Verifier {
    Verifier::new(expected(), Issuer::keys(issuers))
}

fn sound() -> Value {
    json!({"iss": ISSUER, "aud": AUDIENCE, "sub": "ada", "iat": NOW, "exp": NOW + 3600, "roles": ["viewer"]})
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = sound();
    claims[name] = value;
    claims
}

fn without(name: &str) -> Value {
    let mut claims = sound();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

#[test]
fn a_sound_token_of_either_algorithm_says_who_calls_and_in_which_roles() {
    let (ec, ed) = (Issuer::es256("ec"), Issuer::ed25519("ed"));
    let verifier = verifier(&[&ec, &ed]);
    for issuer in [&ec, &ed] {
        let claims = with("roles", json!(["admin", "viewer", "viewer", "somebody-else's"]));
        let verified = verifier.verify(&issuer.token(&claims), now()).unwrap();
        assert_eq!(verified.actor, Actor { issuer: ISSUER.into(), subject: "ada".into() });
        assert_eq!(verified.roles, [Role::Viewer, Role::Admin]);
        assert_eq!(verified.expires_at.as_second(), NOW + 3600);
    }
}

#[test]
fn each_faulty_claim_is_refused_for_its_own_reason() {
    let issuer = Issuer::es256("k");
    let verifier = verifier(&[&issuer]);
    let day = 24 * 3600;
    for (claims, reason) in [
        (with("iss", json!("https://other")), Rejected::Issuer),
        (with("iss", json!(format!("{ISSUER}/"))), Rejected::Issuer),
        (without("iss"), Rejected::Issuer),
        (with("aud", json!("other")), Rejected::Audience),
        (with("aud", json!(["other", 7, AUDIENCE])), Rejected::Audience),
        (without("aud"), Rejected::Audience),
        (with("exp", json!(NOW - 61)), Rejected::Lifetime),
        (without("exp"), Rejected::Lifetime),
        (without("iat"), Rejected::Lifetime),
        (with("exp", json!(NOW + day + 1)), Rejected::Lifetime),
        (with("exp", json!("tomorrow")), Rejected::Lifetime),
        (with("exp", json!(1e300)), Rejected::Lifetime),
        (with("nbf", json!(NOW + 61)), Rejected::NotYet),
        (with("nbf", json!("soon")), Rejected::Lifetime),
        (with("iat", json!(NOW + 61)), Rejected::NotYet),
        (without("sub"), Rejected::Subject),
        (with("sub", json!("")), Rejected::Subject),
        (with("sub", json!("x".repeat(256))), Rejected::Subject),
        (with("sub", json!("a\nb")), Rejected::Subject),
        (with("nonce", json!("n")), Rejected::IdToken),
        (with("at_hash", json!("h")), Rejected::IdToken),
        (with("roles", json!("admin")), Rejected::Roles),
        (with("roles", json!(["admin", 1])), Rejected::Roles),
    ] {
        assert_eq!(verifier.verify(&issuer.token(&claims), now()), Err(reason), "{claims}");
    }
}

#[test]
fn times_are_judged_with_a_minute_of_skew() {
    let issuer = Issuer::es256("k");
    let at = |claims: &Value, seconds: i64| {
        verifier(&[&issuer]).verify(&issuer.token(claims), Timestamp::from_second(seconds).unwrap())
    };
    assert!(at(&sound(), NOW + 3600 + 59).is_ok());
    assert_eq!(at(&sound(), NOW + 3600 + 60), Err(Rejected::Expired));
    assert!(at(&sound(), NOW - 60).is_ok());
    assert_eq!(at(&sound(), NOW - 61), Err(Rejected::NotYet));
    assert!(at(&with("nbf", json!(NOW + 60)), NOW).is_ok());
    assert!(at(&with("exp", json!(NOW + 24 * 3600)), NOW).is_ok());
    assert!(at(&with("exp", json!(NOW as f64 + 10.5)), NOW).is_ok());
    assert!(at(&with("aud", json!(["other", AUDIENCE])), NOW).is_ok());
    assert!(at(&without("roles"), NOW).unwrap().roles.is_empty());
}

#[test]
fn each_header_that_moves_the_trust_elsewhere_is_refused() {
    let issuer = Issuer::es256("k");
    let verifier = verifier(&[&issuer]);
    for name in FORBIDDEN_HEADERS {
        let token = issuer.signed(&json!({"alg": "ES256", "kid": "k", name: ["exp"]}), &sound());
        assert_eq!(verifier.verify(&token, now()), Err(Rejected::Header), "{name}");
    }
    for typ in ["id_token", "logout+jwt", "dpop+jwt"] {
        let token = issuer.signed(&json!({"alg": "ES256", "typ": typ}), &sound());
        assert_eq!(verifier.verify(&token, now()), Err(Rejected::Header), "{typ}");
    }
    for typ in ["JWT", "jwt", "at+jwt"] {
        assert!(
            verifier.verify(&issuer.signed(&json!({"alg": "ES256", "typ": typ}), &sound()), now()).is_ok()
        );
    }
}

#[test]
fn the_key_fixes_the_algorithm() {
    let (ec, ed) = (Issuer::es256("ec"), Issuer::ed25519("ed"));
    let verifier = verifier(&[&ec, &ed]);
    let none = ec.signed(&json!({"alg": "none", "kid": "ec"}), &sound());
    assert_eq!(verifier.verify(&none, now()), Err(Rejected::Algorithm));
    let unsigned = format!("{}.", none.rsplit_once('.').unwrap().0);
    assert_eq!(verifier.verify(&unsigned, now()), Err(Rejected::Algorithm));
    let swapped = ec.signed(&json!({"alg": "ES256", "kid": "ed"}), &sound());
    assert_eq!(verifier.verify(&swapped, now()), Err(Rejected::Algorithm));
    let mut header = jsonwebtoken::Header::new(Algorithm::HS256);
    header.kid = Some("ec".into());
    for secret in [ec.public_pem(), ec.jwk().to_string(), String::new()] {
        let key = EncodingKey::from_secret(secret.as_bytes());
        let token = jsonwebtoken::encode(&header, &sound(), &key).unwrap();
        assert_eq!(verifier.verify(&token, now()), Err(Rejected::Algorithm));
    }
}

#[test]
fn another_key_an_unknown_kid_and_a_changed_part_are_refused() {
    let (ours, theirs) = (Issuer::es256("k"), Issuer::es256("k"));
    let verifier = verifier(&[&ours, &Issuer::es256("second")]);
    assert_eq!(verifier.verify(&theirs.token(&sound()), now()), Err(Rejected::Signature));
    let unknown = ours.signed(&json!({"alg": "ES256", "kid": "z"}), &sound());
    assert_eq!(verifier.verify(&unknown, now()), Err(Rejected::UnknownKey));
    let nameless = ours.signed(&json!({"alg": "ES256"}), &sound());
    assert_eq!(verifier.verify(&nameless, now()), Err(Rejected::UnknownKey));
    let (good, bad) = (ours.token(&sound()), ours.token(&with("roles", json!(["admin"]))));
    let parts = |token: &str| token.split('.').map(str::to_owned).collect::<Vec<_>>();
    let mixed = format!("{}.{}.{}", parts(&good)[0], parts(&bad)[1], parts(&good)[2]);
    assert_eq!(verifier.verify(&mixed, now()), Err(Rejected::Signature));
}

#[test]
fn duplicate_claims_five_parts_and_huge_tokens_are_refused() {
    let issuer = Issuer::es256("k");
    let verifier = verifier(&[&issuer]);
    let twice = sound().to_string().replacen('{', "{\"sub\":\"root\",", 1);
    let token = issuer.signed_text(&json!({"alg": "ES256"}).to_string(), &twice);
    assert_eq!(verifier.verify(&token, now()), Err(Rejected::Malformed));
    let token = issuer.signed_text("{\"alg\":\"ES256\",\"alg\":\"ES256\"}", &sound().to_string());
    assert_eq!(verifier.verify(&token, now()), Err(Rejected::Malformed));
    let good = issuer.token(&sound());
    assert_eq!(verifier.verify(&format!("{good}.a.b"), now()), Err(Rejected::Encrypted));
    for bad in ["", "a", "a.b", &format!("{good}.a"), &format!("{good}="), &format!(" {good}")] {
        assert!(verifier.verify(bad, now()).is_err(), "{bad}");
    }
    let huge = issuer.token(&with("pad", json!("x".repeat(TOKEN_MAX))));
    assert_eq!(verifier.verify(&huge, now()), Err(Rejected::TooLarge));
}

#[test]
fn a_remembered_token_still_expires_and_is_forgotten_with_its_keys() {
    let issuer = Issuer::es256("k");
    let verifier = verifier(&[&issuer]);
    let token = issuer.token(&with("exp", json!(NOW + 30)));
    let first = verifier.verify(&token, now()).unwrap();
    assert!(Arc::ptr_eq(&first, &verifier.verify(&token, now()).unwrap()), "remembered");
    let over = Timestamp::from_second(NOW + 30 + 60).unwrap();
    assert_eq!(verifier.verify(&token, over), Err(Rejected::Expired));
    verifier.replace(Issuer::keys(&[&Issuer::es256("k")]), None);
    assert_eq!(verifier.verify(&token, now()), Err(Rejected::Signature));
}
