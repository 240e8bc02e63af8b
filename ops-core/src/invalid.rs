//! What a value object says when it refuses a value: which rule, and a sentence for a person.

/// A refused value. It names the rule and what would be right, and never repeats the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Invalid {
    /// The rule that was broken.
    pub rule: Rule,
    /// What would be right, as a sentence.
    pub message: String,
}

impl Invalid {
    /// A refusal of `rule` that says what would be right.
    pub fn new(rule: Rule, message: impl Into<String>) -> Self {
        Self { rule, message: message.into() }
    }
}

/// A refused value and where it stands in the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// JSON pointer (RFC 6901) into the body; empty for the body itself.
    pub pointer: String,
    /// The rule and the sentence.
    pub invalid: Invalid,
}

impl Fault {
    /// A fault at `pointer`.
    pub fn new(pointer: impl Into<String>, rule: Rule, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), invalid: Invalid::new(rule, message) }
    }

    /// The same fault, with its pointer below `place`.
    #[must_use]
    pub fn below(self, place: &str) -> Self {
        Self { pointer: format!("{place}{}", self.pointer), ..self }
    }
}

/// The closed list of rules a value can break, as `errors[].rule` prints them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// The field is required and missing.
    Required,
    /// The field is not known here.
    Unknown,
    /// The field belongs to the server.
    ReadOnly,
    /// The value has another JSON type.
    Type,
    /// The text is too short or too long, or the list has too few or too many entries.
    Length,
    /// The number is outside its range.
    Range,
    /// The text does not have the shape of the field.
    Pattern,
    /// The text holds control, line-separator or bidirectional-override characters.
    Characters,
    /// The value is not one of a closed list.
    OneOf,
    /// The same entry stands twice.
    Unique,
    /// Two fields contradict each other.
    Combination,
    /// The value is outside of the standard, and no spec override says why.
    Override,
    /// No connection may lead to this address.
    Address,
    /// A rule's target names a connection that does not exist.
    UnknownConnection,
}

impl Rule {
    /// The name as it stands in answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Unknown => "unknown",
            Self::ReadOnly => "read_only",
            Self::Type => "type",
            Self::Length => "length",
            Self::Range => "range",
            Self::Pattern => "pattern",
            Self::Characters => "characters",
            Self::OneOf => "one_of",
            Self::Unique => "unique",
            Self::Combination => "combination",
            Self::Override => "override",
            Self::Address => "address",
            Self::UnknownConnection => "unknown_connection",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_is_told_by_the_word_that_clients_know() {
        for (rule, word) in [
            (Rule::Required, "required"),
            (Rule::Unknown, "unknown"),
            (Rule::ReadOnly, "read_only"),
            (Rule::Type, "type"),
            (Rule::Length, "length"),
            (Rule::Range, "range"),
            (Rule::Pattern, "pattern"),
            (Rule::Characters, "characters"),
            (Rule::OneOf, "one_of"),
            (Rule::Unique, "unique"),
            (Rule::Combination, "combination"),
            (Rule::Override, "override"),
            (Rule::Address, "address"),
            (Rule::UnknownConnection, "unknown_connection"),
        ] {
            assert_eq!(rule.as_str(), word);
        }
    }

    #[test]
    fn a_fault_of_a_part_is_told_at_its_place_in_the_whole() {
        let of_part = Fault::new("/host", Rule::Pattern, "must be a host");
        let of_whole = Fault::new("/smpp/endpoints/1/host", Rule::Pattern, "must be a host");
        assert_eq!(of_part.below("/endpoints/1").below("/smpp"), of_whole);
        assert_eq!(Fault::new("", Rule::Type, "").below("/smpp").pointer, "/smpp");
        assert_eq!(of_whole.invalid.to_string(), "must be a host");
    }
}
