//! `[secrets]`: where secrets lie.

use std::path::PathBuf;

use super::{Key32, file::check_private_if_there, key_file::read_key, section::Section};

/// Where secrets lie.
#[derive(Clone)]
pub struct Secrets {
    /// Sealed in a file of their own.
    pub sealed: Sealed,
}

impl Secrets {
    /// Its name, as metrics and logs show it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        "sealed"
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
    section.section("sealed", sealed).map(|sealed| Secrets { sealed })
}

fn sealed(section: &mut Section<'_>) -> Option<Sealed> {
    let file = section.file("file", "secrets.sqlite", check_private_if_there);
    let key = section.file("key_file", "seal.key", read_key);
    let ((file, ()), (key_file, key)) = (file?, key?);
    Some(Sealed { file, key, key_file })
}
