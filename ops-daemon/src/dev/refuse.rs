//! What keeps dev and production apart: `dev` refuses to be reachable, `serve` refuses whatever dev has made.

use std::path::Path;

use super::{
    authority::{CA_NAME, TRUST_DOMAIN},
    folder::LOCK,
    issuer::{ISSUER, KEY_ID_PREFIX},
};
use ops_store::vault::Login;

use crate::config::{Config, Fault, KeysAt, San, Secrets, Store, certificates};

/// Kubernetes sets it in every container.
const KUBERNETES: &str = "KUBERNETES_SERVICE_HOST";

/// Why `dev` must not start here. Its own listeners are on loopback by construction, the servers it is given by
/// [`Servers::read`](super::Servers::read).
pub fn refuse_exposure(env: impl IntoIterator<Item = (String, String)>) -> Vec<Fault> {
    let mut faults = Vec::new();
    if env.into_iter().any(|(name, _)| name == KUBERNETES) {
        faults.push(Fault::new(KUBERNETES, "is set, so this is Kubernetes", "run `ops-daemon serve` there"));
    }
    faults
}

/// What of a configuration for `serve` was made by dev: its issuer, its CA, its identities, its folders.
#[must_use]
pub fn refuse_dev_material(config: &Config) -> Vec<Fault> {
    let mut faults = Vec::new();
    let has_dev_key = matches!(&config.auth.keys, KeysAt::File(file) if holds_dev_key(file));
    if config.auth.issuer == ISSUER || has_dev_key {
        let key = if config.auth.issuer == ISSUER { "auth.issuer" } else { "auth.jwks_file" };
        faults.push(Fault::new(
            key,
            "is the token issuer of `ops-daemon dev`",
            "name your identity provider",
        ));
    }
    for identity in &config.internal.identities {
        if matches!(&identity.san, San::Uri(uri) if uri.starts_with(TRUST_DOMAIN)) {
            let wrong = format!("{} has a name of `ops-daemon dev`", identity.name);
            faults.push(Fault::new("internal.identities", wrong, "use a trust domain of your own"));
        }
    }
    for (key, file) in files(config) {
        if in_dev_folder(file) {
            let wrong = format!("{} lies in a data folder of `ops-daemon dev`", file.display());
            faults.push(Fault::new(key, wrong, "make it for this installation, in another folder"));
        } else if is_certificate(key) && holds_dev_certificate(file) {
            let wrong = format!("{} is of the CA of `ops-daemon dev`", file.display());
            faults.push(Fault::new(key, wrong, "use a CA of your own"));
        }
    }
    faults
}

fn files(config: &Config) -> Vec<(&'static str, &Path)> {
    let mut files = vec![
        ("internal.tls.certificate", config.internal.tls.certificate.as_path()),
        ("internal.tls.key", &config.internal.tls.key),
        ("internal.tls.client_ca", &config.internal.tls.client_ca),
        ("keys.idempotency_file", &config.keys.idempotency_file),
        ("keys.cursor_file", &config.keys.cursor_file),
        ("keys.audit_file", &config.keys.audit_file),
    ];
    if let Some(tls) = &config.admin.tls {
        files.extend([("admin.tls.certificate", tls.certificate.as_path()), ("admin.tls.key", &tls.key)]);
    }
    match &config.auth.keys {
        KeysAt::File(file) => files.push(("auth.jwks_file", file)),
        KeysAt::Url { ca_file, .. } => {
            files.extend(ca_file.iter().map(|file| ("auth.jwks_ca_file", file.as_path())));
        }
    }
    match &config.secrets {
        Secrets::Sealed(sealed) => {
            files.extend([
                ("secrets.sealed.file", sealed.file.as_path()),
                ("secrets.sealed.key_file", &sealed.key_file),
            ]);
        }
        Secrets::Vault(settings) => {
            files.extend(settings.ca_file.iter().map(|file| ("secrets.vault.ca_file", file.as_path())));
            files.push(match &settings.login {
                Login::Kubernetes { token_file, .. } => ("secrets.vault.kubernetes.token_file", token_file),
                Login::AppRole { secret_id_file, .. } => {
                    ("secrets.vault.approle.secret_id_file", secret_id_file)
                }
                Login::TokenFile { file } => ("secrets.vault.token.file", file),
            });
        }
    }
    match &config.store {
        Store::Postgres(postgres) => {
            files.extend(postgres.url_file.iter().map(|file| ("store.postgres.url_file", file.as_path())));
        }
        Store::Sqlite(sqlite) => files.push(("store.sqlite.file", &sqlite.file)),
    }
    files
}

