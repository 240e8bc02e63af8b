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

/// Declares a text value object: `text_value! { /// doc Name, RULE }`. One that may be written in several ways names the
/// function that gives its one form: `text_value! { /// doc Name, RULE, one_form }`.
macro_rules! text_value {
    ($(#[$doc:meta])* $name:ident, $rule:expr) => {
        $crate::text_rule::text_value! { $(#[$doc])* $name, $rule, std::convert::identity }
    };
    ($(#[$doc:meta])* $name:ident, $rule:expr, $one_form:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $crate::text_rule::Text for $name {
            const RULE: $crate::text_rule::TextRule = $rule;
            fn parse(raw: &str) -> Result<Self, $crate::invalid::Invalid> {
                Self::RULE.parse(raw).map($one_form).map(Self)
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
    use crate::connection::TlsVersion;

    const NAME: TextRule = TextRule { min: 2, max: 3, pattern: None, accepts: any_text, hint: "" };
    const LETTERS: TextRule = TextRule {
        min: 3,
        max: 3,
        pattern: Some("^[a-z]*$"),
        accepts: |text| text.bytes().all(|b| b.is_ascii_lowercase()),
        hint: "must be letters",
    };

    text_value! {
        /// For these tests.
        Letters, LETTERS
    }
    fn refused(rule: TextRule, raw: &str) -> (Rule, String) {
        let Invalid { rule, message } = rule.parse(raw).unwrap_err();
        (rule, message)
    }

    #[test]
    fn a_text_is_kept_in_its_normal_form_and_its_length_counted_in_characters_of_it() {
        for (raw, kept) in [("e\u{301}e\u{301}e\u{301}", "ééé"), ("ab", "ab"), ("ñ字👨", "ñ字👨")]
        {
            assert_eq!(NAME.parse(raw).as_deref(), Ok(kept));
        }
        let from_two = (Rule::Length, "must have 2 to 3 characters".to_owned());
        for bad in ["", "a", "e\u{301}", "abcd"] {
            assert_eq!(refused(NAME, bad), from_two, "{bad}");
        }
        for bad in ["ab", "abcd"] {
            assert_eq!(refused(LETTERS, bad), (Rule::Length, "must have 3 characters".to_owned()), "{bad}");
        }
    }

    #[test]
    fn of_several_faults_characters_are_told_before_the_length_and_the_length_before_the_shape() {
        assert_eq!(refused(LETTERS, "A\u{0}BCD").0, Rule::Characters);
        assert_eq!(refused(LETTERS, "ABCD").0, Rule::Length);
        assert_eq!(refused(LETTERS, "ABC"), (Rule::Pattern, "must be letters".to_owned()));
    }

    #[test]
    fn control_and_bidirectional_characters_are_refused_everywhere() {
        for bad in ["a\u{0}", "\u{7f}", "\u{85}", "\u{2028}", "a\u{202e}b", "\u{2066}"] {
            assert_eq!(refused(NAME, bad).0, Rule::Characters, "{bad:?}");
        }
    }

    #[test]
    fn a_rule_is_published_with_its_own_shape_or_with_that_of_any_text() {
        assert_eq!((LETTERS.shape(), NAME.shape()), ("^[a-z]*$", ANY_TEXT));
    }

    #[test]
    fn a_text_is_read_from_a_document_by_its_rule_and_written_as_it_is() {
        let letters: Letters = serde_json::from_str(r#""abc""#).unwrap();
        assert_eq!((letters.as_str(), letters.to_string()), ("abc", "abc".to_owned()));
        assert_eq!(serde_json::to_string(&letters).unwrap(), r#""abc""#);
        assert!(
            serde_json::from_str::<Letters>(r#""ABC""#).unwrap_err().to_string().contains("must be letters")
        );
    }

    #[test]
    fn a_word_is_one_of_its_list_in_documents_and_at_the_door() {
        assert_eq!(TlsVersion::WORDS, ["1.2", "1.3"]);
        assert_eq!(TlsVersion::default(), TlsVersion::V12);
        for (version, word) in [(TlsVersion::V12, "1.2"), (TlsVersion::V13, "1.3")] {
            assert_eq!((TlsVersion::parse(word), version.to_string().as_str()), (Ok(version), word));
            assert_eq!(serde_json::to_value(version).unwrap(), word);
            assert_eq!(serde_json::from_value::<TlsVersion>(word.into()).unwrap(), version);
        }
        for bad in ["", "1.3 ", "1", "V12"] {
            let refused = TlsVersion::parse(bad).unwrap_err();
            assert_eq!((refused.rule, refused.message.as_str()), (Rule::OneOf, "must be one of 1.2, 1.3"));
            assert!(serde_json::from_value::<TlsVersion>(bad.into()).is_err());
        }
    }
}
