//! The three listeners: what lies around the routes of each, and the loop that serves them.

use std::net::SocketAddr;

use axum::{Router, middleware};
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    admin,
    app::App,
    config::Config,
    http::{
        accept::{self, Limits},
        host::Hosts,
        layers,
        tls::{self, Tls, TlsError},
    },
    internal, probe,
    telemetry::{Listener, Track, track},
};

/// Why a listener cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum NotListening {
    /// The address is taken, or not ours.
    #[error(
        "{listener} cannot listen on {address}: {error}; choose another address (`dev`: --port-base PORT), or end what listens there"
    )]
    Address {
        /// Which listener.
        listener: &'static str,
        /// Where.
        address: SocketAddr,
        /// What the system says.
        error: std::io::Error,
    },
    /// Certificates or keys cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// Sockets that are bound and not yet served: early callers wait instead of being refused.
pub struct Bound {
    admin: (TcpListener, Option<Tls>),
    internal: (TcpListener, Tls),
    ops: TcpListener,
}

/// Binds all three.
///
/// # Errors
/// [`NotListening`].
pub async fn bind(config: &Config) -> Result<Bound, NotListening> {
    let admin_tls =
        config.admin.tls.as_ref().map(|tls| tls::server(&tls.certificate, &tls.key)).transpose()?;
    let mutual = &config.internal.tls;
    let internal_tls = tls::mutual(&mutual.certificate, &mutual.key, &mutual.client_ca)?;
    Ok(Bound {
        admin: (listen("admin", config.admin.listen).await?, admin_tls.map(Tls::new)),
        internal: (listen("internal", config.internal.listen).await?, Tls::new(internal_tls)),
        ops: listen("ops", config.ops.listen).await?,
    })
}

async fn listen(listener: &'static str, address: SocketAddr) -> Result<TcpListener, NotListening> {
    TcpListener::bind(address).await.map_err(|error| NotListening::Address { listener, address, error })
}

/// A listener's end: how to ask for it, and how to wait for it.
#[derive(Default)]
pub struct End {
    stop: CancellationToken,
    running: TaskTracker,
}

impl End {
    /// Refuses new connections, finishes what is in flight, and waits for that.
    pub async fn drain(&self) {
        self.stop.cancel();
        self.running.close();
        self.running.wait().await;
    }

    fn spawn(&self, serving: impl Future<Output = ()> + Send + 'static) {
        self.running.spawn(serving);
    }
}

/// When the certificate of each TLS listener ends.
///
/// # Errors
/// A certificate cannot be read any more.
pub fn measure_certificates(config: &Config, app: &App) -> Result<(), NotListening> {
    let internal = &config.internal.tls.certificate;
    app.metrics.set_certificate_expiry(Listener::Internal, tls::expires_at(internal)?);
    if let Some(admin) = &config.admin.tls {
        app.metrics.set_certificate_expiry(Listener::Admin, tls::expires_at(&admin.certificate)?);
    }
    Ok(())
}

/// Serves all three. `apis` ends the two with an API; `ops` is ended after them, since it tells of the drain.
pub fn serve(bound: Bound, config: &Config, app: &App, apis: &End, ops: &End) {
    let admin = around(admin::router::router().router, app, Listener::Admin, config.admin.hosts.clone());
    let internal =
        around(internal::router::router().router, app, Listener::Internal, config.internal.hosts.clone());
    let drain = config.shutdown.drain();
    let (socket, tls) = bound.admin;
    apis.spawn(accept::serve(socket, tls, admin, Limits { drain, ..Limits::ADMIN }, apis.stop.clone()));
    let (socket, tls) = bound.internal;
    apis.spawn(accept::serve(
        socket,
        Some(tls),
        internal,
        Limits { drain, ..Limits::INTERNAL },
        apis.stop.clone(),
    ));
    ops.spawn(accept::serve(
        bound.ops,
        None,
        layers::ops(probe::router(app.clone())),
        Limits::OPS,
        ops.stop.clone(),
    ));
}

/// One log line and one metric per request, around everything that can answer it.
fn around(routes: Router<App>, app: &App, listener: Listener, hosts: Vec<String>) -> Router {
    let tracking = middleware::from_fn_with_state(Track::new(app.metrics.clone(), listener), track);
    layers::api(routes.with_state(app.clone()), Hosts::new(hosts)).layer(tracking)
}
