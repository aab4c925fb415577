//! The connection below SMTP.
//!
//! A mail and the full stop behind it are two writes. With Nagle's algorithm the second waits until the
//! server's system acknowledges the first, which systems put off by 40 ms: a hundred mails a second
//! over four connections, whatever the server could do. So the connection is made here, without it.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

#[expect(
    deprecated,
    reason = "there is no other way to TLS before the first word"
)]
use lettre::transport::smtp::client::AsyncNetworkStream;
use lettre::transport::smtp::client::{AsyncTokioStream, TlsParameters};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_util::compat::{Compat, FuturesAsyncReadCompatExt};

/// Connects; with TLS from the first byte if there are parameters for it.
///
/// # Errors
/// No address of the host answers, or its certificate is not good.
pub(super) async fn connect(
    server: (&str, u16),
    tls: Option<TlsParameters>,
) -> Result<Box<dyn AsyncTokioStream>, String> {
    let stream = TcpStream::connect(server)
        .await
        .map_err(|error| error.to_string())?;
    stream
        .set_nodelay(true)
        .map_err(|error| error.to_string())?;
    let Some(tls) = tls else {
        return Ok(Box::new(stream));
    };
    let peer = stream.peer_addr().map_err(|error| error.to_string())?;
    #[expect(deprecated, reason = "see above")]
    let mut stream = AsyncNetworkStream::use_existing_tokio1(Box::new(stream));
    stream
        .upgrade_tls(tls)
        .await
        .map_err(|error| error.to_string())?;
    let stream = stream.compat();
    Ok(Box::new(Wrapped { stream, peer }))
}

/// A connection that spoke TLS from the beginning.
#[derive(Debug)]
struct Wrapped {
    #[expect(deprecated, reason = "see above")]
    stream: Compat<AsyncNetworkStream>,
    peer: SocketAddr,
}

impl AsyncTokioStream for Wrapped {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}

impl AsyncRead for Wrapped {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Wrapped {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
