//! Answers that a real server does not give: each becomes a refusal that says what to do, in time, and holds nothing of
//! what was answered.

use std::time::{Duration, Instant};

use futures::future::join_all;
use ops_store::{
    SecretStore,
    vault::{Fault, OpenError, VaultStore},
};

use crate::{
    estate::{at, fault, secret, words},
    wire::{Do, Wire, answer, say},
};

/// The longest that a caller may wait, with some room for a machine with much to do.
const LONGEST: Duration = Duration::from_millis(1400);

fn chunked_without_end() -> Vec<u8> {
    let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    let piece = [b"10000\r\n".to_vec(), vec![b'c'; 0x1_0000], b"\r\n".to_vec()].concat();
    [head, piece.repeat(40)].concat()
}

#[tokio::test]
async fn each_answer_that_makes_no_sense_is_a_refusal_of_its_own_that_shows_nothing_of_it() {
    let truncated = answer(200, r#"{"data":{"data":{"system_id":"acme","password":"c4n4ry"#);
    let mut broken_off = answer(200, r#"{"data":{"data":{"password":"c4n4ry"}}}"#);
    broken_off.truncate(broken_off.len() - 9);
    let redirect =
        b"HTTP/1.1 307 X\r\nLocation: http://127.0.0.1:1/c4n4ry\r\nContent-Length: 0\r\n\r\n".to_vec();
    let long_head = b"HTTP/1.1 200 OK\r\nContent-Length: 9000000000\r\n\r\nc4n4ry".to_vec();
    let cases = [
        ("truncated JSON", Do::Say(truncated), Fault::NotItsApi),
        ("another JSON", say(200, r#"{"hello":"c4n4ry"}"#), Fault::NotItsApi),
        ("no JSON", say(200, "<html>c4n4ry</html>"), Fault::NotItsApi),
        ("nothing", say(200, ""), Fault::NotItsApi),
        ("somebody else's 404", say(404, "<html>c4n4ry</html>"), Fault::NotItsApi),
        ("no mount", say(404, r#"{"errors":["no handler for route c4n4ry"]}"#), Fault::NotMounted),
        ("a refusal", say(400, r#"{"errors":["c4n4ry"]}"#), Fault::Refused(400)),
        ("too much to do", say(429, r#"{"errors":["c4n4ry"]}"#), Fault::Throttled),
        ("a failure", say(500, r#"{"errors":["c4n4ry"]}"#), Fault::Failing(500)),
        ("a gateway's failure", say(502, "<html>c4n4ry"), Fault::Failing(502)),
        ("sealed", say(503, r#"{"errors":["Vault is sealed"]}"#), Fault::Sealed),
        ("a standby", say(472, "c4n4ry"), Fault::Standby),
        ("another standby", say(473, "c4n4ry"), Fault::Standby),
        ("a redirect", Do::Say(redirect), Fault::Redirected),
        ("a length beyond all", Do::SayAndStall(long_head), Fault::TooLong),
        ("an answer without end", Do::Say(chunked_without_end()), Fault::TooLong),
        ("an answer that breaks off", Do::Say(broken_off), Fault::Broken),
        ("no HTTP", Do::Say(b"SSH-2.0-c4n4ry\r\n".to_vec()), Fault::Broken),
        ("a reset", Do::Reset, Fault::Broken),
        ("silence", Do::SayAndStall(Vec::new()), Fault::TimedOut),
        ("a slow head", Do::Drip(Vec::new(), answer(200, "c4n4ry")), Fault::TimedOut),
        ("half an answer", Do::SayAndStall(answer(200, "c4n4ry")[..90].to_vec()), Fault::TimedOut),
    ];
    join_all(cases.into_iter().map(|(what, wish, cause)| refused_as(what, wish, cause))).await;
}

async fn refused_as(what: &str, wish: Do, cause: Fault) {
    let wire = Wire::alone(move |_| wish.clone()).await;
    let store = VaultStore::open(wire.settings()).unwrap();
    let began = Instant::now();
    let got = store.get(at(1)).await.err().unwrap();
    let put = store.put(at(1), &secret("p4ssw0rd")).await.unwrap_err();
    assert_eq!((fault(&got), fault(&put)), (cause, cause), "{what}");
    let listed = store.operators().await.unwrap_err();
    let well = store.health().await.unwrap_err();
    assert!(began.elapsed() < 4 * LONGEST, "{what}");
    for refused in [got, put, listed, well] {
        let words = words(&refused);
        for canary in ["c4n4ry", "p4ssw0rd", "t0ken"] {
            assert!(!words.contains(canary), "{what}: {words}");
        }
    }
}

#[tokio::test]
async fn a_body_that_comes_too_slowly_ends_with_the_second() {
    let mut head = answer(200, &"c".repeat(500));
    let body = head.split_off(head.len() - 500);
    let wire = Wire::alone(move |_| Do::Drip(head.clone(), body.clone())).await;
    let store = VaultStore::open(wire.settings()).unwrap();
    let began = Instant::now();
    assert_eq!(fault(&store.get(at(1)).await.err().unwrap()), Fault::TimedOut);
    assert!(began.elapsed() < LONGEST, "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_put_ends_within_its_second_look_included() {
    let wire = Wire::alone(|_| Do::SayAndStall(Vec::new())).await;
    let store = VaultStore::open(wire.settings()).unwrap();
    let began = Instant::now();
    assert_eq!(fault(&store.put(at(1), &secret("password")).await.unwrap_err()), Fault::TimedOut);
    assert!(began.elapsed() < LONGEST, "{:?}", began.elapsed());
    assert_eq!(wire.requests_to("/v1/secret/data/"), 2, "a write and a look");
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_takes_no_token_along() {
    let elsewhere = Wire::alone(|_| say(200, "{}")).await;
    let location =
        format!("HTTP/1.1 307 X\r\nLocation: {}/v1/x\r\nContent-Length: 0\r\n\r\n", elsewhere.address());
    let wire = Wire::alone(move |_| Do::Say(location.clone().into_bytes())).await;
    let store = VaultStore::open(wire.settings()).unwrap();
    assert_eq!(fault(&store.get(at(1)).await.err().unwrap()), Fault::Redirected);
    assert_eq!(fault(&store.put(at(1), &secret("password")).await.unwrap_err()), Fault::Redirected);
    assert!(elsewhere.heads().is_empty(), "{:?}", elsewhere.heads());
}

#[tokio::test]
async fn a_login_that_answers_nonsense_is_refused_and_its_answer_not_shown() {
    for (body, cause) in [
        (r#"{"auth":null,"c4n4ry":1}"#, Fault::NotItsApi),
        (r#"{"auth":{"client_token":"c4n4ry"}}"#, Fault::NotItsApi),
        (r#"{"auth":{"client_token":"c4n4ry\n","lease_duration":1,"renewable":true}}"#, Fault::NotItsApi),
        ("<html>c4n4ry", Fault::NotItsApi),
    ] {
        let wire = Wire::alone(|_| Do::Reset).await;
        wire.rule(move |_| say(200, body));
        let store = VaultStore::open(wire.settings()).unwrap();
        let refused = store.get(at(1)).await.err().unwrap();
        assert_eq!(fault(&refused), cause, "{body}");
        assert!(!words(&refused).contains("c4n4ry"));
    }
}

#[tokio::test]
async fn requests_bear_the_token_and_the_namespace_and_the_question_for_health_neither() {
    let wire = Wire::alone(|line| {
        if line.contains("sys/health") {
            say(200, r#"{"initialized":true,"sealed":false}"#)
        } else {
            say(404, r#"{"errors":[]}"#)
        }
    })
    .await;
    let mut settings = wire.settings();
    settings.namespace = Some("team/a".to_owned());
    let store = VaultStore::open(settings).unwrap();
    store.health().await.unwrap();
    let heads: Vec<String> = wire.heads().iter().map(|head| head.to_lowercase()).collect();
    let [health, login, look] = &heads[..] else { panic!("{heads:?}") };
    assert!(health.starts_with("get /v1/sys/health?standbyok=true&perfstandbyok=true "), "{health}");
    assert!(!health.contains("x-vault-namespace") && !health.contains("x-vault-token"), "{health}");
    assert!(login.contains("x-vault-namespace: team/a") && !login.contains("x-vault-token"), "{login}");
    assert!(
        look.contains("x-vault-namespace: team/a") && look.contains("x-vault-token: t0ken-c4n4ry"),
        "{look}"
    );
    for head in &heads {
        assert!(head.contains("x-vault-request: true"), "{head}");
    }
}

#[tokio::test]
async fn settings_that_would_send_secrets_in_the_clear_or_elsewhere_are_refused() {
    let wire = Wire::alone(|_| Do::Reset).await;
    let open = |change: &dyn Fn(&mut ops_store::vault::Settings)| {
        let mut settings = wire.settings();
        change(&mut settings);
        VaultStore::open(settings).err()
    };
    assert!(open(&|_| ()).is_none());
    assert!(matches!(open(&|s| s.address = "http://10.0.0.1:8200".into()), Some(OpenError::NotHttps)));
    assert!(matches!(open(&|s| s.address = "https://u:p@h:1".into()), Some(OpenError::Address)));
    assert!(matches!(open(&|s| s.mount = "a/../sys".into()), Some(OpenError::Path("mount"))));
    assert!(matches!(open(&|s| s.prefix = "a?b".into()), Some(OpenError::Path("prefix"))));
    assert!(matches!(open(&|s| s.namespace = Some("a\nb".into())), Some(OpenError::Path("namespace"))));
    let nowhere = std::path::PathBuf::from("/no/such/file");
    assert!(
        matches!(open(&|s| s.ca_file = Some(nowhere.clone())), Some(OpenError::CaFile(file, _)) if file == nowhere)
    );
    let file = tempfile::NamedTempFile::new().unwrap();
    assert!(matches!(open(&|s| s.ca_file = Some(file.path().to_owned())), Some(OpenError::NoCertificate(_))));
}
