//! The reference data: which networks exist, and what they are called. A network that is not here is a warning at most.

use std::sync::LazyLock;

use super::{Mcc, Mnc, Plmn};
use crate::{
    operator::{CountryCode, NameKey},
    text_rule::Text,
};

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

/// Which networks a search shows; all of what is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// In this country's code range.
    pub mcc: Option<Mcc>,
    /// With this code within the country.
    pub mnc: Option<Mnc>,
    /// In this country.
    pub country: Option<CountryCode>,
    /// With this in the name, folded as the names of operators are.
    pub q: Option<NameKey>,
    /// Behind this one.
    pub after: Option<Plmn>,
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

/// The networks that a search finds, by MCC and MNC.
pub fn search(search: &Search) -> impl Iterator<Item = &'static Network> {
    let Search { mcc, mnc, country, q, after } = search;
    all().iter().filter(move |network| {
        after.as_ref().is_none_or(|after| network.plmn > *after)
            && mcc.as_ref().is_none_or(|mcc| network.plmn.mcc == *mcc)
            && mnc.as_ref().is_none_or(|mnc| network.plmn.mnc == *mnc)
            && country.as_ref().is_none_or(|country| network.country == country.as_str())
            && q.as_ref().is_none_or(|q| NameKey::of(network.name).as_str().contains(q.as_str()))
    })
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
        assert!(all().len() > 800);
        for network in all() {
            assert!(CountryCode::parse(network.country).is_ok(), "{network:?}");
        }
        assert!(all().windows(2).all(|two| two[0].plmn < two[1].plmn));
    }

    #[test]
    fn a_search_finds_by_codes_country_and_folded_name_and_goes_on_behind_any_network() {
        let found = |search_for: &Search| search(search_for).collect::<Vec<_>>();
        let germany = Search { mcc: Some(Mcc::parse("262").unwrap()), ..Search::default() };
        let of_germany = found(&germany);
        assert!(of_germany.len() > 3 && of_germany.iter().all(|network| network.country == "DE"));
        let one = Search { mnc: Some(of_germany[0].plmn.mnc.clone()), ..germany.clone() };
        assert_eq!(found(&one), of_germany[..1]);
        let behind = Search { after: Some(of_germany[0].plmn.clone()), ..germany };
        assert_eq!(found(&behind), of_germany[1..]);
        let named = |q: &str| found(&Search { q: Some(NameKey::of(q)), ..Search::default() });
        assert!(!named("VODAFONE").is_empty());
        assert_eq!(named("VODAFONE"), named("vodafone"));
        assert!(named("no such network").is_empty());
        let swiss = Search { country: Some(CountryCode::parse("CH").unwrap()), ..Search::default() };
        assert!(found(&swiss).iter().all(|network| network.plmn.mcc.as_str() == "228"));
        assert_eq!(found(&Search::default()).len(), all().len());
    }

    #[test]
    fn a_network_is_found_by_its_text_codes_only() {
        let plmn = |mcc, mnc| Plmn { mcc: Mcc::parse(mcc).unwrap(), mnc: Mnc::parse(mnc).unwrap() };
        let network = &all()[0];
        assert_eq!(find(&network.plmn), Some(network));
        assert_eq!(find(&plmn("204", "04")).map(|network| network.country), Some("NL"));
        assert_eq!(find(&plmn("204", "004")), None);
    }

    #[test]
    fn a_row_of_the_data_has_two_codes_a_country_and_a_name() {
        let whole = parse("262\t01\tDE\tTelekom").unwrap();
        assert_eq!((whole.plmn.to_string().as_str(), whole.country, whole.name), ("262-01", "DE", "Telekom"));
        for bad in [
            "262\t01\tDE",
            "262\t01\tDE\t",
            "262\t01\tDEU\tX",
            "262\t01\tDE\tX\tY",
            "26\t01\tDE\tX",
            "262\t1\tDE\tX",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
