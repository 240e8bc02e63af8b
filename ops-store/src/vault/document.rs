//! The document that lies at a path: a secret as JSON, in memory that is wiped.

use std::borrow::Cow;

use bytes::Bytes;
use ops_core::{
    Text,
    credential::{Password, Secret, SystemId},
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::{
    answer::{Answer, Octets},
    fault::Fault,
};

/// Octets that the request of a put has at most: the fields have few, and JSON makes at most six of one.
const OCTETS_MAX: usize = 1024;

/// What lies at a path.
pub(super) enum Found {
    /// A secret.
    Secret(Secret),
    /// Something that is no secret of ours.
    Unreadable,
    /// A version that was deleted or destroyed.
    Tombstone,
    /// Nothing.
    Nothing,
}

#[derive(Serialize)]
struct Put<'a> {
    options: Options,
    data: Written<'a>,
}

#[derive(Serialize)]
struct Options {
    cas: u32,
}

#[derive(Serialize)]
struct Written<'a> {
    system_id: &'a str,
    password: &'a str,
}

/// The request that puts a secret where none is: a version may be written on top of none.
pub(super) fn request(secret: &Secret) -> Result<Bytes, Fault> {
    let data = Written { system_id: secret.system_id.as_str(), password: secret.password.expose() };
    let mut octets = Zeroizing::new(Vec::with_capacity(OCTETS_MAX));
    serde_json::to_writer(&mut *octets, &Put { options: Options { cas: 0 }, data })
        .map_err(|_| Fault::NotItsApi)?;
    Ok(Bytes::from_owner(octets))
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    data: Version<'a>,
}

#[derive(Deserialize)]
struct Version<'a> {
    #[serde(borrow)]
    data: &'a RawValue,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document<'a> {
    #[serde(borrow)]
    system_id: Cow<'a, str>,
    #[serde(borrow)]
    password: Cow<'a, str>,
}

/// What an answer says to lie at its path.
pub(super) fn found(answer: Answer) -> Result<Found, Fault> {
    match answer {
        Answer::Nothing => Ok(Found::Nothing),
        Answer::Tombstone => Ok(Found::Tombstone),
        Answer::Given(octets) => {
            let envelope: Envelope<'_> = serde_json::from_slice(&octets).map_err(|_| Fault::NotItsApi)?;
            Ok(secret(envelope.data.data).map_or(Found::Unreadable, Found::Secret))
        }
    }
}

fn secret(document: &RawValue) -> Option<Secret> {
    let document: Document<'_> = serde_json::from_str(document.get()).ok()?;
    // the password is taken over first, so that it is wiped also when the other field is refused
    let password = Password::parse(document.password.into_owned()).ok()?;
    Some(Secret { system_id: SystemId::parse(&document.system_id).ok()?, password })
}

/// Whether the server says that it wrote a version.
pub(super) fn is_written(octets: &Octets) -> Result<(), Fault> {
    #[derive(Deserialize)]
    struct Kept {
        data: Number,
    }
    #[derive(Deserialize)]
    struct Number {
        version: u64,
    }
    let kept: Kept = super::answer::read(octets)?;
    if kept.data.version > 0 { Ok(()) } else { Err(Fault::NotItsApi) }
}

/// Whether two secrets are one.
pub(super) fn same(one: &Secret, other: &Secret) -> bool {
    one.system_id == other.system_id && one.password.expose() == other.password.expose()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(body: &str) -> Result<Found, Fault> {
        found(Answer::Given(Zeroizing::new(body.as_bytes().to_vec())))
    }

    fn lying(document: &str) -> Option<Secret> {
        match given(&format!(
            r#"{{"request_id":"1","data":{{"data":{document},"metadata":{{"version":1}}}}}}"#
        )) {
            Ok(Found::Secret(secret)) => Some(secret),
            Ok(Found::Unreadable) => None,
            _ => panic!("{document}"),
        }
    }

    #[test]
    fn a_secret_is_read_as_it_was_written_whatever_octets_it_has() {
        for (system_id, password) in [("acme", "p4ss wd~"), ("a", ""), ("fifteen-letters", r#""\"\ {}"#)] {
            let secret = Secret {
                system_id: SystemId::parse(system_id).unwrap(),
                password: Password::parse(password.to_owned()).ok().unwrap(),
            };
            let request = request(&secret).unwrap();
            assert!(request.len() < OCTETS_MAX);
            let request: serde_json::Value = serde_json::from_slice(&request).unwrap();
            assert_eq!(request["options"], serde_json::json!({"cas": 0}));
            assert!(
                lying(&request["data"].to_string()).is_some_and(|read| same(&read, &secret)),
                "{system_id}"
            );
        }
    }

    #[test]
    fn a_document_with_a_missing_another_or_a_wrong_field_is_no_secret() {
        for document in [
            "null",
            "{}",
            "[]",
            "\"text\"",
            r#"{"system_id":"a"}"#,
            r#"{"password":"a"}"#,
            r#"{"system_id":"a","password":1}"#,
            r#"{"system_id":null,"password":"a"}"#,
            r#"{"system_id":"a","password":"a","more":"a"}"#,
            r#"{"system_id":"a","password":"a","password":"b"}"#,
            r#"{"system_id":"","password":"a"}"#,
            &format!(r#"{{"system_id":"a","password":"{}"}}"#, "1".repeat(65)),
        ] {
            assert!(lying(document).is_none(), "{document}");
        }
    }

    #[test]
    fn an_answer_in_another_form_is_not_one_of_the_secret_store() {
        for body in
            ["", "{", "{}", "[]", r#"{"data":null}"#, r#"{"data":{}}"#, "<html>", r#"{"data":{"data":{"#]
        {
            assert_eq!(given(body).err(), Some(Fault::NotItsApi), "{body}");
        }
    }
}
