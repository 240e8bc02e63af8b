//! Hostile words go through every text of every request, every header and every parameter, as the OpenAPI documents list
//! them: a new route is part of it by itself. Each is refused or taken as text, none makes the service stumble, and no raw
//! control octet comes out anywhere.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use ops_core::text_rule::is_refused;
use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::support::{Answer, Caller, Daemon, Database, on_both};

/// An id that names nothing: what has readable values is decided to be not there, and so nothing is ever kept.
const NOBODY: &str = "0192f0c1-7a2b-7c3d-8e4f-0123456789ab";

/// Words that have broken something somewhere.
fn words() -> Vec<String> {
    let mut words: Vec<String> =
        (0..0x20).chain([0x7f, 0x80, 0x85, 0x9f]).map(|code| format!("a{}b", char::from(code))).collect();
    words.extend(
        [
            "",
            " ",
            " x ",
            "\u{feff}x",
            "\u{202e}gnp.exe",
            "\u{2066}x\u{2069}",
            "\u{2028}",
            "\u{2029}",
            "\u{200b}",
            "\u{200d}",
            "e\u{301}",
            "\u{1f468}\u{200d}\u{1f469}",
            "\u{fffd}",
            "\u{ffff}",
            "\u{10ffff}",
            "ﬁ",
            "ＡＢＣ",
            "ı",
            "ß",
            "İ",
            "null",
            "true",
            "0",
            "-1",
            "1e999",
            "NaN",
            "0x10",
            "[]",
            "{}",
            "\\u0000",
            "\\",
            "\"",
            "'",
            "`",
            "' OR 1=1 --",
            "\"; DROP TABLE operator; --",
            "${jndi:ldap://x}",
            "{{7*7}}",
            "%s%n%x",
            "%00",
            "%0d%0aSet-Cookie: x",
            "a\r\nX-Evil: 1",
            "../../etc/passwd",
            "/etc/passwd\0.png",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "<script>alert(1)</script>",
            "=cmd|' /C calc'!A0",
            "\x1b[31mred\x1b[0m",
            "\x1b]0;title\x07",
            "AAAA%n",
            "٢٦٢",
            "१",
            "2026-02-30T00:00:00Z",
            "9999-12-31T23:59:59.999999999Z",
            "+0010000-01-01T00:00:00Z",
        ]
        .map(str::to_owned),
    );
    words.extend([64, 255, 256, 1001, 4097, 70_000].map(|length| "x".repeat(length)));
    words.push("\u{1f600}".repeat(300));
    words
}

/// No raw control, separator or bidirectional character but the end of a line, which JSON of ours does not even use.
#[track_caller]
fn assert_clean(what: &str, text: &str) {
    let raw = text.chars().find(|c| is_refused(*c) && *c != '\n');
    assert!(raw.is_none(), "{what}: a raw {raw:?} comes out: {text:?}");
}

#[track_caller]
fn assert_refused_or_taken(what: &str, answer: &Answer) {
    assert!(answer.status < 500, "{what}: {} {}", answer.status, answer.text);
    assert_clean(what, &answer.text);
    for (name, value) in &answer.headers {
        assert!(
            value.to_str().is_ok_and(|value| !value.chars().any(char::is_control)),
            "{what}: {name} {value:?}"
        );
    }
    if answer.status >= 400 {
        answer.clone().refused(answer.status, answer.code());
    }
}

/// The OpenAPI document of the admin API.
struct Contract(Value);

impl Contract {
    async fn of(daemon: &Daemon) -> Self {
        Self(daemon.anybody().get("/openapi.json").await.expect(200).body)
    }

    fn operations(&self) -> Vec<(Method, String, &Value)> {
        let paths = self.0["paths"].as_object().unwrap();
        let of_path = |(path, item): (&String, &'_ Value)| -> Vec<(String, String)> {
            item.as_object().unwrap().keys().map(|method| (method.clone(), path.clone())).collect()
        };
        paths
            .iter()
            .flat_map(of_path)
            .map(|(method, path)| {
                let operation = &self.0["paths"][&path][&method];
                (method.to_uppercase().parse().unwrap(), path, operation)
            })
            .collect()
    }

    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(reference) => self.resolved(self.0.pointer(reference.trim_start_matches('#')).unwrap()),
            None => schema,
        }
    }

    /// A body around `word` for each place of a schema where text may stand, and for the names of members.
    fn bodies(&self, schema: &Value, word: &str) -> Vec<Value> {
        let schema = self.resolved(schema);
        let mut bodies = Vec::new();
        for form in ["oneOf", "anyOf", "allOf"] {
            for one in schema[form].as_array().into_iter().flatten() {
                bodies.extend(self.bodies(one, word));
            }
        }
        let is = |name: &str| {
            schema["type"] == name
                || schema["type"].as_array().is_some_and(|types| types.contains(&json!(name)))
        };
        if is("string") {
            bodies.push(json!(word));
        }
        if is("array") {
            bodies.extend(self.bodies(&schema["items"], word).into_iter().map(|item| json!([item])));
        }
        if is("object") || schema["properties"].is_object() {
            bodies.push(Value::Object(Map::from_iter([(word.to_owned(), json!(word))])));
            for (name, property) in schema["properties"].as_object().into_iter().flatten() {
                bodies.extend(self.bodies(property, word).into_iter().map(|value| json!({ name: value })));
            }
        }
        bodies
    }
}

fn called(path: &str) -> String {
    let mut called = path.replace("{version}", "1");
    while let (Some(from), Some(to)) = (called.find('{'), called.find('}')) {
        called.replace_range(from..=to, NOBODY);
    }
    called
}

