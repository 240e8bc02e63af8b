//! The configuration that `dev` runs with: loopback only, everything out of its folder.

use std::{
    collections::BTreeSet,
    net::{Ipv4Addr, SocketAddr},
};

use ops_store::{nats, vault};

use super::{
    authority::GATEWAY,
    folder::Folder,
    issuer::{AUDIENCE, ISSUER, KEY_SET},
    keys::{AUDIT, CURSOR, DevKeys, IDEMPOTENCY, SEAL},
};
use crate::config::{
    Admin, Auth, Config, ConnectorIds, Deletion, Endpoints, Events, Health, Identity, Internal, Key32, Keys,
    KeysAt, LEASES_PER_MINUTE, Log, LogFormat, MutualTls, Operators, Ops, Port, Postgres, PostgresTls,
    PostgresUrl, Right, San, Sealed, Secrets, Shutdown, Sqlite, Store, own_hosts,
};

/// Seconds of a window: short, so that a change is seen while one looks.
const EVAL_S: u32 = 10;
/// Seconds that requests get to finish.
const DRAIN_S: u32 = 5;
/// Connections to PostgreSQL.
const POOL_SIZE: u32 = 16;
/// Name of the only identity.
const GATEWAY_NAME: &str = "gateway";

/// The ports of the three listeners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ports {
    /// Of the admin listener.
    pub admin: u16,
    /// Of the internal listener.
    pub internal: u16,
    /// Of the ops listener.
    pub ops: u16,
}

impl Default for Ports {
    fn default() -> Self {
        Self { admin: 8080, internal: 8443, ops: 9464 }
    }
}

impl Ports {
    /// Three ports in a row from `base`; `None` when they do not fit below 65536.
    #[must_use]
    pub const fn from_base(base: u16) -> Option<Self> {
        match (base.checked_add(1), base.checked_add(2)) {
            (Some(internal), Some(ops)) if base > 0 => Some(Self { admin: base, internal, ops }),
            _ => None,
        }
    }
}

/// What the command line of `dev` may ask for.
#[derive(Clone)]
pub struct Wanted {
    /// `--port-base`.
    pub ports: Ports,
    /// `--log`, as [`Log::parse_level`] takes it.
    pub log_level: String,
    /// `--postgres`: this database in place of a file.
    pub postgres: Option<PostgresUrl>,
    /// `--nats`: events are published to this server.
    pub nats: Option<nats::Settings>,
    /// `--vault` and `--vault-token-file`: this server in place of the sealed file.
    pub vault: Option<vault::Settings>,
}

impl Default for Wanted {
    fn default() -> Self {
        Self { ports: Ports::default(), log_level: "info".into(), postgres: None, nats: None, vault: None }
    }
}

pub(super) fn config(folder: &Folder, keys: DevKeys, wanted: &Wanted) -> Config {
    let [admin, internal, ops] = [wanted.ports.admin, wanted.ports.internal, wanted.ports.ops].map(loopback);
    let DevKeys { idempotency, cursor, audit, seal } = keys;
    let (store, secrets) = (store(folder, wanted), secrets(folder, seal, wanted));
    let events = Events { source: "urn:ops:dev".into(), stream: wanted.nats.clone() };
    Config {
        embedded: embedded(&store, &secrets, &events),
        admin: Admin {
            listen: admin,
            hosts: own_hosts(admin),
            tls: None,
            tls_terminated_by_proxy: false,
            trusted_proxies: Vec::new(),
        },
        internal: Internal {
            listen: internal,
            hosts: own_hosts(internal),
            tls: MutualTls {
                certificate: folder.file("tls/server.pem"),
                key: folder.file("tls/server.key"),
                client_ca: folder.file("tls/ca.pem"),
            },
            identities: vec![gateway()],
        },
        ops: Ops { listen: ops },
        auth: Auth {
            issuer: ISSUER.into(),
            audience: AUDIENCE.into(),
            keys: KeysAt::File(folder.file(KEY_SET)),
        },
        store,
        secrets,
        keys: Keys {
            idempotency,
            idempotency_file: folder.file(IDEMPOTENCY),
            cursor,
            cursor_file: folder.file(CURSOR),
            audit,
            audit_file: folder.file(AUDIT),
            former_audit_keys: Vec::new(),
        },
        events,
        health: Health { eval_s: EVAL_S },
        endpoints: Endpoints::default(),
        operators: Deletion::default(),
        log: Log { level: wanted.log_level.clone(), format: LogFormat::Text },
        shutdown: Shutdown { drain_s: DRAIN_S },
    }
}

