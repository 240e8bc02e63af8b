//! A daemon in release on a database, and requests as light as they can be: the processors are shared.

use std::{
    env, fs,
    net::TcpListener as Port,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use ops_store::testing::postgres::Database;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// A daemon in release, with its folder.
pub(crate) struct Daemon {
    /// Where it keeps its files, for as long as it runs.
    _folder: tempfile::TempDir,
    child: Child,
    pub(crate) address: String,
    pub(crate) token: String,
}

impl Daemon {
    pub(crate) async fn start(database: &Database) -> Self {
        let binary = env::current_exe().unwrap().parent().unwrap().parent().unwrap().join("ops-daemon");
        let folder = tempfile::tempdir().unwrap();
        let (data, base) = (folder.path().join("data"), free_ports());
        let mut command = Command::new(binary);
        command
            .args(["dev", "--empty", "--log", "error", "--port-base", &base.to_string()])
            .arg("--data")
            .arg(&data);
        command
            .arg("--postgres")
            .arg(database.url_as("ops_migrate"))
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let child = command.spawn().unwrap();
        let address = format!("127.0.0.1:{base}");
        let patience = Instant::now() + Duration::from_secs(30);
        let token = loop {
            let token = fs::read_to_string(data.join("tokens/admin.jwt"));
            if let (Ok(token), Ok(_)) = (token, TcpStream::connect(&address).await) {
                break token.trim().to_owned();
            }
            assert!(Instant::now() < patience, "the daemon does not start");
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        Self { _folder: folder, child, address, token }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Sends one request and reads its whole answer.
pub(crate) async fn exchange(stream: &mut TcpStream, request: &str) -> Vec<u8> {
    stream.write_all(request.as_bytes()).await.unwrap();
    let (mut answer, mut piece) = (Vec::new(), [0; 65_536]);
    while !is_whole(&answer) {
        let octets = stream.read(&mut piece).await.unwrap();
        assert!(octets > 0, "the daemon closed the connection");
        answer.extend_from_slice(&piece[..octets]);
    }
    answer
}

fn is_whole(answer: &[u8]) -> bool {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return false };
    let (head, body) = (String::from_utf8_lossy(&answer[..end]), &answer[end + 4..]);
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned));
    length.is_some_and(|length| body.len() >= length.parse().unwrap())
}

/// Three ports side by side that are free.
fn free_ports() -> u16 {
    loop {
        let base = Port::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let free = |port: u16| Port::bind(("127.0.0.1", port)).is_ok();
        if base < u16::MAX - 2 && (base..base + 3).all(free) {
            return base;
        }
    }
}
