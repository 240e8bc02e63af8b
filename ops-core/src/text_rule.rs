//! The rule of a text field, stated once: the parser reads it, the OpenAPI schema and the databases print it.

use unicode_normalization::UnicodeNormalization;

use crate::invalid::{Invalid, Rule};
use crate::text_shape::ANY_TEXT;
pub use crate::text_shape::is_refused;
pub(crate) use crate::text_shape::{any_text, printable_ascii};

/// What a text field accepts. Lengths count Unicode scalar values after NFC.
#[derive(Debug, Clone, Copy)]
pub struct TextRule {
    /// Shortest accepted text.
    pub min: usize,
    /// Longest accepted text.
    pub max: usize,
    /// The shape as an anchored ECMA-262 pattern, of what JavaScript, PostgreSQL and Rust read alike; see
    /// [`TextRule::shape`].
    pub pattern: Option<&'static str>,
    /// The same shape, as the parser checks it.
    pub accepts: fn(&str) -> bool,
    /// What would be right, for a person: "must be …".
    pub hint: &'static str,
}

impl TextRule {
    /// Normalises to NFC and checks.
    ///
    /// # Errors
    /// [`Rule::Characters`], [`Rule::Length`] or [`Rule::Pattern`], in that order.
    pub fn parse(&self, raw: &str) -> Result<String, Invalid> {
        let text = normal(raw);
        if text.chars().any(is_refused) {
            return Err(Invalid::new(
                Rule::Characters,
                "must not hold control, line-separator or bidirectional-override characters",
            ));
        }
        let length = text.chars().count();
        if length < self.min || length > self.max {
            return Err(Invalid::new(Rule::Length, self.length_hint()));
        }
        if !(self.accepts)(&text) {
            return Err(Invalid::new(Rule::Pattern, self.hint));
        }
        Ok(text)
    }

    /// The shape as a pattern: what the published schema and the databases print. It is about normalised text.
    #[must_use]
    pub const fn shape(&self) -> &'static str {
        match self.pattern {
            Some(pattern) => pattern,
            None => ANY_TEXT,
        }
    }

    fn length_hint(&self) -> String {
        match (self.min, self.max) {
            (min, max) if min == max => format!("must have {max} characters"),
            (min, max) => format!("must have {min} to {max} characters"),
        }
    }
}

/// The text in NFC, as every text is kept.
#[must_use]
pub fn normal(raw: &str) -> String {
    raw.nfc().collect()
}

/// A value object made of text.
pub trait Text: Sized {
    /// What it accepts.
    const RULE: TextRule;
    /// Parses at the door.
    ///
    /// # Errors
    /// The first rule of [`Text::RULE`] that the text breaks.
    fn parse(raw: &str) -> Result<Self, Invalid>;
    /// The text.
    fn as_str(&self) -> &str;
}

/// Declares a text value object: `text_value! { /// doc Name, RULE }`.
macro_rules! text_value {
    ($(#[$doc:meta])* $name:ident, $rule:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $crate::text_rule::Text for $name {
            const RULE: $crate::text_rule::TextRule = $rule;
            fn parse(raw: &str) -> Result<Self, $crate::invalid::Invalid> {
                Self::RULE.parse(raw).map(Self)
            }
            fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl TryFrom<String> for $name {
            type Error = $crate::invalid::Invalid;
            fn try_from(raw: String) -> Result<Self, Self::Error> {
                <Self as $crate::text_rule::Text>::parse(&raw)
            }
        }
        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}
pub(crate) use text_value;

/// Gives texts that may be empty the empty one as their default.
macro_rules! empty_by_default {
    ($($name:ident),+) => {$(
        impl Default for $name {
            fn default() -> Self {
                Self(String::new())
            }
        }
    )+};
}
pub(crate) use empty_by_default;

/// Declares a closed list of words: each variant with the word that JSON, SQL and logs use, and which one is meant when
/// nothing is said.
macro_rules! word_list {
    ($(#[$doc:meta])* $name:ident default $default:ident { $($rest:tt)+ }) => {
        $crate::text_rule::word_list! { $(#[$doc])* $name { $($rest)+ } }
        impl Default for $name {
            fn default() -> Self {
                Self::$default
            }
        }
    };
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $word)] $variant),+
        }
        impl $crate::text_rule::Word for $name {
            const WORDS: &'static [&'static str] = &[$($word),+];
            fn parse(raw: &str) -> Result<Self, $crate::invalid::Invalid> {
                match raw {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::invalid::Invalid::new(
                        $crate::invalid::Rule::OneOf,
                        format!("must be one of {}", Self::WORDS.join(", ")),
                    )),
                }
            }
            fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($crate::text_rule::Word::as_str(*self))
            }
        }
    };
}
pub(crate) use word_list;

/// A closed list of words.
pub trait Word: Sized + Copy {
    /// Every word, as JSON, SQL and logs spell it.
    const WORDS: &'static [&'static str];
    /// Parses at the door.
    ///
    /// # Errors
    /// [`Rule::OneOf`].
    fn parse(raw: &str) -> Result<Self, Invalid>;
    /// The word.
    fn as_str(self) -> &'static str;
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: TextRule = TextRule { min: 1, max: 3, pattern: None, accepts: any_text, hint: "" };

    #[test]
    fn lengths_are_counted_in_characters_after_normalisation() {
        assert_eq!(NAME.parse("e\u{301}e\u{301}e\u{301}").unwrap().chars().count(), 3);
        assert_eq!(NAME.parse("").unwrap_err().rule, Rule::Length);
        assert_eq!(NAME.parse("abcd").unwrap_err().rule, Rule::Length);
    }

    #[test]
    fn control_and_bidirectional_characters_are_refused_everywhere() {
        for bad in ["a\u{0}", "\u{7f}", "\u{85}", "\u{2028}", "a\u{202e}b", "\u{2066}"] {
            assert_eq!(NAME.parse(bad).unwrap_err().rule, Rule::Characters, "{bad:?}");
        }
    }
}
