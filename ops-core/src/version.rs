//! `Mark`: everything that counts up for a reader outside, as `(epoch, n)`.

use std::{fmt, str::FromStr};

/// A counter's place that stays in order across a restore: a higher epoch wins with any `n`.
/// Written `"{epoch}.{n}"` in ETags, cursors and `view_version`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark {
    /// Raised after a restore; starts at 1.
    pub epoch: i64,
    /// Counts within the epoch; starts at 1, and 0 stands for "before the first".
    pub n: i64,
}

impl Mark {
    /// Before everything.
    pub const START: Self = Self { epoch: 0, n: 0 };

    /// The place `n` of `epoch`.
    #[must_use]
    pub const fn new(epoch: i64, n: i64) -> Self {
        Self { epoch, n }
    }

    /// CloudEvents `sequence`: 4 digits of epoch and 16 of n, so that text order is number order.
    #[must_use]
    pub fn padded(self) -> String {
        format!("{:04}{:016}", self.epoch, self.n)
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.epoch, self.n)
    }
}

/// The text is not `"{epoch}.{n}"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be two whole numbers joined by a dot, such as 1.42")]
pub struct NotAMark;

impl FromStr for Mark {
    type Err = NotAMark;
    fn from_str(text: &str) -> Result<Self, NotAMark> {
        let (epoch, n) = text.split_once('.').ok_or(NotAMark)?;
        Ok(Self { epoch: counter(epoch)?, n: counter(n)? })
    }
}

/// Canonical digits only: one spelling per number, or a weak compare would creep in.
fn counter(text: &str) -> Result<i64, NotAMark> {
    let canonical = text == "0" || (!text.starts_with('0') && !text.is_empty());
    if !canonical || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NotAMark);
    }
    text.parse().map_err(|_| NotAMark)
}

impl serde::Serialize for Mark {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_back_as_it_was_written_and_has_one_spelling() {
        assert_eq!("1.42".parse(), Ok(Mark::new(1, 42)));
        assert_eq!(Mark::new(1, 42).to_string(), "1.42");
        for bad in [
            "",
            "1",
            "1.",
            ".1",
            "01.1",
            "1.01",
            "1.-1",
            "+1.1",
            "1.1.1",
            "00.1",
            "1.0x",
            "٣.1",
            "1.99999999999999999999",
        ] {
            assert_eq!(bad.parse::<Mark>(), Err(NotAMark), "{bad}");
        }
    }

    #[test]
    fn a_mark_counts_from_nothing_at_all_to_what_a_database_holds() {
        assert_eq!("0.0".parse(), Ok(Mark::START));
        assert_eq!("10.9223372036854775807".parse(), Ok(Mark::new(10, i64::MAX)));
        assert_eq!("10.9223372036854775808".parse::<Mark>(), Err(NotAMark));
        assert!(Mark::START < Mark::new(0, 1) && Mark::new(0, i64::MAX) < Mark::new(1, 0));
        assert_eq!(serde_json::to_value(Mark::new(1, 42)).unwrap(), "1.42");
        assert_eq!(NotAMark.to_string(), "must be two whole numbers joined by a dot, such as 1.42");
    }

    #[test]
    fn the_padded_form_orders_as_text_and_a_higher_epoch_wins() {
        assert_eq!(Mark::new(1, 7).padded(), "00010000000000000007");
        assert!(Mark::new(2, 1) > Mark::new(1, 900));
        assert!(Mark::new(2, 1).padded() > Mark::new(1, 900).padded());
    }
}
