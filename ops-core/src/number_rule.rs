//! The rule of a number field, stated once: the parser reads it, the OpenAPI schema and the databases print it.

use crate::invalid::{Invalid, Rule};

/// What a number field accepts, both ends included.
#[derive(Debug, Clone, Copy)]
pub struct NumberRule {
    /// Smallest accepted number.
    pub min: i64,
    /// Largest accepted number.
    pub max: i64,
}

/// A value object made of a whole number.
pub trait Number: Sized + Copy {
    /// What it accepts.
    const RULE: NumberRule;
    /// Parses at the door.
    ///
    /// # Errors
    /// [`Rule::Range`].
    fn parse(raw: i64) -> Result<Self, Invalid>;
    /// The number.
    fn get(self) -> i64;
}

/// A value object made of a number with up to three decimals.
pub trait Decimal: Sized + Copy {
    /// What it accepts, in thousandths.
    const RULE: NumberRule;
    /// What would be right, for a person: "must be …".
    const HINT: &'static str;
    /// Parses at the door.
    ///
    /// # Errors
    /// [`Rule::Range`], also for a fourth decimal.
    fn parse(raw: f64) -> Result<Self, Invalid>;
    /// The number.
    fn get(self) -> f64;
}

/// A number that one of a standard's tables lists: the table as ranges, both ends included.
pub trait Listed: Sized + Copy {
    /// What it accepts, in rising order.
    const RANGES: &'static [(i64, i64)];
    /// Parses at the door.
    ///
    /// # Errors
    /// [`Rule::OneOf`].
    fn parse(raw: i64) -> Result<Self, Invalid>;
    /// The number.
    fn get(self) -> i64;
}

/// The thousandths of a number that has no more decimals and lies within the rule.
pub(crate) fn thousandths(raw: f64, rule: NumberRule) -> Option<i64> {
    let scaled = (raw * 1000.0).round();
    if !scaled.is_finite() || (raw * 1000.0 - scaled).abs() > 1e-6 || scaled.abs() > 1e15 {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "a whole number below 10^15")]
    let scaled = scaled as i64;
    (rule.min..=rule.max).contains(&scaled).then_some(scaled)
}

/// What would be right of a listed number.
pub(crate) fn listed(ranges: &[(i64, i64)]) -> Invalid {
    let said: Vec<String> = ranges
        .iter()
        .map(|(from, to)| if from == to { from.to_string() } else { format!("{from} to {to}") })
        .collect();
    Invalid::new(Rule::OneOf, format!("must be one of {}", said.join(", ")))
}

