//! How a token is had, looked at and renewed: one function per exchange with the server.

use std::{borrow::Cow, io, path::Path, time::Duration};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio::{io::AsyncReadExt, time::Instant};
use zeroize::Zeroizing;

use super::{
    answer::{Octets, read},
    fault::Fault,
    limits,
    server::{Ask, Server},
    settings::Login,
    token::Token,
};

/// Which content of a file was read: a file that was replaced or written to has another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Edition {
    inode: u64,
    length: u64,
    modified: (i64, i64),
}

impl Login {
    /// The file that may get a new content while we run.
    pub(super) fn file(&self) -> &Path {
        match self {
            Self::Kubernetes { token_file: file, .. }
            | Self::AppRole { secret_id_file: file, .. }
            | Self::TokenFile { file } => file,
        }
    }

    /// A new token.
    pub(super) async fn token(&self, server: &Server) -> Result<Token, Fault> {
        let text = first_line(self.file()).await?;
        match self {
            Self::Kubernetes { mount, role, .. } => {
                let body = body(&ByKubernetes { role, jwt: &text })?;
                exchanged(server, &format!("auth/{mount}/login"), body).await
            }
            Self::AppRole { mount, role_id, .. } => {
                let body = body(&ByRole { role_id, secret_id: &text })?;
                exchanged(server, &format!("auth/{mount}/login"), body).await
            }
            Self::TokenFile { .. } => looked_up(server, text).await,
        }
    }
}

#[derive(Serialize)]
struct ByKubernetes<'a> {
    role: &'a str,
    jwt: &'a str,
}

#[derive(Serialize)]
struct ByRole<'a> {
    role_id: &'a str,
    secret_id: &'a str,
}

/// An answer with a token.
#[derive(Deserialize)]
struct LoggedIn<'a> {
    #[serde(borrow)]
    auth: Auth<'a>,
}

#[derive(Deserialize)]
struct Auth<'a> {
    #[serde(borrow)]
    client_token: Cow<'a, str>,
    lease_duration: u64,
    renewable: bool,
}

async fn exchanged(server: &Server, path: &str, body: Bytes) -> Result<Token, Fault> {
    let since = Instant::now();
    let answer = server.ask(Ask::post(path, body)).await.map_err(refused)?.given()?;
    let LoggedIn { auth } = serde_json::from_slice(&answer).map_err(|_| Fault::NotItsApi)?;
    let text = Zeroizing::new(auth.client_token.into_owned());
    Token::new(text, since, lifetime(auth.lease_duration), auth.renewable)
}

/// What the server says about a token that we were given.
#[derive(Deserialize)]
struct LookedUp {
    data: About,
}

#[derive(Deserialize)]
struct About {
    ttl: u64,
}

/// Somebody else keeps this one alive.
async fn looked_up(server: &Server, text: Zeroizing<String>) -> Result<Token, Fault> {
    let since = Instant::now();
    let token = Token::new(text, since, None, false).map_err(|_| Fault::LoginFile)?;
    let about = Ask::get("auth/token/lookup-self").with(token.header());
    let answer: LookedUp = read(&server.ask(about).await.map_err(refused)?.given()?)?;
    let token = token.renewed(since, lifetime(answer.data.ttl)).ok_or(Fault::LoginRefused)?;
    Ok(token.due_at(since + limits::FILE_LOOK))
}

/// The same token with a longer life; nothing, when the server does not grant one that is worth it.
pub(super) async fn renew(server: &Server, token: &Token) -> Result<Option<Token>, Fault> {
    let since = Instant::now();
    let ask = Ask::post("auth/token/renew-self", Bytes::from_static(b"{}")).with(token.header());
    let answer: Octets = match server.ask(ask).await {
        Ok(answer) => answer.given()?,
        Err(Fault::Forbidden | Fault::Refused(_)) => return Ok(None),
        Err(fault) => return Err(fault),
    };
    let LoggedIn { auth } = serde_json::from_slice(&answer).map_err(|_| Fault::NotItsApi)?;
    Ok(token.renewed(since, lifetime(auth.lease_duration)))
}

/// A role or a secret id that is not known is a 400, a token that is not is a 403.
const fn refused(fault: Fault) -> Fault {
    match fault {
        Fault::Forbidden | Fault::Refused(_) => Fault::LoginRefused,
        fault => fault,
    }
}

/// The server says 0 for a token that does not end.
const fn lifetime(seconds: u64) -> Option<Duration> {
    if seconds == 0 { None } else { Some(Duration::from_secs(seconds)) }
}

/// JSON in memory that is wiped with the request.
fn body(value: &impl Serialize) -> Result<Bytes, Fault> {
    // large enough to stay where it is: the octets of a file may each need six in JSON
    let mut octets = Zeroizing::new(Vec::with_capacity(4096));
    serde_json::to_writer(&mut *octets, value).map_err(|_| Fault::LoginFile)?;
    Ok(Bytes::from_owner(octets))
}

/// The file's content without what surrounds it.
async fn first_line(path: &Path) -> Result<Zeroizing<String>, Fault> {
    let mut text = Zeroizing::new(String::new());
    let file = tokio::fs::File::open(path).await.map_err(|_| Fault::LoginFile)?;
    text.reserve_exact(4096);
    file.take(limits::FILE_OCTETS_MAX).read_to_string(&mut text).await.map_err(|_| Fault::LoginFile)?;
    let line = Zeroizing::new(text.trim().to_owned());
    if line.is_empty() || line.contains(char::is_whitespace) { Err(Fault::LoginFile) } else { Ok(line) }
}

/// Which content a file has now; nothing, when it cannot be told.
pub(super) async fn edition(path: &Path) -> Option<Edition> {
    use std::os::unix::fs::MetadataExt as _;
    let about: io::Result<std::fs::Metadata> = tokio::fs::metadata(path).await;
    let about = about.ok()?;
    Some(Edition { inode: about.ino(), length: about.len(), modified: (about.mtime(), about.mtime_nsec()) })
}
