//! Whom a rule is about: a number, a network, a prefix, a country, or anybody.

use crate::{
    invalid::{Fault, Invalid, Rule},
    limits,
    network::{Mcc, Mnc, Plmn},
    text_rule::{Text, TextRule, text_value, word_list},
};

const DIGITS: TextRule = TextRule {
    min: 1,
    max: limits::E164_DIGITS_MAX,
    pattern: Some("^[1-9][0-9]{0,14}$"),
    accepts: |text| text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0'),
    hint: "must be digits and not begin with 0, such as 491701234567",
};

text_value! {
    /// A whole international number, digits only (ITU-T E.164 §6).
    Number, DIGITS
}

impl Number {
    /// A number as callers write it: one leading `+` is allowed.
    ///
    /// # Errors
    /// As [`Text::parse`].
    pub fn parse_dialled(raw: &str) -> Result<Self, Invalid> {
        Self::parse(raw.strip_prefix('+').unwrap_or(raw))
    }
}

text_value! {
    /// The leading digits of international numbers.
    Prefix, DIGITS
}

/// Whom a rule is about. In JSON one of `{"number": "…"}`, `{"mcc": "…", "mnc": "…"}`, `{"prefix": "…"}`,
/// `{"mcc": "…"}`, `{"any": true}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "DestinationFields", into = "DestinationFields")]
pub enum Destination {
    /// Exactly this number.
    Number(Number),
    /// The network that the request names.
    Plmn(Plmn),
    /// Numbers that begin so.
    Prefix(Prefix),
    /// Any network of this country that the request names.
    Mcc(Mcc),
    /// Everybody.
    Any,
}

/// The JSON form of a [`Destination`], before it is checked.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DestinationFields {
    /// A whole number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// A country of networks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mcc: Option<String>,
    /// The network in that country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mnc: Option<String>,
    /// Leading digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Everybody, when true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub any: Option<bool>,
}

impl Destination {
    /// Parses at the door.
    ///
    /// # Errors
    /// Every fault, with pointers relative to the destination.
    pub fn parse(fields: &DestinationFields) -> Result<Self, Vec<Fault>> {
        let DestinationFields { number, mcc, mnc, prefix, any } = fields;
        match (number, mcc, mnc, prefix, any) {
            (Some(number), None, None, None, None) => one("/number", number).map(Self::Number),
            (None, None, None, Some(prefix), None) => one("/prefix", prefix).map(Self::Prefix),
            (None, Some(mcc), None, None, None) => one("/mcc", mcc).map(Self::Mcc),
            (None, Some(mcc), Some(mnc), None, None) => plmn(mcc, mnc).map(Self::Plmn),
            (None, None, None, None, Some(true)) => Ok(Self::Any),
            _ => Err(vec![Fault::new(
                "",
                Rule::Combination,
                r#"must be one of {"number"}, {"mcc", "mnc"}, {"prefix"}, {"mcc"} and {"any": true}"#,
            )]),
        }
    }
}

fn one<T: Text>(pointer: &str, raw: &str) -> Result<T, Vec<Fault>> {
    T::parse(raw).map_err(|invalid| vec![Fault { pointer: pointer.into(), invalid }])
}

fn plmn(mcc: &str, mnc: &str) -> Result<Plmn, Vec<Fault>> {
    match (one::<Mcc>("/mcc", mcc), one::<Mnc>("/mnc", mnc)) {
        (Ok(mcc), Ok(mnc)) => Ok(Plmn { mcc, mnc }),
        (mcc, mnc) => Err([mcc.err(), mnc.err()].into_iter().flatten().flatten().collect()),
    }
}

impl TryFrom<DestinationFields> for Destination {
    type Error = Invalid;
    fn try_from(fields: DestinationFields) -> Result<Self, Invalid> {
        Self::parse(&fields).map_err(|faults| {
            let sentences: Vec<_> = faults.iter().map(|fault| fault.invalid.message.as_str()).collect();
            let rule = faults.first().map_or(Rule::Combination, |fault| fault.invalid.rule);
            Invalid::new(rule, sentences.join("; "))
        })
    }
}

impl From<Destination> for DestinationFields {
    fn from(destination: Destination) -> Self {
        match destination {
            Destination::Number(number) => Self { number: Some(number.into()), ..Self::default() },
            Destination::Plmn(Plmn { mcc, mnc }) => {
                Self { mcc: Some(mcc.into()), mnc: Some(mnc.into()), ..Self::default() }
            }
            Destination::Prefix(prefix) => Self { prefix: Some(prefix.into()), ..Self::default() },
            Destination::Mcc(mcc) => Self { mcc: Some(mcc.into()), ..Self::default() },
            Destination::Any => Self { any: Some(true), ..Self::default() },
        }
    }
}

word_list! {
    /// Which networks of a request a rule believes.
    #[derive(Default)]
    NetworkSource {
        /// Looked up: portability or IMSI.
        #[default]
        Trusted = "trusted",
        /// Also one that the caller guessed from the prefix.
        Any = "any",
    }
}

