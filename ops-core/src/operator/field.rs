//! The fields of an operator, each parsed once at the door.

use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::UnicodeNormalization;

use crate::{
    invalid::{Fault, Rule},
    limits,
    network::Plmn,
    text_rule::{Text, TextRule, any_text, text_value, word_list},
    text_shape::{TRIM_HINT, TRIMMED, is_trimmed},
};

text_value! {
    /// The operator's name in URLs, logs and rules; immutable.
    Code,
    TextRule {
        min: 1,
        max: 63,
        pattern: Some("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"),
        accepts: |text| {
            text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
                && !text.starts_with('-')
                && !text.ends_with('-')
        },
        hint: "must be lower-case letters, digits and inner hyphens, such as acme-de",
    }
}

text_value! {
    /// What people call the operator.
    DisplayName,
    TextRule { min: 1, max: 128, pattern: Some(TRIMMED), accepts: is_trimmed, hint: TRIM_HINT }
}

text_value! {
    /// The operator's key in the legacy system.
    ExternalId,
    TextRule { min: 1, max: 128, pattern: Some(TRIMMED), accepts: is_trimmed, hint: TRIM_HINT }
}

text_value! {
    /// Why a person moved an operator, in their words.
    Reason,
    TextRule { min: 1, max: 500, pattern: None, accepts: any_text, hint: "" }
}

text_value! {
    /// ISO 3166-1 alpha-2, or `XK`.
    CountryCode,
    TextRule {
        min: 2,
        max: 2,
        pattern: Some("^[A-Z]{2}$"),
        accepts: |text| text.bytes().all(|b| b.is_ascii_uppercase()) && ISO_3166.binary_search(&text).is_ok(),
        hint: "must be an ISO 3166-1 alpha-2 code in upper case, such as DE",
    }
}

/// The key by which two display names are the same: NFKC and case folding, made here and never by a database.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NameKey(String);

impl NameKey {
    /// The key of a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let compatible: String = text.nfkc().collect();
        Self(caseless::default_case_fold_str(&compatible).nfkc().collect())
    }

    /// The key, as it is stored and compared.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl DisplayName {
    /// The key by which this name is unique.
    #[must_use]
    pub fn key(&self) -> NameKey {
        NameKey::of(self.as_str())
    }
}

word_list! {
    /// What an operator is.
    Kind {
        /// Runs a mobile network.
        Mno = "mno",
        /// Sells on somebody's mobile network.
        Mvno = "mvno",
        /// Reaches many networks through others.
        Aggregator = "aggregator",
        /// Connects operators with each other.
        Hub = "hub",
        /// Ours, for tests.
        Test = "test",
    }
}

word_list! {
    /// Whether the operator's failure wakes somebody.
    Importance {
        /// Looked at in working hours.
        Normal = "normal",
        /// Wakes somebody.
        Critical = "critical",
    }
}

word_list! {
    /// Where an operator stands.
    Status {
        /// Being set up.
        Draft = "draft",
        /// Takes traffic.
        Active = "active",
        /// Takes no new traffic; finishes what it has.
        Draining = "draining",
        /// In a planned window.
        Maintenance = "maintenance",
        /// Takes no traffic until somebody says so.
        Suspended = "suspended",
        /// Deleted (softly).
        Deleted = "deleted",
    }
}

/// The countries of an operator, sorted and unique.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Countries(Vec<CountryCode>);

/// The networks of an operator, sorted and unique.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Networks(Vec<Plmn>);

macro_rules! set_of {
    ($name:ident of $item:ty, $max:expr) => {
        impl $name {
            /// Sorts the entries.
            ///
            /// # Errors
            /// [`Rule::Length`] for too many, [`Rule::Unique`] for each repetition, with pointers below the list.
            pub fn parse(entries: Vec<$item>) -> Result<Self, Vec<Fault>> {
                let mut faults = Vec::new();
                if entries.len() > $max {
                    faults.push(Fault::new("", Rule::Length, format!("must have at most {} entries", $max)));
                }
                let mut seen = BTreeSet::new();
                for (index, entry) in entries.iter().enumerate() {
                    if !seen.insert(entry) {
                        faults.push(Fault::new(
                            format!("/{index}"),
                            Rule::Unique,
                            "stands in the list twice",
                        ));
                    }
                }
                if !faults.is_empty() {
                    return Err(faults);
                }
                let mut entries = entries;
                entries.sort();
                Ok(Self(entries))
            }

            /// The entries.
            pub fn iter(&self) -> impl Iterator<Item = &$item> {
                self.0.iter()
            }
        }
    };
}
set_of!(Countries of CountryCode, limits::COUNTRIES_MAX);
set_of!(Networks of Plmn, limits::NETWORKS_MAX);

