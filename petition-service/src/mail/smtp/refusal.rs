//! What a server's refusal means: for the mailbox, or for us.

use std::error::Error as _;

use lettre::transport::smtp::Error;

use crate::mail::MailError;

/// What is said of a server that does not answer.
pub(super) const TOO_LATE: &str = "the mail server did not answer within the time limit";

/// To which command a server's answer belongs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    /// `RCPT`: the answer may be about the mailbox.
    Recipient,
    /// Any other: it is about us, our address or what we send.
    Mail,
    /// The mail itself, which the server has by then.
    End,
}

/// Enhanced codes that say for good that this mailbox takes no mail (RFC 3463, RFC 7505). Not among
/// them: 5.1.0, which says nothing; 5.1.7 and 5.1.8, which are about our address; 5.2.2, a mailbox
/// that is full; 5.7.x, a server that will not have mail from us.
const NO_SUCH_MAILBOX: [&str; 7] = [
    "5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10", "5.2.1",
];

/// What an error in the course of a mail means. Only what is wrong with the mailbox is for good:
/// every other refusal is mended in someone's settings, and until then the mail waits. A refusal
/// without an enhanced code may be of either kind (Exim says `550 relay not permitted`, qmail 553,
/// Sendmail 551), so it is tried again too.
///
/// The server's words are left out: many servers repeat the address in them.
pub(super) fn judge(error: &Error, about: About) -> MailError {
    if let Some(code) = error.status() {
        let enhanced = enhanced_code(error);
        let said = match &enhanced {
            Some(enhanced) => format!("the mail server answered {code} {enhanced}"),
            None => format!("the mail server answered {code}"),
        };
        let no_mailbox = about == About::Recipient
            && error.is_permanent()
            && enhanced.is_some_and(|code| NO_SUCH_MAILBOX.contains(&code.as_str()));
        return if no_mailbox {
            MailError::NoMailbox(said)
        } else {
            MailError::Transient(said)
        };
    }
    let why = if error.is_timeout() {
        TOO_LATE
    } else if error.is_response() {
        "the mail server broke off, or its answer cannot be read"
    } else {
        "the connection to the mail server failed"
    };
    if about == About::End {
        return MailError::Unsure(why.to_owned());
    }
    MailError::Transient(why.to_owned())
}

/// The RFC 3463 code (`5.1.1`) at the beginning of the server's words.
fn enhanced_code(error: &Error) -> Option<String> {
    let words = error.source()?.to_string();
    let first = words.split_whitespace().next()?;
    let shaped = first.len() <= 11
        && first.split('.').count() == 3
        && first
            .split('.')
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    shaped.then(|| first.to_owned())
}
