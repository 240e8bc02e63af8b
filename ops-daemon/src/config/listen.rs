//! Addresses to listen on, and the Host headers that belong to them.

use std::net::SocketAddr;

use super::{Config, section::Section};

/// Reads `listen`.
pub(super) fn read(section: &mut Section<'_>, default: SocketAddr) -> Option<SocketAddr> {
    if !section.has("listen") {
        section.known("listen");
        return Some(default);
    }
    section.parsed("listen", "an address and a port such as 127.0.0.1:8080", |text| text.parse().ok())
}

/// Reads `hosts`, in lower case; without them, those that the address itself stands for.
pub(super) fn hosts(section: &mut Section<'_>, listen: Option<SocketAddr>) -> Option<Vec<String>> {
    if !section.has("hosts") {
        section.known("hosts");
        let own = own_hosts(listen?);
        if own.is_empty() {
            let remedy = "list the names and ports that callers use, such as hosts = [\"ops.example.com\"]";
            section.fault("hosts", "is missing, and listen names every address of this machine", remedy);
            return None;
        }
        return Some(own);
    }
    let hosts = section.texts("hosts")?;
    if hosts.is_empty() {
        section.fault("hosts", "is empty, so that every request would be refused", "list at least one name");
        return None;
    }
    let mut taken = Vec::new();
    for (at, host) in hosts.iter().enumerate() {
        match axum::http::uri::Authority::try_from(host.as_str()) {
            Ok(authority) if !host.contains('@') && !authority.host().is_empty() => {
                taken.push(host.to_ascii_lowercase());
            }
            _ => section.fault(&format!("hosts[{at}]"), "is not a host", "write name or name:port"),
        }
    }
    (taken.len() == hosts.len()).then_some(taken)
}

/// The Host headers of an address: itself, and `localhost` for a loopback address; none when it stands for every
/// address of the machine.
#[must_use]
pub fn own_hosts(listen: SocketAddr) -> Vec<String> {
    if listen.ip().is_unspecified() {
        return Vec::new();
    }
    let mut hosts = vec![listen.to_string()];
    if listen.ip().is_loopback() {
        hosts.push(format!("localhost:{}", listen.port()));
    }
    hosts
}

/// Two listeners cannot share an address; port 0 asks for any free one.
pub(super) fn refuse_shared(config: &Config, root: &mut Section<'_>) {
    let listeners = [
        ("admin.listen", config.admin.listen),
        ("internal.listen", config.internal.listen),
        ("ops.listen", config.ops.listen),
    ];
    for (at, (name, listen)) in listeners.iter().enumerate() {
        let twin = listeners.iter().take(at).find(|(_, other)| other == listen && listen.port() != 0);
        if let Some((twin, _)) = twin {
            root.fault(name, format!("is {listen}, as is {twin}"), "give each listener a port of its own");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_stands_for_its_own_hosts() {
        let own = |listen: &str| own_hosts(listen.parse().unwrap());
        assert_eq!(own("127.0.0.1:8080"), ["127.0.0.1:8080", "localhost:8080"]);
        assert_eq!(own("[::1]:8080"), ["[::1]:8080", "localhost:8080"]);
        assert_eq!(own("10.1.2.3:443"), ["10.1.2.3:443"]);
        assert!(own("0.0.0.0:8080").is_empty());
    }
}