text_value! {
    /// The key of a label.
    LabelKey,
    TextRule {
        min: 1,
        max: 63,
        pattern: Some("^[a-z0-9][a-z0-9._/-]{0,62}$"),
        accepts: |text| {
            text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._/-".contains(&b))
                && text.bytes().next().is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        },
        hint: "must be lower-case letters, digits, dots, slashes, hyphens and underscores, and begin with a letter or digit",
    }
}

text_value! {
    /// The value of a label.
    LabelValue,
    TextRule { min: 0, max: 255, pattern: None, accepts: any_text, hint: "" }
}

/// Free labels: keys and values, within 8 KiB together.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Labels(BTreeMap<LabelKey, LabelValue>);

/// A merge patch of labels (RFC 7396): a key with a value is set, a key with null is removed, the others stay.
pub type LabelsPatch = BTreeMap<LabelKey, Option<LabelValue>>;

impl Labels {
    /// Labels out of parsed entries.
    ///
    /// # Errors
    /// [`Rule::Length`] for too many or too large, with pointers below the map.
    pub fn new(entries: BTreeMap<LabelKey, LabelValue>) -> Result<Self, Vec<Fault>> {
        let octets: usize =
            entries.iter().map(|(key, value)| key.as_str().len() + value.as_str().len()).sum();
        let mut faults = Vec::new();
        if entries.len() > limits::LABELS_MAX {
            faults.push(Fault::new(
                "",
                Rule::Length,
                format!("must have at most {} labels", limits::LABELS_MAX),
            ));
        }
        if octets > limits::LABELS_OCTETS_MAX {
            let most = limits::LABELS_OCTETS_MAX;
            let message = format!("keys and values together must have at most {most} octets");
            faults.push(Fault::new("", Rule::Length, message));
        }
        if faults.is_empty() { Ok(Self(entries)) } else { Err(faults) }
    }

    /// These labels after a merge patch.
    ///
    /// # Errors
    /// As [`Labels::new`], with pointers below `/labels`.
    pub fn merged(&self, patch: LabelsPatch) -> Result<Self, Vec<Fault>> {
        let mut entries = self.0.clone();
        for (key, value) in patch {
            match value {
                Some(value) => entries.insert(key, value),
                None => entries.remove(&key),
            };
        }
        Self::new(entries).map_err(|faults| {
            faults
                .into_iter()
                .map(|fault| Fault { pointer: format!("/labels{}", fault.pointer), ..fault })
                .collect()
        })
    }

    /// Every label.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

/// ISO 3166-1 alpha-2, officially assigned codes, and the user-assigned `XK` that the field uses for Kosovo. Sorted.
#[rustfmt::skip]
const ISO_3166: &[&str] = &[
    "AD","AE","AF","AG","AI","AL","AM","AO","AQ","AR","AS","AT","AU","AW","AX","AZ","BA","BB","BD","BE","BF","BG","BH",
    "BI","BJ","BL","BM","BN","BO","BQ","BR","BS","BT","BV","BW","BY","BZ","CA","CC","CD","CF","CG","CH","CI","CK","CL",
    "CM","CN","CO","CR","CU","CV","CW","CX","CY","CZ","DE","DJ","DK","DM","DO","DZ","EC","EE","EG","EH","ER","ES","ET",
    "FI","FJ","FK","FM","FO","FR","GA","GB","GD","GE","GF","GG","GH","GI","GL","GM","GN","GP","GQ","GR","GS","GT","GU",
    "GW","GY","HK","HM","HN","HR","HT","HU","ID","IE","IL","IM","IN","IO","IQ","IR","IS","IT","JE","JM","JO","JP","KE",
    "KG","KH","KI","KM","KN","KP","KR","KW","KY","KZ","LA","LB","LC","LI","LK","LR","LS","LT","LU","LV","LY","MA","MC",
    "MD","ME","MF","MG","MH","MK","ML","MM","MN","MO","MP","MQ","MR","MS","MT","MU","MV","MW","MX","MY","MZ","NA","NC",
    "NE","NF","NG","NI","NL","NO","NP","NR","NU","NZ","OM","PA","PE","PF","PG","PH","PK","PL","PM","PN","PR","PS","PT",
    "PW","PY","QA","RE","RO","RS","RU","RW","SA","SB","SC","SD","SE","SG","SH","SI","SJ","SK","SL","SM","SN","SO","SR",
    "SS","ST","SV","SX","SY","SZ","TC","TD","TF","TG","TH","TJ","TK","TL","TM","TN","TO","TR","TT","TV","TW","TZ","UA",
    "UG","UM","US","UY","UZ","VA","VC","VE","VG","VI","VN","VU","WF","WS","XK","YE","YT","ZA","ZM","ZW",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Mcc, Mnc};

