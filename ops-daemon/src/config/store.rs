//! `[store]`: where facts lie.

use std::path::{Path, PathBuf};

use super::{
    PostgresUrl,
    file::{Refused, check_private_if_there, read_private_file},
    section::Section,
    tls::certificates,
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
    /// A file of this machine, for one process.
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
    /// Whether connections are encrypted.
    pub tls: PostgresTls,
}

/// Whether connections to PostgreSQL are encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PostgresTls {
    /// Plain text.
    Off,
    /// TLS, with the server's name and certificate checked; never without.
    Require {
        /// PEM file with the authorities that may have signed the server's certificate; the system's without it.
        ca_file: Option<PathBuf>,
    },
}

/// A SQLite database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sqlite {
    /// Its file; made when it is missing.
    pub file: PathBuf,
}

pub(super) fn read(section: &mut Section<'_>) -> Option<Store> {
    if section.has("sqlite") && section.has("postgres") {
        section.known("sqlite");
        section.known("postgres");
        section.fault("sqlite", "is set besides postgres", "remove one of the two");
        return None;
    }
    if section.has("sqlite") {
        section.known("postgres");
        return section.section("sqlite", sqlite).map(Store::Sqlite);
    }
    section.known("sqlite");
    section.section("postgres", postgres).map(Store::Postgres)
}

fn sqlite(section: &mut Section<'_>) -> Option<Sqlite> {
    let (file, ()) = section.file("file", "ops.sqlite", check_private_if_there)?;
    Some(Sqlite { file })
}

fn postgres(section: &mut Section<'_>) -> Option<Postgres> {
    let url = read_url(section);
    let pool_size = section.number("pool_size", POOL_SIZE, POOL_SIZE_MIN..=POOL_SIZE_MAX);
    let tls = tls(section, url.as_ref());
    let (url, url_file) = url?;
    Some(Postgres { url, url_file, pool_size: pool_size?, tls: tls? })
}

/// TLS unless the server is on this machine; plain text to another machine only where it is written out.
fn tls(section: &mut Section<'_>, url: Option<&(PostgresUrl, Option<PathBuf>)>) -> Option<PostgresTls> {
    let has_word = section.has("tls");
    let word = section.parsed("tls", "require or off", |word| match word {
        "require" => Some(true),
        "off" => Some(false),
        _ => None,
    });
    let ca_file = section.optional_file("ca_file", |path| certificates(path).map(drop));
    if word == Some(false) && ca_file.as_ref().is_none_or(Option::is_some) {
        section.fault("ca_file", "is set, yet tls is off", "remove one of the two");
        return None;
    }
    let (url, url_file) = url?;
    if url.names_tls() {
        let key = if url_file.is_some() { "url_file" } else { "url" };
        let remedy =
            "remove it from the URL, and write tls = \"require\" or tls = \"off\" into [store.postgres]";
        section.fault(key, "holds a URL with sslmode or sslnegotiation", remedy);
        return None;
    }
    let require = if has_word { word? } else { !url.is_local() || ca_file.as_ref()?.is_some() };
    Some(if require { PostgresTls::Require { ca_file: ca_file? } } else { PostgresTls::Off })
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
