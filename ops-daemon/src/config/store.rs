//! `[store]`: where facts lie.

use std::path::{Path, PathBuf};

use super::{
    PostgresUrl,
    file::{Refused, read_private_file},
    section::Section,
};

/// Connections of the pool unless told otherwise.
const POOL_SIZE: u32 = 16;
/// Fewest connections: one that commits and one that reads.
const POOL_SIZE_MIN: u32 = 2;
/// Most connections: PostgreSQL's own default is 100 for all clients, and more than 200 only wait for each other.
const POOL_SIZE_MAX: u32 = 200;

/// Where facts lie.
#[derive(Clone)]
pub enum Store {
    /// The production store.
    Postgres(Postgres),
    /// A file; only `dev` makes this one.
    Sqlite(Sqlite),
}

impl Store {
    /// Its name, as metrics and logs show it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Postgres(_) => "postgres",
            Self::Sqlite(_) => "sqlite",
        }
    }
}

/// A PostgreSQL database.
#[derive(Clone)]
pub struct Postgres {
    /// How to connect.
    pub url: PostgresUrl,
    /// The file that the URL was read from.
    pub url_file: Option<PathBuf>,
    /// Most connections of this process.
    pub pool_size: u32,
}

/// A SQLite database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sqlite {
    /// Its file; made when it is missing.
    pub file: PathBuf,
}

pub(super) fn read(section: &mut Section<'_>) -> Option<Store> {
    if section.has("sqlite") {
        section.known("sqlite");
        let remedy = "set store.postgres.url_file, or start `ops-daemon dev`";
        section.fault("sqlite", "is kept by `ops-daemon dev` only", remedy);
    }
    section.section("postgres", postgres).map(Store::Postgres)
}

fn postgres(section: &mut Section<'_>) -> Option<Postgres> {
    let url = read_url(section);
    let pool_size = section.number("pool_size", POOL_SIZE, POOL_SIZE_MIN..=POOL_SIZE_MAX);
    let (url, url_file) = url?;
    Some(Postgres { url, url_file, pool_size: pool_size? })
}

fn read_url(section: &mut Section<'_>) -> Option<(PostgresUrl, Option<PathBuf>)> {
    let given = (section.has("url"), section.has("url_file"));
    if given == (true, true) {
        section.known("url");
        section.known("url_file");
        section.fault("url", "is set besides url_file", "remove one of the two");
        return None;
    }
    if given.0 {
        section.known("url_file");
        return Some((inline_url(section)?, None));
    }
    section.known("url");
    let (file, url) = section.file("url_file", "postgres.url", url_of_file)?;
    Some((url, Some(file)))
}

fn inline_url(section: &mut Section<'_>) -> Option<PostgresUrl> {
    let url =
        section.parsed("url", "a URL such as postgresql://ops@db.example.com/ops", PostgresUrl::parse)?;
    if url.has_password() {
        section.fault(
            "url",
            "holds a password",
            "write the URL into a file of mode 0600 and name it as url_file",
        );
        return None;
    }
    Some(url)
}

fn url_of_file(path: &Path) -> Result<PostgresUrl, Refused> {
    let content = read_private_file(path)?;
    let url = std::str::from_utf8(&content).ok().and_then(PostgresUrl::parse);
    url.ok_or_else(|| Refused::new("holds no URL", "write postgresql://user:password@host/database into it"))
}
