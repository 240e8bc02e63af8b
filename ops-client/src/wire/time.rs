//! Times at the door: RFC 3339 in one spelling, with `T`, an offset, and no leap second. They are cut to the microseconds that
//! every database keeps: what is answered at once is what is read later.

use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use jiff::{RoundMode, Timestamp, TimestampRound, Unit, civil::Date};
use ops_core::{Invalid, InvalidRule as Rule};
use utoipa::openapi::schema::Schema;

use super::rule::{self, Described};
use crate::faults::{self, Faults};

const HINT: &str = "must be an RFC 3339 time with an offset, such as 2026-01-31T12:00:00Z";

/// Digits of a second's fraction: nanoseconds.
const FRACTION_MAX: usize = 9;

impl Deserr<Faults> for Timestamp {
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        place: ValuePointerRef<'_>,
    ) -> Result<Self, Faults> {
        faults::text(value, place, |raw| parse(&raw))
    }
}

impl Described for Timestamp {
    fn described() -> Schema {
        rule::formatted("date-time").into()
    }
}

impl Deserr<Faults> for Date {
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        place: ValuePointerRef<'_>,
    ) -> Result<Self, Faults> {
        faults::text(value, place, |raw| {
            let day = has_shape(&raw, "0000-00-00").then(|| raw.parse().ok()).flatten();
            day.ok_or_else(|| Invalid::new(Rule::Pattern, "must be a day, such as 2026-01-31"))
        })
    }
}

impl Described for Date {
    fn described() -> Schema {
        rule::formatted("date").into()
    }
}

fn parse(text: &str) -> Result<Timestamp, Invalid> {
    let time: Option<Timestamp> = if is_strict(text) { text.parse().ok() } else { None };
    let to_micros = TimestampRound::new().smallest(Unit::Microsecond).mode(RoundMode::Floor);
    time.and_then(|time| time.round(to_micros).ok()).ok_or_else(|| Invalid::new(Rule::Pattern, HINT))
}

/// The shape that RFC 3339 §5.6 gives, which jiff's own parser widens.
fn is_strict(text: &str) -> bool {
    let Some((whole, rest)) = text.split_at_checked("2026-01-31T12:00:00".len()) else { return false };
    let offset = match rest.strip_prefix('.') {
        None => rest,
        Some(rest) => {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            if !(1..=FRACTION_MAX).contains(&digits) {
                return false;
            }
            rest.get(digits..).unwrap_or_default()
        }
    };
    has_shape(whole, "0000-00-00T00:00:00") && !whole.ends_with(":60") && is_offset(offset)
}

fn is_offset(text: &str) -> bool {
    let Some(signed) = text.strip_prefix(['+', '-']) else { return text == "Z" };
    let Some((hours, minutes)) = signed.split_once(':') else { return false };
    has_shape(signed, "00:00") && hours <= "23" && minutes <= "59"
}

/// Whether `text` has a digit where `shape` has 0, and else the same.
fn has_shape(text: &str, shape: &str) -> bool {
    text.len() == shape.len()
        && text
            .bytes()
            .zip(shape.bytes())
            .all(|(is, should)| if should == b'0' { is.is_ascii_digit() } else { is == should })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_one_spelling_but_any_offset() {
        for (text, utc) in [
            ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"),
            ("2026-01-31T12:00:00.123456789Z", "2026-01-31T12:00:00.123456Z"),
            ("2026-01-31T12:00:00+05:45", "2026-01-31T06:15:00Z"),
            ("2026-01-31T12:00:00-00:00", "2026-01-31T12:00:00Z"),
            ("2024-02-29T23:59:59-23:59", "2024-03-01T23:58:59Z"),
        ] {
            assert_eq!(parse(text).unwrap().to_string(), utc);
        }
    }

    #[test]
    fn what_other_standards_allow_is_refused() {
        for bad in [
            "",
            "2026-01-31",
            "2026-01-31T12:00:00",
            "2026-01-31 12:00:00Z",
            "2026-01-31t12:00:00z",
            "2026-01-31T12:00Z",
            "20260131T120000Z",
            "2026-01-31T12:00:60Z",
            "2026-01-31T24:00:00Z",
            "2026-02-29T12:00:00Z",
            "2026-13-01T12:00:00Z",
            "2026-01-31T12:00:00.Z",
            "2026-01-31T12:00:00.1234567890Z",
            "2026-01-31T12:00:00,5Z",
            "2026-01-31T12:00:00+0100",
            "2026-01-31T12:00:00+01",
            "2026-01-31T12:00:00+24:00",
            "2026-01-31T12:00:00+01:60",
            "2026-01-31T12:00:00Z[UTC]",
            "2026-01-31T12:00:00é",
            "+002026-01-31T12:00:00Z",
            " 2026-01-31T12:00:00Z",
            "0000-01-31T12:00:00",
        ] {
            assert_eq!(parse(bad).unwrap_err().rule, Rule::Pattern, "{bad}");
        }
    }
}
