//! The servers that tests and working by hand need, each private: its own folder, its own port, only on loopback, and gone
//! without a trace.

mod background;
pub(crate) mod folder;
mod nats;
mod openbao;
mod packages;
mod postgres;
mod programs;
mod venv;
mod wheel;

pub(crate) use background::Background;
pub(crate) use nats::Nats;
pub(crate) use openbao::OpenBao;
pub(crate) use packages::llvm;
pub(crate) use postgres::{Durability, Postgres};
pub(crate) use programs::Programs;

use std::fs;
use std::io;
use std::net::TcpListener;
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::interrupt;

/// Another program may take the port between our look and the server's start; then the next one is tried.
const PORT_TRIES: usize = 10;

/// A variable that tests read, and its value.
pub(crate) type Variable = (&'static str, String);

/// One server: how it is started, found, and stopped.
pub(crate) trait Server {
    /// With its version, as a person writes it: `PostgreSQL 15.18`.
    fn name(&self) -> String;

    /// Where its data and its log are; nobody else may enter.
    fn folder(&self) -> &Path;

    /// Where it listens on 127.0.0.1.
    fn port(&self) -> u16;

    /// Its process, while it runs.
    fn process(&self) -> Option<Background>;

    /// What tells tests where it is, when they share it.
    fn variables(&self) -> Vec<Variable> {
        Vec::new()
    }

    /// Starts it on that port with the data it has, and returns when it answers.
    fn start_on(&mut self, port: u16) -> Result<(), Failure>;

    /// Stops it, when it runs.
    fn stop(&self) -> Result<(), Failure>;

    /// The file that it writes what it says into.
    fn log(&self) -> PathBuf {
        self.folder().join("log")
    }

    /// Starts it, on `preferred` if that port is still free.
    fn start(&mut self, mut preferred: Option<u16>) -> Result<(), Failure> {
        for _ in 0..PORT_TRIES {
            interrupt::check()?;
            let port = preferred.take().map_or_else(free_port, Ok)?;
            let told = read(&self.log()).len();
            let Err(failure) = self.start_on(port) else { return interrupt::check() };
            let said = read(&self.log()).get(told..).unwrap_or_default().to_owned();
            if !said.to_lowercase().contains("address already in use") {
                return Err(Failure::because(failure, tail(&said)));
            }
        }
        Err(format!("no free port for {} after {PORT_TRIES} tries", self.name()).into())
    }

    /// Stops it and removes its folder.
    fn remove(&self) -> Result<(), Failure> {
        self.stop()?;
        match fs::remove_dir_all(self.folder()) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
                Err(Failure::because(format!("cannot remove {}", self.folder().display()), cause))
            }
            _ => Ok(()),
        }
    }
}

/// A server that ends with this value, and its folder with it, unless it is kept.
pub(crate) struct Private<S: Server> {
    server: S,
    kept: bool,
}

impl<S: Server> Private<S> {
    /// Takes it over, running or not.
    pub(crate) const fn of(server: S) -> Self {
        Self { server, kept: false }
    }

    /// Lets it run on after this process.
    pub(crate) const fn keep(&mut self) {
        self.kept = true;
    }
}

impl<S: Server> Deref for Private<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.server
    }
}

impl<S: Server> DerefMut for Private<S> {
    fn deref_mut(&mut self) -> &mut S {
        &mut self.server
    }
}

impl<S: Server> Drop for Private<S> {
    fn drop(&mut self) {
        if !self.kept
            && let Err(failure) = self.server.remove()
        {
            eprintln!("error: {} in {} may still run: {failure}", self.name(), self.folder().display());
        }
    }
}

fn read(log: &Path) -> String {
    fs::read(log).map(|octets| String::from_utf8_lossy(&octets).into_owned()).unwrap_or_default()
}

fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().rev().take(20).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}

fn free_port() -> Result<u16, Failure> {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|cause| Failure::because("no free port on 127.0.0.1", cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Finds every port taken, as often as it is told.
    struct Unlucky {
        folder: PathBuf,
        taken: usize,
        ports: Vec<u16>,
    }

    impl Unlucky {
        fn new(taken: usize) -> Private<Self> {
            Private::of(Self { folder: folder::create("unlucky", None).unwrap(), taken, ports: Vec::new() })
        }
    }

    impl Server for Unlucky {
        fn name(&self) -> String {
            "unlucky".to_owned()
        }

        fn folder(&self) -> &Path {
            &self.folder
        }

        fn port(&self) -> u16 {
            *self.ports.last().unwrap()
        }

        fn process(&self) -> Option<Background> {
            None
        }

        fn start_on(&mut self, port: u16) -> Result<(), Failure> {
            self.ports.push(port);
            if self.ports.len() > self.taken {
                return Ok(());
            }
            fs::write(self.log(), format!("{}bind: Address already in use\n", read(&self.log()))).unwrap();
            Err("it ended".into())
        }

        fn stop(&self) -> Result<(), Failure> {
            Ok(())
        }
    }

    #[test]
    fn a_port_that_somebody_took_is_followed_by_another() {
        let mut server = Unlucky::new(3);
        server.start(Some(1)).unwrap();
        assert_eq!((server.ports[0], server.ports.len()), (1, 4));
        let failure = Unlucky::new(usize::MAX).start(None).unwrap_err();
        assert_eq!(failure.to_string(), "no free port for unlucky after 10 tries");
    }

    #[test]
    fn only_a_server_that_is_kept_leaves_its_folder() {
        let mut kept = Unlucky::new(0);
        let gone = Unlucky::new(0);
        let (kept_folder, gone_folder) = (kept.folder.clone(), gone.folder.clone());
        kept.keep();
        drop((kept, gone));
        assert!(kept_folder.is_dir() && !gone_folder.exists());
        fs::remove_dir(kept_folder).unwrap();
    }
}
