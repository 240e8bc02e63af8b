//! A private nats-server with JetStream.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::wheel::NATS_SERVER;
use super::{Background, Server, folder};
use crate::failure::Failure;

/// How long its greeting may take.
const GREETING: Duration = Duration::from_secs(2);

/// A folder for streams and, once started, the server.
pub(crate) struct Nats {
    program: PathBuf,
    folder: PathBuf,
    port: u16,
    process: Option<Background>,
}

impl Nats {
    /// A server without streams, not started yet.
    pub(crate) fn fresh(program: PathBuf) -> Result<Self, Failure> {
        Ok(Self { program, folder: folder::create("nats", None)?, port: 0, process: None })
    }

    /// A server that an earlier process left; nothing happens to it by this call.
    pub(crate) const fn existing(program: PathBuf, folder: PathBuf, port: u16, process: Background) -> Self {
        Self { program, folder, port, process: Some(process) }
    }

    /// Where clients find it.
    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }
}

impl Server for Nats {
    fn name(&self) -> String {
        format!("{} {}", NATS_SERVER.name, NATS_SERVER.version)
    }

    fn folder(&self) -> &Path {
        &self.folder
    }

    fn port(&self) -> u16 {
        self.port
    }

    fn process(&self) -> Option<Background> {
        self.process.filter(|process| process.runs())
    }

    fn start_on(&mut self, port: u16) -> Result<(), Failure> {
        self.port = port;
        let name = self.folder.display().to_string();
        let mut command = Command::new(&self.program);
        command.args(["-js", "-a", "127.0.0.1", "-p", &port.to_string(), "-n", &name, "-sd"]);
        command.arg(&self.folder).current_dir("/");
        let process = Background::start(command, &self.log())?;
        self.process = Some(process);
        // another server may have taken the port: its greeting has another name
        process
            .wait_until(|| greeting(port).is_some_and(|greeting| greeting.contains(&format!("\"{name}\""))))
    }

    fn stop(&self) -> Result<(), Failure> {
        self.process().map_or(Ok(()), Background::stop)
    }
}

// INFO {"server_id":"N…","server_name":"…",…}
fn greeting(port: u16) -> Option<String> {
    let stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(GREETING)).ok()?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).ok()?;
    Some(line)
}
