//! How senders and recipients are written.

use serde::{Deserialize, Serialize};

use super::binding::{Npi, Ton};
use crate::{
    limits,
    text_rule::{TextRule, empty_by_default, text_value, word_list},
};

/// Type of number and numbering plan of an address (SMPP 3.4 §5.2.5, §5.2.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Numbering {
    /// Type of number.
    pub ton: Ton,
    /// Numbering plan indicator.
    pub npi: Npi,
}

/// How senders are declared, by what they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Source {
    /// A name.
    pub alphanumeric: Numbering,
    /// An E.164 number.
    pub international: Numbering,
    /// A short code.
    pub short_code: Numbering,
}

impl Default for Source {
    fn default() -> Self {
        Self {
            alphanumeric: Numbering { ton: Ton::ALPHANUMERIC, npi: Npi::UNKNOWN },
            international: Numbering { ton: Ton::INTERNATIONAL, npi: Npi::E164 },
            short_code: Numbering { ton: Ton::NETWORK, npi: Npi::UNKNOWN },
        }
    }
}

/// How recipients are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Destination {
    /// The digits.
    pub format: DestinationFormat,
    /// Digits that are put in front.
    pub prepend: Prepend,
    /// Type of number.
    pub ton: Ton,
    /// Numbering plan indicator.
    pub npi: Npi,
}

impl Default for Destination {
    fn default() -> Self {
        Self {
            format: DestinationFormat::default(),
            prepend: Prepend::default(),
            ton: Ton::INTERNATIONAL,
            npi: Npi::E164,
        }
    }
}

word_list! {
    /// How a recipient's number is written.
    DestinationFormat default E164 {
        /// Country code and number, digits only.
        E164 = "e164",
        /// With `+` in front.
        Plus = "plus",
        /// With `00` in front.
        ZeroZero = "zero_zero",
        /// Without the country code.
        National = "national",
    }
}

text_value! {
    /// Digits in front of every recipient: some operators tell routes apart by them.
    Prepend,
    TextRule {
        min: 0,
        max: limits::E164_DIGITS_MAX,
        pattern: Some("^[0-9]*$"),
        accepts: |text| text.bytes().all(|b| b.is_ascii_digit()),
        hint: "must be digits",
    }
}

empty_by_default!(Prepend);
