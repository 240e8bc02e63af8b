//! Where a connection may lead. Written hosts that are addresses are checked here; names are resolved by connectors, which ask
//! the same function after every resolution.

use std::net::{IpAddr, Ipv4Addr};

use super::{Cidr, Host};
use crate::Text as _;

/// Blocks that no operator is in: this host, the link, groups, nobody (RFC 6890).
const NEVER: [&str; 8] = [
    "0.0.0.0/8",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "224.0.0.0/4",
    "255.255.255.255/32",
    // unspecified, loopback, and IPv4 in the form that nobody uses any more
    "::/96",
    "fe80::/10",
    "ff00::/8",
];

/// Blocks of networks that are somebody's own (RFC 1918, RFC 6598, RFC 4193, RFC 8215).
const PRIVATE: [&str; 6] =
    ["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "64:ff9b:1::/48"];

/// Why a connection may not lead to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    /// It is in a denied block.
    #[error("is in a block that this service does not connect to (endpoints.denied_cidrs)")]
    Denied,
    /// It is private, and the connection does not say so.
    #[error("is a private address: the connection must say private_network")]
    Private,
}

/// Blocks to which no connection may lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeniedCidrs(Vec<Cidr>);

impl Default for DeniedCidrs {
    /// Loopback, link-local, multicast, broadcast and unspecified addresses.
    fn default() -> Self {
        Self(blocks(&NEVER))
    }
}

impl DeniedCidrs {
    /// These.
    #[must_use]
    pub const fn new(blocks: Vec<Cidr>) -> Self {
        Self(blocks)
    }

    /// Them.
    #[must_use]
    pub fn blocks(&self) -> &[Cidr] {
        &self.0
    }
}

/// Whether a connection may lead to this address. `private_network` is what the connection says of itself.
///
/// # Errors
/// [`NotAllowed`].
pub fn endpoint_allowed(
    address: IpAddr,
    denied: &DeniedCidrs,
    private_network: bool,
) -> Result<(), NotAllowed> {
    if lies_in(&denied.0, address) {
        Err(NotAllowed::Denied)
    } else if !private_network && is_private(address) {
        Err(NotAllowed::Private)
    } else {
        Ok(())
    }
}

/// Whether the address is somebody's own.
#[must_use]
pub fn is_private(address: IpAddr) -> bool {
    lies_in(&blocks(&PRIVATE), address)
}

/// Whether the address, or the one that a translator on the way makes of it, lies in one of the blocks.
fn lies_in(blocks: &[Cidr], address: IpAddr) -> bool {
    let leads_to = std::iter::once(address).chain(translated(address));
    leads_to.into_iter().any(|address| blocks.iter().any(|block| block.holds(address)))
}

/// The IPv4 address to which a translator takes an IPv6 one: NAT64 with the well-known prefix (RFC 6052 §2.1) or 6to4
/// (RFC 3056 §2).
fn translated(address: IpAddr) -> Option<IpAddr> {
    let IpAddr::V6(address) = address else { return None };
    match address.octets() {
        [0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, a, b, c, d] | [0x20, 0x02, a, b, c, d, ..] => {
            Some(Ipv4Addr::new(a, b, c, d).into())
        }
        _ => None,
    }
}

/// Whether traffic to this host leaves networks that are somebody's own: a public address, or a name that must not
/// lead to a private one.
pub(super) fn is_public(host: &Host, private_network: bool) -> bool {
    host.as_str().parse().map_or(!private_network, |address| !is_private(address))
}

fn blocks(of: &[&str]) -> Vec<Cidr> {
    of.iter().filter_map(|block| Cidr::parse(block).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_of_the_lists_is_one() {
        assert_eq!(blocks(&NEVER).len(), NEVER.len());
        assert_eq!(blocks(&PRIVATE).len(), PRIVATE.len());
    }

    #[test]
    fn an_address_is_allowed_unless_it_is_nobodys_or_private_without_saying_so() {
        use NotAllowed::{Denied, Private};
        let denied = DeniedCidrs::default();
        for (address, public, private) in [
            ("198.51.100.7", Ok(()), Ok(())),
            ("2001:db8::1", Ok(()), Ok(())),
            ("127.0.0.1", Err(Denied), Err(Denied)),
            ("127.255.255.255", Err(Denied), Err(Denied)),
            ("::1", Err(Denied), Err(Denied)),
            ("::ffff:127.0.0.1", Err(Denied), Err(Denied)),
            ("::127.0.0.1", Err(Denied), Err(Denied)),
            ("0.0.0.0", Err(Denied), Err(Denied)),
            ("::", Err(Denied), Err(Denied)),
            ("169.254.169.254", Err(Denied), Err(Denied)),
            ("fe80::1", Err(Denied), Err(Denied)),
            ("224.0.0.1", Err(Denied), Err(Denied)),
            ("ff02::1", Err(Denied), Err(Denied)),
            ("255.255.255.255", Err(Denied), Err(Denied)),
            ("9.255.255.255", Ok(()), Ok(())),
            ("10.0.0.0", Err(Private), Ok(())),
            ("10.255.255.255", Err(Private), Ok(())),
            ("11.0.0.0", Ok(()), Ok(())),
            ("100.63.255.255", Ok(()), Ok(())),
            ("100.64.0.0", Err(Private), Ok(())),
            ("100.127.255.255", Err(Private), Ok(())),
            ("100.128.0.0", Ok(()), Ok(())),
            ("172.15.255.255", Ok(()), Ok(())),
            ("172.16.0.0", Err(Private), Ok(())),
            ("172.31.255.255", Err(Private), Ok(())),
            ("172.32.0.0", Ok(()), Ok(())),
            ("192.167.255.255", Ok(()), Ok(())),
            ("192.168.1.1", Err(Private), Ok(())),
            ("192.169.0.0", Ok(()), Ok(())),
            ("::ffff:192.168.1.1", Err(Private), Ok(())),
            ("fbff::1", Ok(()), Ok(())),
            ("fc00::", Err(Private), Ok(())),
            ("fdff::1", Err(Private), Ok(())),
            ("fe00::", Ok(()), Ok(())),
            // by way of a translator: NAT64, 6to4
            ("64:ff9b::127.0.0.1", Err(Denied), Err(Denied)),
            ("64:ff9b::10.0.0.1", Err(Private), Ok(())),
            ("64:ff9b::198.51.100.7", Ok(()), Ok(())),
            ("64:ff9b:0:0:0:1:7f00:1", Ok(()), Ok(())),
            ("64:ff9b:1::1", Err(Private), Ok(())),
            ("2002:a9fe:a9fe::1", Err(Denied), Err(Denied)),
            ("2002:c0a8:101::1", Err(Private), Ok(())),
            ("2002:c633:6407::1", Ok(()), Ok(())),
            ("2003:a9fe:a9fe::1", Ok(()), Ok(())),
        ] {
            let asked = address.parse().unwrap();
            assert_eq!(endpoint_allowed(asked, &denied, false), public, "{address}");
            assert_eq!(endpoint_allowed(asked, &denied, true), private, "{address}");
        }
    }

    #[test]
    fn what_is_denied_is_a_setting() {
        let block = Cidr::parse("198.51.100.0/24").unwrap();
        let denied = DeniedCidrs::new(vec![block]);
        assert_eq!(denied.blocks(), [block]);
        assert_eq!(endpoint_allowed("198.51.100.7".parse().unwrap(), &denied, true), Err(NotAllowed::Denied));
        assert_eq!(endpoint_allowed("127.0.0.1".parse().unwrap(), &denied, false), Ok(()));
    }
}