fn encoded(word: &str) -> String {
    word.bytes().map(|octet| format!("%{octet:02X}")).collect()
}

on_both!(hostile_words_in_bodies_are_refused_and_leave_nothing, |daemon: Daemon| async move {
    let (contract, admin) = (Contract::of(&daemon).await, daemon.admin());
    let (before, mut asked) = (daemon.stored().await, 0);
    // the words meet the parser, and not the store: fewer of them show that on servers too
    let every = if matches!(daemon.database(), Database::Sqlite) { 1 } else { 9 };
    for word in words().iter().step_by(every) {
        for (method, path, operation) in contract.operations() {
            let Some(content) = operation["requestBody"]["content"].as_object() else { continue };
            let (media, schema) = content.iter().next().unwrap();
            for body in contract.bodies(&schema["schema"], word) {
                let request = admin.request(method.clone(), &called(&path)).header("content-type", media);
                let answer = Caller::send(request.header("if-match", "*").body(body.to_string())).await;
                assert_refused_or_taken(&format!("{method} {path} {body:.200}"), &answer);
                assert!(
                    answer.status >= 400 || path.ends_with("/resolve"),
                    "{method} {path} takes {body:.200}"
                );
                asked += 1;
            }
        }
    }
    eprintln!("{asked} bodies");
    assert!(asked > 500);
    assert_eq!(daemon.stored().await, before);
    assert_clean("the log", &daemon.output());
    assert_clean("the metrics", &daemon.ops().get("/metrics").await.expect(200).text);
});

on_both!(hostile_words_in_parameters_and_paths_are_refused_or_find_nothing, |daemon: Daemon| async move {
    let (contract, admin) = (Contract::of(&daemon).await, daemon.admin());
    let (before, mut asked) = (daemon.stored().await, 0);
    let every = if matches!(daemon.database(), Database::Sqlite) { 1 } else { 5 };
    for word in words().iter().filter(|word| word.len() < 5000).step_by(every) {
        let word = encoded(word);
        for (method, path, operation) in
            contract.operations().into_iter().filter(|(method, ..)| *method == Method::GET)
        {
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let names =
                parameters.iter().filter(|of| of["in"] == "query").map(|of| of["name"].as_str().unwrap());
            let queries = names.map(|name| format!("{}?{name}={word}", called(&path)));
            let segment = path.find('{').map(|from| format!("{}{word}", path.get(..from).unwrap()));
            let unknown = Some(format!("{}?{word}=1", called(&path)));
            for path in queries.chain(segment).chain(unknown) {
                let answer = Caller::send(admin.request(method.clone(), &path)).await;
                assert_refused_or_taken(&format!("{method} {path:.200}"), &answer);
                asked += 1;
            }
        }
    }
    eprintln!("{asked} requests");
    assert!(asked > 500);
    assert_eq!(daemon.stored().await, before);
    assert_clean("the log", &daemon.output());
});

const HEADERS: [&str; 16] = [
    "authorization",
    "host",
    "content-type",
    "accept",
    "accept-encoding",
    "content-encoding",
    "if-match",
    "if-none-match",
    "idempotency-key",
    "x-request-id",
    "traceparent",
    "tracestate",
    "user-agent",
    "cookie",
    "origin",
    "range",
];

/// One request with a header of any octets, and the whole answer.
fn raw(daemon: &Daemon, header: &str, octets: &[u8]) -> Vec<u8> {
    let address = daemon.admin_url().replace("http://", "");
    let token = std::fs::read_to_string(daemon.folder().join("tokens/admin.jwt")).unwrap();
    let mut head = b"PATCH /admin/v1/operators/".to_vec();
    head.extend_from_slice(NOBODY.as_bytes());
    head.extend_from_slice(b" HTTP/1.1\r\nconnection: close\r\ncontent-length: 2\r\n");
    for (name, value) in [
        ("host", address.as_str()),
        ("authorization", &format!("Bearer {}", token.trim())),
        ("content-type", "application/json"),
        ("if-match", "*"),
    ] {
        if name != header {
            head.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
    }
    head.extend_from_slice(format!("{header}: ").as_bytes());
    head.extend_from_slice(octets);
    head.extend_from_slice(b"\r\n\r\n{}");
    let mut stream = TcpStream::connect(&address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(&head).unwrap();
    let mut answer = Vec::new();
    // a request that is none ends with the connection, perhaps before the rest of it was read
    if let Err(error) = stream.read_to_end(&mut answer) {
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{header}: {octets:?}");
    }
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_octets_in_headers_make_nobody_stumble() {
    let daemon = Daemon::start(Database::Sqlite).await;
    let (before, mut asked) = (daemon.stored().await, 0);
    let of_words = words().into_iter().map(String::into_bytes);
    let of_octets = (0..=255_u8).map(|octet| vec![b'a', octet, b'b']);
    for octets in of_words.chain(of_octets) {
        for header in HEADERS {
            let answer = raw(&daemon, header, &octets);
            let text = String::from_utf8_lossy(&answer).replace("\r\n", "\n");
            let what = format!("{header}: {:?}", octets.get(..40).unwrap_or(&octets));
            assert!(!text.starts_with("HTTP/1.1 5"), "{what}: {text}");
            assert_clean(&what, &text);
            assert!(!text.to_ascii_lowercase().contains("\nx-evil"), "{what}: {text}");
            asked += 1;
        }
    }
    eprintln!("{asked} headers");
    assert_eq!(daemon.stored().await, before);
    assert_clean("the log", &daemon.output());
    daemon.admin().get("/admin/v1/me").await.expect(200);
}
