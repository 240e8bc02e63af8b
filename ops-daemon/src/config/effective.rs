//! Prints the configuration as it is in effect, defaults included and secrets left out. What it prints can be loaded.

use std::path::Path;

use ops_store::vault::{self, Login};
use toml::{Table, Value};

use super::{Config, Events, Identity, KeysAt, Operators, Port, PostgresTls, Right, San, Secrets, Store};

impl Config {
    /// The whole configuration as TOML. Files that hold secrets are named, never shown.
    #[must_use]
    pub fn effective(&self) -> String {
        let Self {
            embedded,
            admin,
            internal,
            ops,
            auth,
            store,
            secrets,
            keys,
            events,
            health,
            endpoints,
            operators,
            log,
            shutdown,
        } = self;
        let mut admin_table = table([
            ("listen", text(&admin.listen)),
            ("hosts", list(&admin.hosts)),
            ("tls_terminated_by_proxy", Value::Boolean(admin.tls_terminated_by_proxy)),
            ("trusted_proxies", list(&admin.trusted_proxies)),
        ]);
        if let Some(tls) = &admin.tls {
            let tls = table([("certificate", path(&tls.certificate)), ("key", path(&tls.key))]);
            admin_table.insert("tls".into(), tls.into());
        }
        let internal_tls = table([
            ("certificate", path(&internal.tls.certificate)),
            ("key", path(&internal.tls.key)),
            ("client_ca", path(&internal.tls.client_ca)),
        ]);
        let identities: Vec<Value> = internal.identities.iter().map(|of| identity(of).into()).collect();
        let embedded = table([("embedded", list(embedded.iter().copied().map(Port::as_str)))]);
        let mut auth_table = table([("issuer", text(&auth.issuer)), ("audience", text(&auth.audience))]);
        auth_table.extend(keys_at(&auth.keys));
        let sections = [
            ("admin", admin_table),
            (
                "internal",
                table([
                    ("listen", text(&internal.listen)),
                    ("hosts", list(&internal.hosts)),
                    ("tls", internal_tls.into()),
                    ("identities", Value::Array(identities)),
                ]),
            ),
            ("ops", table([("listen", text(&ops.listen))])),
            ("auth", auth_table),
            ("store", store_table(store)),
            ("secrets", secrets_table(secrets)),
            (
                "keys",
                table([
                    ("idempotency_file", path(&keys.idempotency_file)),
                    ("cursor_file", path(&keys.cursor_file)),
                    ("audit_file", path(&keys.audit_file)),
                    ("former_audit_keys", list(&keys.former_audit_keys)),
                ]),
            ),
            ("events", events_table(events)),
            ("health", table([("eval_s", Value::Integer(health.eval_s.into()))])),
            ("endpoints", table([("denied_cidrs", list(endpoints.denied_cidrs.blocks()))])),
            ("operators", table([("purge_after_days", Value::Integer(operators.purge_after_days.into()))])),
            ("log", table([("level", text(&log.level)), ("format", text(log.format.as_str()))])),
            ("shutdown", table([("drain_s", Value::Integer(shutdown.drain_s.into()))])),
        ];
        let sections = sections.into_iter().map(|(name, section)| table([(name, section.into())]));
        let all = std::iter::once(embedded).chain(sections);
        all.map(|part| part.to_string()).collect::<Vec<_>>().join("\n")
    }
}

fn keys_at(keys: &KeysAt) -> Table {
    match keys {
        KeysAt::File(file) => table([("jwks_file", path(file))]),
        KeysAt::Url { url, ca_file } => {
            with_file(table([("jwks_url", text(url))]), "jwks_ca_file", ca_file.as_deref())
        }
    }
}

fn secrets_table(secrets: &Secrets) -> Table {
    match secrets {
        Secrets::Vault(settings) => table([("vault", vault_table(settings).into())]),
        Secrets::Sealed(sealed) => {
            let of = table([("file", path(&sealed.file)), ("key_file", path(&sealed.key_file))]);
            table([("sealed", of.into())])
        }
    }
}

fn vault_table(settings: &vault::Settings) -> Table {
    let vault::Settings { address, mount, prefix, namespace, ca_file, login } = settings;
    let mut of = table([("address", text(address)), ("mount", text(mount)), ("prefix", text(prefix))]);
    of.extend(namespace.iter().map(|namespace| ("namespace".to_owned(), text(namespace))));
    let mut of = with_file(of, "ca_file", ca_file.as_deref());
    let (name, login) = match login {
        Login::Kubernetes { mount, role, token_file } => (
            "kubernetes",
            table([("role", text(role)), ("mount", text(mount)), ("token_file", path(token_file))]),
        ),
        Login::AppRole { mount, role_id, secret_id_file } => (
            "approle",
            table([
                ("role_id", text(role_id)),
                ("secret_id_file", path(secret_id_file)),
                ("mount", text(mount)),
            ]),
        ),
        Login::TokenFile { file } => ("token", table([("file", path(file))])),
    };
    of.insert(name.to_owned(), login.into());
    of
}

