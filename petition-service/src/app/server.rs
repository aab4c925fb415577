//! The service's addresses over HTTP, and the end of it all.
//!
//! Visitors may be slow on purpose: each connection has a time limit for its headers and for taking
//! what is answered, there are only so many connections, and an end has a time limit too.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::App;

/// How long to wait when no connection can be taken, usually because too many files are open.
const PAUSE: Duration = Duration::from_millis(200);

/// Where the service listens.
pub struct Listeners {
    /// For visitors.
    pub public: TcpListener,
    /// For the figures, if they are wanted.
    pub metrics: Option<TcpListener>,
}

/// What a server allows.
#[derive(Clone, Copy, Debug)]
pub(super) struct ServerLimits {
    /// Time for the headers of a request, from the answer before it or from the connection's begin.
    pub(super) header_time: Duration,
    /// Time in which a visitor takes some of what is answered: who asks and never reads would keep a
    /// connection for ever.
    pub(super) write_time: Duration,
    /// Connections at once; more wait in the system's queue. Stays below the 1024 files that a
    /// process may usually have open.
    pub(super) connections: usize,
    /// Time for what is under way when the service is told to stop.
    pub(super) end_time: Duration,
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            header_time: Duration::from_secs(10),
            write_time: Duration::from_secs(10),
            connections: 512,
            end_time: Duration::from_secs(30),
        }
    }
}

impl App {
    /// Serves until told to stop, then ends what is under way, for 30 seconds at most.
    ///
    /// # Errors
    /// A part of the service broke off: it is better started again than half dead.
    pub async fn serve(
        self,
        listeners: Listeners,
        told: impl Future<Output = ()>,
    ) -> anyhow::Result<()> {
        self.serve_within(listeners, told, ServerLimits::default())
            .await
    }

    pub(super) async fn serve_within(
        self,
        listeners: Listeners,
        told: impl Future<Output = ()>,
        limits: ServerLimits,
    ) -> anyhow::Result<()> {
        let stop = CancellationToken::new();
        let mut background = self.spawn_background(&stop);
        let mut servers = JoinSet::new();
        let public = serve(listeners.public, self.router(), limits, stop.clone());
        servers.spawn(public);
        if let Some(listener) = listeners.metrics {
            let router = self.metrics_router();
            servers.spawn(serve(listener, router, limits, stop.clone()));
        }
        let all_well = tokio::select! {
            () = told => true,
            _ = background.join_next() => false,
            _ = servers.join_next() => false,
        };
        stop.cancel();
        let ending = async {
            while servers.join_next().await.is_some() {}
            while background.join_next().await.is_some() {}
        };
        if tokio::time::timeout(limits.end_time, ending).await.is_err() {
            tracing::warn!("not all that was under way could be ended in time");
        }
        let broken = self.broken();
        if !all_well || !broken.is_empty() {
            let parts = broken.join(", ");
            bail!("a part of the service broke off ({parts}); what was acknowledged is stored");
        }
        Ok(())
    }
}

/// Takes connections until `stop`, then ends when the last of them has.
async fn serve(
    listener: TcpListener,
    router: Router,
    limits: ServerLimits,
    stop: CancellationToken,
) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let mut connections = JoinSet::new();
    while let Some(next) = stop.run_until_cancelled(next(&listener, &places)).await {
        let Some((stream, peer, place)) = next else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let converse = converse(stream, peer, router.clone(), limits, stop.clone());
        connections.spawn(async move {
            converse.await;
            drop(place);
        });
        // What has ended is forgotten, or the set would grow for ever.
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn next(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => Some((stream, peer, place)),
        Err(error) => {
            tracing::warn!(%error, "a connection could not be taken");
            None
        }
    }
}

async fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    limits: ServerLimits,
    stop: CancellationToken,
) {
    // An answer is written at once; waiting for more of it would only slow it down.
    let _as_it_is = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(limits.write_time));
    let asked = CancellationToken::new();
    let first = asked.clone();
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        first.cancel();
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_time)
        .serve_connection(TokioIo::new(Box::pin(stream)), service);
    let mut connection = std::pin::pin!(connection);
    // Who was let in is heard: a form may be on its way while the service is told to stop.
    let told = async {
        stop.cancelled().await;
        asked.cancelled().await;
    };
    // How a connection ends is the visitor's affair.
    let ended = tokio::select! {
        _ = connection.as_mut() => true,
        () = told => false,
    };
    if !ended {
        connection.as_mut().graceful_shutdown();
        let _ended = connection.await;
    }
}
