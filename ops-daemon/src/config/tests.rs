//! Servers and what is embedded in their place: what is taken, and every way to get it wrong.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use ops_store::vault::Login;

use super::{KeysAt, Port, PostgresTls, Secrets, Store, testing::Sound};

/// Each fault begins as it should, and there are no others.
fn same(faults: &[String], wanted: &[&str]) {
    assert_eq!(faults.len(), wanted.len(), "{faults:#?}");
    for (fault, wanted) in faults.iter().zip(wanted) {
        assert!(fault.starts_with(wanted), "{fault}\n{wanted}");
    }
    assert!(!faults.concat().contains("hunter"), "{faults:#?}");
}

#[test]
fn a_configuration_of_servers_only_needs_nothing_embedded() {
    let sound = Sound::with_servers();
    let config = sound.load(&[]).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let ca = Some(sound.path().join("ca.pem"));
    assert!(config.embedded.is_empty() && config.warnings().is_empty());
    assert_eq!(
        (config.store.name(), config.secrets.name(), config.events.name()),
        ("postgres", "vault", "jetstream")
    );
    let Store::Postgres(postgres) = &config.store else { panic!("not PostgreSQL") };
    assert_eq!(postgres.tls, PostgresTls::Require { ca_file: ca.clone() });
    let KeysAt::Url { url, ca_file } = &config.auth.keys else { panic!("no URL") };
    assert_eq!((url.as_str(), ca_file), ("https://id.example.com/keys", &ca));
    let Secrets::Vault(vault) = &config.secrets else { panic!("no Vault") };
    assert_eq!(
        (vault.address.as_str(), vault.mount.as_str(), vault.prefix.as_str(), &vault.namespace),
        ("https://vault.example.com:8200", "secret", "ops", &None)
    );
    let login = Login::AppRole {
        mount: "approle".into(),
        role_id: "ops".into(),
        secret_id_file: sound.path().join("vault.secret-id"),
    };
    assert_eq!(vault.login, login);
    let stream = config.events.stream.unwrap();
    assert_eq!(stream.urls, ["tls://nats-0.example.com:4222", "tls://nats-1.example.com:4222"]);
    assert_eq!((stream.credentials_file, stream.ca_file), (Some(sound.path().join("nats.creds")), ca));
}

const APPROLE: &str = "[secrets.vault.approle]\nrole_id = \"ops\"\nsecret_id_file = \"vault.secret-id\"";

#[test]
fn each_way_to_log_in_to_vault_has_its_defaults() {
    let kubernetes = "[secrets.vault.kubernetes]\nrole = \"ops\"\ntoken_file = \"sa.token\"";
    let sound = Sound::with_servers().edit(APPROLE, kubernetes);
    sound.write("sa.token", b"hunter6", 0o644);
    let Secrets::Vault(vault) = sound.load(&[]).ok().unwrap().secrets else { panic!("no Vault") };
    let token_file = sound.path().join("sa.token");
    assert_eq!(vault.login, Login::Kubernetes { mount: "kubernetes".into(), role: "ops".into(), token_file });
    let sound = Sound::with_servers().edit(APPROLE, "[secrets.vault.kubernetes]\nrole = \"ops\"");
    let standard = "/var/run/secrets/kubernetes.io/serviceaccount/token";
    if !Path::new(standard).exists() {
        let wanted = format!("secrets.vault.kubernetes.token_file: {standard} cannot be read");
        same(&sound.faults(&[]), &[&wanted]);
    }
    let sound = Sound::with_servers().edit(APPROLE, "[secrets.vault.token]\nfile = \"vault.token\"");
    let Secrets::Vault(vault) = sound.load(&[]).ok().unwrap().secrets else { panic!("no Vault") };
    assert_eq!(vault.login, Login::TokenFile { file: sound.path().join("vault.token") });
}

#[test]
fn vault_needs_exactly_one_way_to_log_in() {
    let none = Sound::with_servers().edit(APPROLE, "");
    same(&none.faults(&[]), &["secrets.vault: has no way to log in; write one of"]);
    let two = Sound::with_servers()
        .edit(APPROLE, &format!("{APPROLE}\n[secrets.vault.token]\nfile = \"vault.token\""));
    same(&two.faults(&[]), &["secrets.vault: has 2 ways to log in: approle, token; keep one"]);
}

