//! The connection: proof of who we are, whom we trust, and how soon we try again.

use std::{path::Path, time::Duration};

use async_nats::{ConnectOptions, Event, ServerAddr, jetstream::context::ContextBuilder};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use tokio::sync::watch;

use super::{ANSWER_WITHIN, Link, NatsStream, Settings, publish::WINDOW};

/// How long connecting to one server may take, TLS included.
const CONNECT_WITHIN: Duration = Duration::from_secs(2);
/// How often the server is asked whether it is there; the third question without an answer ends the connection.
const PING_EVERY: Duration = Duration::from_secs(1);
/// Longest pause before the next try to connect.
const PAUSE_MAX: Duration = Duration::from_millis(500);

/// The stream's settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// No address. The text is not repeated: it may hold a password.
    #[error("an address of the event stream cannot be read; write it as tls://HOST:PORT")]
    Address,
    /// An address without TLS that is not on this machine.
    #[error("an address of the event stream on another machine must begin with tls://")]
    Plain,
    /// The credentials file. Its content is not repeated.
    #[error(
        "the credentials file of the event stream, {file}, cannot be used; it must hold a user's JWT and seed"
    )]
    Credentials {
        /// The file.
        file: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file of authorities.
    #[error("{file} must hold one or more PEM certificates of the authorities of the event stream")]
    Authorities {
        /// The file.
        file: String,
    },
    /// The client cannot be made.
    #[error("the client of the event stream cannot be made")]
    Client(#[from] async_nats::ConnectError),
}

impl NatsStream {
    /// A client that connects in the background, now and whenever the connection is lost: nobody waits for a server.
    ///
    /// # Errors
    /// [`ConnectError`]: the settings themselves are wrong.
    pub async fn connect(settings: &Settings) -> Result<Self, ConnectError> {
        let servers = servers(settings)?;
        let (told, link) = watch::channel(Link::default());
        let mut options = ConnectOptions::new()
            .name("ops-daemon")
            .retry_on_initial_connect()
            // one plain server is on this machine; as soon as there is another, nothing travels in the clear
            .require_tls(servers.iter().any(|server| !is_plain(server)))
            .connection_timeout(CONNECT_WITHIN)
            .request_timeout(Some(ANSWER_WITHIN))
            .ping_interval(PING_EVERY)
            .reconnect_delay_callback(pause)
            .event_callback(move |event| {
                let told = told.clone();
                async move { note(&told, &event) }
            });
        if let Some(file) = &settings.credentials_file {
            let named = |source| ConnectError::Credentials { file: file.display().to_string(), source };
            options = options.credentials_file(file).await.map_err(named)?;
        }
        if let Some(file) = &settings.ca_file {
            if !holds_certificates(file) {
                return Err(ConnectError::Authorities { file: file.display().to_string() });
            }
            options = options.add_root_certificates(file.clone());
        }
        let client = options.connect(servers).await?;
        let context = ContextBuilder::new()
            .timeout(ANSWER_WITHIN)
            .ack_timeout(ANSWER_WITHIN)
            .max_ack_inflight(WINDOW * 8)
            .build(client);
        Ok(Self { context, link })
    }
}

fn servers(settings: &Settings) -> Result<Vec<ServerAddr>, ConnectError> {
    let parsed = settings.urls.iter().map(|url| url.parse::<ServerAddr>().map_err(|_| ConnectError::Address));
    let servers = parsed.collect::<Result<Vec<_>, _>>()?;
    if servers.is_empty() {
        return Err(ConnectError::Address);
    }
    let on_this_machine =
        |server: &ServerAddr| matches!(server.host(), "localhost" | "127.0.0.1" | "::1" | "[::1]");
    if servers.iter().any(|server| is_plain(server) && !on_this_machine(server)) {
        return Err(ConnectError::Plain);
    }
    Ok(servers)
}

fn is_plain(server: &ServerAddr) -> bool {
    server.scheme() != "tls"
}

fn holds_certificates(file: &Path) -> bool {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    read.is_ok_and(|certificates| !certificates.is_empty())
}

fn note(told: &watch::Sender<Link>, event: &Event) {
    told.send_modify(|link| match event {
        Event::Connected => {
            *link = Link { connection: link.connection + 1, up: true, trouble: None };
        }
        Event::Disconnected | Event::Closed => link.up = false,
        Event::ServerError(error) => link.trouble = Some(error.to_string()),
        Event::ClientError(error) => link.trouble = Some(error.to_string()),
        Event::LameDuckMode | Event::Draining | Event::SlowConsumer(_) => {}
    });
}

/// Longer after each try, and never the same for two clients: a server that comes back is not met by all of them at once.
fn pause(attempts: usize) -> Duration {
    if attempts <= 1 {
        return Duration::ZERO;
    }
    let doubled = u32::try_from(attempts).unwrap_or(u32::MAX).min(6);
    let longest = (Duration::from_millis(20) * 2_u32.pow(doubled)).min(PAUSE_MAX);
    let mut dice = [0; 1];
    // without dice the pause is only less random
    if getrandom::fill(&mut dice).is_err() {
        return longest;
    }
    longest.mul_f64(0.5 + f64::from(dice[0]) / 512.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(urls: &[&str]) -> Result<Vec<ServerAddr>, ConnectError> {
        let urls = urls.iter().map(ToString::to_string).collect();
        servers(&Settings { urls, credentials_file: None, ca_file: None })
    }

    #[test]
    fn plain_addresses_are_taken_on_this_machine_only() {
        for good in [
            "nats://127.0.0.1:4222",
            "nats://localhost:4222",
            "nats://[::1]:4222",
            "tls://nats.example.com:4222",
        ] {
            assert!(of(&[good]).is_ok(), "{good}");
        }
        assert!(matches!(of(&["tls://a:4222", "nats://nats.example.com:4222"]), Err(ConnectError::Plain)));
        assert!(matches!(of(&["nats.example.com:4222"]), Err(ConnectError::Plain)));
        assert!(matches!(of(&[]), Err(ConnectError::Address)));
        assert!(matches!(of(&["tls://user:secret@:x"]), Err(ConnectError::Address)));
    }

    #[test]
    fn pauses_grow_to_half_a_second_and_no_further() {
        assert_eq!(pause(1), Duration::ZERO);
        assert!(
            (2..200)
                .all(|attempts| pause(attempts) <= PAUSE_MAX && pause(attempts) > Duration::from_millis(30))
        );
    }
}
