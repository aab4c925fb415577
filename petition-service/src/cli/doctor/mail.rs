//! Does the mail server take what we bring? Without a mail, unless one is wished.

use uuid::Uuid;

use super::finding::Findings;
use crate::config::Config;
use crate::mail::smtp::{Security, SmtpMailer};
use crate::mail::{Address, Mail, Mailer};

pub(super) async fn look(config: &Config, trial: Option<&str>, found: &mut Findings<'_>) {
    let smtp = &config.smtp;
    let host = &smtp.host;
    let mailer = match SmtpMailer::new(smtp.clone()) {
        Ok(mailer) => mailer,
        Err(problems) => return found.error(problems.join("; "), "mend [mail]"),
    };
    let how = match smtp.security {
        Security::Tls => "over TLS",
        Security::StartTls => "with STARTTLS",
        Security::None => "on this machine, without TLS",
    };
    let logged_in = if smtp.username.is_some() {
        ", and lets us in"
    } else {
        ""
    };
    match mailer.try_connection().await {
        Err(error) => {
            return found.error(
                format!("{host} {how}: {error}"),
                "see host, port, security, user name and password in [mail], and that no firewall stands \
                 between",
            );
        }
        Ok(any_letters) => {
            found.ok(format!("{host} answers {how}{logged_in}"));
            if any_letters {
                found.ok("it takes addresses in every script (SMTPUTF8)");
            } else {
                found.warning(
                    "it does not offer SMTPUTF8: nobody with an address like jürgen@example.org gets a mail",
                    "use a mail server that does (Postfix: `smtputf8_enable = yes`), if you expect such signers",
                );
            }
        }
    }
    if let Some(to) = trial {
        match mailer.send(&mail(config, to)).await {
            Ok(()) => found.ok(
                "a mail was handed over; look whether it came, and not into the junk (SPF, DKIM, DMARC)",
            ),
            Err(error) => found.error(
                format!("the mail was refused: {error}"),
                "see whether the mail server lets `mail.sender` write to other hosts",
            ),
        }
    }
}

fn mail(config: &Config, to: &str) -> Mail {
    let sender = &config.sender;
    let domain = sender.address.rsplit('@').next().unwrap_or("localhost");
    let text =
        "This mail was sent by `petition-service doctor --mail-to`. If you read it, mails leave.";
    Mail {
        from: sender.address.clone(),
        from_name: sender.name.clone().unwrap_or_default(),
        reply_to: sender.reply_to.clone(),
        to: Address::new(to),
        subject: "Mails leave".to_owned(),
        text: text.to_owned(),
        html: format!(
            "<!doctype html><html lang=\"en\"><title>Mails leave</title><p>{text}</p></html>"
        ),
        headers: vec![("Auto-Submitted".to_owned(), "auto-generated".to_owned())],
        message_id: format!("<{}@{domain}>", Uuid::now_v7().simple()),
        language: "en".to_owned(),
    }
}
