//! Where a request came from: the address at the other end of its connection, or, when that is a proxy of ours, the address
//! that the proxy says was at the other end of its own. Nobody else is believed.

use std::{net::IpAddr, sync::Arc};

use axum::{
    extract::{Request, State},
    http::HeaderMap,
    middleware::Next,
    response::Response,
};
use ops_core::connection::Cidr;

const X_FORWARDED_FOR: &str = "x-forwarded-for";

/// The address at the other end of the connection; an extension of every request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remote(pub IpAddr);

/// Where the request came from; an extension of every request that came over a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source(pub IpAddr);

/// Proxies whose word counts.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Arc<[Cidr]>);

impl TrustedProxies {
    /// Exactly these.
    #[must_use]
    pub fn new(blocks: &[Cidr]) -> Self {
        Self(blocks.into())
    }

    fn hold(&self, address: IpAddr) -> bool {
        self.0.iter().any(|block| block.holds(address))
    }
}

/// The layer.
pub async fn layer(State(trusted): State<TrustedProxies>, mut request: Request, next: Next) -> Response {
    if let Some(Remote(remote)) = request.extensions().get().copied() {
        let source = source(remote, request.headers(), &trusted);
        request.extensions_mut().insert(Source(source));
    }
    next.run(request).await
}

/// Each proxy appends whom it saw: from the right, the first address that is no proxy of ours is the caller. What stands left
/// of that was written by the caller, who may write anything.
fn source(remote: IpAddr, headers: &HeaderMap, trusted: &TrustedProxies) -> IpAddr {
    let mut seen = remote;
    let lines = headers.get_all(X_FORWARDED_FOR).iter().rev();
    // each hop alone: octets that are no text are the affair of whoever wrote them
    let mut hops = lines.flat_map(|line| line.as_bytes().rsplit(|octet| *octet == b','));
    while trusted.hold(seen) {
        match hops.next().map(address) {
            Some(Some(hop)) => seen = hop.to_canonical(),
            // the chain ends here, or says nothing that could be an address
            Some(None) | None => break,
        }
    }
    seen
}

fn address(hop: &[u8]) -> Option<IpAddr> {
    std::str::from_utf8(hop.trim_ascii()).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn seen(remote: &str, lines: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(X_FORWARDED_FOR, HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        let blocks: Vec<_> = trusted.iter().map(|block| Cidr::parse(block).unwrap()).collect();
        source(remote.parse().unwrap(), &headers, &TrustedProxies::new(&blocks)).to_string()
    }

    #[test]
    fn nobody_but_a_listed_proxy_is_believed() {
        assert_eq!(seen("203.0.113.7", &["198.51.100.1"], &[]), "203.0.113.7");
        assert_eq!(seen("203.0.113.7", &["198.51.100.1"], &["10.0.0.0/8"]), "203.0.113.7");
        assert_eq!(seen("10.0.0.7", &["198.51.100.1"], &["10.0.0.0/8"]), "198.51.100.1");
        assert_eq!(seen("10.0.0.7", &[], &["10.0.0.0/8"]), "10.0.0.7");
    }

    #[test]
    fn what_a_caller_writes_to_the_left_does_not_count() {
        let proxies = ["10.0.0.0/8"];
        assert_eq!(seen("10.0.0.7", &["127.0.0.1, 198.51.100.1"], &proxies), "198.51.100.1");
        assert_eq!(seen("10.0.0.7", &["127.0.0.1", "198.51.100.1, 10.0.0.8"], &proxies), "198.51.100.1");
        assert_eq!(seen("10.0.0.7", &["10.0.0.9, 10.0.0.8"], &proxies), "10.0.0.9");
    }

    #[test]
    fn octets_that_are_no_text_hide_nobody_to_their_right() {
        for line in ["é, 198.51.100.1", "\u{80},, 198.51.100.1", "10.0.0.9, é, 198.51.100.1, 10.0.0.8"] {
            assert_eq!(seen("10.0.0.7", &[line], &["10.0.0.0/8"]), "198.51.100.1", "{line}");
        }
        assert_eq!(seen("10.0.0.7", &["198.51.100.1, é"], &["10.0.0.0/8"]), "10.0.0.7");
    }

    #[test]
    fn what_is_no_address_ends_the_chain_at_whoever_wrote_it() {
        for line in ["unknown", "", "198.51.100.1:80", "198.51.100.1, _hidden", "1.2.3"] {
            assert_eq!(seen("10.0.0.7", &[line], &["10.0.0.0/8"]), "10.0.0.7", "{line}");
        }
        assert_eq!(seen("10.0.0.7", &["::ffff:198.51.100.1"], &["10.0.0.0/8"]), "198.51.100.1");
    }
}
