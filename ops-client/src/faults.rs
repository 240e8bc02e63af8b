//! All faults of a body at once, each with its JSON pointer and rule. No sentence repeats a value.

use std::{fmt, ops::ControlFlow};

use deserr::{
    DeserializeError, Deserr, ErrorKind, IntoValue, MergeWithError, Value, ValueKind, ValuePointerRef,
};
use ops_core::{Fault, Invalid, InvalidRule as Rule};

use crate::pointer;

/// Faults that one answer lists at most: a body of a mebibyte could hold a hundred thousand, and the answer would be
/// many times the request.
pub const FAULTS_MAX: usize = 1000;

/// Fields that the service sets: naming one is another mistake than inventing one.
const SERVER_OWNED: &[&str] = &[
    "activated_at",
    "bind_version",
    "config_version",
    "created_at",
    "created_by",
    "deleted_at",
    "ended_at",
    "erased_at",
    "id",
    "operator_id",
    "phase",
    "purge_after",
    "purged_at",
    "receipts_until",
    "retired_at",
    "stage",
    "status",
    "status_reason",
    "status_until",
    "updated_at",
    "updated_by",
    "version",
    "warnings",
];

/// The faults of a body, in the order in which they were met.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

/// Parses a body.
///
/// # Errors
/// Every fault of the body, up to [`FAULTS_MAX`].
pub fn parse<T: Deserr<Faults>>(body: serde_json::Value) -> Result<T, Vec<Fault>> {
    T::deserialize_from_value(body.into_value(), ValuePointerRef::Origin).map_err(Vec::from)
}

impl Faults {
    /// One fault.
    #[must_use]
    pub fn one(place: ValuePointerRef<'_>, rule: Rule, message: impl Into<String>) -> Self {
        Self(vec![Fault::new(pointer::to(place), rule, message)])
    }

    /// A value of another JSON type.
    #[must_use]
    pub fn wrong_type(place: ValuePointerRef<'_>, expected: &str) -> Self {
        Self::one(place, Rule::Type, format!("must be {expected}"))
    }

    /// A key that a client may not set: `read_only` when it is the server's, else `unknown`.
    #[must_use]
    pub fn refused_key(key: &str, place: ValuePointerRef<'_>) -> Self {
        if SERVER_OWNED.contains(&key) {
            Self::read_only(key, place)
        } else {
            Self::one(place.push_key(key), Rule::Unknown, "is not known here")
        }
    }

    /// A key that a client may not set here.
    #[must_use]
    pub fn read_only(key: &str, place: ValuePointerRef<'_>) -> Self {
        Self::one(place.push_key(key), Rule::ReadOnly, "cannot be set or changed here")
    }

    /// A value object's refusal of the value at `place`.
    #[must_use]
    pub fn refused(place: ValuePointerRef<'_>, invalid: Invalid) -> Self {
        Self(vec![Fault { pointer: pointer::to(place), invalid }])
    }

    /// Faults with pointers below `place`.
    #[must_use]
    pub fn below(place: ValuePointerRef<'_>, faults: Vec<Fault>) -> Self {
        let base = pointer::to(place);
        let moved = |fault: Fault| Fault { pointer: format!("{base}{}", fault.pointer), ..fault };
        Self(faults.into_iter().map(moved).collect())
    }

    /// Adds other faults; stops the parse when there are enough.
    fn with(found: Option<Self>, more: Self) -> ControlFlow<Self, Self> {
        let mut all = found.unwrap_or_default();
        all.0.extend(more.0);
        if all.0.len() < FAULTS_MAX {
            return ControlFlow::Continue(all);
        }
        all.0.truncate(FAULTS_MAX);
        ControlFlow::Break(all)
    }

    /// Collects the faults of parts that are parsed one after the other.
    pub(crate) fn collect(found: &mut Option<Self>, more: Self) -> Result<(), Self> {
        match Self::with(found.take(), more) {
            ControlFlow::Continue(all) => {
                *found = Some(all);
                Ok(())
            }
            ControlFlow::Break(all) => Err(all),
        }
    }
}

impl From<Faults> for Vec<Fault> {
    fn from(faults: Faults) -> Self {
        faults.0
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the body has {} faults", self.0.len())
    }
}

impl std::error::Error for Faults {}

