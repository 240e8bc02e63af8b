//! TLS by an authority of our own, and users by credentials file: the right ones get in, the others are told, and nothing of a
//! credential is said.

use std::{fs, path::PathBuf};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use nkeys::KeyPair;
use ops_store::{
    nats::{ConnectError, EnsureError, NatsStream, Settings, Wanted},
    port::{EventStream, StreamError},
    relay::Relay,
    testing::{nats::NatsServer, outbox, postgres::Database},
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::ground::drain;

/// A server that takes TLS only; its certificate is signed by the authority of `ca.pem` in its folder.
fn with_tls(more: &str) -> NatsServer {
    let mut server = NatsServer::prepare();
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, rcgen::KeyPair::generate().unwrap()).unwrap();
    let key = rcgen::KeyPair::generate().unwrap();
    let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
    let leaf = CertificateParams::new(names).unwrap().signed_by(&key, &authority).unwrap();
    let file = |name: &str, content: String| {
        let path = server.folder().join(name);
        fs::write(&path, content).unwrap();
        path.display().to_string()
    };
    file("ca.pem", authority.pem());
    let (certificate, key) = (file("server.pem", leaf.pem()), file("server.key", key.serialize_pem()));
    let tls = format!("tls {{ cert_file: \"{certificate}\", key_file: \"{key}\" }}\n{more}");
    server.configure(&tls);
    server.start_again();
    server
}

