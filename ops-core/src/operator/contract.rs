//! What was agreed with an operator.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    connection::Tps,
    invalid::{Fault, Rule},
    number_rule::number_value,
    text_rule::{TextRule, text_value},
    text_shape::{TRIM_HINT, TRIMMED, is_trimmed},
};

/// The contract with an operator; each field may be absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Contract {
    /// Its number in the legal department's files.
    pub reference: Option<ContractReference>,
    /// Its first day.
    pub starts_on: Option<Date>,
    /// Its last day.
    pub ends_on: Option<Date>,
    /// Days of notice.
    pub notice_days: Option<NoticeDays>,
    /// In what it is paid.
    pub currency: Option<Currency>,
    /// Messages per second that were bought.
    pub contracted_tps: Option<Tps>,
    /// TCP sessions that were bought.
    pub contracted_binds: Option<ContractedBinds>,
}

/// A merge patch of a contract (RFC 7396): `None` keeps, `Some(None)` removes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContractPatch {
    /// See [`Contract::reference`].
    pub reference: Option<Option<ContractReference>>,
    /// See [`Contract::starts_on`].
    pub starts_on: Option<Option<Date>>,
    /// See [`Contract::ends_on`].
    pub ends_on: Option<Option<Date>>,
    /// See [`Contract::notice_days`].
    pub notice_days: Option<Option<NoticeDays>>,
    /// See [`Contract::currency`].
    pub currency: Option<Option<Currency>>,
    /// See [`Contract::contracted_tps`].
    pub contracted_tps: Option<Option<Tps>>,
    /// See [`Contract::contracted_binds`].
    pub contracted_binds: Option<Option<ContractedBinds>>,
}

impl Contract {
    /// The rule across its fields.
    ///
    /// # Errors
    /// [`Rule::Combination`] when it ends before it begins, with a pointer below the contract.
    pub fn check(self) -> Result<Self, Vec<Fault>> {
        match (self.starts_on, self.ends_on) {
            (Some(starts), Some(ends)) if ends < starts => {
                Err(vec![Fault::new("/ends_on", Rule::Combination, "must not lie before starts_on")])
            }
            _ => Ok(self),
        }
    }

    /// This contract after a merge patch.
    ///
    /// # Errors
    /// As [`Contract::check`], with pointers below `/contract`.
    pub fn merged(self, patch: ContractPatch) -> Result<Self, Vec<Fault>> {
        let ContractPatch {
            reference,
            starts_on,
            ends_on,
            notice_days,
            currency,
            contracted_tps,
            contracted_binds,
        } = patch;
        let merged = Self {
            reference: reference.unwrap_or(self.reference),
            starts_on: starts_on.unwrap_or(self.starts_on),
            ends_on: ends_on.unwrap_or(self.ends_on),
            notice_days: notice_days.unwrap_or(self.notice_days),
            currency: currency.unwrap_or(self.currency),
            contracted_tps: contracted_tps.unwrap_or(self.contracted_tps),
            contracted_binds: contracted_binds.unwrap_or(self.contracted_binds),
        };
        let below = |fault: Fault| Fault { pointer: format!("/contract{}", fault.pointer), ..fault };
        merged.check().map_err(|faults| faults.into_iter().map(below).collect())
    }
}

text_value! {
    /// A contract's number.
    ContractReference,
    TextRule { min: 1, max: 128, pattern: Some(TRIMMED), accepts: is_trimmed, hint: TRIM_HINT }
}

text_value! {
    /// A currency (ISO 4217, codes in use).
    Currency,
    TextRule {
        min: 3,
        max: 3,
        pattern: Some("^[A-Z]{3}$"),
        accepts: |text| text.bytes().all(|b| b.is_ascii_uppercase()) && ISO_4217.binary_search(&text).is_ok(),
        hint: "must be an ISO 4217 code in upper case, such as EUR",
    }
}

number_value! {
    /// Days of notice.
    NoticeDays, 0, 730, default 0
}

number_value! {
    /// TCP sessions that a contract allows.
    ContractedBinds, 1, 10_000, default 1
}

