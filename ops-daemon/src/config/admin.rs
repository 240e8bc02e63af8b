//! `[admin]`: the listener of people and automation.

use std::net::{Ipv4Addr, SocketAddr};

use ops_core::connection::Cidr;

use super::{ServerTls, endpoints, listen, section::Section, tls};

/// Port unless told otherwise.
const PORT: u16 = 8080;

/// The admin listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admin {
    /// Address.
    pub listen: SocketAddr,
    /// Host headers that are answered, in lower case.
    pub hosts: Vec<String>,
    /// Certificate and key; plain HTTP without.
    pub tls: Option<ServerTls>,
    /// Whether plain HTTP on an address that is not loopback is meant: a proxy in front of it ends TLS.
    pub tls_terminated_by_proxy: bool,
    /// Proxies that say in `X-Forwarded-For` where a request came from, for the audit trail; nobody unless told otherwise.
    pub trusted_proxies: Vec<Cidr>,
}

pub(super) fn read(section: &mut Section<'_>) -> Option<Admin> {
    let listen = listen::read(section, SocketAddr::from((Ipv4Addr::LOCALHOST, PORT)));
    let hosts = listen::hosts(section, listen);
    let has_tls = section.has("tls");
    let tls =
        if has_tls { section.section("tls", |tls| tls::server(tls).map(Some)) } else { known_tls(section) };
    let by_proxy = section.flag("tls_terminated_by_proxy", false);
    if by_proxy == Some(true) && has_tls {
        let wrong = "says that a proxy ends TLS, yet admin.tls is set";
        section.fault("tls_terminated_by_proxy", wrong, "remove one of the two");
    }
    let trusted = if section.has("trusted_proxies") {
        endpoints::blocks(section, "trusted_proxies")
    } else {
        section.known("trusted_proxies");
        Some(Vec::new())
    };
    if listen.is_some_and(|listen| !listen.ip().is_loopback()) && !has_tls && by_proxy == Some(false) {
        let wrong = "is not a loopback address, and tokens would cross the network in plain text";
        section.fault(
            "listen",
            wrong,
            "set admin.tls, or tls_terminated_by_proxy = true behind a proxy that ends TLS",
        );
    }
    Some(Admin {
        listen: listen?,
        hosts: hosts?,
        tls: tls?,
        tls_terminated_by_proxy: by_proxy?,
        trusted_proxies: trusted?,
    })
}

/// Tells the section that `tls` exists, and that there is none.
fn known_tls(section: &mut Section<'_>) -> Option<Option<ServerTls>> {
    section.known("tls");
    Some(None)
}