fn events_table(events: &Events) -> Table {
    let mut of = table([("source", text(&events.source))]);
    if let Some(stream) = &events.stream {
        let nats = table([("urls", list(&stream.urls))]);
        let nats = with_file(nats, "credentials_file", stream.credentials_file.as_deref());
        of.insert("nats".to_owned(), with_file(nats, "ca_file", stream.ca_file.as_deref()).into());
    }
    of
}

fn with_file(mut of: Table, name: &str, file: Option<&Path>) -> Table {
    of.extend(file.map(|file| (name.to_owned(), path(file))));
    of
}

fn store_table(store: &Store) -> Table {
    match store {
        Store::Postgres(postgres) => {
            let url = match &postgres.url_file {
                Some(file) => ("url_file", path(file)),
                None => ("url", text(&postgres.url.shown())),
            };
            let (word, ca_file) = match &postgres.tls {
                PostgresTls::Off => ("off", None),
                PostgresTls::Require { ca_file } => ("require", ca_file.as_deref()),
            };
            let of = [url, ("pool_size", Value::Integer(postgres.pool_size.into())), ("tls", text(word))];
            table([("postgres", with_file(table(of), "ca_file", ca_file).into())])
        }
        Store::Sqlite(sqlite) => table([("sqlite", table([("file", path(&sqlite.file))]).into())]),
    }
}

fn identity(of: &Identity) -> Table {
    let Identity { name, san, rights, connector_ids, operators, leases_per_minute } = of;
    let rights: Vec<_> = rights.iter().copied().map(Right::as_str).collect();
    let san = match san {
        San::Uri(uri) => ("uri", text(uri)),
        San::Dns(dns) => ("dns", text(dns)),
    };
    let operators = match operators {
        Operators::All => text("all"),
        Operators::Listed(ids) => list(ids),
    };
    table([
        ("name", text(name)),
        san,
        ("rights", list(&rights)),
        ("connector_ids", text(connector_ids.as_str())),
        ("operators", operators),
        ("leases_per_minute", Value::Integer(leases_per_minute.get().into())),
    ])
}

fn table<const N: usize>(entries: [(&str, Value); N]) -> Table {
    entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn text(of: &(impl ToString + ?Sized)) -> Value {
    Value::String(of.to_string())
}

fn path(of: &Path) -> Value {
    text(&of.display())
}

fn list<T: ToString>(of: impl IntoIterator<Item = T>) -> Value {
    Value::Array(of.into_iter().map(|of| text(&of)).collect())
}

#[cfg(test)]
mod tests {
    use crate::config::{load, testing::Sound};

    #[test]
    fn servers_are_printed_with_their_files_and_without_their_secrets() {
        let sound = Sound::with_servers();
        let printed = sound.load(&[]).unwrap_or_else(|faults| panic!("{faults:#?}")).effective();
        assert!(!printed.contains("hunter"), "{printed}");
        for told in [
            "embedded = []",
            "jwks_url = \"https://id.example.com/keys\"",
            "tls = \"require\"",
            "[secrets.vault.approle]",
            "tls://nats-1.example.com:4222",
            "nats.creds",
        ] {
            assert!(printed.contains(told), "{told}: {printed}");
        }
        sound.write("again.toml", printed.as_bytes(), 0o644);
        let again =
            load(Some(&sound.path().join("again.toml")), []).unwrap_or_else(|faults| panic!("{faults:#?}"));
        assert_eq!(again.effective(), printed);
    }

    #[test]
    fn what_is_printed_loads_to_the_same_and_holds_no_secret() {
        let sound = Sound::new()
            .with("[health]\neval_s = 60\n[admin.tls]\ncertificate = \"server.pem\"\nkey = \"server.key\"");
        let printed = sound.load(&[]).ok().unwrap().effective();
        assert!(!printed.contains("hunter2") && !printed.contains("PRIVATE"), "{printed}");
        assert!(
            printed.contains("eval_s = 60") && printed.contains("connector_ids = \"gateway/*\""),
            "{printed}"
        );
        sound.write("again.toml", printed.as_bytes(), 0o644);
        let again =
            load(Some(&sound.path().join("again.toml")), []).unwrap_or_else(|faults| panic!("{faults:#?}"));
        assert_eq!(again.effective(), printed);
    }
}
