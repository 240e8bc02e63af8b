//! A server that says literal octets, or stands before a real one and spoils its answers: what a real server cannot be made
//! to do. It remembers what it was asked.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use ops_store::{
    testing::vault::Bao,
    vault::{Login, Settings},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// What becomes of a request.
#[derive(Clone)]
pub(crate) enum Do {
    /// The real server answers it.
    Pass,
    /// The real server does it, and the connection ends before the answer.
    PassAndCut,
    /// The real server does it, and its answer never comes.
    PassAndStall,
    /// These octets, then the end.
    Say(Vec<u8>),
    /// These octets, then silence.
    SayAndStall(Vec<u8>),
    /// The first octets at once, the others one every fifty milliseconds.
    Drip(Vec<u8>, Vec<u8>),
    /// The connection is reset.
    Reset,
}

/// An answer with a status and a body.
pub(crate) fn say(status: u16, body: &str) -> Do {
    Do::Say(answer(status, body))
}

pub(crate) fn answer(status: u16, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

type Rule = Box<dyn Fn(&str) -> Do + Send + Sync>;

/// A running one. It ends with the runtime.
pub(crate) struct Wire {
    port: u16,
    heads: Arc<Mutex<Vec<String>>>,
    rule: Arc<Mutex<Rule>>,
    folder: TempDir,
}

impl Wire {
    /// Before a real server, and lets everything pass.
    pub(crate) async fn before(server: &Bao) -> Self {
        Self::start(Some(server.port()), |_| Do::Pass).await
    }

    /// Alone. It answers logins, and everything else by the rule.
    pub(crate) async fn alone(rule: impl Fn(&str) -> Do + Send + Sync + 'static) -> Self {
        let login = r#"{"auth":{"client_token":"t0ken-c4n4ry","lease_duration":3600,"renewable":true,"policies":["x"]}}"#;
        Self::start(None, move |line| if line.contains("/login") { say(200, login) } else { rule(line) })
            .await
    }

    async fn start(server: Option<u16>, rule: impl Fn(&str) -> Do + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heads = Arc::<Mutex<Vec<String>>>::default();
        let rule: Arc<Mutex<Rule>> = Arc::new(Mutex::new(Box::new(rule)));
        let wire = Self {
            port,
            heads: Arc::clone(&heads),
            rule: Arc::clone(&rule),
            folder: tempfile::tempdir().unwrap(),
        };
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(serve(client, server, Arc::clone(&heads), Arc::clone(&rule)));
            }
        });
        wire
    }

    /// From now on it follows another rule; the argument is the request line.
    pub(crate) fn rule(&self, rule: impl Fn(&str) -> Do + Send + Sync + 'static) {
        *self.rule.lock().unwrap() = Box::new(rule);
    }

    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Settings with a role that it knows.
    pub(crate) fn settings(&self) -> Settings {
        let file = self.folder.path().join("secret-id");
        std::fs::write(&file, "secret-id-c4n4ry").unwrap();
        Settings {
            address: self.address(),
            mount: "secret".to_owned(),
            prefix: "ops".to_owned(),
            namespace: None,
            ca_file: None,
            login: Login::AppRole {
                mount: "approle".to_owned(),
                role_id: "role".to_owned(),
                secret_id_file: file,
            },
        }
    }

    /// The heads of all requests, in their order.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }

    /// How many requests went to a path.
    pub(crate) fn requests_to(&self, path: &str) -> usize {
        self.heads().iter().filter(|head| head.lines().next().unwrap().contains(path)).count()
    }
}

async fn serve(
    mut client: TcpStream,
    server: Option<u16>,
    heads: Arc<Mutex<Vec<String>>>,
    rule: Arc<Mutex<Rule>>,
) {
    let Some((head, body)) = request(&mut client).await else { return };
    heads.lock().unwrap().push(head.clone());
    let wish = rule.lock().unwrap()(head.lines().next().unwrap());
    match wish {
        Do::Pass => {
            let octets = passed(server.unwrap(), &head, &body).await;
            // the client may have gone
            drop(client.write_all(&octets).await);
        }
        Do::PassAndCut => drop(passed(server.unwrap(), &head, &body).await),
        Do::PassAndStall => {
            passed(server.unwrap(), &head, &body).await;
            stall(client).await;
        }
        Do::Say(octets) => drop(client.write_all(&octets).await),
        Do::SayAndStall(octets) => {
            client.write_all(&octets).await.unwrap();
            stall(client).await;
        }
        Do::Drip(first, others) => {
            client.write_all(&first).await.unwrap();
            for octet in others {
                // paced: an answer that comes too slowly is what it is for
                tokio::time::sleep(Duration::from_millis(50)).await;
                if client.write_all(&[octet]).await.is_err() {
                    return;
                }
            }
        }
        Do::Reset => client.set_zero_linger().unwrap(),
    }
}

/// Says nothing until the client goes.
async fn stall(mut client: TcpStream) {
    let mut octet = [0];
    while matches!(client.read(&mut octet).await, Ok(1..)) {}
}

/// The head and the body of a request.
async fn request(client: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut octets = Vec::new();
    loop {
        let mut piece = [0; 4096];
        let length = client.read(&mut piece).await.ok().filter(|length| *length > 0)?;
        octets.extend_from_slice(&piece[..length]);
        let Some(end) = octets.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8(octets[..end].to_vec()).unwrap();
        let told = head
            .lines()
            .find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(str::to_owned));
        let length: usize = told.map_or(0, |length| length.parse().unwrap());
        if octets.len() >= end + 4 + length {
            return Some((head, octets[end + 4..].to_vec()));
        }
    }
}

/// What the real server answers, whole.
async fn passed(server: u16, head: &str, body: &[u8]) -> Vec<u8> {
    let mut server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
    server.write_all(format!("{head}\r\nConnection: close\r\n\r\n").as_bytes()).await.unwrap();
    server.write_all(body).await.unwrap();
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).await.unwrap();
    answer
}