fn is_certificate(key: &str) -> bool {
    key.ends_with(".certificate") || key.ends_with(".client_ca")
}

/// By the real place, whatever links lead there; a file that is yet to be made lies where its folder is.
fn in_dev_folder(file: &Path) -> bool {
    let real = file.canonicalize().or_else(|_| file.parent().unwrap_or(Path::new(".")).canonicalize());
    real.is_ok_and(|real| real.ancestors().any(|folder| folder.join(LOCK).exists()))
}

fn holds_dev_certificate(file: &Path) -> bool {
    certificates(file).is_ok_and(|chain| {
        chain.iter().any(|certificate| {
            x509_parser::parse_x509_certificate(certificate).is_ok_and(|(_, parsed)| {
                let names = parsed.subject().iter_common_name().chain(parsed.issuer().iter_common_name());
                names.filter_map(|name| name.as_str().ok()).any(|name| name == CA_NAME)
            })
        })
    })
}

fn holds_dev_key(file: &Path) -> bool {
    let set: Option<serde_json::Value> =
        std::fs::read(file).ok().and_then(|set| serde_json::from_slice(&set).ok());
    let keys = set.as_ref().and_then(|set| set.get("keys")).and_then(|keys| keys.as_array());
    keys.into_iter()
        .flatten()
        .filter_map(|key| key.get("kid")?.as_str())
        .any(|kid| kid.starts_with(KEY_ID_PREFIX))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{
        config::testing::Sound,
        dev::{Prepared, Wanted, prepare},
    };

    fn paths(faults: &[Fault]) -> Vec<&str> {
        faults.iter().map(|fault| fault.path.as_str()).collect()
    }

    fn prepared(folder: &Path) -> Prepared {
        let now = "2026-01-02T03:04:05Z".parse().unwrap();
        prepare(folder, &Wanted::default(), [], now).unwrap_or_else(|why| panic!("{why}"))
    }

    #[test]
    fn dev_refuses_kubernetes() {
        let env = [(KUBERNETES.to_owned(), "10.0.0.1".to_owned())];
        assert_eq!(paths(&refuse_exposure(env)), [KUBERNETES]);
        assert!(refuse_exposure([]).is_empty());
    }

    #[test]
    fn a_configuration_of_its_own_is_served() {
        let sound = Sound::new();
        assert_eq!(refuse_dev_material(&sound.load(&[]).ok().unwrap()), []);
    }

    #[test]
    fn the_configuration_of_dev_is_not_served() {
        let parent = tempfile::tempdir().unwrap();
        let prepared = prepared(parent.path());
        assert_eq!(
            paths(&refuse_dev_material(&prepared.config)),
            [
                "auth.issuer",
                "internal.identities",
                "internal.tls.certificate",
                "internal.tls.key",
                "internal.tls.client_ca",
                "keys.idempotency_file",
                "keys.cursor_file",
                "keys.audit_file",
                "auth.jwks_file",
                "secrets.sealed.file",
                "secrets.sealed.key_file",
                "store.sqlite.file",
            ]
        );
    }

    #[test]
    fn what_dev_has_made_is_recognised_after_it_was_copied_or_linked() {
        let parent = tempfile::tempdir().unwrap();
        let prepared = prepared(parent.path());
        let sound = Sound::new();
        let made = |name: &str| fs::read(prepared.folder.file(name)).unwrap();
        sound.write("jwks.json", &made("jwks.json"), 0o644);
        sound.write("server.pem", &made("tls/server.pem"), 0o644);
        sound.write("server.key", &made("tls/server.key"), 0o600);
        sound.write("ca.pem", &made("tls/ca.pem"), 0o644);
        fs::remove_file(sound.path().join("seal.key")).unwrap();
        std::os::unix::fs::symlink(prepared.folder.file("keys/seal"), sound.path().join("seal.key")).unwrap();
        let config = sound.load(&[]).unwrap_or_else(|faults| panic!("{faults:#?}"));
        assert_eq!(
            paths(&refuse_dev_material(&config)),
            [
                "auth.jwks_file",
                "internal.tls.certificate",
                "internal.tls.client_ca",
                "secrets.sealed.key_file"
            ]
        );
    }
}