#[test]
fn every_fault_of_the_servers_is_told_at_once() {
    let sound = Sound::with_servers()
        .edit("https://id.example.com/keys", "http://id.example.com/keys")
        .edit(
            "[secrets.vault]\naddress = \"https://",
            "[secrets.vault]\nmount = \"/secret\"\nprefix = \"\"\naddress = \"http://",
        )
        .edit("role_id = \"ops\"\n", "")
        .edit("tls://nats-0", "nats://nats-0")
        .edit("tls://nats-1.example.com:4222", "tls://me:hunter6@nats-1.example.com")
        .edit("credentials_file = \"nats.creds\"", "credentials_file = \"vault.token\"");
    let wanted = [
        "auth.jwks_url: is plain http, and another machine is at the other end; write https://",
        "secrets.vault.address: is plain http",
        "secrets.vault.mount: is not a name",
        "secrets.vault.prefix: is not a name",
        "secrets.vault.approle.role_id: is missing",
        "events.nats.urls[0]: is plain nats",
        "events.nats.urls[1]: holds a user or a password",
        &format!(
            "events.nats.credentials_file: {}/vault.token holds no NATS credentials",
            sound.path().display()
        ),
    ];
    same(&sound.faults(&[]), &wanted);
}

#[test]
fn each_credential_of_a_server_that_others_can_read_is_refused() {
    let open = |sound: &Sound, name: &str| {
        fs::set_permissions(sound.path().join(name), fs::Permissions::from_mode(0o644)).unwrap();
    };
    let sound = Sound::with_servers();
    open(&sound, "vault.secret-id");
    open(&sound, "nats.creds");
    let faults = sound.faults(&[]);
    assert!(faults.iter().all(|fault| fault.contains("can be read by others")), "{faults:#?}");
    same(&faults, &["secrets.vault.approle.secret_id_file", "events.nats.credentials_file"]);
    let sound = Sound::with_servers().edit(APPROLE, "[secrets.vault.token]\nfile = \"vault.token\"");
    open(&sound, "vault.token");
    same(&sound.faults(&[]), &["secrets.vault.token.file"]);
    sound.write("vault.token", b" \n", 0o600);
    assert!(sound.faults(&[])[0].contains("is empty"));
}

#[test]
fn what_is_embedded_must_be_named_and_nothing_else() {
    let unnamed = Sound::new().edit("embedded = [\"secrets\", \"events\"]\n", "");
    let faults = unnamed.faults(&[]);
    same(&faults, &["embedded: does not name secrets", "embedded: does not name events"]);
    assert!(
        faults[0].ends_with("write embedded = [\"secrets\", \"events\"] before the first section"),
        "{faults:#?}"
    );
    let named = [("OPS_EMBEDDED", "secrets,events")];
    assert_eq!(unnamed.load(&named).ok().unwrap().embedded, [Port::Secrets, Port::Events].into());
    let sound = Sound::with_servers()
        .edit("\n[internal.tls]", "\nembedded = [\"store\", \"events\"]\n[internal.tls]");
    same(
        &sound.faults(&[]),
        &["embedded: names store, and a server", "embedded: names events, and a server"],
    );
    let sound = Sound::new().edit("\"events\"]", "\"event\"]");
    same(&sound.faults(&[]), &["embedded[1]: is not a port; write store, secrets, events"]);
}

#[test]
fn sqlite_is_served_where_it_is_named() {
    let postgres = "[store.postgres]\nurl_file = \"postgres.url\"";
    let sound = Sound::new().edit(postgres, "[store.sqlite]\nfile = \"ops.sqlite\"");
    same(&sound.faults(&[]), &["embedded: does not name store, and [store.sqlite]"]);
    let sound = sound.edit("embedded = [", "embedded = [\"store\", ");
    assert_eq!(sound.load(&[]).ok().unwrap().store.name(), "sqlite");
    let both = Sound::new().with("[store.sqlite]\nfile = \"x\"");
    same(&both.faults(&[]), &["store.sqlite: is set besides postgres"]);
}

#[test]
fn a_port_has_one_adapter_and_the_issuer_one_place_for_its_keys() {
    let both = Sound::with_servers().with("[secrets.sealed]\nfile = \"x\"\nkey_file = \"seal.key\"");
    same(&both.faults(&[]), &["secrets.sealed: is set besides vault"]);
    let both = Sound::new().edit("jwks_file", "jwks_url = \"https://id.example.com\"\njwks_file");
    same(&both.faults(&[]), &["auth.jwks_url: is set besides jwks_file"]);
    let useless = Sound::new().edit("jwks_file", "jwks_ca_file = \"ca.pem\"\njwks_file");
    same(&useless.faults(&[]), &["auth.jwks_ca_file: is set, yet the keys come from a file"]);
    let neither = Sound::new().edit("jwks_file = \"jwks.json\"\n", "");
    same(&neither.faults(&[]), &["auth.jwks_url: is missing; write jwks_url"]);
}

