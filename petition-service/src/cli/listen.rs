//! Where the service listens: on sockets that the system hands over, or else on its own.
//!
//! A socket that systemd (or another that speaks its protocol, `sd_listen_fds(3)`) holds stays open while
//! the service is exchanged for a newer one: visitors who come meanwhile wait a moment, and none is
//! turned away.

use std::net::SocketAddr;

use anyhow::Context;
use listenfd::ListenFd;
use tokio::net::TcpListener;

use crate::app::Listeners;
use crate::config::Config;

/// The sockets: the first that is handed over is for visitors, the second for the figures.
///
/// # Errors
/// An address is in use or not this machine's, or what was handed over is no TCP socket.
pub(super) async fn listeners(config: &Config) -> anyhow::Result<Listeners> {
    let mut handed = ListenFd::from_env();
    let public = match taken(&mut handed, 0)? {
        Some(listener) => listener,
        None => bind(config.listen).await?,
    };
    let metrics = match (taken(&mut handed, 1)?, config.metrics_listen) {
        (Some(listener), _) => Some(listener),
        (None, Some(address)) => Some(bind(address).await?),
        (None, None) => None,
    };
    Ok(Listeners { public, metrics })
}

fn taken(handed: &mut ListenFd, index: usize) -> anyhow::Result<Option<TcpListener>> {
    if handed.len() <= index {
        return Ok(None);
    }
    let listener = handed
        .take_tcp_listener(index)
        .with_context(|| format!("socket {index} that was handed over is no TCP socket"))?;
    let Some(listener) = listener else {
        return Ok(None);
    };
    listener.set_nonblocking(true)?;
    Ok(Some(TcpListener::from_std(listener)?))
}

async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}"))
}
