//! A whole sound configuration in a folder of its own, for tests to spoil.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use tempfile::TempDir;

use super::{Config, Fault, load};

/// The file and everything it names.
pub(crate) struct Sound {
    folder: TempDir,
}

/// The smallest sound file.
const FILE: &str = r#"
embedded = ["secrets", "events"]
[internal.tls]
certificate = "server.pem"
key = "server.key"
client_ca = "ca.pem"
[[internal.identities]]
name = "gateway"
uri = "spiffe://ops.example/gateway"
rights = ["connections:read", "credentials:lease"]
operators = "all"
[auth]
issuer = "https://id.example.com"
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
"#;

/// Where secrets and events go.
const SERVERS: &str = r#"[secrets.vault]
address = "https://vault.example.com:8200"
ca_file = "ca.pem"
[secrets.vault.approle]
role_id = "ops"
secret_id_file = "vault.secret-id"
[events.nats]
urls = ["tls://nats-0.example.com:4222", "tls://nats-1.example.com:4222"]
credentials_file = "nats.creds"
ca_file = "ca.pem""#;

impl Sound {
    pub(crate) fn new() -> Self {
        let sound = Self { folder: tempfile::tempdir().unwrap() };
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap().pem();
        sound.write("server.pem", certificate.as_bytes(), 0o644);
        sound.write("ca.pem", certificate.as_bytes(), 0o644);
        sound.write("server.key", key.serialize_pem().as_bytes(), 0o600);
        let (x, y) = key.public_key_raw()[1..].split_at(32);
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        let key_set = format!(r#"{{"keys": [{{"kty": "EC", "crv": "P-256", "x": "{x}", "y": "{y}"}}]}}"#);
        sound.write("jwks.json", key_set.as_bytes(), 0o644);
        sound.write("postgres.url", b"postgresql://ops:hunter2@db.example.com/ops\n", 0o600);
        for (nth, name) in ["seal.key", "idempotency.key", "cursor.key", "audit.key"].into_iter().enumerate()
        {
            let key: Vec<u8> = (0..32).map(|octet| octet * (nth as u8 + 1)).collect();
            sound.write(name, &key, 0o600);
        }
        sound.write("ops.toml", FILE.as_bytes(), 0o644);
        sound
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, name: &str, content: &[u8], mode: u32) {
        let path = self.path().join(name);
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Replaces a piece of the file.
    pub(crate) fn edit(self, from: &str, to: &str) -> Self {
        let text = fs::read_to_string(self.path().join("ops.toml")).unwrap();
        assert!(text.contains(from), "{from}");
        self.write("ops.toml", text.replace(from, to).as_bytes(), 0o644);
        self
    }

    /// Puts lines before the first section.
    pub(crate) fn with(self, lines: &str) -> Self {
        self.edit("\n[internal.tls]", &format!("\n{lines}\n[internal.tls]"))
    }

    /// One that uses servers for everything, and nothing embedded.
    pub(crate) fn with_servers() -> Self {
        let sound = Self::new()
            .edit("embedded = [\"secrets\", \"events\"]\n", "")
            .edit(
                "jwks_file = \"jwks.json\"",
                "jwks_url = \"https://id.example.com/keys\"\njwks_ca_file = \"ca.pem\"",
            )
            .edit("url_file = \"postgres.url\"", "url_file = \"postgres.url\"\nca_file = \"ca.pem\"")
            .edit("[secrets.sealed]\nfile = \"secrets.sqlite\"\nkey_file = \"seal.key\"", SERVERS);
        sound.write("vault.secret-id", b"hunter3\n", 0o600);
        sound.write("vault.token", b"hunter4\n", 0o600);
        let seed = b"-----BEGIN USER NKEY SEED-----\nhunter5\n------END USER NKEY SEED------\n";
        sound.write("nats.creds", seed, 0o600);
        sound
    }

    pub(crate) fn load(&self, env: &[(&str, &str)]) -> Result<Config, Vec<Fault>> {
        let env = env.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        load(Some(&self.path().join("ops.toml")), env)
    }

    pub(crate) fn faults(&self, env: &[(&str, &str)]) -> Vec<String> {
        self.load(env).err().unwrap().iter().map(ToString::to_string).collect()
    }
}
