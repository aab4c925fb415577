//! The mailbox's door: an SMTP server on the loopback interface, so that the service sends its
//! mails in development exactly as it does in production.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::thread;

use mailin_embedded::response::OK;
use mailin_embedded::{Handler, Response, Server};

use super::Mailbox;

/// Sessions at the same time; the service's connection pool keeps up to ten open.
const SESSIONS: u32 = 24;

/// A mail larger than this is cut: nothing that the service sends comes near it.
const LARGEST: usize = 4 * 1024 * 1024;

#[derive(Clone)]
struct Session {
    mailbox: Mailbox,
    to: Vec<String>,
    data: Vec<u8>,
}

impl Handler for Session {
    fn mail(&mut self, _ip: IpAddr, _domain: &str, _from: &str) -> Response {
        self.to.clear();
        self.data.clear();
        OK
    }

    fn rcpt(&mut self, to: &str) -> Response {
        self.to.push(to.to_owned());
        OK
    }

    fn data(&mut self, bytes: &[u8]) -> io::Result<()> {
        let room = LARGEST.saturating_sub(self.data.len());
        self.data.extend(bytes.iter().take(room));
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        self.mailbox
            .receive(std::mem::take(&mut self.to), &self.data);
        self.data.clear();
        OK
    }
}

/// Opens the door on a free port of the loopback interface and says which.
///
/// # Errors
/// No port could be opened.
pub(in crate::dev) fn listen(mailbox: Mailbox) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let session = Session {
        mailbox,
        to: Vec::new(),
        data: Vec::new(),
    };
    let mut server = Server::new(session);
    server
        .with_name("mailbox.localhost")
        .with_num_threads(SESSIONS)
        .with_tcp_listener(listener);
    thread::Builder::new()
        .name("mailbox".to_owned())
        .spawn(move || {
            if let Err(error) = server.serve() {
                tracing::error!(%error, "the development mailbox has closed");
            }
        })?;
    Ok(address)
}
