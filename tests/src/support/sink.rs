//! A mail server that keeps what it is given, over real SMTP.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::thread;

use mail_parser::MessageParser;
use mailin_embedded::response::OK;
use mailin_embedded::{Handler, Response, Server};

/// A mail, decoded.
#[derive(Clone)]
pub(crate) struct Received {
    pub(crate) text: String,
    /// Header lines as sent.
    pub(crate) source: String,
}

/// The mails by recipient.
#[derive(Clone, Default)]
pub(crate) struct Sink {
    mails: Arc<Mutex<BTreeMap<String, Vec<Received>>>>,
}

impl Sink {
    /// Starts a server on a free port.
    pub(crate) fn start() -> (Self, SocketAddr) {
        let sink = Self::default();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let session = Session {
            sink: sink.clone(),
            to: Vec::new(),
            data: Vec::new(),
        };
        let mut server = Server::new(session);
        server
            .with_name("sink.test")
            .with_num_threads(48)
            .with_tcp_listener(listener);
        thread::spawn(move || server.serve().expect("the sink serves"));
        (sink, address)
    }

    /// The mails to an address, oldest first.
    pub(crate) fn to(&self, address: &str) -> Vec<Received> {
        let mails = self.mails.lock().expect("unbroken");
        mails.get(address).cloned().unwrap_or_default()
    }

    /// Everybody who got a mail.
    pub(crate) fn recipients(&self) -> Vec<String> {
        self.mails
            .lock()
            .expect("unbroken")
            .keys()
            .cloned()
            .collect()
    }
}

#[derive(Clone)]
struct Session {
    sink: Sink,
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
        self.data.extend_from_slice(bytes);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        let parsed = MessageParser::default().parse(&self.data);
        let text = parsed
            .as_ref()
            .and_then(|mail| mail.body_text(0))
            .unwrap_or_default()
            .into_owned();
        let mail = Received {
            text,
            source: String::from_utf8_lossy(&self.data).into_owned(),
        };
        let mut mails = self.sink.mails.lock().expect("unbroken");
        for to in self.to.drain(..) {
            mails.entry(to).or_default().push(mail.clone());
        }
        OK
    }
}
