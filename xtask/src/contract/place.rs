//! A place in a JSON document: the value, the pointer that leads to it, and where a `$ref` beside it leads.

use serde_json::Value;

/// More references in a row than anybody writes: beyond it they go round in a circle.
const LONGEST_CHAIN: usize = 32;

/// A value with its pointer (RFC 6901).
#[derive(Clone, Debug)]
pub(super) struct Place<'a> {
    document: &'a Value,
    pub(super) pointer: String,
    pub(super) value: &'a Value,
}

impl<'a> Place<'a> {
    /// The document itself.
    pub(super) fn root(document: &'a Value) -> Self {
        Self { document, pointer: String::new(), value: document }
    }

    /// The member of that name, as it stands there.
    pub(super) fn child(&self, name: &str) -> Option<Self> {
        Some(self.below(name, self.value.get(name)?))
    }

    /// The member of that name, or what it refers to.
    pub(super) fn followed(&self, name: &str) -> Option<Self> {
        self.child(name).map(Self::follow)
    }

    /// Every member of an object with its name, or what it refers to.
    pub(super) fn members(&self) -> impl Iterator<Item = (&'a str, Self)> {
        let members = self.value.as_object().into_iter().flatten();
        members.map(|(name, value)| (name.as_str(), self.below(name, value).follow()))
    }

    /// Every item of a list, or what it refers to.
    pub(super) fn items(&self) -> impl Iterator<Item = Self> {
        self.list().map(Self::follow)
    }

    /// Every item of a list, as it stands there.
    pub(super) fn list(&self) -> impl Iterator<Item = Self> {
        let items = self.value.as_array().into_iter().flatten().enumerate();
        items.map(|(index, value)| self.below(&index.to_string(), value))
    }

    /// Text of a member; empty, when there is none.
    pub(super) fn text(&self, name: &str) -> &'a str {
        self.value.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether a member is there and `true`.
    pub(super) fn is_true(&self, name: &str) -> bool {
        self.value.get(name).and_then(Value::as_bool) == Some(true)
    }

    /// Where its `$ref` leads, when that is within the document.
    pub(super) fn target(&self) -> Option<Self> {
        let pointer = self.value.get("$ref")?.as_str()?.strip_prefix('#')?;
        let value = self.document.pointer(pointer)?;
        Some(Self { document: self.document, pointer: pointer.to_owned(), value })
    }

    fn follow(mut self) -> Self {
        for _ in 0..LONGEST_CHAIN {
            match self.target() {
                Some(target) => self = target,
                None => break,
            }
        }
        self
    }

    fn below(&self, name: &str, value: &'a Value) -> Self {
        let escaped = name.replace('~', "~0").replace('/', "~1");
        Self { document: self.document, pointer: format!("{}/{escaped}", self.pointer), value }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_reference_is_followed_and_its_pointer_is_that_of_the_target() {
        let document =
            json!({"a/b": {"$ref": "#/c"}, "c": {"$ref": "#/d~0e"}, "d~e": 1, "o": {"$ref": "#/o"}});
        let root = Place::root(&document);
        assert_eq!(root.child("a/b").unwrap().pointer, "/a~1b");
        let found = root.followed("a/b").unwrap();
        assert_eq!((found.pointer.as_str(), found.value), ("/d~0e", &document["d~e"]));
        assert_eq!(root.followed("o").unwrap().pointer, "/o", "a circle ends");
    }

    #[test]
    fn a_reference_out_of_the_document_stays() {
        let document = json!({"a": {"$ref": "https://example.org/b"}});
        assert!(Place::root(&document).child("a").unwrap().target().is_none());
    }
}