impl DeserializeError for Faults {
    fn error<V: IntoValue>(
        found: Option<Self>,
        error: ErrorKind<'_, V>,
        place: ValuePointerRef<'_>,
    ) -> ControlFlow<Self, Self> {
        let fault = match error {
            ErrorKind::IncorrectValueKind { accepted, .. } => Self::wrong_type(place, expected(accepted)),
            ErrorKind::MissingField { field } => {
                Self::one(place.push_key(field), Rule::Required, "is required")
            }
            ErrorKind::UnknownKey { key, .. } => Self::refused_key(key, place),
            ErrorKind::UnknownValue { accepted, .. } => {
                Self::one(place, Rule::OneOf, format!("must be one of {}", accepted.join(", ")))
            }
            ErrorKind::BadSequenceLen { expected, .. } => {
                Self::one(place, Rule::Length, format!("must have {expected} entries"))
            }
            // its message may repeat the value
            ErrorKind::Unexpected { .. } => {
                Self::one(place, Rule::Range, "is outside of what this field takes")
            }
        };
        Self::with(found, fault)
    }
}

/// What a value should have been.
const fn expected(accepted: &[ValueKind]) -> &'static str {
    match accepted {
        [ValueKind::Boolean] => "true or false",
        [ValueKind::String] => "a string",
        [ValueKind::Sequence] => "a list",
        [ValueKind::Map] => "an object",
        [ValueKind::Null] => "null",
        [ValueKind::Integer] | [ValueKind::Integer, ValueKind::NegativeInteger] => "a whole number",
        [.., ValueKind::Float] | [ValueKind::Float, ..] => "a number",
        _ => "of another type",
    }
}

impl MergeWithError<Self> for Faults {
    fn merge(found: Option<Self>, more: Self, _: ValuePointerRef<'_>) -> ControlFlow<Self, Self> {
        Self::with(found, more)
    }
}

impl MergeWithError<Invalid> for Faults {
    fn merge(found: Option<Self>, invalid: Invalid, place: ValuePointerRef<'_>) -> ControlFlow<Self, Self> {
        Self::with(found, Self::refused(place, invalid))
    }
}

impl MergeWithError<Vec<Fault>> for Faults {
    fn merge(found: Option<Self>, faults: Vec<Fault>, place: ValuePointerRef<'_>) -> ControlFlow<Self, Self> {
        Self::with(found, Self::below(place, faults))
    }
}

/// Reads text and has it parsed.
pub(crate) fn text<V: IntoValue, T>(
    value: Value<V>,
    place: ValuePointerRef<'_>,
    parse: impl FnOnce(String) -> Result<T, Invalid>,
) -> Result<T, Faults> {
    match value {
        Value::String(raw) => parse(raw).map_err(|invalid| Faults::refused(place, invalid)),
        _ => Err(Faults::wrong_type(place, "a string")),
    }
}

/// Reads a whole number and has it parsed. `1.0` is none; one beyond 64 bits is outside of every range.
pub(crate) fn whole_number<V: IntoValue, T>(
    value: &Value<V>,
    place: ValuePointerRef<'_>,
    parse: impl FnOnce(i64) -> Result<T, Invalid>,
) -> Result<T, Faults> {
    let number = match value {
        Value::Integer(number) => i64::try_from(*number).ok(),
        Value::NegativeInteger(number) => Some(*number),
        Value::Float(number) if number.abs() >= BEYOND_I64 => None,
        // JSON has one kind of number: 1.0 is 1 (RFC 8259 §6), and JSON Schema calls it an integer
        #[expect(clippy::cast_possible_truncation, reason = "it is whole, and within 64 bits")]
        Value::Float(number) if number.fract() == 0.0 => Some(*number as i64),
        _ => return Err(Faults::wrong_type(place, "a whole number")),
    };
    let parsed = match number {
        Some(number) => parse(number),
        // a rule that ends inside of 64 bits refuses their end in its own words
        None => parse(i64::MAX).and_then(|_| Err(Invalid::new(Rule::Range, "must fit into 64 bits"))),
    };
    parsed.map_err(|invalid| Faults::refused(place, invalid))
}

/// Reads a number and has it parsed.
pub(crate) fn number<V: IntoValue, T>(
    value: &Value<V>,
    place: ValuePointerRef<'_>,
    parse: impl FnOnce(f64) -> Result<T, Invalid>,
) -> Result<T, Faults> {
    #[expect(
        clippy::cast_precision_loss,
        reason = "what is not exact here is far above every largest number"
    )]
    let number = match value {
        Value::Integer(number) => *number as f64,
        Value::NegativeInteger(number) => *number as f64,
        Value::Float(number) => *number,
        _ => return Err(Faults::wrong_type(place, "a number")),
    };
    parse(number).map_err(|invalid| Faults::refused(place, invalid))
}

/// 2⁶³: from here on a JSON reader keeps whole numbers as floating-point ones.
const BEYOND_I64: f64 = 9_223_372_036_854_775_808.0;
