//! An identity of the internal listener: how a certificate proves it, and what it may do.

use std::{collections::BTreeSet, num::NonZeroU32};

use ops_core::{id::OperatorId, limits};
use toml::Value;

use super::section::Section;

/// Longest name of an identity: a DNS label.
const NAME_MAX: usize = 63;
/// Longest `connector_id` and pattern for it.
const CONNECTOR_ID_MAX: usize = 128;
/// Connections of leases in a minute unless told otherwise: thirty full requests at once, then one every two seconds.
pub const LEASES_PER_MINUTE: NonZeroU32 = NonZeroU32::new(6000).unwrap();
/// Most connections of leases in a minute.
const LEASES_PER_MINUTE_MAX: u32 = 1_000_000;
/// Longest SPIFFE id, in octets (SPIFFE-ID §2.3).
const SPIFFE_ID_MAX: usize = 2048;

/// Who may call the internal listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// What logs, audit and limits call it.
    pub name: String,
    /// The name in its certificate.
    pub san: San,
    /// What it may do.
    pub rights: BTreeSet<Right>,
    /// The connectors it may report for.
    pub connector_ids: ConnectorIds,
    /// The operators whose secrets it may lease.
    pub operators: Operators,
    /// Connections whose secrets it may ask for in a minute, at least those of one full request.
    pub leases_per_minute: NonZeroU32,
}

/// The subject alternative name that proves an identity.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum San {
    /// A SPIFFE id, `spiffe://<trust domain>/<path>`.
    Uri(String),
    /// A host name, in lower case.
    Dns(String),
}

/// What an identity may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Right {
    /// Read the connections it serves.
    ConnectionsRead,
    /// Lease secrets.
    CredentialsLease,
    /// Report samples.
    HealthReport,
    /// Read the routing view and resolve.
    RoutingRead,
}

impl Right {
    /// Every right.
    pub const ALL: [Self; 4] =
        [Self::ConnectionsRead, Self::CredentialsLease, Self::HealthReport, Self::RoutingRead];

    /// As the configuration spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConnectionsRead => "connections:read",
            Self::CredentialsLease => "credentials:lease",
            Self::HealthReport => "health:report",
            Self::RoutingRead => "routing:read",
        }
    }
}

/// A `connector_id`, or the beginning of one with `*` behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectorIds(String);

impl ConnectorIds {
    /// Every connector whose id begins with the identity's name and a slash.
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        Self(format!("{name}/*"))
    }

    /// Takes a pattern: 1 to 128 printable characters, `*` only at the end.
    #[must_use]
    pub fn parse(pattern: &str) -> Option<Self> {
        let before = pattern.strip_suffix('*').unwrap_or(pattern);
        let printable = before.bytes().all(|b| (0x21..=0x7e).contains(&b) && b != b'*');
        (!pattern.is_empty() && pattern.len() <= CONNECTOR_ID_MAX && printable)
            .then(|| Self(pattern.to_owned()))
    }

    /// Whether `connector_id` is one of them.
    #[must_use]
    pub fn matches(&self, connector_id: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(beginning) => connector_id.len() > beginning.len() && connector_id.starts_with(beginning),
            None => connector_id == self.0,
        }
    }

    /// The pattern.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The operators that an identity deals with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operators {
    /// Every one.
    All,
    /// These.
    Listed(BTreeSet<OperatorId>),
}

impl Operators {
    /// Whether `operator` is one of them.
    #[must_use]
    pub fn contains(&self, operator: OperatorId) -> bool {
        match self {
            Self::All => true,
            Self::Listed(listed) => listed.contains(&operator),
        }
    }
}

pub(super) fn read(section: &mut Section<'_>) -> Option<Identity> {
    let name = read_name(section);
    let san = read_san(section);
    let rights = read_rights(section);
    let connector_ids = read_connector_ids(section, name.as_deref());
    let operators = read_operators(section);
    let leases_per_minute = read_leases_per_minute(section);
    Some(Identity {
        name: name?,
        san: san?,
        rights: rights?,
        connector_ids: connector_ids?,
        operators: operators?,
        leases_per_minute: leases_per_minute?,
    })
}

/// Two identities that one certificate proves, or that share a name, would share rights by accident.
pub(super) fn refuse_twins(identities: &[Identity], section: &mut Section<'_>) {
    for (at, identity) in identities.iter().enumerate() {
        let earlier = || identities.iter().take(at);
        if earlier().any(|other| other.name == identity.name) {
            section.fault("identities", format!("names {} twice", identity.name), "give each its own name");
        }
        if let Some(other) = earlier().find(|other| other.san == identity.san) {
            let wrong = format!("gives {} and {} the same certificate name", other.name, identity.name);
            section.fault("identities", wrong, "give each its own uri or dns");
        }
    }
}

fn read_name(section: &mut Section<'_>) -> Option<String> {
    let name = section.required("name", "gateway")?;
    let fits = name.len() <= NAME_MAX
        && name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !fits {
        section.fault("name", "is not a name", "write 1 to 63 of a-z, 0-9 and -, not beginning with -");
    }
    fits.then_some(name)
}

