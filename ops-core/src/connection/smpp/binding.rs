//! What a connector says when it binds (SMPP 3.4 §4.1). Lengths are octets that can be used, without the terminating NUL.

use crate::{
    limits,
    number_rule::{listed_number, number_value},
    text_rule::{TextRule, empty_by_default, text_value, word_list},
    text_shape::{PRINTABLE, PRINTABLE_HINT, is_printable},
};

word_list! {
    /// Which bind operation a connector sends (SMPP 3.4 §4.1).
    BindType default Transceiver {
        /// One session sends and receives.
        Transceiver = "transceiver",
        /// Sends only.
        Transmitter = "transmitter",
        /// Receives only.
        Receiver = "receiver",
        /// A transmitter and a receiver side by side.
        Pair = "pair",
    }
}

impl BindType {
    /// Whether sessions of this kind send.
    #[must_use]
    pub const fn sends(self) -> bool {
        !matches!(self, Self::Receiver)
    }

    /// Whether sessions of this kind receive.
    #[must_use]
    pub const fn receives(self) -> bool {
        !matches!(self, Self::Transmitter)
    }

    /// TCP sessions that one wanted session takes.
    #[must_use]
    pub const fn tcp_sessions(self) -> i64 {
        match self {
            Self::Pair => 2,
            Self::Transceiver | Self::Transmitter | Self::Receiver => 1,
        }
    }
}

number_value! {
    /// Sessions that are wanted; a pair counts as one.
    Sessions, 1, 200, default 1
}
number_value! {
    /// TCP sessions that the operator allows to the account: twice the largest number of pairs.
    MaxBinds, 1, 400
}

word_list! {
    /// The version that a bind states (SMPP 3.4 §5.2.4).
    InterfaceVersion default V34 {
        /// SMPP 3.3, 0x33 on the wire.
        V33 = "3.3",
        /// SMPP 3.4, 0x34 on the wire.
        V34 = "3.4",
        /// SMPP 5.0, 0x50 on the wire.
        V50 = "5.0",
    }
}

impl InterfaceVersion {
    /// The octet on the wire.
    #[must_use]
    pub const fn octet(self) -> u8 {
        match self {
            Self::V33 => 0x33,
            Self::V34 => 0x34,
            Self::V50 => 0x50,
        }
    }
}

text_value! {
    /// The kind of system that binds (SMPP 3.4 §5.2.3: 13 octets with the NUL). More than 12 takes a spec override.
    SystemType,
    TextRule {
        min: 0,
        max: limits::SMPP_SYSTEM_TYPE_LIFTED,
        pattern: Some(PRINTABLE),
        accepts: is_printable,
        hint: PRINTABLE_HINT,
    }
}
text_value! {
    /// The addresses that the binding party serves, a UNIX regular expression (SMPP 3.4 §5.2.7: 41 octets with the NUL).
    /// More than 40 takes a spec override.
    AddressRange,
    TextRule {
        min: 0,
        max: limits::SMPP_ADDRESS_RANGE_LIFTED,
        pattern: Some(PRINTABLE),
        accepts: is_printable,
        hint: PRINTABLE_HINT,
    }
}
text_value! {
    /// The service that messages are submitted under (SMPP 3.4 §5.2.11: 6 octets with the NUL).
    ServiceType,
    TextRule { min: 0, max: 5, pattern: Some(PRINTABLE), accepts: is_printable, hint: PRINTABLE_HINT }
}

// what is left out is the empty text on the wire
empty_by_default!(SystemType, AddressRange, ServiceType);

number_value! {
    /// Type of number (SMPP 3.4 §5.2.5): 0 unknown, 1 international, 2 national, 3 network specific, 4 subscriber,
    /// 5 alphanumeric, 6 abbreviated.
    Ton, 0, 6, default 0
}
listed_number! {
    /// Numbering plan indicator (SMPP 3.4 §5.2.6): 0 unknown, 1 E.163/E.164, 3 X.121, 4 F.69, 6 E.212, 8 national,
    /// 9 private, 10 ERMES, 14 Internet (IP), 18 WAP client id.
    Npi, [(0, 1), (3, 4), (6, 6), (8, 10), (14, 14), (18, 18)], default 0
}

impl Ton {
    /// International.
    pub(super) const INTERNATIONAL: Self = Self(1);
    /// Network specific.
    pub(super) const NETWORK: Self = Self(3);
    /// Alphanumeric.
    pub(super) const ALPHANUMERIC: Self = Self(5);
}

impl Npi {
    /// Unknown.
    pub(super) const UNKNOWN: Self = Self(0);
    /// E.163/E.164.
    pub(super) const E164: Self = Self(1);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Listed, Word, invalid::Rule};

    #[test]
    fn a_bind_type_says_which_way_its_sessions_go_and_a_pair_takes_two() {
        for (word, sends, receives, tcp_sessions) in [
            ("transceiver", true, true, 1),
            ("transmitter", true, false, 1),
            ("receiver", false, true, 1),
            ("pair", true, true, 2),
        ] {
            let of = BindType::parse(word).unwrap();
            assert_eq!(
                (of.sends(), of.receives(), of.tcp_sessions()),
                (sends, receives, tcp_sessions),
                "{word}"
            );
        }
    }

    #[test]
    fn a_version_is_stated_in_an_octet_whose_digits_are_its_own() {
        for version in ["3.3", "3.4", "5.0"] {
            let octet = format!("{:x}", InterfaceVersion::parse(version).unwrap().octet());
            assert_eq!(octet, version.replace('.', ""));
        }
    }

    #[test]
    fn a_numbering_plan_is_one_that_smpp_lists() {
        let listed: Vec<i64> = (-1..=20).filter(|&npi| Npi::parse(npi).is_ok()).collect();
        assert_eq!(listed, [0, 1, 3, 4, 6, 8, 9, 10, 14, 18]);
        assert_eq!(Npi::parse(2).unwrap_err().rule, Rule::OneOf);
    }
}
