//! `embedded`: which ports are served by something inside this process. It is asked for, never fallen back to.

use std::{collections::BTreeSet, fmt};

use super::{Events, Secrets, Store, section::Section};

/// A port that has an adapter inside this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Port {
    /// Facts in an SQLite file.
    Store,
    /// Secrets in a sealed file.
    Secrets,
    /// Events that are read through the API only.
    Events,
}

impl Port {
    /// Every port.
    pub const ALL: [Self; 3] = [Self::Store, Self::Secrets, Self::Events];

    /// As the configuration spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Secrets => "secrets",
            Self::Events => "events",
        }
    }

    const fn why(self) -> &'static str {
        match self {
            Self::Store => "[store.sqlite] keeps the facts in a file of this machine",
            Self::Secrets => "[secrets.sealed] keeps the secrets in a file of this machine",
            Self::Events => "there is no [events.nats]: events are read through the API only",
        }
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Reads the list. What of it cannot be read is a fault, and left out.
pub(super) fn read(root: &mut Section<'_>) -> Option<BTreeSet<Port>> {
    let mut named = BTreeSet::new();
    for (at, word) in root.texts("embedded").unwrap_or_default().iter().enumerate() {
        match Port::ALL.into_iter().find(|port| port.as_str() == word) {
            Some(port) => drop(named.insert(port)),
            None => {
                let remedy = format!("write {}", Port::ALL.map(Port::as_str).join(", "));
                root.fault(&format!("embedded[{at}]"), "is not a port", remedy);
                return None;
            }
        }
    }
    Some(named)
}

/// What is embedded must be named, and nothing else. What could not be read is not judged.
pub(super) fn refuse_unnamed(
    root: &mut Section<'_>,
    named: &BTreeSet<Port>,
    store: Option<&Store>,
    secrets: Option<&Secrets>,
    events: Option<&Events>,
) {
    let found = [
        (Port::Store, store.map(|store| matches!(store, Store::Sqlite(_)))),
        (Port::Secrets, secrets.map(|secrets| matches!(secrets, Secrets::Sealed(_)))),
        (Port::Events, events.map(|events| events.stream.is_none())),
    ];
    let right: Vec<String> = found
        .iter()
        .filter(|(port, embedded)| embedded.unwrap_or(named.contains(port)))
        .map(|(port, _)| format!("\"{port}\""))
        .collect();
    let remedy = format!("embedded = [{}] before the first section", right.join(", "));
    for (port, embedded) in found {
        match (embedded, named.contains(&port)) {
            (Some(true), false) => {
                let wrong = format!("does not name {port}, and {}", port.why());
                root.fault("embedded", wrong, format!("set up a server, or write {remedy}"));
            }
            (Some(false), true) => {
                let wrong = format!("names {port}, and a server is configured for that");
                root.fault("embedded", wrong, format!("write {remedy}"));
            }
            _ => {}
        }
    }
}