/// The one name in its certificate, as SPIFFE id or as DNS name.
fn read_san(section: &mut Section<'_>) -> Option<San> {
    let given = (section.has("uri"), section.has("dns"));
    let uri = section.parsed("uri", "a SPIFFE id such as spiffe://example.com/gateway", spiffe_id);
    let dns = section.parsed("dns", "a host name such as gateway.example.com", host_name);
    match given {
        (true, false) => uri.map(San::Uri),
        (false, true) => dns.map(San::Dns),
        (false, false) => {
            section.fault_here("has neither uri nor dns", "write the name in its certificate, uri or dns");
            None
        }
        (true, true) => {
            section.fault_here("has both uri and dns", "keep the one that its certificate proves");
            None
        }
    }
}

/// A workload's id: a trust domain, then at least one plain path segment (SPIFFE-ID §2).
fn spiffe_id(text: &str) -> Option<String> {
    let (domain, path) = text.strip_prefix("spiffe://")?.split_once('/')?;
    let in_domain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b);
    let is_segment = |segment: &str| {
        !matches!(segment, "" | "." | "..")
            && segment.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    };
    let fits = !domain.is_empty() && domain.bytes().all(in_domain) && path.split('/').all(is_segment);
    (fits && text.len() <= SPIFFE_ID_MAX).then(|| text.to_owned())
}

fn host_name(text: &str) -> Option<String> {
    let label_fits = |label: &str| {
        (1..=63).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    (text.len() <= 253 && text.split('.').all(label_fits)).then(|| text.to_ascii_lowercase())
}

fn read_rights(section: &mut Section<'_>) -> Option<BTreeSet<Right>> {
    let words = Right::ALL.map(Right::as_str).join(", ");
    if !section.has("rights") {
        section.known("rights");
        section.fault("rights", "is missing", format!("list what it may do: {words}"));
        return None;
    }
    let mut rights = BTreeSet::new();
    let mut all_known = true;
    for (at, word) in section.texts("rights")?.iter().enumerate() {
        match Right::ALL.into_iter().find(|right| right.as_str() == word) {
            Some(right) => drop(rights.insert(right)),
            None => {
                all_known = false;
                section.fault(&format!("rights[{at}]"), "is not a right", format!("write one of {words}"));
            }
        }
    }
    all_known.then_some(rights)
}

fn read_connector_ids(section: &mut Section<'_>, name: Option<&str>) -> Option<ConnectorIds> {
    if !section.has("connector_ids") {
        section.known("connector_ids");
        return name.map(ConnectorIds::of_name);
    }
    section.parsed("connector_ids", "a connector id, or its beginning with * behind it", ConnectorIds::parse)
}

fn read_operators(section: &mut Section<'_>) -> Option<Operators> {
    let remedy = "write \"all\", or a list of operator ids";
    let wrong = match section.any("operators") {
        Some(Value::String(all)) if all == "all" => return Some(Operators::All),
        Some(Value::Array(ids)) => {
            let ids: Option<_> = ids.iter().map(|id| id.as_str()?.parse().ok()).collect();
            match ids {
                Some(ids) => return Some(Operators::Listed(ids)),
                None => "has an entry that is not an id",
            }
        }
        Some(_) => "is neither \"all\" nor a list",
        None => "is missing",
    };
    section.fault("operators", wrong, remedy);
    None
}

fn read_leases_per_minute(section: &mut Section<'_>) -> Option<NonZeroU32> {
    let least = u32::try_from(limits::LEASE_CONNECTIONS_MAX).unwrap_or(LEASES_PER_MINUTE_MAX);
    let range = least..=LEASES_PER_MINUTE_MAX;
    section.number("leases_per_minute", LEASES_PER_MINUTE.get(), range).and_then(NonZeroU32::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_ends_with_a_star_or_is_meant_literally() {
        let gateway = ConnectorIds::of_name("gateway");
        assert!(gateway.matches("gateway/eu-1"));
        for other in ["gateway/", "gateway", "gateway2/eu-1", "Gateway/eu-1"] {
            assert!(!gateway.matches(other), "{other}");
        }
        let one = ConnectorIds::parse("smsc-7").unwrap();
        assert!(one.matches("smsc-7") && !one.matches("smsc-70"));
        for bad in ["", "a*b", "**", "a b", "a\u{e4}"] {
            assert!(ConnectorIds::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_spiffe_id_has_a_lower_case_domain_and_plain_segments() {
        for good in ["spiffe://ops.example/gateway/eu", "spiffe://a/B_1.x-2"] {
            assert_eq!(spiffe_id(good).as_deref(), Some(good));
        }
        for bad in [
            "spiffe://ops.example",
            "spiffe:///x",
            "spiffe://a/",
            "spiffe://a//b",
            "spiffe://a/../b",
            "https://a/b",
            "spiffe://A/b",
            "spiffe://a:1/b",
            "spiffe://u@a/b",
            "spiffe://a/b?c",
        ] {
            assert!(spiffe_id(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_host_name_has_plain_labels_and_no_star() {
        assert_eq!(host_name("GW.example.com").as_deref(), Some("gw.example.com"));
        for bad in ["", "gw..example", "*.example.com", "gw_1", "gw.example.com.", "a b"] {
            assert!(host_name(bad).is_none(), "{bad}");
        }
    }
}
