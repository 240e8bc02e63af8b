//! The paths of the API that we ask, spelled once.

use std::fmt::Display;

use super::{
    server::{OpenError, checked},
    settings::Settings,
};

/// Mount and prefix of our secrets.
pub(super) struct Paths {
    mount: String,
    prefix: String,
}

impl Paths {
    pub(super) fn new(settings: &Settings) -> Result<Self, OpenError> {
        Ok(Self {
            mount: checked("mount", &settings.mount)?.to_owned(),
            prefix: checked("prefix", &settings.prefix)?.to_owned(),
        })
    }

    /// What lies at a path.
    pub(super) fn data(&self, path: impl Display) -> String {
        format!("{}/data/{}/{path}", self.mount, self.prefix)
    }

    /// What is known about a path, and what is deleted with it.
    pub(super) fn metadata(&self, path: impl Display) -> String {
        format!("{}/metadata/{}/{path}", self.mount, self.prefix)
    }

    /// Where versions of a path are destroyed.
    pub(super) fn destroy(&self, path: impl Display) -> String {
        format!("{}/destroy/{}/{path}", self.mount, self.prefix)
    }

    /// The names below a folder. By GET: not everything that stands before a server lets the method LIST pass.
    pub(super) fn list(&self, folder: impl Display) -> String {
        format!("{}/metadata/{}/{folder}/?list=true", self.mount, self.prefix)
    }
}
