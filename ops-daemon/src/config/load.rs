//! Reads the whole configuration and lists every fault of it at once.

use std::path::Path;

use super::{
    Config, Fault, admin, auth, embedded, endpoints, events, health, internal, keys, listen, log, operators,
    ops, secrets, section::Section, shutdown, source::Source, store,
};

/// Reads `file` (nothing but variables without one) and the variables among `env` that are ours: `OPS_ADMIN__LISTEN`
/// overrides `listen` of `[admin]`. Files that it names are read too.
///
/// # Errors
/// Every fault of the configuration, in the order of its sections. The process then ends with status 78
/// (`EX_CONFIG` of sysexits.h).
pub fn load(
    file: Option<&Path>,
    env: impl IntoIterator<Item = (String, String)>,
) -> Result<Config, Vec<Fault>> {
    let mut source = Source::read(file, env)?;
    let config = Section::root(&mut source, read);
    let faults = source.into_faults();
    config.filter(|_| faults.is_empty()).ok_or(faults)
}

fn read(root: &mut Section<'_>) -> Option<Config> {
    let embedded = embedded::read(root);
    let admin = root.section("admin", admin::read);
    let internal = root.section("internal", internal::read);
    let ops = root.section("ops", ops::read);
    let auth = root.section("auth", auth::read);
    let store = root.section("store", store::read);
    let secrets = root.section("secrets", secrets::read);
    let keys = root.section("keys", keys::read);
    let events = root.section("events", events::read);
    let health = root.section("health", health::read);
    let endpoints = root.section("endpoints", endpoints::read);
    let operators = root.section("operators", operators::read);
    let log = root.section("log", log::read);
    let shutdown = root.section("shutdown", shutdown::read);
    if let Some(embedded) = &embedded {
        embedded::refuse_unnamed(root, embedded, store.as_ref(), secrets.as_ref(), events.as_ref());
    }
    let config = Config {
        embedded: embedded?,
        admin: admin?,
        internal: internal?,
        ops: ops?,
        auth: auth?,
        store: store?,
        secrets: secrets?,
        keys: keys?,
        events: events?,
        health: health?,
        endpoints: endpoints?,
        operators: operators?,
        log: log?,
        shutdown: shutdown?,
    };
    listen::refuse_shared(&config, root);
    keys::refuse_shared(&config, root);
    Some(config)
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt as _};

    use super::*;
    use crate::config::{LogFormat, Store, testing::Sound};

    #[test]
    fn the_smallest_file_gets_every_default() {
        let config = Sound::new().load(&[]).ok().unwrap();
        assert_eq!(config.admin.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(config.admin.hosts, ["127.0.0.1:8080", "localhost:8080"]);
        assert!(config.admin.tls.is_none() && !config.admin.tls_terminated_by_proxy);
        assert_eq!(config.internal.listen.to_string(), "127.0.0.1:8443");
        assert_eq!(config.ops.listen.to_string(), "127.0.0.1:9464");
        let Store::Postgres(postgres) = &config.store else { panic!("not PostgreSQL") };
        assert_eq!(
            (postgres.pool_size, postgres.url.shown().as_str()),
            (16, "postgresql://ops@db.example.com/ops")
        );
        assert_eq!(config.events.source, "urn:ops");
        assert_eq!((config.health.eval_s, config.shutdown.drain_s), (30, 5));
        assert_eq!(config.operators.purge_after_days, 30);
        assert_eq!(config.endpoints.denied_cidrs, ops_core::connection::DeniedCidrs::default());
        assert_eq!((config.log.level.as_str(), config.log.format), ("info", LogFormat::Json));
    }

    #[test]
    fn one_bad_file_lists_every_fault_at_once() {
        let sound = Sound::new()
            .with("[admin]\nlisten = \"0.0.0.0:80\"\nhosts = []\ncolour = 1\n[health]\neval_s = 5\n[shutdown]\ndrain_s = \"soon\"")
            .with("[log]\nlevel = \"loud\"\n[surprise]\nx = 1\n[endpoints]\ndenied_cidrs = [\"10.0.0.0/8\", \"10.0.0.1/8\"]")
            .edit("jwks_file = \"jwks.json\"", "jwks_file = \"none.json\"")
            .edit("audience = \"ops\"\n", "")
            .edit("\"connections:read\"", "\"connections:write\"");
        sound.write("seal.key", b"short", 0o600);
        fs::set_permissions(sound.path().join("postgres.url"), fs::Permissions::from_mode(0o644)).unwrap();
        let faults = sound.faults(&[("OPS_EVENTS__SOURCE", "not a uri")]);
        let folder = sound.path().display();
        let wanted = [
            "admin.hosts: is empty",
            "admin.listen: is not a loopback address",
            "admin.colour: is not a known key; remove it, or write one of listen, hosts, tls, tls_terminated_by_proxy, trusted_proxies",
            "internal.identities[0].rights[0]: is not a right",
            "auth.audience: is missing; write audience = \"ops\" into [auth], or set OPS_AUTH__AUDIENCE",
            &format!("auth.jwks_file: {folder}/none.json cannot be read"),
            &format!(
                "store.postgres.url_file: {folder}/postgres.url can be read by others than its owner (mode 0644); run: chmod 600 {folder}/postgres.url"
            ),
            &format!("secrets.sealed.key_file: {folder}/seal.key holds no key of 32 octets"),
            "events.source (OPS_EVENTS__SOURCE): is not a URI",
            "health.eval_s: is 5; write a number from 10 to 300",
            "endpoints.denied_cidrs[1]: is no block of addresses; write a block without bits behind its prefix",
            "log.level: is not a level",
            "shutdown.drain_s: is a text; write a whole number from 1 to 300",
            "surprise: is not a known key",
        ];
        assert_eq!(faults.len(), wanted.len(), "{faults:#?}");
        for (fault, wanted) in faults.iter().zip(wanted) {
            assert!(fault.starts_with(wanted), "{fault}\n{wanted}");
        }
        assert!(!faults.concat().contains("hunter2"));
    }

    #[test]
    fn nothing_at_all_names_everything_that_is_needed() {
        let faults = load(None, []).err().unwrap();
        let paths: Vec<_> = faults.iter().map(|fault| fault.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "internal.tls.certificate",
                "internal.tls.key",
                "internal.tls.client_ca",
                "auth.issuer",
                "auth.audience",
                "auth.jwks_url",
                "store.postgres.url_file",
                "secrets",
                "keys.idempotency_file",
                "keys.cursor_file",
                "keys.audit_file",
                "embedded",
            ]
        );
    }

    #[test]
    fn variables_override_the_file_in_every_type() {
        let config = Sound::new()
            .load(&[
                ("OPS_ADMIN__LISTEN", "10.0.0.7:443"),
                ("OPS_ADMIN__HOSTS", "ops.example.com, OPS.example.com:443"),
                ("OPS_ADMIN__TLS_TERMINATED_BY_PROXY", "true"),
                ("OPS_STORE__POSTGRES__POOL_SIZE", "20"),
                ("OPS_INTERNAL__HOSTS", "[\"internal.example.com\"]"),
                ("OPS_LOG__FORMAT", "text"),
                ("OPS_DAEMON_PORT", "tcp://10.0.0.1:80"),
            ])
            .unwrap_or_else(|faults| panic!("{faults:#?}"));
        assert_eq!(config.admin.listen.to_string(), "10.0.0.7:443");
        assert_eq!(config.admin.hosts, ["ops.example.com", "ops.example.com:443"]);
        assert_eq!(config.internal.hosts, ["internal.example.com"]);
        let Store::Postgres(postgres) = &config.store else { panic!("not PostgreSQL") };
        assert_eq!((postgres.pool_size, config.log.format), (20, LogFormat::Text));
    }

    #[test]
    fn a_mistyped_variable_is_named_with_the_right_one() {
        let faults = Sound::new().faults(&[
            ("OPS_ADMIN_LISTEN", "127.0.0.1:1"),
            ("OPS_ADMIN__PORT", "1"),
            ("OPS_HEALTH__EVAL_S", "often"),
        ]);
        assert_eq!(faults.len(), 3, "{faults:#?}");
        assert!(faults[0].starts_with("admin.port (OPS_ADMIN__PORT): is not a known key"), "{}", faults[0]);
        assert!(faults[1].starts_with("health.eval_s (OPS_HEALTH__EVAL_S): is a text"), "{}", faults[1]);
        assert!(faults[2].ends_with("rename it to OPS_ADMIN__LISTEN"), "{}", faults[2]);
    }

    #[test]
    fn each_secret_that_others_can_read_is_refused() {
        let sound = Sound::new();
        let secrets = ["server.key", "postgres.url", "seal.key", "idempotency.key", "cursor.key"];
        for name in secrets {
            fs::set_permissions(sound.path().join(name), fs::Permissions::from_mode(0o644)).unwrap();
        }
        let faults = sound.faults(&[]);
        assert_eq!(faults.len(), secrets.len(), "{faults:#?}");
        for (fault, name) in faults.iter().zip(secrets) {
            assert!(fault.contains("mode 0644") && fault.ends_with(name), "{fault}");
        }
    }

    #[test]
    fn a_key_set_that_others_can_change_is_refused() {
        let sound = Sound::new();
        fs::set_permissions(sound.path().join("jwks.json"), fs::Permissions::from_mode(0o666)).unwrap();
        let faults = sound.faults(&[]);
        assert!(faults.len() == 1 && faults[0].contains("can be changed by others"), "{faults:#?}");
    }

    #[test]
    fn a_key_set_that_holds_a_private_key_is_refused() {
        let sound = Sound::new();
        sound.write("jwks.json", br#"{"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}"#, 0o644);
        let faults = sound.faults(&[]);
        assert!(faults.len() == 1 && faults[0].contains("holds a private or symmetric part"), "{faults:#?}");
        assert!(!faults[0].contains("c2VjcmV0"));
    }

    #[test]
    fn a_key_of_another_certificate_is_refused() {
        let sound = Sound::new();
        sound.write("server.key", rcgen::KeyPair::generate().unwrap().serialize_pem().as_bytes(), 0o600);
        let faults = sound.faults(&[]);
        assert!(
            faults.len() == 1 && faults[0].starts_with("internal.tls.key: does not belong"),
            "{faults:#?}"
        );
    }

    #[test]
    fn one_key_for_two_ends_and_one_address_for_two_listeners_are_refused() {
        let sound = Sound::new().with("[ops]\nlisten = \"127.0.0.1:8080\"");
        fs::copy(sound.path().join("seal.key"), sound.path().join("cursor.key")).unwrap();
        let faults = sound.faults(&[]);
        assert_eq!(faults.len(), 2, "{faults:#?}");
        assert!(faults[0].starts_with("ops.listen: is 127.0.0.1:8080, as is admin.listen"));
        assert!(faults[1].starts_with("keys.cursor_file: holds the same key as secrets.sealed.key_file"));
    }

    #[test]
    fn a_password_in_the_configuration_itself_is_refused_and_not_repeated() {
        let faults = Sound::new()
            .edit("url_file = \"postgres.url\"", "url = \"postgresql://ops:hunter3@db/ops\"")
            .faults(&[]);
        assert!(
            faults.len() == 1 && faults[0].starts_with("store.postgres.url: holds a password"),
            "{faults:#?}"
        );
        assert!(!faults[0].contains("hunter3"));
    }

    #[test]
    fn identities_need_one_name_each_and_operators_are_never_guessed() {
        let more = "[[internal.identities]]\nname = \"gateway\"\nuri = \"spiffe://ops.example/gateway\"\nrights = []\noperators = [\"0192f0c1-7a2b-7c3d-8e4f-0123456789a1\"]\n[[internal.identities]]\nname = \"Bad Name\"\nrights = []\n[auth]";
        let faults = Sound::new().edit("[auth]", more).faults(&[]);
        let wanted = [
            "internal.identities[2].name: is not a name",
            "internal.identities[2]: has neither uri nor dns",
            "internal.identities[2].operators: is missing",
            "internal.identities: names gateway twice",
            "internal.identities: gives gateway and gateway the same",
        ];
        assert_eq!(faults.len(), wanted.len(), "{faults:#?}");
        for (fault, wanted) in faults.iter().zip(wanted) {
            assert!(fault.starts_with(wanted), "{fault}\n{wanted}");
        }
    }
}
