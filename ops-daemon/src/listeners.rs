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
        source::TrustedProxies,
        tls::Tls,
        tls_files::{NotServed, TlsFiles, Wanted},
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
    Tls(#[from] NotServed),
}

/// Sockets that are bound and not yet served: early callers wait instead of being refused.
pub struct Bound {
    admin: (TcpListener, Option<Tls>),
    internal: (TcpListener, Tls),
    ops: TcpListener,
}

/// Binds all three. With them come the files that their TLS is made of, for whoever looks whether they change.
///
/// # Errors
/// [`NotListening`].
pub async fn bind(config: &Config) -> Result<(Bound, Vec<TlsFiles>), NotListening> {
    let internal = TlsFiles::open(Listener::Internal, Wanted::Mutual(config.internal.tls.clone()))?;
    let admin = config.admin.tls.clone().map(|tls| TlsFiles::open(Listener::Admin, Wanted::Server(tls)));
    let admin = admin.transpose()?;
    let bound = Bound {
        admin: (listen("admin", config.admin.listen).await?, admin.as_ref().map(TlsFiles::tls)),
        internal: (listen("internal", config.internal.listen).await?, internal.tls()),
        ops: listen("ops", config.ops.listen).await?,
    };
    Ok((bound, std::iter::once(internal).chain(admin).collect()))
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

/// Serves all three. `apis` ends the two with an API; `ops` is ended after them, since it tells of the drain.
pub fn serve(bound: Bound, config: &Config, app: &App, apis: &End, ops: &End) {
    let admin = around(
        admin::router::router().router,
        app,
        Listener::Admin,
        config.admin.hosts.clone(),
        TrustedProxies::new(&config.admin.trusted_proxies),
    );
    let internal = around(
        internal::router::router().router,
        app,
        Listener::Internal,
        config.internal.hosts.clone(),
        TrustedProxies::default(),
    );
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
fn around(
    routes: Router<App>,
    app: &App,
    listener: Listener,
    hosts: Vec<String>,
    trusted: TrustedProxies,
) -> Router {
    let tracking = middleware::from_fn_with_state(Track::new(app.metrics.clone(), listener), track);
    layers::api(routes.with_state(app.clone()), Hosts::new(hosts), trusted).layer(tracking)
}