fn loopback(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

fn store(folder: &Folder, wanted: &Wanted) -> Store {
    match &wanted.postgres {
        Some(url) => Store::Postgres(Postgres {
            url: url.clone(),
            url_file: None,
            pool_size: POOL_SIZE,
            // on this machine, or it was refused
            tls: PostgresTls::Off,
        }),
        None => Store::Sqlite(Sqlite { file: folder.file("ops.sqlite") }),
    }
}

fn secrets(folder: &Folder, seal: Key32, wanted: &Wanted) -> Secrets {
    match &wanted.vault {
        Some(settings) => Secrets::Vault(settings.clone()),
        None => Secrets::Sealed(Sealed {
            file: folder.file("secrets.sqlite"),
            key: seal,
            key_file: folder.file(SEAL),
        }),
    }
}

/// Whatever no server was named for.
fn embedded(store: &Store, secrets: &Secrets, events: &Events) -> BTreeSet<Port> {
    let ports = [
        (Port::Store, matches!(store, Store::Sqlite(_))),
        (Port::Secrets, matches!(secrets, Secrets::Sealed(_))),
        (Port::Events, events.stream.is_none()),
    ];
    ports.into_iter().filter_map(|(port, embedded)| embedded.then_some(port)).collect()
}

fn gateway() -> Identity {
    Identity {
        name: GATEWAY_NAME.into(),
        san: San::Uri(GATEWAY.into()),
        rights: Right::ALL.into(),
        connector_ids: ConnectorIds::of_name(GATEWAY_NAME),
        operators: Operators::All,
        leases_per_minute: LEASES_PER_MINUTE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dev::{Servers, keys};

    #[test]
    fn ports_follow_from_their_base() {
        assert_eq!(Ports::from_base(7000), Some(Ports { admin: 7000, internal: 7001, ops: 7002 }));
        assert_eq!(Ports::from_base(65533).map(|ports| ports.ops), Some(65535));
        assert_eq!((Ports::from_base(65534), Ports::from_base(0)), (None, None));
    }

    #[test]
    fn dev_listens_on_loopback_only_and_its_gateway_may_do_everything() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Folder::open(parent.path()).unwrap();
        let keys = keys::prepare(&folder).unwrap_or_else(|why| panic!("{why}"));
        let wanted = Wanted { ports: Ports::from_base(7000).unwrap(), ..Wanted::default() };
        let config = config(&folder, keys, &wanted);
        for listen in [config.admin.listen, config.internal.listen, config.ops.listen] {
            assert!(listen.ip().is_loopback());
        }
        assert_eq!(config.admin.hosts, ["127.0.0.1:7000", "localhost:7000"]);
        assert_eq!(config.internal.identities[0].rights.len(), Right::ALL.len());
        assert_eq!((config.health.eval_s, config.log.format), (10, LogFormat::Text));
        assert!(matches!(config.store, Store::Sqlite(_)));
        assert!(config.effective().contains("ops.sqlite"));
        assert_eq!(config.embedded, Port::ALL.into());
    }

    #[test]
    fn servers_on_this_machine_take_the_place_of_what_is_embedded() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Folder::open(parent.path()).unwrap();
        let keys = keys::prepare(&folder).unwrap_or_else(|why| panic!("{why}"));
        let token_file = parent.path().join("token");
        let servers = Servers {
            postgres: Some("postgresql://ops@127.0.0.1/ops"),
            nats: Some("nats://127.0.0.1:4222"),
            vault: Some("http://127.0.0.1:8200"),
            vault_token_file: Some(&token_file),
        };
        std::fs::write(&token_file, "s.token").unwrap();
        std::fs::set_permissions(&token_file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        let mut faults = Vec::new();
        let wanted = servers.read(&mut faults);
        assert_eq!(faults, []);
        let config = config(&folder, keys, &wanted);
        let names = (config.store.name(), config.secrets.name(), config.events.name());
        assert_eq!(names, ("postgres", "vault", "jetstream"));
        assert!(config.embedded.is_empty());
        assert!(config.effective().contains("[secrets.vault.token]"), "{}", config.effective());
    }
}
