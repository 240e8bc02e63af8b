//! Cursors of lists: opaque, authenticated, good only for the list, filter and caller they were made for.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ops_client::error_code::ErrorCode;
use ops_core::actor::Actor;
use serde_json::Value;

use super::{mac, problem::Problem};

/// Characters of a cursor: the largest payload is one sort key and one id.
pub const CURSOR_MAX: usize = 4096;

/// Not a cursor of ours, or of another list, filter or caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cursor is not one that this list gave to this caller for this filter")]
pub struct BadCursor;

impl From<BadCursor> for Problem {
    fn from(bad: BadCursor) -> Self {
        Self::new(ErrorCode::InvalidCursor, bad.to_string())
    }
}

/// Seals and opens cursors: base64url of the payload and its tag.
pub struct Cursors(mac::Key);

impl Cursors {
    pub(super) const fn new(key: mac::Key) -> Self {
        Self(key)
    }

    /// A cursor with `payload`. `kind` names the list; `filter` is a digest of what was asked for, the sort included.
    #[must_use]
    pub fn seal(&self, kind: &str, filter: &[u8], actor: &Actor, payload: &Value) -> String {
        let mut octets = payload.to_string().into_bytes();
        let tag = self.0.tag(&bound(kind, filter, actor, &octets));
        octets.extend(tag);
        URL_SAFE_NO_PAD.encode(octets)
    }

    /// The payload of `cursor`.
    ///
    /// # Errors
    /// [`BadCursor`] when anything differs from how it was sealed.
    pub fn open(&self, cursor: &str, kind: &str, filter: &[u8], actor: &Actor) -> Result<Value, BadCursor> {
        if cursor.len() > CURSOR_MAX {
            return Err(BadCursor);
        }
        let octets = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| BadCursor)?;
        let (payload, tag) = octets.split_last_chunk::<{ mac::TAG }>().ok_or(BadCursor)?;
        if !self.0.holds(&bound(kind, filter, actor, payload), tag) {
            return Err(BadCursor);
        }
        serde_json::from_slice(payload).map_err(|_| BadCursor)
    }
}

fn bound<'a>(kind: &'a str, filter: &'a [u8], actor: &'a Actor, payload: &'a [u8]) -> [&'a [u8]; 5] {
    [kind.as_bytes(), filter, actor.issuer.as_bytes(), actor.subject.as_bytes(), payload]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::Key32;

    fn cursors(key: u8) -> Cursors {
        Cursors::new(mac::Key::new(&Key32::new([key; 32])))
    }

    #[test]
    fn a_cursor_opens_only_for_the_list_filter_and_caller_it_was_made_for() {
        let (ada, bob) = (Actor::certificate("ada"), Actor::certificate("bob"));
        let payload = json!({"code": "acme", "id": 7});
        let cursor = cursors(1).seal("operators", b"filter", &ada, &payload);
        assert_eq!(cursors(1).open(&cursor, "operators", b"filter", &ada), Ok(payload));
        assert_eq!(cursors(1).open(&cursor, "connections", b"filter", &ada), Err(BadCursor));
        assert_eq!(cursors(1).open(&cursor, "operators", b"other", &ada), Err(BadCursor));
        assert_eq!(cursors(1).open(&cursor, "operators", b"filter", &bob), Err(BadCursor));
        assert_eq!(cursors(2).open(&cursor, "operators", b"filter", &ada), Err(BadCursor));
    }

    #[test]
    fn no_bit_of_a_cursor_can_be_flipped() {
        let ada = Actor::certificate("ada");
        let cursor = cursors(1).seal("operators", b"", &ada, &json!(["acme", 7]));
        for bit in 0..cursor.len() * 8 {
            let mut octets = cursor.clone().into_bytes();
            octets[bit / 8] ^= 1 << (bit % 8);
            let Ok(flipped) = String::from_utf8(octets) else { continue };
            assert_eq!(cursors(1).open(&flipped, "operators", b"", &ada), Err(BadCursor), "bit {bit}");
        }
    }

    #[test]
    fn a_cut_lengthened_padded_or_foreign_text_is_refused() {
        let ada = Actor::certificate("ada");
        let cursor = cursors(1).seal("operators", b"", &ada, &json!(1));
        let long = "A".repeat(CURSOR_MAX + 1);
        for bad in [
            "",
            "AAAA",
            &cursor[1..],
            &cursor[..cursor.len() - 1],
            &format!("{cursor}="),
            &format!("{cursor}A"),
            &long,
        ] {
            assert_eq!(cursors(1).open(bad, "operators", b"", &ada), Err(BadCursor), "{bad}");
        }
    }
}
