//! A block of addresses.

use std::{fmt, net::IpAddr, str::FromStr};

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::{
    invalid::{Invalid, Rule},
    text_rule::TextRule,
};

/// A block of IPv4 or IPv6 addresses, such as `192.0.2.0/24`; a single address is a block of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cidr(IpNet);

impl Cidr {
    /// What it accepts as text: an address, or an address and the number of its leading bits, of which the others are 0.
    pub const RULE: TextRule = TextRule {
        min: 2,
        max: 49,
        pattern: Some("^[0-9A-Fa-f:.]+(/[0-9]{1,3})?$"),
        accepts: |text| block(text).is_some(),
        hint: "must be an address, or a block of addresses without bits behind the prefix, such as 192.0.2.0/24",
    };

    /// Parses at the door.
    ///
    /// # Errors
    /// The first rule of [`Cidr::RULE`] that the text breaks.
    pub fn parse(raw: &str) -> Result<Self, Invalid> {
        let text = Self::RULE.parse(raw)?;
        block(&text).map(Self).ok_or_else(|| Invalid::new(Rule::Pattern, Self::RULE.hint))
    }

    /// Whether the address lies in it. An IPv4 address that is written as an IPv6 one (`::ffff:…`) is an IPv4 address.
    #[must_use]
    pub fn holds(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

fn block(text: &str) -> Option<IpNet> {
    let block = match text.parse::<IpAddr>() {
        Ok(address) => IpNet::from(address),
        Err(_) => IpNet::from_str(text).ok()?,
    };
    // an IPv4 block that is written as an IPv6 one (RFC 4291 §2.5.5.2) is the IPv4 block
    let block = match (block.addr().to_canonical(), block.prefix_len().checked_sub(96)) {
        (address @ IpAddr::V4(_), Some(prefix)) => IpNet::new(address, prefix).ok()?,
        _ => block,
    };
    (block.addr() == block.network()).then_some(block)
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<String> for Cidr {
    type Error = Invalid;
    fn try_from(raw: String) -> Result<Self, Invalid> {
        Self::parse(&raw)
    }
}

impl From<Cidr> for String {
    fn from(block: Cidr) -> Self {
        block.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_has_no_bits_behind_its_prefix() {
        for (good, written) in [
            ("192.0.2.0/24", "192.0.2.0/24"),
            ("192.0.2.7", "192.0.2.7/32"),
            ("2001:db8::/32", "2001:db8::/32"),
            ("0.0.0.0/0", "0.0.0.0/0"),
        ] {
            assert_eq!(Cidr::parse(good).unwrap().to_string(), written);
        }
        for bad in ["", "192.0.2.7/24", "192.0.2.0/33", "2001:db8::/129", "example.net", "192.0.2.0/", "10/8"]
        {
            let rule = if bad.is_empty() { Rule::Length } else { Rule::Pattern };
            assert_eq!(Cidr::parse(bad).unwrap_err().rule, rule, "{bad}");
        }
    }

    #[test]
    fn a_document_holds_a_block_with_its_prefix() {
        let address: Cidr = serde_json::from_str(r#""2001:DB8::7""#).unwrap();
        assert_eq!(serde_json::to_string(&address).unwrap(), r#""2001:db8::7/128""#);
        let refused = serde_json::from_str::<Cidr>(r#""192.0.2.7/24""#).unwrap_err();
        assert!(refused.to_string().contains("without bits behind the prefix"));
        let longest = "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255/128";
        assert_eq!(longest.len(), Cidr::RULE.max);
        assert!(Cidr::parse(longest).is_ok());
    }

    #[test]
    fn an_address_in_both_forms_lies_in_the_same_block() {
        let block = Cidr::parse("10.0.0.0/8").unwrap();
        for (address, holds) in
            [("10.1.2.3", true), ("::ffff:10.1.2.3", true), ("11.0.0.1", false), ("::1", false)]
        {
            assert_eq!(block.holds(address.parse().unwrap()), holds, "{address}");
        }
    }

    #[test]
    fn an_ipv4_block_that_is_written_as_an_ipv6_one_is_the_ipv4_block() {
        for (mapped, plain) in [
            ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
            ("::ffff:a00:7", "10.0.0.7"),
            ("::ffff:0:0/96", "0.0.0.0/0"),
        ] {
            assert_eq!(Cidr::parse(mapped), Cidr::parse(plain), "{mapped}");
        }
        assert!(Cidr::parse("::ffff:10.0.0.0/8").is_err(), "it has bits behind the prefix");
        assert!(Cidr::parse("::ffff:10.0.0.7/104").is_err());
        let block = Cidr::parse("::ffff:10.0.0.0/104").unwrap();
        assert!(block.holds("10.1.2.3".parse().unwrap()) && block.holds("::ffff:10.1.2.3".parse().unwrap()));
    }
}
