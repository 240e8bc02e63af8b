//! The file that remembers the running stack, in the git-ignored `.stack/` of the checkout.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::cargo;
use crate::failure::Failure;
use crate::servers::{Background, Server};

/// What is remembered of each server, by its short name.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct State(Vec<(String, Remembered)>);

/// What is remembered of one server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Remembered {
    /// Where its data and its log are.
    pub(crate) folder: PathBuf,
    pub(crate) port: u16,
    pub(crate) process: Background,
}

impl State {
    /// What the last `stack up` wrote; nothing when there was none.
    pub(crate) fn load() -> Result<Self, Failure> {
        let file = file();
        match fs::read_to_string(&file) {
            Ok(text) => Self::parse(&text).ok_or_else(|| {
                format!("{} cannot be read: stop its servers by hand and remove the file", file.display())
                    .into()
            }),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(cause) => Err(Failure::because(file.display(), cause)),
        }
    }

    /// A server of that short name, when its folder is still there.
    pub(crate) fn of(&self, name: &str) -> Option<Remembered> {
        let (_, found) = self.0.iter().find(|(known, _)| known == name)?;
        found.folder.is_dir().then(|| found.clone())
    }

    /// Ends servers whose folder somebody removed: they cannot go on, and no folder leads to them any more.
    pub(crate) fn end_lost(&self) -> Result<(), Failure> {
        let mut lost = self.0.iter().filter(|(_, of)| !of.folder.is_dir());
        lost.try_for_each(|(_, of)| of.process.stop())
    }

    /// Whether nothing is remembered.
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Remembers a server, which must be running.
    pub(crate) fn remember(&mut self, name: &str, server: &impl Server) -> Result<(), Failure> {
        let process = server.process().ok_or_else(|| format!("{} ended again", server.name()))?;
        let remembered = Remembered { folder: server.folder().to_owned(), port: server.port(), process };
        self.0.retain(|(known, _)| known != name);
        self.0.push((name.to_owned(), remembered));
        self.save()
    }

    /// Forgets everything.
    pub(crate) fn forget() -> Result<(), Failure> {
        let folder = folder();
        match fs::remove_dir_all(&folder) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
                Err(Failure::because(folder.display(), cause))
            }
            _ => Ok(()),
        }
    }

    fn save(&self) -> Result<(), Failure> {
        fs::create_dir_all(folder())
            .and_then(|()| fs::write(file(), self.render()))
            .map_err(|cause| Failure::because(file().display(), cause))
    }

    fn render(&self) -> String {
        let of_one = |(name, of): &(String, Remembered)| {
            let Background { pid, began } = of.process;
            (name.clone(), json!({ "folder": of.folder, "port": of.port, "pid": pid, "began": began }))
        };
        format!("{:#}\n", Value::Object(self.0.iter().map(of_one).collect::<Map<_, _>>()))
    }

    fn parse(text: &str) -> Option<Self> {
        let value: Map<String, Value> = serde_json::from_str(text).ok()?;
        let of_one = |(name, of): (&String, &Value)| {
            let folder = Path::new(of.get("folder")?.as_str()?).to_owned();
            let port = of.get("port")?.as_u64()?.try_into().ok()?;
            let pid = of.get("pid")?.as_u64()?.try_into().ok()?;
            let process = Background { pid, began: of.get("began")?.as_u64()? };
            Some((name.clone(), Remembered { folder, port, process }))
        };
        value.iter().map(of_one).collect::<Option<Vec<_>>>().map(Self)
    }
}

/// Where the stack keeps what a person may need: the state, and the token of the secret store.
pub(crate) fn folder() -> PathBuf {
    cargo::checkout().join(".stack")
}

fn file() -> PathBuf {
    folder().join("servers.json")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn what_is_written_is_what_is_read() {
        let process = Background { pid: 77, began: 5 };
        let postgres = Remembered { folder: "/tmp/oms-postgres-1-0".into(), port: 5433, process };
        let nats = Remembered { folder: "/tmp/oms-nats-1-0".into(), port: 4222, ..postgres.clone() };
        // in the order of names, as JSON keeps them
        let state = State(vec![("nats".into(), nats), ("postgres".into(), postgres)]);
        assert_eq!(State::parse(&state.render()), Some(state));
        assert_eq!(State::parse("{}"), Some(State::default()));
        assert_eq!(State::parse("{\"nats\": {}}"), None);
    }

    #[test]
    fn a_server_without_its_folder_is_ended_and_one_with_it_runs_on() {
        let sleeping = || {
            let mut sleep = Command::new("sleep");
            sleep.arg("600");
            Background::start(sleep, Path::new("/dev/null")).unwrap()
        };
        let of = |folder: &str| Remembered { folder: folder.into(), port: 1, process: sleeping() };
        let (lost, here) = (of("/no/such/folder"), of("/"));
        let state = State(vec![("lost".into(), lost.clone()), ("here".into(), here.clone())]);
        state.end_lost().unwrap();
        assert_eq!((state.of("lost"), state.of("here")), (None, Some(here.clone())));
        assert!(!lost.process.runs() && here.process.runs());
        here.process.stop().unwrap();
    }
}
