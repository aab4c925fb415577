//! A visitor: one connection that is kept, one request after another.

use std::net::SocketAddr;

use anyhow::{Context, bail};
use axum::body::{Body, to_bytes};
use axum::http::header::{ACCEPT, CONTENT_TYPE, HOST};
use axum::http::{Method, Request, StatusCode};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// More than any answer of the service has.
const LONGEST: usize = 1024 * 1024;

/// A request.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// The address, relative to the service's own.
    pub(super) path: String,
    /// A form to post; none: the address is read.
    pub(super) form: Option<String>,
    /// The answer that there must be.
    pub(super) wanted: StatusCode,
}

/// A connection.
pub(super) struct Visitor {
    sender: SendRequest<Body>,
    host: String,
}

impl Visitor {
    pub(super) async fn connect(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        // It ends with its sender; what went wrong is seen there.
        tokio::spawn(async move { connection.await.ok() });
        let host = address.to_string();
        Ok(Self { sender, host })
    }

    /// Asks, and reads the whole answer.
    ///
    /// # Errors
    /// There was none, or another than was wanted.
    pub(super) async fn ask(&mut self, asked: &Asked) -> anyhow::Result<()> {
        let method = if asked.form.is_some() {
            Method::POST
        } else {
            Method::GET
        };
        let request = Request::builder()
            .method(method)
            .uri(&asked.path)
            .header(HOST, &self.host)
            .header(ACCEPT, "text/html")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(asked.form.clone().unwrap_or_default()))?;
        self.sender.ready().await?;
        let answer = self.sender.send_request(request).await;
        let answer = answer.context("the service did not answer")?;
        let status = answer.status();
        let body = to_bytes(Body::new(answer.into_body()), LONGEST).await?;
        if status != asked.wanted {
            let told: String = String::from_utf8_lossy(&body).chars().take(500).collect();
            bail!(
                "the service answered {status}, not {}: {told}",
                asked.wanted
            );
        }
        Ok(())
    }
}
