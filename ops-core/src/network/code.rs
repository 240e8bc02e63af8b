//! The codes of a network: MCC, MNC and both together.

use std::fmt;

use crate::text_rule::{TextRule, text_value};

text_value! {
    /// Mobile country code (ITU-T E.212 §4.1).
    Mcc,
    TextRule { min: 3, max: 3, pattern: Some("^[0-9]{3}$"), accepts: is_digits, hint: "must be 3 digits, such as 262" }
}

text_value! {
    /// Mobile network code (ITU-T E.212 §4.2): text, because "01" is not "001".
    Mnc,
    TextRule { min: 2, max: 3, pattern: Some("^[0-9]{2,3}$"), accepts: is_digits, hint: "must be 2 or 3 digits, such as 01" }
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

/// One network.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Plmn {
    /// Its country.
    pub mcc: Mcc,
    /// The network within the country.
    pub mnc: Mnc,
}

impl fmt::Display for Plmn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.mcc, self.mnc)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text_rule::Text;

    #[test]
    fn a_network_code_is_text_so_leading_zeros_count() {
        assert_ne!(Mnc::parse("01").unwrap(), Mnc::parse("001").unwrap());
        let plmn: Plmn = serde_json::from_str(r#"{"mcc":"262","mnc":"01"}"#).unwrap();
        assert_eq!(plmn.to_string(), "262-01");
        assert_eq!(serde_json::to_string(&plmn).unwrap(), r#"{"mcc":"262","mnc":"01"}"#);
        assert!(serde_json::from_str::<Plmn>(r#"{"mcc":262,"mnc":1}"#).is_err());
    }

    #[test]
    fn codes_have_their_digits_and_nothing_else() {
        for bad in ["", "26", "2622", "26a", " 26", "٢٦٢"] {
            assert!(Mcc::parse(bad).is_err(), "{bad:?}");
        }
        for bad in ["", "1", "0001", "0x"] {
            assert!(Mnc::parse(bad).is_err(), "{bad:?}");
        }
    }
}
