//! What every session of ours begins with: its limits, a look which server this is, and the statements it will need.

use std::{
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use deadpool_postgres::{
    ClientWrapper, Hook, HookError, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime,
};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio_postgres::{
    Client, Config, Connection, Error, SimpleQueryMessage, Socket, config::SslMode, tls::MakeTlsConnect,
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{CONNECTION_WITHIN, ConnectError, Settings, Tls};

/// How long making a connection may take. Longer than the wait for one: a connection that is given up half-way is made
/// again from its start by the next request, and never gets there.
const CONNECT_WITHIN: Duration = Duration::from_secs(1);
/// After how long without an answer at the TCP level a connection is given up.
const PEER_GONE_AFTER: Duration = Duration::from_secs(10);
/// Nothing else bounds the wait of a flight; the limits lie below ours, so that the database gives up first and the
/// outcome is known. Set by statements and not by start-up options, which poolers refuse.
const LIMITS: &str = "SET search_path = ops; SET timezone = 'UTC'; SET lock_timeout = 1500; SET statement_timeout = 1800; \
     SET idle_in_transaction_session_timeout = 10000;";

/// The highest epoch that a session of this store has met.
pub(super) type KnownEpoch = Arc<AtomicI64>;

type Stream = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream;

/// An address, and the way to it.
pub(super) struct Way {
    pub(super) config: Config,
    pub(super) tls: MakeRustlsConnect,
}

impl Way {
    pub(super) fn to(settings: &Settings) -> Result<Self, ConnectError> {
        let mut config = Config::from_str(&settings.url).map_err(|_| ConnectError::Address)?;
        config.application_name("ops-daemon").connect_timeout(CONNECT_WITHIN);
        // a peer that vanished without a word would hold its connection, and a place in the pool, for two hours
        config
            .tcp_user_timeout(PEER_GONE_AFTER)
            .keepalives_idle(PEER_GONE_AFTER)
            .keepalives_interval(PEER_GONE_AFTER / 5);
        config.ssl_mode(if settings.tls == Tls::Off { SslMode::Disable } else { SslMode::Require });
        Ok(Self { config, tls: MakeRustlsConnect::new(client_config(&settings.tls)?) })
    }

    /// A connection of its own, and what drives it.
    pub(super) async fn connect(&self) -> Result<(Client, Connection<Socket, Stream>), Error> {
        self.config.connect(self.tls.clone()).await
    }

    /// A pool whose sessions have met their server. `also` is told to each of them after the limits.
    pub(super) fn pool(self, size: usize, also: String, epoch: KnownEpoch) -> Result<Pool, ConnectError> {
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_config(self.config, self.tls, recycling);
        let begin = Hook::async_fn(move |client, _| {
            let client: &ClientWrapper = client;
            let (also, epoch) = (also.clone(), Arc::clone(&epoch));
            Box::pin(async move { begin(client, &also, &epoch).await.map_err(HookError::Backend) })
        });
        Ok(Pool::builder(manager)
            .max_size(size)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(CONNECTION_WITHIN))
            .create_timeout(Some(CONNECT_WITHIN))
            .recycle_timeout(Some(CONNECTION_WITHIN))
            .post_create(begin)
            .build()?)
    }
}

/// Sets the limits of a session.
pub(super) async fn limit(client: &Client, also: &str) -> Result<(), Error> {
    client.batch_execute(&format!("{LIMITS} {also}")).await
}

/// One flight: limits, the server is met, and whoever gets this session first finds the common statements known to it.
/// The epoch is known before the session is used: after a restore nobody reads a row under the old one.
async fn begin(client: &ClientWrapper, also: &str, epoch: &AtomicI64) -> Result<(), Error> {
    let meet = format!("{LIMITS} {also} SELECT meet_server()");
    let hot = crate::sql::hot();
    let prepares = futures::future::join_all(hot.iter().map(|sql| client.prepare_cached(sql)));
    // polled in this order, so that the messages are queued in this order
    let (met, prepared) = futures::join!(client.simple_query(&meet), prepares);
    if let Some(found) = number(&met?) {
        epoch.fetch_max(found, Ordering::AcqRel);
    }
    prepared.into_iter().collect::<Result<Vec<_>, _>>().map(drop)
}

/// The one number that a simple query answers.
pub(super) fn number(answers: &[SimpleQueryMessage]) -> Option<i64> {
    answers.iter().find_map(|answer| match answer {
        SimpleQueryMessage::Row(row) => row.get(0)?.parse().ok(),
        _ => None,
    })
}

/// TLS as the settings say; made in any case, since the way without it has the same type.
fn client_config(tls: &Tls) -> Result<ClientConfig, ConnectError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let builder = match tls {
        Tls::Off => builder.with_root_certificates(RootCertStore::empty()),
        Tls::Require { ca_file: None } => builder.with_platform_verifier()?,
        Tls::Require { ca_file: Some(file) } => {
            let bad = |why: String| ConnectError::Authorities { file: file.clone(), why };
            let mut roots = RootCertStore::empty();
            let certificates = CertificateDer::pem_file_iter(file).map_err(|error| bad(error.to_string()))?;
            for certificate in certificates {
                let certificate = certificate.map_err(|error| bad(error.to_string()))?;
                roots.add(certificate).map_err(|error| bad(error.to_string()))?;
            }
            if roots.is_empty() {
                return Err(bad("it holds no certificate".into()));
            }
            builder.with_root_certificates(roots)
        }
    };
    Ok(builder.with_no_client_auth())
}
