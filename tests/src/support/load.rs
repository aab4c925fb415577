//! People who sign, and confirm what comes by mail, all at once.

use std::collections::BTreeSet;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::http::{Answer, post};
use super::sink::Sink;

/// How many unconfirmed forms each of them leaves behind.
const BACKLOG: usize = 20;

/// Some of them, at a service.
pub(crate) fn clients(
    number: usize,
    load: &Arc<Load>,
    service: SocketAddr,
    sink: &Sink,
) -> Vec<JoinHandle<()>> {
    (0..number)
        .map(|_| {
            let (load, sink) = (Arc::clone(load), sink.clone());
            thread::spawn(move || load.run(service, &sink))
        })
        .collect()
}

#[derive(Default)]
pub(crate) struct Load {
    next: AtomicUsize,
    pub(crate) over: AtomicBool,
    /// Addresses whose form was acknowledged.
    pub(crate) taken: Mutex<BTreeSet<String>>,
    /// Those of them that were said to be kept until the database is back.
    pub(crate) kept: Mutex<BTreeSet<String>>,
    /// Requests that nobody answered, or a proxy in the place of the service.
    pub(crate) lost: AtomicUsize,
    /// Addresses whose confirmation was acknowledged.
    pub(crate) confirmed: Mutex<BTreeSet<String>>,
}

impl Load {
    /// Whether enough was acknowledged to say something about it.
    pub(crate) fn is_enough(&self, enough: usize) -> bool {
        let taken = self.taken.lock().expect("unbroken").len();
        let confirmed = self.confirmed.lock().expect("unbroken").len();
        taken > enough && confirmed > enough
    }

    /// Signs, and confirms what came by mail, until it is over.
    pub(crate) fn run(&self, service: SocketAddr, sink: &Sink) {
        let mut unconfirmed = Vec::new();
        while !self.over.load(Ordering::Relaxed) {
            // Mails are slower than forms: without an end to it, all would wait for mails.
            let signed = if unconfirmed.len() < BACKLOG {
                self.sign(service)
            } else {
                None
            };
            if signed.is_none() {
                thread::sleep(Duration::from_millis(5));
            }
            unconfirmed.extend(signed);
            unconfirmed.retain(|signer| !self.confirm(service, sink, signer));
        }
    }

    /// Somebody new signs; who, if it was acknowledged.
    fn sign(&self, service: SocketAddr) -> Option<String> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let signer = format!("signer{number}@example.org");
        let fields = [
            ("first_name", "Sam"),
            ("last_name", "Signer"),
            ("email", signer.as_str()),
            ("consent", "yes"),
            ("lang", "en"),
        ];
        let answer = self.heard(post(service, "/petitions/safe-online/sign", &fields))?;
        assert!(matches!(answer.status, 202 | 303), "{}", answer.body);
        if answer.status == 202 {
            self.kept.lock().expect("unbroken").insert(signer.clone());
        }
        self.taken.lock().expect("unbroken").insert(signer.clone());
        Some(signer)
    }

    /// An answer of the service's own that is no excuse.
    fn heard(&self, answer: io::Result<Answer>) -> Option<Answer> {
        let heard = answer.ok().filter(|answer| answer.status < 500);
        if heard.is_none() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
        heard
    }

    /// Confirms, if the mail came; whether it was acknowledged.
    fn confirm(&self, service: SocketAddr, sink: &Sink, signer: &str) -> bool {
        let Some(mail) = sink.to(signer).pop() else {
            return false;
        };
        let Some(answer) = self.heard(post(service, &confirm_path(&mail.text), &[])) else {
            return false;
        };
        assert_eq!(answer.status, 303, "{}", answer.body);
        // The database is away, and the page says that the link stays good.
        if answer.location.ends_with("/error/") {
            return false;
        }
        let mut confirmed = self.confirmed.lock().expect("unbroken");
        confirmed.insert(signer.to_owned())
    }
}

pub(crate) fn confirm_path(mail: &str) -> String {
    let (_, rest) = mail.split_once("/confirm/").expect("a link");
    let token = rest.split_whitespace().next().expect("a token");
    format!("/confirm/{token}")
}
