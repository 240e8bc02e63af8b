//! Prints the configuration as it is in effect, defaults included and secrets left out. What it prints can be loaded.

use std::path::Path;

use toml::{Table, Value};

use super::{Config, Identity, Operators, Right, San, Store};

impl Config {
    /// The whole configuration as TOML. Files that hold secrets are named, never shown.
    #[must_use]
    pub fn effective(&self) -> String {
        let Self { admin, internal, ops, auth, store, secrets, keys, events, health, log, shutdown } = self;
        let mut admin_table = table([
            ("listen", text(&admin.listen)),
            ("hosts", list(&admin.hosts)),
            ("tls_terminated_by_proxy", Value::Boolean(admin.tls_terminated_by_proxy)),
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
        let sealed =
            table([("file", path(&secrets.sealed.file)), ("key_file", path(&secrets.sealed.key_file))]);
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
            (
                "auth",
                table([
                    ("issuer", text(&auth.issuer)),
                    ("audience", text(&auth.audience)),
                    ("jwks_file", path(&auth.jwks_file)),
                ]),
            ),
            ("store", store_table(store)),
            ("secrets", table([("sealed", sealed.into())])),
            (
                "keys",
                table([
                    ("idempotency_file", path(&keys.idempotency_file)),
                    ("cursor_file", path(&keys.cursor_file)),
                ]),
            ),
            ("events", table([("source", text(&events.source))])),
            ("health", table([("eval_s", Value::Integer(health.eval_s.into()))])),
            ("log", table([("level", text(&log.level)), ("format", text(log.format.as_str()))])),
            ("shutdown", table([("drain_s", Value::Integer(shutdown.drain_s.into()))])),
        ];
        sections
            .into_iter()
            .map(|(name, section)| table([(name, section.into())]).to_string())
            .collect::<Vec<_>>()
            .join("\n")
    }
}

fn store_table(store: &Store) -> Table {
    match store {
        Store::Postgres(postgres) => {
            let url = match &postgres.url_file {
                Some(file) => ("url_file", path(file)),
                None => ("url", text(&postgres.url.shown())),
            };
            let of = table([url, ("pool_size", Value::Integer(postgres.pool_size.into()))]);
            table([("postgres", of.into())])
        }
        Store::Sqlite(sqlite) => table([("sqlite", table([("file", path(&sqlite.file))]).into())]),
    }
}

fn identity(of: &Identity) -> Table {
    let Identity { name, san, rights, connector_ids, operators } = of;
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
