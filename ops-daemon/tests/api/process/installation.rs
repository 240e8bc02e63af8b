//! What somebody who installs `ops-daemon serve` makes by hand: certificates, an issuer's keys, keys of its own, a
//! database's address and the configuration that names them all.

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf, process::Command};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, SanType,
};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::support::{free_ports, program};

const ISSUER: &str = "https://id.example.com";

/// A folder with everything that the configuration names.
pub(super) struct Installation {
    folder: TempDir,
    base: u16,
    issuer: KeyPair,
}

impl Installation {
    /// One that uses the database at `url`.
    pub(super) fn new(url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let issuer = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let installation = Self { folder, base: free_ports(), issuer };
        fs::create_dir(installation.path("tls")).unwrap();
        installation.certify();
        installation.write("postgres.url", url, 0o600);
        installation.write("jwks.json", &installation.key_set(), 0o644);
        for name in ["seal.key", "idempotency.key", "cursor.key", "audit.key"] {
            installation.write(name, &STANDARD.encode(Sha256::digest(name)), 0o600);
        }
        installation.write("ops.toml", &installation.configuration(), 0o644);
        installation
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(super) fn write(&self, name: &str, content: &str, mode: u32) {
        fs::write(self.path(name), content).unwrap();
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Replaces a piece of the configuration.
    pub(super) fn edit(&self, from: &str, to: &str) {
        let text = self.read("ops.toml");
        assert!(text.contains(from), "{from} is not in {text}");
        self.write("ops.toml", &text.replace(from, to), 0o644);
    }

    /// When somebody else was faster.
    pub(super) fn take_other_ports(&mut self) {
        let (old, new) = (self.base, free_ports());
        self.base = new;
        for nth in 0..3 {
            self.edit(&format!("127.0.0.1:{}", old + nth), &format!("127.0.0.1:{}", new + nth));
        }
    }

    /// A subcommand that reads the configuration, with no variable but those of the test. They name a proxy that nobody
    /// runs: the service must not ask it for anything.
    pub(super) fn command(&self, name: &str) -> Command {
        let mut command = program();
        command.arg(name).arg("--config").arg(self.path("ops.toml"));
        command.envs(["http_proxy", "https_proxy", "all_proxy"].map(|name| (name, "http://127.0.0.1:1")));
        command
    }

    fn configuration(&self) -> String {
        let (admin, internal, ops) = (self.base, self.base + 1, self.base + 2);
        format!(
            r#"
embedded = ["secrets", "events"]
[admin]
listen = "127.0.0.1:{admin}"
[internal]
listen = "127.0.0.1:{internal}"
[internal.tls]
certificate = "tls/server.pem"
key = "tls/server.key"
client_ca = "tls/ca.pem"
[[internal.identities]]
name = "gateway"
uri = "spiffe://ops.example/gateway"
rights = ["credentials:lease", "routing:read", "health:report"]
operators = "all"
[ops]
listen = "127.0.0.1:{ops}"
[auth]
issuer = "{ISSUER}"
audience = "ops"
jwks_file = "jwks.json"
[store.postgres]
url_file = "postgres.url"
[secrets.sealed]
file = "secrets.sqlite"
key_file = "seal.key"
[keys]
idempotency_file = "idempotency.key"
cursor_file = "cursor.key"
audit_file = "audit.key"
[events]
source = "urn:ops:example"
"#
        )
    }

    pub(super) fn key_set(&self) -> String {
        let (x, y) = self.issuer.public_key_raw()[1..].split_at(32);
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        let key =
            json!({"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "k1", "x": x, "y": y});
        json!({"keys": [key]}).to_string()
    }

    /// Lists more identities with these rights, each with a certificate in a folder of its name.
    pub(super) fn identify(&self, identities: &[(String, Vec<&str>)]) {
        let listed = identities.iter().map(|(name, rights)| {
            format!(
                "[[internal.identities]]\nname = {name:?}\nuri = \"spiffe://ops.example/{name}\"\nrights = {rights:?}\noperators = \"all\"\n"
            )
        });
        self.edit("[ops]", &format!("{}[ops]", listed.collect::<String>()));
        let ca = self.certify();
        for (name, _) in identities {
            fs::create_dir(self.path("tls").join(name)).unwrap();
            fs::copy(self.path("tls/ca.pem"), self.path("tls").join(name).join("ca.pem")).unwrap();
            self.certify_client(&ca, &format!("{name}/gateway"), name);
        }
    }

    /// A CA, the server's certificate and the gateway's.
    pub(super) fn certify(&self) -> Issuer<'static, KeyPair> {
        let mut ca = CertificateParams::default();
        ca.distinguished_name.push(DnType::CommonName, "CA of an installation");
        ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        ca.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().unwrap();
        self.write("tls/ca.pem", &ca.self_signed(&key).unwrap().pem(), 0o644);
        let ca = Issuer::new(ca, key);
        let names =
            [SanType::DnsName("localhost".try_into().unwrap()), SanType::IpAddress([127, 0, 0, 1].into())];
        self.certify_one(&ca, "server", names.to_vec(), ExtendedKeyUsagePurpose::ServerAuth);
        self.certify_client(&ca, "gateway", "gateway");
        ca
    }

    fn certify_client(&self, ca: &Issuer<'_, KeyPair>, file: &str, name: &str) {
        let names = vec![SanType::URI(format!("spiffe://ops.example/{name}").try_into().unwrap())];
        self.certify_one(ca, file, names, ExtendedKeyUsagePurpose::ClientAuth);
    }

    fn certify_one(
        &self,
        ca: &Issuer<'_, KeyPair>,
        name: &str,
        names: Vec<SanType>,
        usage: ExtendedKeyUsagePurpose,
    ) {
        let mut leaf = CertificateParams::default();
        leaf.subject_alt_names = names;
        leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        leaf.extended_key_usages = vec![usage];
        let key = KeyPair::generate().unwrap();
        self.write(&format!("tls/{name}.pem"), &leaf.signed_by(&key, ca).unwrap().pem(), 0o644);
        self.write(&format!("tls/{name}.key"), &key.serialize_pem(), 0o600);
    }
}

/// How it is called while it serves.
mod calling {
    use jsonwebtoken::{Algorithm, EncodingKey, Header};

    use super::{ISSUER, Installation, json};
    use crate::support::{Caller, now};

    impl Installation {
        pub(in super::super) fn ops(&self) -> Caller {
            Caller::without_token(format!("http://127.0.0.1:{}", self.base + 2))
        }

        pub(in super::super) fn gateway(&self) -> Caller {
            Caller::with_certificate(format!("https://localhost:{}", self.base + 1), &self.path("tls"))
        }

        /// With the certificate of one that was listed by [`Installation::identify`].
        pub(in super::super) fn identified(&self, name: &str) -> Caller {
            let base = format!("https://localhost:{}", self.base + 1);
            Caller::with_certificate(base, &self.path("tls").join(name))
        }

        pub(in super::super) fn admin_url(&self) -> String {
            format!("http://127.0.0.1:{}", self.base)
        }

        /// A caller of the admin API with a token of the installation's issuer.
        pub(in super::super) fn admin(&self) -> Caller {
            self.admin_for(3600)
        }

        /// One whose token ends after so many seconds.
        pub(in super::super) fn admin_for(&self, seconds: i64) -> Caller {
            let claims = json!({
                "iss": ISSUER,
                "aud": "ops",
                "sub": "somebody",
                "roles": ["admin"],
                "iat": now().as_second(),
                "exp": now().as_second() + seconds,
            });
            let header = Header { kid: Some("k1".to_owned()), ..Header::new(Algorithm::ES256) };
            let key = EncodingKey::from_ec_der(self.issuer.serialized_der());
            let token = jsonwebtoken::encode(&header, &claims, &key).unwrap();
            Caller::with_token(self.admin_url(), &token)
        }
    }
}
