//! Mails: what one is, how it is written ([`compose`]) and how it leaves ([`Mailer`]).
//!
//! No text that a visitor typed gets into a mail: an unconfirmed form must not carry a stranger's
//! words to a third person. The only value that comes from outside is the recipient's address.

use std::fmt;

mod compose;
mod html;
mod kind;
pub mod memory;
#[cfg(test)]
pub(crate) mod scripted;
pub mod smtp;
#[cfg(test)]
mod tests;

pub use futures_util::future::BoxFuture;

pub use compose::{ComposeError, Job, Letter, Sender, compose};
pub use kind::{MailKind, RIGHTS_DAYS};

/// An e-mail address that cannot be printed by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(String);

impl Address {
    /// Wraps an address as it stands; its shape is checked when the mail is sent.
    pub fn new(address: impl Into<String>) -> Self {
        Self(address.into())
    }

    /// The address itself: for the envelope and the `To` header, never for a log.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(…)")
    }
}

/// A mail, complete but for what the transport adds.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// The sender's address (`From`, and the envelope's).
    pub from: String,
    /// The sender's name as shown.
    pub from_name: String,
    /// Where answers go (`Reply-To`), if not to the sender.
    pub reply_to: Option<String>,
    /// The recipient.
    pub to: Address,
    /// Subject, one line of plain text.
    pub subject: String,
    /// The plain text part.
    pub text: String,
    /// The HTML part, a whole document.
    pub html: String,
    /// Further headers, by name, with their values undecorated (`Auto-Submitted`, `List-Id` …).
    pub headers: Vec<(String, String)>,
    /// `Message-ID`, with its angle brackets. Equal for every attempt at the same mail.
    pub message_id: String,
    /// Language code of the text.
    pub language: String,
}

impl fmt::Debug for Mail {
    // Its texts and headers hold links that work for whoever has them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail")
            .field("message_id", &self.message_id)
            .field("language", &self.language)
            .finish_non_exhaustive()
    }
}

impl Mail {
    /// The value of a further header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// Why a mail did not leave. The texts hold no addresses: they may be logged and stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// It may go better later: no connection, a time limit, a refusal that is not the mailbox's.
    #[error("not now: {0}")]
    Transient(String),
    /// The server has all of it, and did not say whether it took it: it may arrive.
    #[error("not known: {0}")]
    Unsure(String),
    /// It will never go: there is no such mailbox.
    #[error("never: {0}")]
    NoMailbox(String),
    /// It will never go: it is not a mail that can be sent.
    #[error("never: {0}")]
    Permanent(String),
}

/// Something that sends mails.
pub trait Mailer: Send + Sync {
    /// Sends one mail; `Ok` means that the next server took the responsibility for it.
    fn send<'a>(&'a self, mail: &'a Mail) -> BoxFuture<'a, Result<(), MailError>>;
}
