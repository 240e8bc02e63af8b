//! One member of a merge patch (RFC 7396): absent keeps, null removes, a value sets.

use deserr::{Deserr, IntoValue, Value, ValuePointerRef};

use crate::faults::Faults;

/// What a merge patch says about a field that can be empty; one that cannot is [`Present`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Field<T> {
    /// The member is absent.
    #[default]
    Keep,
    /// The member is null.
    Remove,
    /// The member has a value.
    Set(T),
}

impl<T> Field<T> {
    /// The value after the patch, of a member whose removal means `default`.
    #[must_use]
    pub fn applied_to(self, now: &T, default: T) -> T
    where
        T: Clone,
    {
        match self {
            Self::Keep => now.clone(),
            Self::Remove => default,
            Self::Set(value) => value,
        }
    }

    /// As the core writes it: `None` keeps, `Some(None)` removes.
    #[must_use]
    pub fn into_option(self) -> Option<Option<T>> {
        match self {
            Self::Keep => None,
            Self::Remove => Some(None),
            Self::Set(value) => Some(Some(value)),
        }
    }
}

impl<T: Deserr<Faults>> Deserr<Faults> for Field<T> {
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        place: ValuePointerRef<'_>,
    ) -> Result<Self, Faults> {
        match value {
            Value::Null => Ok(Self::Remove),
            value => T::deserialize_from_value(value, place).map(Self::Set),
        }
    }
}

/// A member that can be absent but not null: `Set` or absent. Null is of another JSON type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Present<T>(Option<T>);

impl<T> Default for Present<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Present<T> {
    /// The value, when the member is there.
    #[must_use]
    pub fn into_option(self) -> Option<T> {
        self.0
    }
}

impl<T: Deserr<Faults>> Deserr<Faults> for Present<T> {
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        place: ValuePointerRef<'_>,
    ) -> Result<Self, Faults> {
        T::deserialize_from_value(value, place).map(|value| Self(Some(value)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::faults::parse;

    #[derive(Deserr)]
    #[deserr(error = Faults, deny_unknown_fields)]
    struct Patch {
        #[deserr(default)]
        can_be_empty: Field<String>,
        #[deserr(default)]
        cannot: Present<String>,
    }

    #[test]
    fn absent_keeps_null_removes_and_a_value_sets() {
        for (body, expected) in [
            (json!({}), Field::Keep),
            (json!({"can_be_empty": null}), Field::Remove),
            (json!({"can_be_empty": ""}), Field::Set(String::new())),
        ] {
            assert_eq!(parse::<Patch>(body).unwrap().can_be_empty, expected);
        }
    }

    #[test]
    fn null_is_of_another_type_for_a_member_that_cannot_be_empty() {
        let faults = parse::<Patch>(json!({"cannot": null, "can_be_empty": 1})).err().unwrap();
        let told: Vec<_> =
            faults.iter().map(|fault| (fault.pointer.as_str(), fault.invalid.rule.as_str())).collect();
        assert_eq!(told, [("/can_be_empty", "type"), ("/cannot", "type")]);
        assert_eq!(
            parse::<Patch>(json!({"cannot": "x"})).unwrap().cannot.into_option().as_deref(),
            Some("x")
        );
    }
}
