//! Bodies: `src/http/body.rs` and the strict JSON of the contract.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use reqwest::Method;

use crate::support::{Answer, Caller, Daemon, Database, on_both, sample};

const OPERATORS: &str = "/admin/v1/operators";

async fn posted(daemon: &Daemon, media: &str, body: impl Into<reqwest::Body>) -> Answer {
    let request = daemon.admin().request(Method::POST, OPERATORS).header("content-type", media);
    Caller::send(request.body(body)).await
}

on_both!(unreadable_json_is_told_with_all_that_is_wrong, |daemon: Daemon| async move {
    let before = daemon.stored().await;
    for body in [
        "",
        "{",
        "{'a': 1}",
        "{\"a\": 1,}",
        "nul",
        "{} {}",
        "{\"a\": \"\u{1}\"}",
        "\"\\ud800\"",
        "{\"a\": 01}",
    ] {
        let refused = posted(&daemon, "application/json", body).await.refused(400, "malformed_json");
        assert_eq!(refused.faults(), [(String::new(), "json".into())], "{body}: {}", refused.text);
    }
    let octets = b"{\"code\": \"\xff\"}".to_vec();
    posted(&daemon, "application/json", octets).await.refused(400, "malformed_json");
    let twice = r#"{"code": "a", "labels": {"x/y": "1", "x/y": "2", "x/y": "3"}, "code": "b", "networks": [{"mcc": "1", "mcc": "2"}], "#;
    posted(&daemon, "application/json", twice).await.refused(400, "malformed_json").telling(&[
        ("/labels/x~1y", "json"),
        ("/code", "json"),
        ("/networks/0/mcc", "json"),
        ("", "json"),
    ]);
    assert_eq!(daemon.stored().await, before);
});

on_both!(nothing_is_nested_deeper_than_32_levels, |daemon: Daemon| async move {
    let nested = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
    posted(&daemon, "application/json", nested(32)).await.refused(422, "invalid");
    for levels in [33, 1000, 100_000] {
        posted(&daemon, "application/json", nested(levels)).await.refused(400, "malformed_json");
    }
    daemon.admin().post(OPERATORS, sample::operator("acme")).await.expect(201);
});

on_both!(only_plain_json_in_utf8_is_taken, |daemon: Daemon| async move {
    let body = sample::operator("acme").to_string();
    let before = daemon.stored().await;
    for media in [
        "text/plain",
        "application/merge-patch+json",
        "application/json; charset=latin1",
        "application/x-www-form-urlencoded",
        "json",
    ] {
        posted(&daemon, media, body.clone()).await.refused(415, "unsupported_media_type");
    }
    let bare = daemon.admin().request(Method::POST, OPERATORS).body(body.clone());
    Caller::send(bare).await.refused(415, "unsupported_media_type");
    let packed = daemon.admin().request(Method::POST, OPERATORS).header("content-type", "application/json");
    Caller::send(packed.header("content-encoding", "gzip").body(body.clone()))
        .await
        .refused(415, "unsupported_media_type");
    assert_eq!(daemon.stored().await, before);
    posted(&daemon, "Application/JSON; charset=\"UTF-8\"", body).await.expect(201);
});

/// What comes back before a body is sent; the daemon closes, so an ordinary client may miss the answer while it still sends.
fn before_the_body(daemon: &Daemon, headers: &str, body: &str) -> String {
    let address = daemon.admin_url().replace("http://", "");
    let token = std::fs::read_to_string(daemon.folder().join("tokens/admin.jwt")).unwrap();
    let mut stream = TcpStream::connect(&address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let head = format!(
        "POST {OPERATORS} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n{headers}\r\n\r\n{body}",
        token.trim()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = [0; 4096];
    let octets = stream.read(&mut answer).unwrap();
    String::from_utf8(answer[..octets].to_vec()).unwrap()
}

on_both!(a_body_over_a_mebibyte_is_refused_before_it_is_sent, |daemon: Daemon| async move {
    let refused = before_the_body(&daemon, "content-length: 1048577", "");
    assert!(refused.starts_with("HTTP/1.1 413"), "{refused}");
    assert!(refused.contains("application/problem+json") && refused.contains("body_too_large"), "{refused}");
    let chunk = format!("{:x}\r\n{}\r\n", 65_536, "x".repeat(65_536));
    let refused = before_the_body(&daemon, "transfer-encoding: chunked", &chunk.repeat(17));
    assert!(refused.starts_with("HTTP/1.1 413"), "{refused}");

    let body = sample::operator("acme").to_string();
    let exact = format!("{body}{}", " ".repeat(1024 * 1024 - body.len()));
    posted(&daemon, "application/json", exact).await.expect(201);
});
