//! The development mailbox: takes every mail that the service sends, and shows it in the browser.

mod pages;
mod smtp;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use mail_parser::MessageParser;
use serde::Serialize;

pub(super) use pages::router;
pub(super) use smtp::listen;

/// How many mails are kept; the oldest go first.
const KEPT: usize = 1000;

/// A mail as it came over the wire, taken apart.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Mail {
    /// Its number in this mailbox, from 1.
    id: u64,
    /// The envelope's recipients.
    to: Vec<String>,
    /// The subject, decoded.
    subject: String,
    /// The text part, decoded.
    text: String,
    /// The HTML part, decoded.
    html: String,
    /// The headers, names in lower case, values unfolded but otherwise as sent.
    headers: BTreeMap<String, String>,
    /// The mail as sent.
    source: String,
}

/// The mails of this run, newest first. A handle: clones share the same box.
#[derive(Clone, Debug, Default)]
pub(super) struct Mailbox {
    mails: Arc<Mutex<Vec<Mail>>>,
}

impl Mailbox {
    /// The mails, newest first.
    pub(super) fn mails(&self) -> Vec<Mail> {
        self.mails
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Takes in a mail as received.
    pub(super) fn receive(&self, to: Vec<String>, bytes: &[u8]) {
        let mut mails = self.mails.lock().unwrap_or_else(PoisonError::into_inner);
        let id = mails.first().map_or(1, |mail| mail.id + 1);
        mails.insert(0, read(id, to, bytes));
        mails.truncate(KEPT);
    }
}

fn read(id: u64, to: Vec<String>, bytes: &[u8]) -> Mail {
    let source = String::from_utf8_lossy(bytes).into_owned();
    let parsed = MessageParser::default().parse(bytes);
    let mut headers = BTreeMap::new();
    let (mut subject, mut text, mut html) = (String::new(), source.clone(), String::new());
    if let Some(message) = parsed {
        subject = message.subject().unwrap_or_default().to_owned();
        text = message.body_text(0).unwrap_or_default().into_owned();
        html = message.body_html(0).unwrap_or_default().into_owned();
        for (name, value) in message.headers_raw() {
            let unfolded: Vec<&str> = value.split_whitespace().collect();
            headers.insert(name.to_ascii_lowercase(), unfolded.join(" "));
        }
    }
    Mail {
        id,
        to,
        subject,
        text,
        html,
        headers,
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::Mailbox;

    #[test]
    fn a_mail_is_taken_apart_and_the_newest_stands_first() {
        let mailbox = Mailbox::default();
        mailbox.receive(
            vec!["a@example.org".into()],
            b"Subject: one\r\n\r\nfirst\r\n",
        );
        mailbox.receive(
            vec!["b@example.org".into()],
            b"Subject: =?utf-8?q?Bevestig_=E2=9C=93?=\r\nContent-Language:\r\n nl\r\n\r\nsecond\r\n",
        );
        let mails = mailbox.mails();
        assert_eq!(mails.len(), 2);
        assert_eq!(mails[0].subject, "Bevestig ✓");
        assert_eq!(mails[0].id, 2);
        assert_eq!(mails[0].headers["content-language"], "nl");
        assert_eq!(mails[1].text.trim(), "first");
    }

    #[test]
    fn bytes_that_are_no_mail_are_kept_all_the_same() {
        let mailbox = Mailbox::default();
        mailbox.receive(Vec::new(), &[0xff, 0x00, b'\n']);
        assert_eq!(mailbox.mails().len(), 1);
    }
}