fn settings(server: &NatsServer, ca: Option<&str>) -> Settings {
    Settings {
        urls: vec![format!("tls://127.0.0.1:{}", server.port())],
        credentials_file: None,
        ca_file: ca.map(|name| server.folder().join(name)),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_is_reached_by_tls_when_our_authority_signed_it_and_in_no_other_way() {
    let server = with_tls("");
    let ours = settings(&server, Some("ca.pem"));
    NatsStream::ensure(&ours, Wanted::default()).await.unwrap();
    let (database, stream) = (Database::create().await, NatsStream::connect(&ours).await.unwrap());
    outbox::fill(&database, 2, 5).await;
    assert_eq!(drain(&Relay::default(), &database.store(2), &stream).await, 10);

    // the same server, trusted by nobody: the machine's authorities, and another one of a test
    let other = with_tls("");
    for ca in [None, Some(other.folder().join("ca.pem"))] {
        let distrusting = Settings { ca_file: ca, ..ours.clone() };
        let stream = NatsStream::connect(&distrusting).await.unwrap();
        let error = stream.tail().await.unwrap_err();
        assert!(matches!(error, StreamError::Unavailable(_)), "{error:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_tls_is_refused_when_tls_is_asked_for() {
    let server = NatsServer::start();
    server.ensure().await;
    let stream = NatsStream::connect(&settings(&server, None)).await.unwrap();
    assert!(matches!(stream.tail().await, Err(StreamError::Unavailable(_))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_that_hold_no_authority_or_no_credentials_are_refused_at_the_start_and_not_repeated() {
    let server = NatsServer::prepare();
    let file = server.folder().join("content");
    fs::write(&file, "hunter2-is-no-pem").unwrap();
    let authority = Settings { ca_file: Some(file.clone()), ..server.settings() };
    let credentials = Settings { credentials_file: Some(file.clone()), ..server.settings() };
    let missing = Settings { credentials_file: Some(PathBuf::from("/nowhere/x.creds")), ..server.settings() };
    let refused = |settings| async move { NatsStream::connect(&settings).await.err().unwrap() };
    let errors = [refused(authority).await, refused(credentials).await, refused(missing).await];
    assert!(matches!(
        errors,
        [
            ConnectError::Authorities { .. },
            ConnectError::Credentials { .. },
            ConnectError::Credentials { .. }
        ]
    ));
    for error in errors {
        let told = format!("{error} {error:?}");
        assert!(
            !told.contains("hunter2") && (told.contains("content") || told.contains("x.creds")),
            "{told}"
        );
    }
}

/// An operator, an account with JetStream, and users of it: the server's configuration, and what makes a credentials file.
struct Installation {
    account: KeyPair,
    config: String,
}

impl Installation {
    fn new() -> Self {
        let (operator, account, system) =
            (KeyPair::new_operator(), KeyPair::new_account(), KeyPair::new_account());
        let limits = json!({"subs": -1, "data": -1, "payload": -1, "imports": -1, "exports": -1, "wildcards": true,
            "conn": -1, "leaf": -1, "mem_storage": -1, "disk_storage": -1, "streams": -1, "consumer": -1});
        let no_storage = json!({"subs": -1, "data": -1, "payload": -1, "imports": -1, "exports": -1, "wildcards": true,
            "conn": -1, "leaf": -1});
        let of_operator =
            jwt(&operator, &operator, "operator", &json!({"system_account": system.public_key()}));
        let of_account = jwt(&operator, &account, "account", &json!({"limits": limits}));
        let of_system = jwt(&operator, &system, "account", &json!({"limits": no_storage}));
        let config = format!(
            "operator: {of_operator}\nsystem_account: {}\nresolver: MEMORY\nresolver_preload: {{ {}: {of_account}, {}: {of_system} }}",
            system.public_key(),
            account.public_key(),
            system.public_key(),
        );
        Self { account, config }
    }

    /// A credentials file of a user, signed by an account, that may publish these subjects.
    fn credentials(&self, may_publish: &[&str]) -> String {
        let user = KeyPair::new_user();
        let unlimited =
            json!({"pub": {"allow": may_publish}, "sub": {}, "subs": -1, "data": -1, "payload": -1});
        let token = jwt(&self.account, &user, "user", &unlimited);
        format!(
            "-----BEGIN NATS USER JWT-----\n{token}\n------END NATS USER JWT------\n\n\
             -----BEGIN USER NKEY SEED-----\n{}\n------END USER NKEY SEED------\n",
            user.seed().unwrap()
        )
    }
}

/// A JWT as NATS has them: signed with ed25519 by an NKey, and named by the hash of what it says.
fn jwt(issuer: &KeyPair, subject: &KeyPair, kind: &str, says: &serde_json::Value) -> String {
    let mut nats = says.clone();
    nats["type"] = kind.into();
    nats["version"] = 2.into();
    let mut claims = json!({"iss": issuer.public_key(), "sub": subject.public_key(), "name": kind, "iat": 1_700_000_000,
        "nats": nats});
    let digest = Sha256::digest(claims.to_string().as_bytes());
    claims["jti"] = URL_SAFE_NO_PAD.encode(digest).into();
    let head = URL_SAFE_NO_PAD.encode(json!({"typ": "JWT", "alg": "ed25519-nkey"}).to_string());
    let signed = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(issuer.sign(signed.as_bytes()).unwrap()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_of_the_account_gets_in_by_its_credentials_and_a_stranger_does_not() {
    let (ours, theirs) = (Installation::new(), Installation::new());
    let server = with_tls(&ours.config);
    let with = |name: &str, content: String| {
        let file = server.folder().join(name);
        fs::write(&file, content).unwrap();
        Settings { credentials_file: Some(file), ..settings(&server, Some("ca.pem")) }
    };
    let relay = with("relay.creds", ours.credentials(&[">"]));
    NatsStream::ensure(&relay, Wanted::default()).await.unwrap();
    let (database, stream) = (Database::create().await, NatsStream::connect(&relay).await.unwrap());
    outbox::fill(&database, 2, 5).await;
    assert_eq!(drain(&Relay::default(), &database.store(2), &stream).await, 10);

    let foreign = with("foreign.creds", theirs.credentials(&[">"]));
    let seed = fs::read_to_string(server.folder().join("foreign.creds")).unwrap();
    let seed = seed.lines().find(|line| line.starts_with("SU")).unwrap();
    for stranger in [foreign, settings(&server, Some("ca.pem"))] {
        let stream = NatsStream::connect(&stranger).await.unwrap();
        let error = stream.tail().await.unwrap_err();
        assert!(matches!(error, StreamError::Unavailable(_)), "{error:?}");
        let told = format!("{error:?}");
        assert!(!told.contains(seed), "{told}");
        let refused = NatsStream::ensure(&stranger, Wanted::default()).await.unwrap_err();
        assert!(format!("{refused:?}").to_lowercase().contains("authorization"), "{refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_that_may_publish_and_read_the_stream_only_is_enough_for_the_relay_and_not_for_ensure() {
    let installation = Installation::new();
    let server = with_tls(&installation.config);
    let with = |name: &str, may: &[&str]| {
        let file = server.folder().join(name);
        fs::write(&file, installation.credentials(may)).unwrap();
        Settings { credentials_file: Some(file), ..settings(&server, Some("ca.pem")) }
    };
    NatsStream::ensure(&with("admin.creds", &[">"]), Wanted::default()).await.unwrap();
    let may = ["ops.operator.>", "$JS.API.STREAM.INFO.OPS_OPERATOR", "$JS.API.STREAM.MSG.GET.OPS_OPERATOR"];
    let relay = with("relay.creds", &may);
    let (database, stream) = (Database::create().await, NatsStream::connect(&relay).await.unwrap());
    outbox::fill(&database, 2, 5).await;
    assert_eq!(drain(&Relay::default(), &database.store(2), &stream).await, 10);
    let refused = NatsStream::ensure(&relay, Wanted { max_bytes: Some(9_000_000), replicas: None }).await;
    let refused = refused.unwrap_err();
    assert!(matches!(refused, EnsureError::Refused(_)), "{refused:?}");
    assert!(refused.to_string().contains("right"), "{refused}");
}
