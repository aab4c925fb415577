//! From a [`Mail`] to the bytes that travel.

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};

use crate::mail::{Mail, MailError};

/// Headers that are made from the mail's own fields.
const OWN: [&str; 10] = [
    "from",
    "to",
    "cc",
    "bcc",
    "sender",
    "reply-to",
    "subject",
    "date",
    "message-id",
    "mime-version",
];

/// The message with its envelope.
pub(super) fn build(mail: &Mail) -> Result<Message, MailError> {
    let from = mailbox(&mail.from, Some(&mail.from_name))?;
    let mut builder = Message::builder()
        .from(from)
        .to(mailbox(mail.to.expose(), None)?)
        .subject(single_line(&mail.subject, "subject")?)
        .message_id(Some(single_line(&mail.message_id, "Message-ID")?))
        .date_now();
    if let Some(reply_to) = &mail.reply_to {
        builder = builder.reply_to(mailbox(reply_to, None)?);
    }
    for (name, value) in &mail.headers {
        builder = builder.raw_header(header(name, value)?);
    }
    let body = MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone());
    builder
        .multipart(body)
        .map_err(|_| never("the mail cannot be put together"))
}

fn mailbox(address: &str, name: Option<&str>) -> Result<Mailbox, MailError> {
    // The error's text may repeat the address, so it is not kept.
    let address =
        sendable(address).ok_or_else(|| never("an address in it is not one for mails"))?;
    let name = name.filter(|name| !name.is_empty());
    let name = name.map(|name| single_line(name, "name")).transpose()?;
    Ok(Mailbox::new(name, address))
}

/// The address with its domain in ASCII: mail servers that know no other are many.
fn sendable(address: &str) -> Option<Address> {
    let (user, domain) = address.rsplit_once('@')?;
    let domain = if domain.is_ascii() {
        domain.to_owned()
    } else {
        idna::domain_to_ascii(domain).ok()?
    };
    Address::new(user, domain).ok()
}

fn header(name: &str, value: &str) -> Result<HeaderValue, MailError> {
    let value = single_line(value, "header")?;
    let known = OWN.iter().any(|own| own.eq_ignore_ascii_case(name));
    let spelt = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if known || !spelt || name.to_ascii_lowercase().starts_with("content-t") {
        return Err(never("it has a header that it may not set"));
    }
    let field = HeaderName::new_from_ascii(name.to_owned())
        .map_err(|_| never("it has a header that it may not set"))?;
    Ok(HeaderValue::new(field, value))
}

/// Refuses line breaks and other control characters: they could begin a header of their own.
fn single_line(text: &str, what: &str) -> Result<String, MailError> {
    if text.chars().any(char::is_control) {
        return Err(never(&format!("its {what} holds a control character")));
    }
    Ok(text.to_owned())
}

fn never(why: &str) -> MailError {
    MailError::Permanent(why.to_owned())
}