/// ISO 4217, national currencies and funds in use (List One), without metals, bond units and test codes. Sorted.
#[rustfmt::skip]
const ISO_4217: &[&str] = &[
    "AED","AFN","ALL","AMD","AOA","ARS","AUD","AWG","AZN","BAM","BBD","BDT","BGN","BHD","BIF","BMD","BND","BOB","BRL",
    "BSD","BTN","BWP","BYN","BZD","CAD","CDF","CHF","CLP","CNY","COP","CRC","CUP","CVE","CZK","DJF","DKK","DOP","DZD",
    "EGP","ERN","ETB","EUR","FJD","FKP","GBP","GEL","GHS","GIP","GMD","GNF","GTQ","GYD","HKD","HNL","HTG","HUF","IDR",
    "ILS","INR","IQD","IRR","ISK","JMD","JOD","JPY","KES","KGS","KHR","KMF","KPW","KRW","KWD","KYD","KZT","LAK","LBP",
    "LKR","LRD","LSL","LYD","MAD","MDL","MGA","MKD","MMK","MNT","MOP","MRU","MUR","MVR","MWK","MXN","MYR","MZN","NAD",
    "NGN","NIO","NOK","NPR","NZD","OMR","PAB","PEN","PGK","PHP","PKR","PLN","PYG","QAR","RON","RSD","RUB","RWF","SAR",
    "SBD","SCR","SDG","SEK","SGD","SHP","SLE","SOS","SRD","SSP","STN","SVC","SYP","SZL","THB","TJS","TMT","TND","TOP",
    "TRY","TTD","TWD","TZS","UAH","UGX","USD","UYU","UZS","VED","VES","VND","VUV","WST","XAF","XCD","XCG","XDR","XOF",
    "XPF","YER","ZAR","ZMW","ZWG",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Decimal as _, Number as _, Text as _, testing::text};

    #[test]
    fn a_currency_is_one_that_is_in_use() {
        assert!(ISO_4217.is_sorted());
        assert!(Currency::parse("EUR").is_ok());
        for bad in ["eur", "QQQ", "DEM", "EURO", ""] {
            assert!(Currency::parse(bad).is_err(), "{bad}");
        }
    }

    fn day(text: &str) -> Option<Date> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn a_contract_lasts_a_day_at_least() {
        let contract = |starts_on, ends_on| Contract { starts_on, ends_on, ..Contract::default() };
        for (starts, ends) in [
            (day("2026-03-01"), day("2026-03-01")),
            (day("2026-03-01"), day("2026-03-02")),
            (day("2026-03-01"), None),
            (None, day("2026-03-01")),
            (None, None),
        ] {
            assert_eq!(contract(starts, ends).check(), Ok(contract(starts, ends)));
        }
        let fault = Fault::new("/ends_on", Rule::Combination, "must not lie before starts_on");
        let refused = contract(day("2026-03-01"), day("2026-02-28")).check();
        assert_eq!(refused.unwrap_err(), [fault]);
    }

    #[test]
    fn a_patch_sets_removes_and_keeps_and_the_contract_is_still_one() {
        let contract = Contract {
            reference: Some(text("C-1")),
            starts_on: day("2026-03-01"),
            ends_on: day("2026-12-31"),
            notice_days: Some(NoticeDays::parse(30).unwrap()),
            currency: Some(text("EUR")),
            contracted_tps: Some(Tps::parse(100.0).unwrap()),
            contracted_binds: Some(ContractedBinds::parse(4).unwrap()),
        };
        assert_eq!(contract.clone().merged(ContractPatch::default()), Ok(contract.clone()));
        let none = ContractPatch {
            reference: Some(None),
            starts_on: Some(None),
            ends_on: Some(None),
            notice_days: Some(None),
            currency: Some(None),
            contracted_tps: Some(None),
            contracted_binds: Some(None),
        };
        assert_eq!(contract.clone().merged(none), Ok(Contract::default()));
        let all = ContractPatch {
            reference: Some(contract.reference.clone()),
            starts_on: Some(contract.starts_on),
            ends_on: Some(contract.ends_on),
            notice_days: Some(contract.notice_days),
            currency: Some(contract.currency.clone()),
            contracted_tps: Some(contract.contracted_tps),
            contracted_binds: Some(contract.contracted_binds),
        };
        assert_eq!(Contract::default().merged(all), Ok(contract.clone()));
        let shorter = ContractPatch { ends_on: Some(day("2026-02-28")), ..ContractPatch::default() };
        let fault = Fault::new("/contract/ends_on", Rule::Combination, "must not lie before starts_on");
        assert_eq!(contract.merged(shorter).unwrap_err(), [fault]);
    }
}