/// What must hold for a rule to be tried. This document is stored and sent as it is.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Match {
    /// Whom it is about.
    pub destination: Destination,
    /// Which networks of a request it believes.
    #[serde(default)]
    pub network_source: NetworkSource,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_destination_is_read_back_as_it_was_written() {
        for json in [
            r#"{"number":"491701234567"}"#,
            r#"{"mcc":"262","mnc":"01"}"#,
            r#"{"prefix":"49"}"#,
            r#"{"mcc":"262"}"#,
            r#"{"any":true}"#,
        ] {
            let destination: Destination = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&destination).unwrap(), json);
        }
    }

    #[test]
    fn a_destination_is_exactly_one_of_the_five_forms() {
        for bad in [
            "{}",
            r#"{"any":false}"#,
            r#"{"mnc":"01"}"#,
            r#"{"number":"49","prefix":"49"}"#,
            r#"{"any":true,"prefix":"49"}"#,
            r#"{"prefix":"049"}"#,
            r#"{"prefix":""}"#,
            r#"{"number":"+49"}"#,
            r#"{"number":"1234567890123456"}"#,
            r#"{"mcc":262}"#,
            r#"{"country":"DE"}"#,
        ] {
            assert!(serde_json::from_str::<Destination>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_refused_destination_names_each_field_and_its_rule() {
        for (json, expected) in [
            (r#"{"number":"+49"}"#, &[("/number", Rule::Pattern)][..]),
            (r#"{"prefix":"4917012345678901"}"#, &[("/prefix", Rule::Length)]),
            (r#"{"mcc":"26"}"#, &[("/mcc", Rule::Length)]),
            (r#"{"mcc":"26a","mnc":"01"}"#, &[("/mcc", Rule::Pattern)]),
            (r#"{"mcc":"262","mnc":"x"}"#, &[("/mnc", Rule::Length)]),
            (r#"{"mcc":"26","mnc":"xx"}"#, &[("/mcc", Rule::Length), ("/mnc", Rule::Pattern)]),
            ("{}", &[("", Rule::Combination)]),
            (r#"{"any":false}"#, &[("", Rule::Combination)]),
            (r#"{"mcc":"26","prefix":"x"}"#, &[("", Rule::Combination)]),
        ] {
            let fields: DestinationFields = serde_json::from_str(json).unwrap();
            let faults = Destination::parse(&fields).unwrap_err();
            let named: Vec<_> = faults.iter().map(|f| (f.pointer.as_str(), f.invalid.rule)).collect();
            assert_eq!(named, expected, "{json}");
        }
    }

    #[test]
    fn a_refused_destination_of_a_document_says_all_sentences_in_one() {
        let refused = |fields: DestinationFields| Destination::try_from(fields).unwrap_err();
        let two_wrong_codes = DestinationFields {
            mcc: Some("26".into()),
            mnc: Some("xx".into()),
            ..DestinationFields::default()
        };
        assert_eq!(
            refused(two_wrong_codes),
            Invalid::new(Rule::Length, "must have 3 characters; must be 2 or 3 digits, such as 01")
        );
        let any_of_five =
            r#"must be one of {"number"}, {"mcc", "mnc"}, {"prefix"}, {"mcc"} and {"any": true}"#;
        assert_eq!(refused(DestinationFields::default()), Invalid::new(Rule::Combination, any_of_five));
    }

    #[test]
    fn a_number_and_a_prefix_have_1_to_15_digits_and_do_not_begin_with_0() {
        for good in ["1", "10", "999999999999999"] {
            assert!(Number::parse(good).is_ok() && Prefix::parse(good).is_ok(), "{good}");
        }
        for (bad, rule) in [
            ("", Rule::Length),
            ("1234567890123456", Rule::Length),
            ("0", Rule::Pattern),
            ("049", Rule::Pattern),
            ("49a", Rule::Pattern),
            ("+49", Rule::Pattern),
            ("٤٩", Rule::Pattern),
        ] {
            let rules = (Number::parse(bad).unwrap_err().rule, Prefix::parse(bad).unwrap_err().rule);
            assert_eq!(rules, (rule, rule), "{bad:?}");
        }
    }

    #[test]
    fn a_match_trusts_looked_up_networks_unless_it_says_otherwise() {
        let matches: Match = serde_json::from_str(r#"{"destination":{"any":true}}"#).unwrap();
        assert_eq!(matches.network_source, NetworkSource::Trusted);
        assert!(serde_json::from_str::<Match>(r#"{"destination":{"any":true},"sender":{}}"#).is_err());
    }

    #[test]
    fn one_leading_plus_is_allowed_at_the_door_only() {
        assert_eq!(Number::parse_dialled("+491701234567").unwrap().as_str(), "491701234567");
        for bad in ["++49", "+", "", "0049", "49 170", "+0"] {
            assert!(Number::parse_dialled(bad).is_err(), "{bad:?}");
        }
    }
}