/// Declares a whole-number value object with both ends, and its default where it has one.
macro_rules! number_value {
    ($(#[$doc:meta])* $name:ident, $min:expr, $max:expr, default $default:expr) => {
        $crate::number_rule::number_value! { $(#[$doc])* $name, $min, $max }
        impl Default for $name {
            fn default() -> Self {
                Self($default)
            }
        }
    };
    ($(#[$doc:meta])* $name:ident, $min:expr, $max:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "i64", into = "i64")]
        pub struct $name(i64);

        impl $crate::number_rule::Number for $name {
            const RULE: $crate::number_rule::NumberRule =
                $crate::number_rule::NumberRule { min: $min, max: $max };
            fn parse(raw: i64) -> Result<Self, $crate::invalid::Invalid> {
                if (Self::RULE.min..=Self::RULE.max).contains(&raw) {
                    Ok(Self(raw))
                } else {
                    Err($crate::invalid::Invalid::new(
                        $crate::invalid::Rule::Range,
                        format!("must be from {} to {}", Self::RULE.min, Self::RULE.max),
                    ))
                }
            }
            fn get(self) -> i64 {
                self.0
            }
        }
        $crate::number_rule::whole! { $name, $crate::number_rule::Number }
    };
}
pub(crate) use number_value;

/// Declares a value object of a number that a table lists, and its default where it has one.
macro_rules! listed_number {
    ($(#[$doc:meta])* $name:ident, [$($range:expr),+ $(,)?], default $default:expr) => {
        $crate::number_rule::listed_number! { $(#[$doc])* $name, [$($range),+] }
        impl Default for $name {
            fn default() -> Self {
                Self($default)
            }
        }
    };
    ($(#[$doc:meta])* $name:ident, [$($range:expr),+ $(,)?]) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "i64", into = "i64")]
        pub struct $name(i64);

        impl $crate::number_rule::Listed for $name {
            const RANGES: &'static [(i64, i64)] = &[$($range),+];
            fn parse(raw: i64) -> Result<Self, $crate::invalid::Invalid> {
                if Self::RANGES.iter().any(|(from, to)| (*from..=*to).contains(&raw)) {
                    Ok(Self(raw))
                } else {
                    Err($crate::number_rule::listed(Self::RANGES))
                }
            }
            fn get(self) -> i64 {
                self.0
            }
        }
        $crate::number_rule::whole! { $name, $crate::number_rule::Listed }
    };
}
pub(crate) use listed_number;

/// How a whole number is stored.
macro_rules! whole {
    ($name:ident, $parser:path) => {
        impl TryFrom<i64> for $name {
            type Error = $crate::invalid::Invalid;
            fn try_from(raw: i64) -> Result<Self, Self::Error> {
                <Self as $parser>::parse(raw)
            }
        }
        impl From<$name> for i64 {
            fn from(value: $name) -> Self {
                value.0
            }
        }
    };
}
pub(crate) use whole;

/// Declares a value object of a number with up to three decimals: both ends, and the default where there is one, in
/// thousandths.
macro_rules! decimal_value {
    ($(#[$doc:meta])* $name:ident, $min:expr, $max:expr, default $default:expr, $hint:literal) => {
        $crate::number_rule::decimal_value! { $(#[$doc])* $name, $min, $max, $hint }
        impl Default for $name {
            fn default() -> Self {
                Self { thousandths: $default }
            }
        }
    };
    ($(#[$doc:meta])* $name:ident, $min:expr, $max:expr, $hint:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "f64", into = "serde_json::Number")]
        pub struct $name {
            thousandths: i64,
        }

        impl $crate::number_rule::Decimal for $name {
            const RULE: $crate::number_rule::NumberRule =
                $crate::number_rule::NumberRule { min: $min, max: $max };
            const HINT: &'static str = $hint;
            fn parse(raw: f64) -> Result<Self, $crate::invalid::Invalid> {
                match $crate::number_rule::thousandths(raw, Self::RULE) {
                    Some(thousandths) => Ok(Self { thousandths }),
                    None => Err($crate::invalid::Invalid::new($crate::invalid::Rule::Range, Self::HINT)),
                }
            }
            fn get(self) -> f64 {
                $crate::number_rule::decimal(self.thousandths)
            }
        }
        impl TryFrom<f64> for $name {
            type Error = $crate::invalid::Invalid;
            fn try_from(raw: f64) -> Result<Self, Self::Error> {
                <Self as $crate::number_rule::Decimal>::parse(raw)
            }
        }
        /// Whole numbers without decimals.
        impl From<$name> for serde_json::Number {
            fn from(value: $name) -> Self {
                $crate::number_rule::written(value.thousandths)
            }
        }
    };
}
pub(crate) use decimal_value;

#[expect(clippy::cast_precision_loss, reason = "below 10^15")]
pub(crate) fn decimal(thousandths: i64) -> f64 {
    thousandths as f64 / 1000.0
}

pub(crate) fn written(thousandths: i64) -> serde_json::Number {
    let whole = serde_json::Number::from(thousandths / 1000);
    if thousandths % 1000 == 0 {
        return whole;
    }
    serde_json::Number::from_f64(decimal(thousandths)).unwrap_or(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    decimal_value! {
        /// For these tests.
        Rate, 1, 100_000_000, default 1000, "must be above 0 and at most 100000, with at most 3 decimals"
    }
    listed_number! {
        /// For these tests.
        Code, [(0, 1), (3, 3)], default 3
    }
    number_value! {
        /// For these tests.
        Count, -2, 5, default 1
    }

    #[test]
    fn a_whole_number_lies_between_its_ends_and_has_no_decimals() {
        for good in [-2, 0, 5] {
            let count: Count = serde_json::from_value(good.into()).unwrap();
            assert_eq!((count, count.get()), (Count::parse(good).unwrap(), good));
            assert_eq!(serde_json::to_value(count).unwrap(), good);
        }
        for bad in [-3, 6, i64::MIN, i64::MAX] {
            let refused = Count::parse(bad).unwrap_err();
            assert_eq!((refused.rule, refused.message.as_str()), (Rule::Range, "must be from -2 to 5"));
            assert!(serde_json::from_value::<Count>(bad.into()).is_err());
        }
        assert!(serde_json::from_str::<Count>("1.0").is_err());
        assert_eq!((Count::default().get(), Code::default().get()), (1, 3));
    }

    #[test]
    fn what_floating_point_cannot_say_exactly_is_no_fourth_decimal() {
        let rule = NumberRule { min: 0, max: i64::MAX };
        for (raw, told) in [
            (0.1 + 0.2, Some(300)),
            (1e-9 / 1.001, Some(0)),
            (1e-9 * 1.001, None),
            (1e12, Some(1_000_000_000_000_000)),
            // beyond it a number has no thousandths of its own
            (1e12 + 0.001, None),
            (-0.001, None),
        ] {
            assert_eq!(thousandths(raw, rule), told, "{raw}");
        }
    }

    #[test]
    fn a_decimal_lies_between_its_ends_and_has_three_decimals_at_most() {
        for bad in [0.0, -1.0, 100_000.001, 0.0004, 1.0005, f64::NAN, f64::INFINITY, f64::MAX] {
            let refused = Rate::parse(bad).unwrap_err();
            assert_eq!((refused.rule, refused.message.as_str()), (Rule::Range, Rate::HINT), "{bad}");
        }
        for good in [0.001, 1.0, 12.345, 99_999.999, 100_000.0] {
            assert!((Rate::parse(good).unwrap().get() - good).abs() < 1e-9, "{good}");
        }
    }

    #[test]
    fn whole_decimals_are_written_without_a_point() {
        let json = |rate| serde_json::to_string(&Rate::parse(rate).unwrap()).unwrap();
        assert_eq!((json(50.0), json(12.5)), ("50".to_owned(), "12.5".to_owned()));
        assert_eq!(serde_json::from_str::<Rate>("50").unwrap(), Rate::parse(50.0).unwrap());
        assert!(serde_json::from_str::<Rate>("0").is_err());
        assert_eq!(serde_json::to_value(Rate::default()).unwrap(), 1);
    }

    #[test]
    fn a_listed_number_is_one_of_its_table() {
        assert_eq!([0, 1, 3].map(|n| Code::parse(n).unwrap().get()), [0, 1, 3]);
        for bad in [-1, 2, 4] {
            let refused = Code::parse(bad).unwrap_err();
            assert_eq!((refused.rule, refused.message.as_str()), (Rule::OneOf, "must be one of 0 to 1, 3"));
            assert!(serde_json::from_value::<Code>(bad.into()).is_err());
        }
    }
}
