//! What an answer of the server means: the only place where a status becomes a [`Fault`].

use reqwest::StatusCode;
use serde::{
    Deserialize,
    de::{DeserializeOwned, IgnoredAny},
};
use zeroize::Zeroizing;

use super::fault::Fault;

/// The octets of an answer. They may hold a secret, so they are wiped.
pub(super) type Octets = Zeroizing<Vec<u8>>;

/// What the server says about the path that it was asked for.
pub(super) enum Answer {
    /// This.
    Given(Octets),
    /// Nothing lies there.
    Nothing,
    /// Something lay there, and its version was deleted or destroyed.
    Tombstone,
}

impl Answer {
    /// The octets, where an answer without any makes no sense.
    pub(super) fn given(self) -> Result<Octets, Fault> {
        match self {
            Self::Given(octets) => Ok(octets),
            Self::Nothing | Self::Tombstone => Err(Fault::NotItsApi),
        }
    }
}

/// What the server writes beside a refusal.
#[derive(Deserialize)]
struct Told {
    #[serde(default)]
    errors: Option<Vec<String>>,
    #[serde(default)]
    data: Option<Lay>,
    #[serde(default)]
    sealed: Option<bool>,
}

/// What lay at a path, of a version that is gone.
#[derive(Deserialize)]
struct Lay {
    #[serde(default)]
    metadata: Option<IgnoredAny>,
}

/// What an answer means.
pub(super) fn judge(status: StatusCode, octets: Octets) -> Result<Answer, Fault> {
    match status.as_u16() {
        200 | 204 => Ok(Answer::Given(octets)),
        300..=399 => Err(Fault::Redirected),
        403 => Err(Fault::Forbidden),
        404 => absent(&octets),
        429 => Err(Fault::Throttled),
        472 | 473 => Err(Fault::Standby),
        // only the health of the server is answered so
        501 => Err(Fault::Uninitialised),
        503 => Err(if is_sealed(&octets) { Fault::Sealed } else { Fault::Failing(503) }),
        status @ 500..=599 => Err(Fault::Failing(status)),
        status => Err(Fault::Refused(status)),
    }
}

/// A path without a secret has no errors in its 404; a mount or a namespace that is not there is one, and so is anybody
/// else's 404: it must not be taken for a secret that is missing.
fn absent(octets: &Octets) -> Result<Answer, Fault> {
    let told: Told = read(octets)?;
    match told {
        Told { data: Some(Lay { metadata: Some(_) }), .. } => Ok(Answer::Tombstone),
        Told { errors: Some(errors), .. } if errors.is_empty() => Ok(Answer::Nothing),
        Told { errors: Some(_), .. } => Err(Fault::NotMounted),
        _ => Err(Fault::NotItsApi),
    }
}

/// A 503 may also come from a balancer that knows no server.
fn is_sealed(octets: &Octets) -> bool {
    let told = serde_json::from_slice::<Told>(octets);
    told.is_ok_and(|told| {
        let says_so = |text: &String| text.to_ascii_lowercase().contains("sealed");
        told.sealed == Some(true) || told.errors.is_some_and(|errors| errors.iter().any(says_so))
    })
}

/// Reads an answer that holds no secret.
pub(super) fn read<T: DeserializeOwned>(octets: &Octets) -> Result<T, Fault> {
    serde_json::from_slice(octets).map_err(|_| Fault::NotItsApi)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(status: u16, body: &str) -> Result<&'static str, Fault> {
        let octets = Zeroizing::new(body.as_bytes().to_vec());
        Ok(match judge(StatusCode::from_u16(status).unwrap(), octets)? {
            Answer::Given(_) => "given",
            Answer::Nothing => "nothing",
            Answer::Tombstone => "tombstone",
        })
    }

    #[test]
    fn each_answer_of_a_server_has_one_meaning() {
        let denied = r#"{"errors":["permission denied"]}"#;
        for (status, body, meaning) in [
            (200, "{}", Ok("given")),
            (204, "", Ok("given")),
            (301, "", Err(Fault::Redirected)),
            (307, "", Err(Fault::Redirected)),
            (400, r#"{"errors":["check-and-set parameter did not match"]}"#, Err(Fault::Refused(400))),
            (401, "", Err(Fault::Refused(401))),
            (403, denied, Err(Fault::Forbidden)),
            (403, "<html>", Err(Fault::Forbidden)),
            (404, r#"{"errors":[]}"#, Ok("nothing")),
            (404, r#"{"data":{"data":null,"metadata":{"destroyed":true}}}"#, Ok("tombstone")),
            (404, r#"{"errors":["no handler for route \"x\""]}"#, Err(Fault::NotMounted)),
            (404, r#"{"errors":["namespace not found"]}"#, Err(Fault::NotMounted)),
            (404, "<html>not found", Err(Fault::NotItsApi)),
            (404, "{}", Err(Fault::NotItsApi)),
            (404, "[]", Err(Fault::NotItsApi)),
            (404, "", Err(Fault::NotItsApi)),
            (405, r#"{"errors":[]}"#, Err(Fault::Refused(405))),
            (412, r#"{"errors":[]}"#, Err(Fault::Refused(412))),
            (429, r#"{"errors":["rate limit"]}"#, Err(Fault::Throttled)),
            (472, "", Err(Fault::Standby)),
            (473, "", Err(Fault::Standby)),
            (500, r#"{"errors":["internal error"]}"#, Err(Fault::Failing(500))),
            (501, r#"{"initialized":false,"sealed":true}"#, Err(Fault::Uninitialised)),
            (502, "<html>", Err(Fault::Failing(502))),
            (503, r#"{"errors":["Vault is sealed"]}"#, Err(Fault::Sealed)),
            (503, r#"{"initialized":true,"sealed":true}"#, Err(Fault::Sealed)),
            (503, "<html>no server", Err(Fault::Failing(503))),
            (503, r#"{"errors":["no active node"]}"#, Err(Fault::Failing(503))),
            (504, "", Err(Fault::Failing(504))),
        ] {
            assert_eq!(judged(status, body), meaning, "{status} {body}");
        }
    }
}
