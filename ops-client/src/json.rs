//! Strict JSON: one value, every key once, at most 32 levels. What is wrong here is about the text, not its values.

use std::{collections::BTreeSet, fmt};

use deserr::ValuePointerRef;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::{faults::FAULTS_MAX, pointer};

/// Levels of lists and objects a body may have: ours need 6, and a parser's stack must not be the caller's choice.
pub const DEPTH_MAX: usize = 32;

/// A body that is not strict JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Each fault: a JSON pointer (empty for a syntax error) and a sentence. No sentence repeats a value.
    pub faults: Vec<(String, String)>,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body is not readable JSON")
    }
}

impl std::error::Error for Unreadable {}

/// Reads one JSON value.
///
/// # Errors
/// [`Unreadable`] with every repeated key and every list or object below the deepest level, and at the end the syntax
/// error (with line and column), if there is one.
pub fn read(bytes: &[u8]) -> Result<Value, Unreadable> {
    let mut faults = Vec::new();
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let node = Node { place: ValuePointerRef::Origin, depth: 0, faults: &mut faults };
    let read = node.deserialize(&mut json).and_then(|value| json.end().map(|()| value));
    match read {
        Ok(value) if faults.is_empty() => Ok(value),
        Ok(_) => Err(Unreadable { faults }),
        Err(syntax) => {
            faults.push((String::new(), syntax.to_string()));
            Err(Unreadable { faults })
        }
    }
}

/// One value of the tree, at its place.
struct Node<'a> {
    place: ValuePointerRef<'a>,
    depth: usize,
    faults: &'a mut Vec<(String, String)>,
}

impl Node<'_> {
    fn fault(&mut self, place: ValuePointerRef<'_>, message: String) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push((pointer::to(place), message));
        }
    }

    /// Whether a list or object may stand here.
    fn too_deep(&mut self) -> bool {
        let too_deep = self.depth >= DEPTH_MAX;
        if too_deep {
            self.fault(self.place, format!("must not be nested deeper than {DEPTH_MAX} levels"));
        }
        too_deep
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut access: A) -> Result<Value, A::Error> {
        if self.too_deep() {
            while access.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Value::Null);
        }
        let mut items = Vec::new();
        loop {
            let place = self.place.push_index(items.len());
            let item = Node { place, depth: self.depth + 1, faults: &mut *self.faults };
            match access.next_element_seed(item)? {
                Some(value) => items.push(value),
                None => return Ok(Value::Array(items)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut access: A) -> Result<Value, A::Error> {
        if self.too_deep() {
            while access.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(Value::Null);
        }
        let mut members = Map::new();
        let mut told = BTreeSet::new();
        while let Some(key) = access.next_key::<String>()? {
            let base = self.place;
            let place = base.push_key(&key);
            if members.contains_key(&key) && told.insert(key.clone()) {
                self.fault(place, "must not stand in its object twice".into());
            }
            let member = Node { place, depth: self.depth + 1, faults: &mut *self.faults };
            let value = access.next_value_seed(member)?;
            members.insert(key, value);
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointers(text: &str) -> Vec<String> {
        read(text.as_bytes()).unwrap_err().faults.into_iter().map(|(pointer, _)| pointer).collect()
    }

    #[test]
    fn a_readable_body_is_the_value_that_serde_json_reads() {
        for text in [
            "null",
            "true",
            "-7",
            "18446744073709551615",
            "1.5e3",
            r#""\u00e9\ud83d\ude00""#,
            "[]",
            "{}",
            r#"{"a":[1,{"b":null}],"c":"d"}"#,
        ] {
            assert_eq!(read(text.as_bytes()), Ok(serde_json::from_str(text).unwrap()), "{text}");
        }
    }

    #[test]
    fn every_repeated_key_is_told_once_at_its_place() {
        let text =
            r#"{"code":1,"code":2,"code":3,"contacts":[{"name":1,"name":2}],"a/b":1,"a/b":1,"z":{"z":1}}"#;
        assert_eq!(pointers(text), ["/code", "/contacts/0/name", "/a~1b"]);
    }

    #[test]
    fn thirty_two_levels_are_read_and_a_thirty_third_is_told() {
        let nested = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
        assert!(read(nested(32).as_bytes()).is_ok());
        assert_eq!(pointers(&nested(33)), ["/0".repeat(32)]);
        let objects = format!("{}1{}", r#"{"a":"#.repeat(33), "}".repeat(33));
        assert_eq!(pointers(&objects), ["/a".repeat(32)]);
        assert_eq!(pointers(&nested(100_000)), ["/0".repeat(32)], "however deep it goes");
        assert_eq!(pointers(&format!("[{},{}]", nested(32), nested(32))).len(), 2, "each of them");
    }

    #[test]
    fn a_syntax_error_tells_line_and_column() {
        for (text, message) in [
            ("", "EOF while parsing a value at line 1 column 0"),
            ("{\n\"a\": }", "expected value at line 2 column 6"),
            ("{} x", "trailing characters at line 1 column 4"),
            ("[1,]", "trailing comma at line 1 column 4"),
            (r#""\ud800""#, "unexpected end of hex escape at line 1 column 8"),
            ("\u{feff}{}", "expected value at line 1 column 1"),
            ("1e999", "number out of range at line 1 column 5"),
            ("nan", "expected ident at line 1 column 2"),
        ] {
            assert_eq!(
                read(text.as_bytes()).unwrap_err().faults,
                [(String::new(), message.to_owned())],
                "{text}"
            );
        }
    }

    #[test]
    fn text_that_is_not_utf8_is_refused() {
        assert!(read(b"\"\xff\"").is_err());
        assert!(read(b"{\"\xc3\x28\":1}").is_err());
    }

    #[test]
    fn a_repeated_key_before_a_syntax_error_is_told_too() {
        assert_eq!(pointers(r#"{"a":1,"a":2,"#), ["/a", ""]);
    }

    #[test]
    fn no_sentence_repeats_what_was_sent() {
        for text in
            [r#"{"password":"s3cret","password":"s3cret"}"#, r#"{"password":"s3cret"#, r#"["s3cret" x]"#]
        {
            let unreadable = read(text.as_bytes()).unwrap_err();
            assert!(unreadable.faults.iter().all(|(_, message)| !message.contains("s3cret")), "{text}");
        }
    }
}