#[test]
fn a_database_on_another_machine_is_reached_with_tls_unless_it_is_written_otherwise() {
    let tls = |sound: &Sound| {
        let config = sound.load(&[]).unwrap_or_else(|faults| panic!("{faults:#?}"));
        let warned = config.warnings().len();
        let Store::Postgres(postgres) = config.store else { panic!("not PostgreSQL") };
        (postgres.tls, warned)
    };
    let with = |more: &str| Sound::new().edit("\"postgres.url\"", &format!("\"postgres.url\"\n{more}"));
    let require = PostgresTls::Require { ca_file: None };
    assert_eq!(tls(&Sound::new()), (require.clone(), 0));
    assert_eq!(tls(&with("tls = \"off\"")), (PostgresTls::Off, 1));
    let local = |sound: Sound| {
        sound.write("postgres.url", b"postgresql://ops:hunter2@127.0.0.1/ops", 0o600);
        sound
    };
    assert_eq!(tls(&local(Sound::new())), (PostgresTls::Off, 0));
    assert_eq!(tls(&local(with("tls = \"off\""))), (PostgresTls::Off, 0));
    assert_eq!(tls(&local(with("tls = \"require\""))), (require, 0));
    let with_ca = tls(&local(with("ca_file = \"ca.pem\"")));
    assert!(matches!(with_ca.0, PostgresTls::Require { ca_file: Some(_) }), "{with_ca:?}");
    same(
        &with("tls = \"off\"\nca_file = \"ca.pem\"").faults(&[]),
        &["store.postgres.ca_file: is set, yet tls is off"],
    );
    same(&with("tls = \"maybe\"").faults(&[]), &["store.postgres.tls: is not require or off"]);
    let sound = Sound::new();
    sound.write("postgres.url", b"postgresql://ops:hunter2@db.example.com/ops?sslmode=disable", 0o600);
    same(&sound.faults(&[]), &["store.postgres.url_file: holds a URL with sslmode or sslnegotiation"]);
}

/// The TOML blocks of the set-up guide, in their order.
fn documented() -> Vec<&'static str> {
    let guide = include_str!("../../../docs/LOCAL_DEV_SETUP.md");
    guide.split("```toml\n").skip(1).map(|block| block.split("```").next().unwrap()).collect()
}

/// A folder with every file that the guide names, and this configuration.
fn of_guide(text: &str) -> Sound {
    let sound = Sound::with_servers();
    sound.write("ops.toml", text.as_bytes(), 0o644);
    sound
}

/// The text without the section `name`.
fn without(text: &str, name: &str) -> String {
    let header = format!("[{name}]");
    let (before, after) = text.split_once(&header).unwrap_or_else(|| panic!("{header} is not in {text}"));
    format!("{before}{}", &after[after.find("\n[").unwrap()..])
}

#[test]
fn the_configurations_of_the_guide_are_taken() {
    let blocks = documented();
    let [servers, kubernetes, token, embedded] = blocks.as_slice() else { panic!("{} blocks", blocks.len()) };
    let config = of_guide(servers).load(&[]).unwrap_or_else(|faults| panic!("{faults:#?}"));
    assert!(config.embedded.is_empty() && config.warnings().is_empty());
    let other = without(servers, "secrets.vault.approle");
    let sound = of_guide(&format!("{other}{token}"));
    assert!(matches!(sound.load(&[]).ok().unwrap().secrets, Secrets::Vault(_)));
    let here = kubernetes.replace("/var/run/secrets/kubernetes.io/serviceaccount/token", "vault.token");
    let sound = of_guide(&format!("{other}{here}"));
    assert!(matches!(sound.load(&[]).ok().unwrap().secrets, Secrets::Vault(_)));
    let servers = ["store.postgres", "secrets.vault", "secrets.vault.approle", "events", "events.nats"];
    let rest = servers.iter().fold((*blocks[0]).to_owned(), |rest, name| without(&rest, name));
    let rest = rest.split_once('\n').unwrap().1;
    let config =
        of_guide(&format!("{embedded}{rest}")).load(&[]).unwrap_or_else(|faults| panic!("{faults:#?}"));
    assert_eq!(config.embedded, Port::ALL.into());
}
