//! Against a real HTTPS issuer: rotation, floods, outages, and every bad answer.

use std::{
    convert::Infallible,
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Mutex as Lock,
        atomic::{AtomicI64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use reqwest::Url;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::{
    config::Key32,
    http::{
        accept::{Limits, serve},
        access::Access,
        client::Identities,
        key_fetch::DOCUMENT_MAX,
        testing::{AUDIENCE, Ca, ISSUER, Issuer, NOW, dns},
        tls::{self, Tls},
        token::{Expected, Rejected},
    },
};

/// What the issuer answers with.
#[derive(Clone)]
enum Answer {
    Document(StatusCode, &'static str, String),
    Redirect,
    Never,
    Cut(String),
}

impl Answer {
    fn keys(issuers: &[&Issuer]) -> Self {
        Self::json(document(issuers))
    }

    fn json(text: String) -> Self {
        Self::Document(StatusCode::OK, "application/json", text)
    }

    async fn give(self) -> Response {
        match self {
            Self::Document(status, content_type, text) => {
                (status, [(header::CONTENT_TYPE, content_type)], text).into_response()
            }
            Self::Redirect => Redirect::temporary("/elsewhere").into_response(),
            Self::Never => std::future::pending().await,
            Self::Cut(text) => {
                let (half, _) = text.split_at(text.len() / 2);
                let half = Ok(Bytes::copy_from_slice(half.as_bytes()));
                let cut = Err(std::io::Error::other("cut"));
                let body = Body::from_stream(futures::stream::iter([half, cut]));
                ([(header::CONTENT_TYPE, "application/json")], body).into_response()
            }
        }
    }
}

fn document(issuers: &[&Issuer]) -> String {
    let keys: Vec<Value> = issuers.iter().map(|issuer| issuer.jwk()).collect();
    json!({ "keys": keys }).to_string()
}

/// An HTTPS server with an authority of its own; it ends with its value.
struct Server {
    _folder: TempDir,
    ca_file: PathBuf,
    address: SocketAddr,
    answer: Arc<Lock<Answer>>,
    asked: Arc<AtomicUsize>,
    followed: Arc<AtomicUsize>,
    stop: CancellationToken,
}

impl Server {
    async fn start(answer: Answer) -> Self {
        let (folder, ca) = (tempfile::tempdir().unwrap(), Ca::new());
        let (certificate, key) = ca.leaf(&[dns("localhost")]).write(folder.path(), "issuer");
        let tls = Tls::new(tls::server(&certificate, &key).unwrap());
        let answer = Arc::new(Lock::new(answer));
        let (asked, followed) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let (count, current) = (Arc::clone(&asked), Arc::clone(&answer));
        let keys = move || {
            count.fetch_add(1, Ordering::SeqCst);
            let answer = current.lock().unwrap().clone();
            answer.give()
        };
        let count = Arc::clone(&followed);
        let elsewhere = move || async move {
            count.fetch_add(1, Ordering::SeqCst);
            Ok::<_, Infallible>("")
        };
        let app = Router::new().route("/keys", get(keys)).route("/elsewhere", get(elsewhere));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
        tokio::spawn(serve(listener, Some(tls), app, Limits::ADMIN, stop.clone()));
        let ca_file = ca.write(folder.path());
        Self { _folder: folder, ca_file, address, answer, asked, followed, stop }
    }

    fn answers(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn at(&self) -> KeysAt {
        let url = Url::parse(&format!("https://localhost:{}/keys", self.address.port())).unwrap();
        KeysAt::Url { url, ca_file: Some(self.ca_file.clone()) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// A service with a clock of its own that judges tokens by the keys of an issuer.
struct Service {
    keys: IssuerKeys,
    access: Access,
    seconds: Arc<AtomicI64>,
}

impl Service {
    fn new(at: KeysAt) -> Self {
        // as `command` does for the process; a second time changes nothing
        drop(rustls::crypto::ring::default_provider().install_default());
        let keys = IssuerKeys::new(at);
        let expected = Expected { issuer: ISSUER.into(), audience: AUDIENCE.into() };
        let verifier = Verifier::without_keys(expected, keys.renewal());
        let seconds = Arc::new(AtomicI64::new(NOW));
        let clock = Arc::clone(&seconds);
        let clock = Arc::new(move || Timestamp::from_second(clock.load(Ordering::SeqCst)).unwrap());
        let (idempotency, cursor) = (Key32::new([1; 32]), Key32::new([2; 32]));
        let access = Access::new(verifier, Identities::new(Vec::new()), &idempotency, &cursor, clock);
        Self { keys, access, seconds }
    }

    /// Time passes.
    fn pass(&self, by: SignedDuration) {
        self.seconds.fetch_add(by.as_secs(), Ordering::SeqCst);
    }

    async fn look(&self) -> Result<(), Arc<NoKeys>> {
        self.keys.look(&self.access.verifier, self.access.now()).await
    }

    /// Time passes, and then the clock wakes the task.
    async fn look_after(&self, by: SignedDuration) -> Result<(), Arc<NoKeys>> {
        self.pass(by);
        self.look().await
    }

    /// What becomes of a fresh token, while the task answers whoever asks for keys.
    async fn judge(&self, issuer: &Issuer) -> Result<(), Rejected> {
        let token = self.token(issuer);
        let task = async {
            loop {
                self.access.verifier.renewal.asked().await;
                drop(self.look().await);
            }
        };
        tokio::select! {
            judged = self.access.verify(&token) => judged.map(drop),
            () = task => unreachable!(),
        }
    }

    fn token(&self, issuer: &Issuer) -> String {
        let now = self.seconds.load(Ordering::SeqCst);
        issuer.token(&json!({"iss": ISSUER, "aud": AUDIENCE, "sub": "ada", "iat": now, "exp": now + 3600}))
    }
}

const FIVE_MINUTES: SignedDuration = SignedDuration::from_mins(5);
const HALF_A_MINUTE: SignedDuration = SignedDuration::from_secs(30);

#[tokio::test]
async fn a_rotation_is_picked_up_by_the_clock() {
    let (old, new) = (Issuer::es256("old"), Issuer::ed25519("new"));
    let server = Server::start(Answer::keys(&[&old])).await;
    let service = Service::new(server.at());
    service.look().await.unwrap();
    assert_eq!(service.judge(&old).await, Ok(()));
    server.answers(Answer::keys(&[&new]));
    service.look_after(FIVE_MINUTES - SignedDuration::from_secs(1)).await.unwrap();
    assert_eq!(
        service.access.verify(&service.token(&old)).await.map(drop),
        Ok(()),
        "nothing was fetched yet"
    );
    service.look_after(SignedDuration::from_secs(1)).await.unwrap();
    assert_eq!(service.judge(&new).await, Ok(()));
    assert_eq!(service.judge(&old).await, Err(Rejected::UnknownKey));
    assert_eq!(server.asked(), 2);
}

#[tokio::test]
async fn a_token_that_is_remembered_goes_with_its_key() {
    let (old, new) = (Issuer::es256("old"), Issuer::es256("new"));
    let server = Server::start(Answer::keys(&[&old, &new])).await;
    let service = Service::new(server.at());
    service.look().await.unwrap();
    service.pass(FIVE_MINUTES);
    let token = service.token(&old);
    let first = service.access.verify(&token).await.unwrap();
    service.look().await.unwrap();
    let again = service.access.verify(&token).await.unwrap();
    assert!(Arc::ptr_eq(&first, &again), "the same keys again: it is remembered");
    service.pass(HALF_A_MINUTE);
    server.answers(Answer::keys(&[&new]));
    assert_eq!(service.judge(&Issuer::es256("stranger")).await, Err(Rejected::UnknownKey));
    assert_eq!(service.access.verify(&token).await, Err(Rejected::UnknownKey));
    assert_eq!(server.asked(), 3);
}

#[tokio::test]
async fn the_first_token_of_a_new_key_waits_for_the_key_and_is_taken() {
    let (old, new) = (Issuer::es256("old"), Issuer::es256("new"));
    let server = Server::start(Answer::keys(&[&old])).await;
    let service = Service::new(server.at());
    service.look().await.unwrap();
    server.answers(Answer::keys(&[&old, &new]));
    assert_eq!(service.judge(&new).await, Err(Rejected::UnknownKey), "half a minute has not passed");
    service.pass(HALF_A_MINUTE);
    assert_eq!(service.judge(&new).await, Ok(()));
    assert_eq!(service.judge(&old).await, Ok(()));
    assert_eq!(server.asked(), 2);
}

#[tokio::test]
async fn a_thousand_tokens_of_an_unknown_key_make_one_fetch_in_half_a_minute() {
    let (ours, stranger) = (Issuer::es256("ours"), Issuer::es256("stranger"));
    let server = Server::start(Answer::keys(&[&ours])).await;
    let service = Service::new(server.at());
    service.look().await.unwrap();
    let flood = async |asked: usize| {
        let tokens = vec![service.token(&stranger); 1000];
        let judged = tokens.iter().map(|token| service.access.verify(token));
        let task = async {
            loop {
                service.access.verifier.renewal.asked().await;
                drop(service.look().await);
            }
        };
        let judged = tokio::select! {
            judged = futures::future::join_all(judged) => judged,
            () = task => unreachable!(),
        };
        assert!(judged.iter().all(|judged| *judged == Err(Rejected::UnknownKey)));
        assert_eq!(server.asked(), asked);
    };
    flood(1).await;
    service.pass(HALF_A_MINUTE);
    flood(2).await;
    flood(2).await;
    service.pass(SignedDuration::from_secs(29));
    flood(2).await;
    service.pass(SignedDuration::from_secs(1));
    flood(3).await;
}

#[tokio::test]
async fn many_looks_at_once_are_one_fetch() {
    let server = Server::start(Answer::keys(&[&Issuer::es256("k")])).await;
    let service = Service::new(server.at());
    let looks = futures::future::join_all((0..50).map(|_| service.look())).await;
    assert!(looks.iter().all(Result::is_ok));
    assert_eq!(server.asked(), 1);
}

#[tokio::test]
async fn a_bad_answer_never_replaces_a_good_key_set() {
    let issuer = Issuer::es256("k");
    let good = document(&[&issuer]);
    let server = Server::start(Answer::keys(&[&issuer])).await;
    let mut service = Service::new(server.at());
    service.look().await.unwrap();
    service.keys.patience.whole = Duration::from_millis(300);
    let padded = format!("{}{}", " ".repeat(DOCUMENT_MAX), good);
    let private = r#"{"keys": [{"kty": "oct", "kid": "k", "k": "aHVudGVyMg"}]}"#.to_owned();
    for (answer, wrong) in [
        (Answer::Redirect, "answers 307 Temporary Redirect and not 200"),
        (
            Answer::Document(StatusCode::INTERNAL_SERVER_ERROR, "application/json", good.clone()),
            "answers 500",
        ),
        (Answer::Document(StatusCode::OK, "text/html", good.clone()), "neither application/json nor"),
        (Answer::Document(StatusCode::OK, "application/jsonp", good.clone()), "neither application/json nor"),
        (Answer::json(padded), "longer than 256 KiB"),
        (Answer::Never, "does not answer: "),
        (Answer::Cut(good.clone()), "does not answer: "),
        (Answer::json(good[..good.len() - 1].to_owned()), "is not readable JSON"),
        (Answer::json("{\"keys\": []}".into()), "holds no ES256 or EdDSA key"),
        (Answer::json(private), "holds a private or symmetric part"),
    ] {
        server.answers(answer);
        let error = service.look_after(FIVE_MINUTES).await.unwrap_err().to_string();
        assert!(error.contains(wrong), "{wrong}: {error}");
        assert!(!error.contains("localhost") && !error.contains("aHVudGVyMg"), "{error}");
        assert_eq!(service.judge(&issuer).await, Ok(()), "{wrong}");
    }
    assert_eq!(server.followed.load(Ordering::SeqCst), 0, "no redirect was followed");
    let parameters = "application/jwk-set+json; charset=utf-8";
    server.answers(Answer::Document(StatusCode::OK, parameters, good));
    service.look_after(FIVE_MINUTES).await.unwrap();
}

#[tokio::test]
async fn a_server_of_another_authority_gets_no_trust() {
    let server = Server::start(Answer::keys(&[&Issuer::es256("k")])).await;
    let folder = tempfile::tempdir().unwrap();
    let KeysAt::Url { url, .. } = server.at() else { panic!("no URL") };
    let other = Some(Ca::new().write(folder.path()));
    let service = Service::new(KeysAt::Url { url, ca_file: other });
    assert!(matches!(*service.look().await.unwrap_err(), NoKeys::Fetch(NotFetched::Request(_))));
    assert_eq!(server.asked(), 0);
}

#[tokio::test]
async fn the_last_good_keys_serve_for_a_day_without_the_issuer_and_no_longer() {
    let issuer = Issuer::es256("k");
    let server = Server::start(Answer::keys(&[&issuer])).await;
    let service = Service::new(server.at());
    service.look().await.unwrap();
    service.look_after(FIVE_MINUTES).await.unwrap();
    server.answers(Answer::Document(StatusCode::SERVICE_UNAVAILABLE, "text/plain", String::new()));
    service.pass(SERVED - SignedDuration::from_secs(1));
    service.look().await.unwrap_err();
    let token = service.token(&issuer);
    service.access.verify(&token).await.unwrap();
    service.pass(SignedDuration::from_secs(1));
    assert_eq!(service.access.verify(&token).await, Err(Rejected::KeysTooOld), "though it was remembered");
    let fetched = server.asked();
    service.look_after(HALF_A_MINUTE).await.unwrap_err();
    assert_eq!(server.asked(), fetched + 1, "it is tried on");
    server.answers(Answer::keys(&[&issuer]));
    service.look_after(HALF_A_MINUTE).await.unwrap();
    assert_eq!(service.judge(&issuer).await, Ok(()));
}

#[tokio::test]
async fn a_service_that_starts_before_its_issuer_refuses_tokens_until_the_keys_are_there() {
    let issuer = Issuer::es256("k");
    let server = Server::start(Answer::Document(StatusCode::BAD_GATEWAY, "text/plain", String::new())).await;
    let service = Service::new(server.at());
    service.look().await.unwrap_err();
    assert!(service.look().await.is_err(), "too early for another, and still without keys");
    assert_eq!(service.judge(&issuer).await, Err(Rejected::KeysNotKnown));
    assert_eq!(server.asked(), 1);
    server.answers(Answer::keys(&[&issuer]));
    service.look_after(HALF_A_MINUTE).await.unwrap();
    assert_eq!(service.judge(&issuer).await, Ok(()));
}

#[tokio::test]
async fn a_changed_file_counts_and_a_bad_one_does_not() {
    let (old, new) = (Issuer::es256("old"), Issuer::es256("new"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("jwks.json");
    std::fs::write(&file, document(&[&old])).unwrap();
    let service = Service::new(KeysAt::File(file.clone()));
    service.look().await.unwrap();
    assert_eq!(service.judge(&old).await, Ok(()));
    for bad in ["", "{\"keys\": []}"] {
        std::fs::write(&file, bad).unwrap();
        service.look_after(HALF_A_MINUTE).await.unwrap_err();
    }
    std::fs::remove_file(&file).unwrap();
    service.look_after(SERVED + SERVED).await.unwrap_err();
    assert_eq!(service.judge(&old).await, Ok(()), "a file has no age");
    std::fs::write(&file, document(&[&new])).unwrap();
    service.look_after(HALF_A_MINUTE).await.unwrap();
    assert_eq!(service.judge(&new).await, Ok(()));
    assert_eq!(service.judge(&old).await, Err(Rejected::UnknownKey));
}
