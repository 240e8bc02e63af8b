//! `[secrets]`: where secrets lie.

use std::path::PathBuf;

use ops_store::vault::Settings;

use super::{Key32, file::check_private_if_there, key_file::read_key, section::Section, vault};

/// Where secrets lie.
#[derive(Clone)]
pub enum Secrets {
    /// In a Vault or OpenBao server.
    Vault(Settings),
    /// Sealed in a file of their own.
    Sealed(Sealed),
}

impl Secrets {
    /// Its name, as metrics and logs show it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Vault(_) => "vault",
            Self::Sealed(_) => "sealed",
        }
    }
}

/// Secrets sealed with a key that lies elsewhere.
#[derive(Clone)]
pub struct Sealed {
    /// The file with the sealed secrets; made when it is missing.
    pub file: PathBuf,
    /// What they are sealed with.
    pub key: Key32,
    /// The file that the key was read from.
    pub key_file: PathBuf,
}

pub(super) fn read(section: &mut Section<'_>) -> Option<Secrets> {
    let read = match (section.has("vault"), section.has("sealed")) {
        (true, false) => section.section("vault", vault::read).map(Secrets::Vault),
        (false, true) => section.section("sealed", sealed).map(Secrets::Sealed),
        (true, true) => {
            section.fault("sealed", "is set besides vault", "remove one of the two");
            None
        }
        (false, false) => {
            let remedy = "write [secrets.vault] with an address and a way to log in, or [secrets.sealed]";
            section.fault_here("has neither vault nor sealed", remedy);
            None
        }
    };
    section.known("vault");
    section.known("sealed");
    read
}

fn sealed(section: &mut Section<'_>) -> Option<Sealed> {
    let file = section.file("file", "secrets.sqlite", check_private_if_there);
    let key = section.file("key_file", "seal.key", read_key);
    let ((file, ()), (key_file, key)) = (file?, key?);
    Some(Sealed { file, key, key_file })
}
