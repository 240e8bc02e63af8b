//! The file that remembers the running stack, in the git-ignored `.stack/` of the checkout.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::cargo;
use crate::failure::Failure;
use crate::postgres::{Binaries, Server};

/// What is remembered of a server.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct State {
    /// Where the data, the log and the socket are.
    pub(crate) folder: PathBuf,
    pub(crate) port: u16,
    pub(crate) pid: u32,
}

impl State {
    /// What the last `stack up` wrote, if there is such a thing.
    pub(crate) fn load() -> Result<Option<Self>, Failure> {
        let file = file();
        match fs::read_to_string(&file) {
            Ok(text) => Self::parse(&text).map(Some).ok_or_else(|| {
                format!("{} cannot be read: stop its server by hand and remove the file", file.display())
                    .into()
            }),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(Failure::because(file.display(), cause)),
        }
    }

    /// Remembers the server, which must be running.
    pub(crate) fn save(server: &Server) -> Result<(), Failure> {
        let pid = server.pid().ok_or("PostgreSQL ended right after its start")?;
        let state = Self { folder: server.folder().to_owned(), port: server.port(), pid };
        let file = file();
        file.parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&file, state.render()))
            .map_err(|cause| Failure::because(file.display(), cause))
    }

    /// Forgets the server.
    pub(crate) fn forget() -> Result<(), Failure> {
        let file = file();
        match fs::remove_file(&file) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
                Err(Failure::because(file.display(), cause))
            }
            _ => Ok(()),
        }
    }

    /// The remembered server, running or not.
    pub(crate) fn server(&self, binaries: Binaries) -> Server {
        Server::existing(binaries, self.folder.clone(), self.port)
    }

    fn render(&self) -> String {
        let Self { folder, port, pid } = self;
        format!("{:#}\n", json!({ "folder": folder, "port": port, "pid": pid }))
    }

    fn parse(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(text).ok()?;
        Some(Self {
            folder: Path::new(value.get("folder")?.as_str()?).to_owned(),
            port: value.get("port")?.as_u64()?.try_into().ok()?,
            pid: value.get("pid")?.as_u64()?.try_into().ok()?,
        })
    }
}

fn file() -> PathBuf {
    cargo::checkout().join(".stack").join("postgres.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_is_read() {
        let state = State { folder: "/tmp/oms-postgres-1-0".into(), port: 5433, pid: 77 };
        assert_eq!(State::parse(&state.render()), Some(state));
        assert_eq!(State::parse("{}"), None);
    }
}
