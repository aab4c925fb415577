//! A mail server on loopback that takes everything: it keeps of each mail when it came, for whom, and the
//! link in it that confirms.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What stands before the token in a link that confirms.
const CONFIRM: &str = "/confirm/";

/// A mail that arrived.
#[derive(Clone, Debug)]
pub(super) struct Arrived {
    pub(super) at: Instant,
    /// The address before its `@`.
    pub(super) recipient: String,
    /// None: it asks for nothing.
    pub(super) token: Option<String>,
}

/// The mail server.
#[derive(Clone)]
pub(super) struct Sink {
    /// Where it listens.
    pub(super) address: SocketAddr,
    arrived: Arc<Mutex<Vec<Arrived>>>,
}

impl Sink {
    pub(super) async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let sink = Self {
            address: listener.local_addr()?,
            arrived: Arc::default(),
        };
        let taking = sink.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let taking = taking.clone();
                // A connection that breaks is the service's affair: it sends the mail again.
                tokio::spawn(async move { taking.converse(stream).await.ok() });
            }
        });
        Ok(sink)
    }

    /// How many have arrived.
    pub(super) fn count(&self) -> usize {
        self.lock().len()
    }

    /// All that arrived.
    pub(super) fn all(&self) -> Vec<Arrived> {
        self.lock().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Arrived>> {
        self.arrived.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn converse(&self, stream: TcpStream) -> std::io::Result<()> {
        stream.set_nodelay(true)?;
        let mut stream = BufReader::new(stream);
        stream.write_all(b"220 rehearsal\r\n").await?;
        let (mut line, mut recipient) = (String::new(), String::new());
        loop {
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let command = line.to_ascii_uppercase();
            let answer: &[u8] = if command.starts_with("DATA") {
                stream.write_all(b"354 go on\r\n").await?;
                let text = message(&mut stream).await?;
                self.lock().push(Arrived {
                    at: Instant::now(),
                    recipient: std::mem::take(&mut recipient),
                    token: token(&text),
                });
                b"250 taken\r\n"
            } else if command.starts_with("EHLO") {
                b"250-rehearsal\r\n250 8BITMIME\r\n"
            } else if command.starts_with("QUIT") {
                stream.write_all(b"221 bye\r\n").await?;
                return Ok(());
            } else {
                if command.starts_with("RCPT") {
                    let address = line.split(['<', '@']).nth(1);
                    recipient = address.unwrap_or_default().to_owned();
                }
                b"250 fine\r\n"
            };
            stream.write_all(answer).await?;
        }
    }
}

/// A mail up to the line with nothing but a full stop.
async fn message(stream: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let (mut text, mut line) = (String::new(), Vec::new());
    loop {
        line.clear();
        if stream.read_until(b'\n', &mut line).await? == 0 || line == b".\r\n" {
            return Ok(text);
        }
        let read = String::from_utf8_lossy(&line);
        // A line that was broken for the way goes on in the next.
        match read.strip_suffix("=\r\n") {
            Some(part) => text.push_str(part),
            None => text.push_str(&read),
        }
    }
}

fn token(text: &str) -> Option<String> {
    let (_, rest) = text.split_once(CONFIRM)?;
    let is_part = |c: &char| c.is_ascii_alphanumeric() || *c == '-' || *c == '_';
    Some(rest.chars().take_while(is_part).collect())
}

#[cfg(test)]
mod tests {
    use super::token;

    #[test]
    fn the_token_is_what_follows_in_the_link() {
        let text = "Hello\r\nhttps://site.example/service/confirm/aB-_9\r\nhttps://x/confirm/other";
        assert_eq!(token(text).as_deref(), Some("aB-_9"));
        assert_eq!(token("nothing"), None);
    }
}