    #[test]
    fn codes_are_lower_case_words_with_inner_hyphens() {
        for good in ["a", "acme-de", "7", "a--b", &"a".repeat(63)] {
            assert!(Code::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "-a", "a-", "A", "a_b", "ä", "a b", &"a".repeat(64)] {
            assert!(Code::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn names_that_look_the_same_have_one_key() {
        for (a, b) in [("STRASSE", "straße"), ("ＡＣＭＥ", "acme"), ("Café", "cafe\u{301}"), ("ﬁn", "FIN")]
        {
            let key = |text: &str| DisplayName::parse(text).unwrap().key();
            assert_eq!(key(a), key(b));
        }
        assert_eq!(NameKey::of("ＡＣＭＥ Straße").as_str(), "acme strasse");
        assert_ne!(NameKey::of("acme"), NameKey::of("acmé"));
    }

    #[test]
    fn countries_are_the_iso_list_and_kosovo() {
        assert!(ISO_3166.is_sorted());
        assert_eq!(ISO_3166.len(), 250);
        assert!(CountryCode::parse("XK").is_ok());
        assert!(CountryCode::parse("de").is_err());
        assert!(CountryCode::parse("XX").is_err());
    }

    #[test]
    fn a_label_patch_sets_removes_and_keeps() {
        let entry =
            |key: &str, value: &str| (LabelKey::parse(key).unwrap(), LabelValue::parse(value).unwrap());
        let labels = Labels::new([entry("a", "1"), entry("b", "2")].into()).unwrap();
        let (key, value) = entry("c", "3");
        let patch = LabelsPatch::from([(entry("a", "").0, None), (key, Some(value))]);
        let merged = labels.merged(patch).unwrap();
        assert_eq!(merged.iter().collect::<Vec<_>>(), [("b", "2"), ("c", "3")]);
    }

    #[test]
    fn labels_stay_within_their_number_and_octets() {
        let labels = |n: usize, value: &str| -> BTreeMap<_, _> {
            (0..n)
                .map(|i| (LabelKey::parse(&format!("k{i:02}")).unwrap(), LabelValue::parse(value).unwrap()))
                .collect()
        };
        let too_many = Fault::new("", Rule::Length, "must have at most 64 labels");
        let too_large =
            Fault::new("", Rule::Length, "keys and values together must have at most 8192 octets");
        assert!(Labels::new(labels(64, "x")).is_ok());
        // a key of 3 octets and a value of 253, in characters of two octets and one
        let value = format!("{}x", "ä".repeat(126));
        assert!(Labels::new(labels(32, &value)).is_ok(), "32 × 256 = 8192 octets");
        let mut one_more = labels(32, &value);
        one_more.insert(LabelKey::parse("k00").unwrap(), LabelValue::parse(&"ä".repeat(127)).unwrap());
        for (refused, faults) in [
            (labels(65, &value), vec![too_many.clone(), too_large.clone()]),
            (labels(65, "x"), vec![too_many]),
            (one_more, vec![too_large]),
        ] {
            assert_eq!(Labels::new(refused).unwrap_err(), faults);
        }
    }

    #[test]
    fn a_patch_that_makes_labels_too_large_is_refused_at_the_labels() {
        let patch = (0..65)
            .map(|i| (LabelKey::parse(&format!("k{i}")).unwrap(), Some(LabelValue::parse("x").unwrap())));
        let faults = Labels::default().merged(patch.collect()).unwrap_err();
        assert_eq!(faults, [Fault::new("/labels", Rule::Length, "must have at most 64 labels")]);
    }

    #[test]
    fn a_label_key_begins_with_a_letter_or_digit() {
        for good in ["a", "7", "team/name", "a.b_c-d", &"a".repeat(63)] {
            assert!(LabelKey::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "/a", ".a", "_a", "-a", "A", "a b", "ä", "a:b", &"a".repeat(64)] {
            assert!(LabelKey::parse(bad).is_err(), "{bad}");
        }
        assert!(LabelValue::parse("").is_ok() && LabelValue::parse(&"x".repeat(256)).is_err());
    }

    #[test]
    fn countries_and_networks_are_sorted_and_each_repetition_is_refused_at_its_place() {
        let countries = |codes: &[&str]| {
            Countries::parse(codes.iter().map(|code| CountryCode::parse(code).unwrap()).collect())
        };
        let sorted: Vec<_> =
            countries(&["FR", "AT", "DE"]).unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(sorted, ["AT", "DE", "FR"]);
        let twice = |at: usize| Fault::new(format!("/{at}"), Rule::Unique, "stands in the list twice");
        assert_eq!(countries(&["DE", "FR", "DE", "FR"]).unwrap_err(), [twice(2), twice(3)]);
        assert!(countries(ISO_3166).is_ok(), "every country fits");

        let network =
            |n: usize| Plmn { mcc: Mcc::parse("262").unwrap(), mnc: Mnc::parse(&format!("{n:03}")).unwrap() };
        let networks = |n| Networks::parse((0..n).rev().map(network).collect());
        assert!(networks(500).unwrap().iter().eq(&(0..500).map(network).collect::<Vec<_>>()));
        let too_many = Fault::new("", Rule::Length, "must have at most 500 entries");
        assert_eq!(networks(501).unwrap_err(), [too_many]);
    }
}
