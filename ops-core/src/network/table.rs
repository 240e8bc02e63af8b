//! The reference data: which networks exist, and what they are called. A network that is not here is a warning at most.

use std::sync::LazyLock;

use super::{Mcc, Mnc, Plmn};
use crate::text_rule::Text;

/// One row of the reference data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    /// Its codes.
    pub plmn: Plmn,
    /// ISO 3166-1 alpha-2 of its country.
    pub country: &'static str,
    /// What the source calls it.
    pub name: &'static str,
}

static ROWS: &str = include_str!("../../data/networks.tsv");

static TABLE: LazyLock<Vec<Network>> = LazyLock::new(|| {
    let mut networks: Vec<_> = data_lines().filter_map(parse).collect();
    networks.sort_unstable_by(|a, b| a.plmn.cmp(&b.plmn));
    networks
});

/// The network with these codes.
#[must_use]
pub fn find(plmn: &Plmn) -> Option<&'static Network> {
    let at = TABLE.binary_search_by(|network| network.plmn.cmp(plmn)).ok()?;
    TABLE.get(at)
}

/// Every network, by MCC and MNC.
#[must_use]
pub fn all() -> &'static [Network] {
    &TABLE
}

fn data_lines() -> impl Iterator<Item = &'static str> {
    ROWS.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn parse(line: &'static str) -> Option<Network> {
    let mut columns = line.split('\t');
    let mcc = Mcc::parse(columns.next()?).ok()?;
    let mnc = Mnc::parse(columns.next()?).ok()?;
    let (country, name) = (columns.next()?, columns.next()?);
    let whole = columns.next().is_none() && country.len() == 2 && !name.is_empty();
    whole.then_some(Network { plmn: Plmn { mcc, mnc }, country, name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_parses_and_no_network_stands_twice() {
        for line in data_lines() {
            assert!(parse(line).is_some(), "{line}");
        }
        assert!(all().len() > 50);
        assert!(all().windows(2).all(|two| two[0].plmn < two[1].plmn));
    }

    #[test]
    fn a_network_is_found_by_its_text_codes_only() {
        let plmn = |mcc, mnc| Plmn { mcc: Mcc::parse(mcc).unwrap(), mnc: Mnc::parse(mnc).unwrap() };
        let network = &all()[0];
        assert_eq!(find(&network.plmn), Some(network));
        assert_eq!(find(&plmn("204", "04")).map(|network| network.country), Some("NL"));
        assert_eq!(find(&plmn("204", "004")), None);
    }
}
