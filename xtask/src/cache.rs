//! The user's cache of what this project fetched or built once, and the way of a file into it: whole, or not at all.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process;

use crate::failure::Failure;

/// Where the cache keeps things of one kind, such as `servers`.
pub(crate) fn folder(kind: &str) -> Result<PathBuf, Failure> {
    let variable = |name| env::var_os(name).map(PathBuf::from);
    folder_of(kind, variable("XDG_CACHE_HOME"), variable("HOME"))
}

fn folder_of(kind: &str, cache: Option<PathBuf>, home: Option<PathBuf>) -> Result<PathBuf, Failure> {
    let cache = cache.filter(|cache| cache.is_absolute()).or_else(|| Some(home?.join(".cache")));
    let cache = cache.ok_or_else(|| format!("no place to keep {kind}: set HOME or XDG_CACHE_HOME"))?;
    Ok(cache.join("operator-management-service").join(kind))
}

/// A folder for half-made files, beside the place where they will be whole; it goes with its value.
pub(crate) struct Workshop(PathBuf);

impl Workshop {
    /// A new one in that folder of the cache.
    pub(crate) fn in_folder(cache: &Path) -> Result<Self, Failure> {
        let workshop = cache.join(format!(".new-{}", process::id()));
        fs::create_dir_all(&workshop).map_err(|cause| Failure::because(workshop.display(), cause))?;
        Ok(Self(workshop))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        if let Err(cause) = fs::remove_dir_all(&self.0) {
            eprintln!("{} stays: {cause}", self.0.display());
        }
    }
}

/// Puts a whole file in its place: whoever looks meanwhile meets either none or a whole one.
pub(crate) fn put(whole: &Path, place: &Path) -> Result<(), Failure> {
    fs::rename(whole, place).map_err(|cause| Failure::because(place.display(), cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_is_where_the_user_keeps_caches() {
        let place = |cache: Option<&str>, home: Option<&str>| {
            folder_of("servers", cache.map(PathBuf::from), home.map(PathBuf::from))
        };
        let end = "operator-management-service/servers";
        assert_eq!(place(Some("/c"), Some("/h")).unwrap(), Path::new("/c").join(end));
        assert_eq!(place(Some("relative"), Some("/h")).unwrap(), Path::new("/h/.cache").join(end));
        let failure = place(None, None).unwrap_err().to_string();
        assert!(failure.contains("no place to keep servers: set HOME"), "{failure}");
    }
}
