//! `[internal]`: the listener of gateways and services, mutual TLS only.

use std::net::{Ipv4Addr, SocketAddr};

use super::{Identity, MutualTls, identity, listen, section::Section, tls};

/// Port unless told otherwise.
const PORT: u16 = 8443;

/// The internal listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Internal {
    /// Address.
    pub listen: SocketAddr,
    /// Host headers that are answered, in lower case.
    pub hosts: Vec<String>,
    /// Our certificate and key, and the CAs of the callers.
    pub tls: MutualTls,
    /// Who may call, and what each may do.
    pub identities: Vec<Identity>,
}

pub(super) fn read(section: &mut Section<'_>) -> Option<Internal> {
    let listen = listen::read(section, SocketAddr::from((Ipv4Addr::LOCALHOST, PORT)));
    let hosts = listen::hosts(section, listen);
    let tls = section.section("tls", tls::mutual);
    let identities = section.sections("identities", identity::read);
    identity::refuse_twins(&identities, section);
    Some(Internal { listen: listen?, hosts: hosts?, tls: tls?, identities })
}
