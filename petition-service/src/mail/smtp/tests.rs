//! Real SMTP conversations: with a mail server in this process, and with one that misbehaves.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use mail_parser::{HeaderName, MessageParser};
use mailin_embedded::{Handler, Response, Server, response};

mod moody;
mod wrapped;

use super::*;
use crate::mail::Address;

const LINK: &str = "https://site.example/service/unsubscribe/0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz";

fn mail() -> Mail {
    Mail {
        from: "campagne@site.example".to_owned(),
        from_name: "منظمة تجريبية".to_owned(),
        reply_to: Some("vragen@site.example".to_owned()),
        to: Address::new("jo@mail.example"),
        subject: "أكّد توقيعك على «أوقفوا الاستغلال الجنسي للأطفال عبر الإنترنت الآن»".to_owned(),
        text: "مرحبا\n.\n..dots\nFrom here\n".to_owned(),
        html: "<!doctype html>\n<p dir=\"rtl\">مرحبا &amp; good</p>\n".to_owned(),
        headers: [
            ("Auto-Submitted", "auto-generated"),
            ("Content-Language", "ar"),
            ("List-Unsubscribe", &format!("<{LINK}>")),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            ("List-Id", "<news.site.example>"),
            ("List-Help", "<https://site.example/ar/news/>"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec(),
        message_id: "<0192-abcd@site.example>".to_owned(),
        language: "ar".to_owned(),
    }
}

fn to(address: &str) -> Mail {
    Mail {
        to: Address::new(address),
        ..mail()
    }
}

fn mailer(address: SocketAddr, time_limit: Duration) -> SmtpMailer {
    SmtpMailer::new(SmtpConfig {
        port: Some(address.port()),
        hello_name: Some("site.example".to_owned()),
        time_limit,
        end_limit: time_limit,
        ..SmtpConfig::new("127.0.0.1", Security::None)
    })
    .unwrap()
}

const LONG: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(100);

/// Keeps what it gets; the recipient's name says how it answers.
#[derive(Clone, Default)]
struct Mailbox {
    mails: Arc<Mutex<Vec<Got>>>,
    now: Got,
    hellos: Arc<Mutex<u32>>,
}

#[derive(Clone, Default)]
struct Got {
    from: String,
    to: Vec<String>,
    data: Vec<u8>,
}

impl Handler for Mailbox {
    fn helo(&mut self, _ip: IpAddr, _domain: &str) -> Response {
        *self.hellos.lock().unwrap() += 1;
        response::OK
    }

    fn mail(&mut self, _ip: IpAddr, _domain: &str, from: &str) -> Response {
        self.now = Got {
            from: from.to_owned(),
            ..Got::default()
        };
        response::OK
    }

    fn rcpt(&mut self, to: &str) -> Response {
        self.now.to.push(to.to_owned());
        let answer = |code, text: &str| Response::custom(code, text.to_owned());
        match to.split('@').next() {
            Some("full") => response::OUT_OF_SPACE,
            Some("gone") => answer(550, "5.1.1 <gone@mail.example>: no such user"),
            Some("moved") => answer(550, "5.1.8 <campagne@site.example>: no such sender"),
            Some("relay") => answer(554, "5.7.1 <relay@mail.example>: Relay access denied"),
            Some("exim") => answer(550, "relay not permitted"),
            Some("large") => answer(552, "5.3.4 message too big"),
            Some("login") => answer(530, "5.7.0 Must issue a STARTTLS command first"),
            _ => response::OK,
        }
    }

    fn data(&mut self, buf: &[u8]) -> io::Result<()> {
        self.now.data.extend_from_slice(buf);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        if self.now.to.iter().any(|to| to.starts_with("spam")) {
            return response::TRANSACTION_FAILED;
        }
        self.mails.lock().unwrap().push(self.now.clone());
        response::OK
    }
}

fn server() -> (SocketAddr, Mailbox) {
    let handler = Mailbox::default();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut server = Server::new(handler.clone());
    server.with_name("mail.example").with_tcp_listener(listener);
    std::thread::spawn(move || server.serve().is_ok());
    (address, handler)
}

#[tokio::test]
async fn a_mail_arrives_as_it_was_written() {
    let (address, handler) = server();
    mailer(address, LONG).send(&mail()).await.unwrap();
    let got = handler.mails.lock().unwrap().pop().unwrap();
    assert_eq!(got.from, "campagne@site.example");
    assert_eq!(got.to, ["jo@mail.example"]);
    assert!(got.data.is_ascii(), "nothing relies on 8BITMIME");

    let sent = mail();
    let read = MessageParser::default().parse(&got.data).unwrap();
    assert_eq!(read.subject(), Some(sent.subject.as_str()));
    let from = read.from().unwrap().first().unwrap();
    assert_eq!(from.name(), Some(sent.from_name.as_str()));
    assert_eq!(from.address(), Some("campagne@site.example"));
    let to = read.to().unwrap().first().unwrap();
    assert_eq!(to.address(), Some("jo@mail.example"));
    let reply_to = read.reply_to().unwrap().first().unwrap();
    assert_eq!(reply_to.address(), Some("vragen@site.example"));
    assert_eq!(read.message_id(), Some("0192-abcd@site.example"));
    assert!(read.date().is_some());
    assert_eq!(read.mime_version().as_text(), Some("1.0"));
    for (name, value) in &sent.headers {
        let raw = read.header_raw(HeaderName::parse(name.as_str()).unwrap());
        assert_eq!(raw.unwrap().trim(), value, "{name}");
    }
    // Folded before the link at most, never within it.
    assert!(String::from_utf8_lossy(&got.data).contains(&format!("<{LINK}>\r\n")));
    let kind = read.header_raw(HeaderName::ContentType).unwrap();
    assert!(kind.contains("multipart/alternative"), "{kind}");
    let unix = |text: &str| text.replace("\r\n", "\n");
    assert_eq!(
        unix(&read.body_text(0).unwrap()).trim_end(),
        sent.text.trim_end()
    );
    assert_eq!(
        unix(&read.body_html(0).unwrap()).trim_end(),
        sent.html.trim_end()
    );
}

#[tokio::test]
async fn a_connection_serves_many_mails() {
    let (address, handler) = server();
    let mailer = mailer(address, LONG);
    for _ in 0..3 {
        mailer.send(&mail()).await.unwrap();
    }
    assert_eq!(handler.mails.lock().unwrap().len(), 3);
    assert_eq!(*handler.hellos.lock().unwrap(), 1);
}

#[tokio::test]
async fn refusals_are_told_apart_and_name_no_address() {
    let (address, handler) = server();
    let mailer = mailer(address, LONG);
    let transient = |text: &str| Err(MailError::Transient(text.to_owned()));
    let permanent = |text: &str| Err(MailError::Permanent(text.to_owned()));
    let no_mailbox = |text: &str| Err(MailError::NoMailbox(text.to_owned()));
    for (recipient, expected) in [
        (
            "full@mail.example",
            transient("the mail server answered 452"),
        ),
        (
            "gone@mail.example",
            no_mailbox("the mail server answered 550 5.1.1"),
        ),
        (
            "login@mail.example",
            transient("the mail server answered 530 5.7.0"),
        ),
        (
            "spam@mail.example",
            transient("the mail server answered 554"),
        ),
        (
            "moved@mail.example",
            transient("the mail server answered 550 5.1.8"),
        ),
        (
            "relay@mail.example",
            transient("the mail server answered 554 5.7.1"),
        ),
        (
            "exim@mail.example",
            transient("the mail server answered 550"),
        ),
        (
            "large@mail.example",
            transient("the mail server answered 552 5.3.4"),
        ),
        (
            "jö@mail.example",
            permanent("the mail server cannot take addresses with other letters than a to z"),
        ),
        ("none", permanent("an address in it is not one for mails")),
        (
            "a b@mail.example",
            permanent("an address in it is not one for mails"),
        ),
        ("x@mail.example", Ok(())),
    ] {
        assert_eq!(mailer.send(&to(recipient)).await, expected, "{recipient}");
    }
    assert_eq!(handler.mails.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_domain_of_letters_travels_in_ascii() {
    let (address, handler) = server();
    let mailer = mailer(address, LONG);
    mailer.send(&to("jo@bücher.example")).await.unwrap();
    let got = handler.mails.lock().unwrap().pop().unwrap();
    assert_eq!(got.to, ["jo@xn--bcher-kva.example"]);
}

#[tokio::test]
async fn nothing_can_be_smuggled_into_the_headers() {
    let (address, handler) = server();
    let mailer = mailer(address, LONG);
    let break_in = "x\r\nBcc: all@mail.example".to_owned();
    let bad = [
        Mail {
            subject: break_in.clone(),
            ..mail()
        },
        Mail {
            from_name: break_in.clone(),
            ..mail()
        },
        Mail {
            message_id: break_in.clone(),
            ..mail()
        },
        Mail {
            headers: vec![("List-Id".to_owned(), break_in.clone())],
            ..mail()
        },
        Mail {
            headers: vec![(break_in, "x".to_owned())],
            ..mail()
        },
        Mail {
            headers: vec![("Bcc".to_owned(), "x@mail.example".to_owned())],
            ..mail()
        },
        Mail {
            headers: vec![("Content-Type".to_owned(), "text/html".to_owned())],
            ..mail()
        },
        to("a@mail.example\r\nRCPT TO:<b@mail.example>"),
    ];
    for (number, mail) in bad.iter().enumerate() {
        let error = mailer.send(mail).await.unwrap_err();
        assert!(
            matches!(error, MailError::Permanent(_)),
            "{number}: {error}"
        );
    }
    assert!(handler.mails.lock().unwrap().is_empty());
}

#[tokio::test]
async fn starttls_is_not_given_up_for_plain_text() {
    let (address, handler) = server();
    let mailer = SmtpMailer::new(SmtpConfig {
        port: Some(address.port()),
        ..SmtpConfig::new("localhost", Security::StartTls)
    })
    .unwrap();
    let error = mailer.send(&mail()).await.unwrap_err();
    assert!(matches!(error, MailError::Transient(_)), "{error}");
    assert!(handler.mails.lock().unwrap().is_empty());
}

#[test]
fn all_mistakes_in_the_settings_are_named() {
    let bad = SmtpConfig {
        username: Some("x".to_owned()),
        hello_name: Some("a b".to_owned()),
        connections: 0,
        ..SmtpConfig::new("", Security::None)
    };
    assert_eq!(bad.problems().len(), 5);
    let plain = SmtpConfig::new("mail.example", Security::None);
    assert_eq!(plain.problems().len(), 1);
    for host in ["localhost", "127.0.0.1", "::1"] {
        assert!(SmtpConfig::new(host, Security::None).problems().is_empty());
    }
}
