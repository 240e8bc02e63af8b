//! `[ops]`: the listener of probes and Prometheus.

use std::net::{Ipv4Addr, SocketAddr};

use super::{listen, section::Section};

/// Port unless told otherwise: the one that Prometheus' exporters use for OpenTelemetry.
const PORT: u16 = 9464;

/// The ops listener: no data, so no authentication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ops {
    /// Address.
    pub listen: SocketAddr,
}

pub(super) fn read(section: &mut Section<'_>) -> Option<Ops> {
    Some(Ops { listen: listen::read(section, SocketAddr::from((Ipv4Addr::LOCALHOST, PORT)))? })
}
