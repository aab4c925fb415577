//! Writes a mail from the campaign's words and the links made for it.

use campaign_file::{FormKind, texts};

use super::html;
use super::kind::MailKind;
use super::{Address, Mail};
use crate::campaign::{Campaign, FormIn};

/// Characters in a header's value: room for any honest title, far from what mail programs and
/// signers of mail stumble over.
const LONGEST_LINE: usize = 500;

/// A kind of mail with the links that it needs, all absolute addresses.
#[derive(Clone, Copy)]
pub enum Letter<'a> {
    /// [`MailKind::ConfirmPetition`].
    ConfirmPetition {
        /// Opens the page that confirms.
        link: &'a str,
        /// Opens the page that withdraws.
        withdraw_link: &'a str,
        /// Six digits that do the same as the link in the browser that sent the form.
        code: &'a str,
        /// Days until link and code end.
        days: u32,
    },
    /// [`MailKind::RemindPetition`].
    RemindPetition {
        /// Opens the page that confirms.
        link: &'a str,
        /// Opens the page that withdraws.
        withdraw_link: &'a str,
        /// Six digits that do the same as the link in the browser that sent the form.
        code: &'a str,
        /// Days until link and code end.
        days: u32,
    },
    /// [`MailKind::AlreadySigned`].
    AlreadySigned {
        /// Opens the page that withdraws.
        withdraw_link: &'a str,
    },
    /// [`MailKind::ConfirmNewsletter`].
    ConfirmNewsletter {
        /// Opens the page that confirms.
        link: &'a str,
        /// Six digits that do the same as the link in the browser that sent the form.
        code: &'a str,
        /// Days until link and code end.
        days: u32,
    },
    /// [`MailKind::WelcomeNewsletter`].
    WelcomeNewsletter {
        /// Opens the page that unsubscribes, and takes RFC 8058's one-click POST.
        unsubscribe_link: &'a str,
        /// Opens the page of a reader's preferences.
        manage_link: &'a str,
    },
    /// [`MailKind::AlreadySubscribed`].
    AlreadySubscribed {
        /// Opens the page that unsubscribes, and takes RFC 8058's one-click POST.
        unsubscribe_link: &'a str,
        /// Opens the page of a reader's preferences.
        manage_link: &'a str,
    },
    /// [`MailKind::ExportLink`].
    ExportLink {
        /// Opens the page that gives the copy.
        link: &'a str,
    },
    /// [`MailKind::EraseLink`].
    EraseLink {
        /// Opens the page that erases.
        link: &'a str,
    },
}

impl Letter<'_> {
    /// Which kind of mail this is.
    #[must_use]
    pub fn kind(&self) -> MailKind {
        match self {
            Self::ConfirmPetition { .. } => MailKind::ConfirmPetition,
            Self::RemindPetition { .. } => MailKind::RemindPetition,
            Self::AlreadySigned { .. } => MailKind::AlreadySigned,
            Self::ConfirmNewsletter { .. } => MailKind::ConfirmNewsletter,
            Self::WelcomeNewsletter { .. } => MailKind::WelcomeNewsletter,
            Self::AlreadySubscribed { .. } => MailKind::AlreadySubscribed,
            Self::ExportLink { .. } => MailKind::ExportLink,
            Self::EraseLink { .. } => MailKind::EraseLink,
        }
    }
}

/// Who sends.
#[derive(Clone, Debug)]
pub struct Sender {
    /// The address.
    pub address: String,
    /// The name shown; none: the site's title in the mail's language.
    pub name: Option<String>,
    /// Where answers go, if not to `address`.
    pub reply_to: Option<String>,
}

/// One mail to write.
#[derive(Clone)]
pub struct Job<'a> {
    /// The id of its outbox row: becomes the `Message-ID`, so that a second attempt at the same
    /// mail can be known as such.
    pub outbox_id: &'a str,
    /// To whom.
    pub to: Address,
    /// The form of which it speaks: the petition, or the newsletter.
    pub form_id: &'a str,
    /// Language asked for.
    pub lang: &'a str,
    /// What it says.
    pub letter: Letter<'a>,
}

/// Why a mail cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ComposeError {
    /// The campaign file no longer describes the form.
    #[error("the form `{0}` is not in the campaign file")]
    NoSuchForm(String),
    /// A petition's letter for a newsletter, or the other way about.
    #[error("the form `{0}` is not of the kind that this mail is about")]
    OtherKind(String),
}

/// Writes a mail.
///
/// # Errors
/// [`ComposeError`]: the form is gone from the campaign file, or is not of the letter's kind.
pub fn compose(campaign: &Campaign, sender: &Sender, job: Job<'_>) -> Result<Mail, ComposeError> {
    let form = campaign
        .form_known(job.form_id, job.lang)
        .ok_or_else(|| ComposeError::NoSuchForm(job.form_id.to_owned()))?;
    let about_petition = matches!(
        job.letter.kind(),
        MailKind::ConfirmPetition | MailKind::RemindPetition | MailKind::AlreadySigned
    );
    let about_either = matches!(
        job.letter.kind(),
        MailKind::ExportLink | MailKind::EraseLink
    );
    if !about_either && about_petition != form.is_petition() {
        return Err(ComposeError::OtherKind(job.form_id.to_owned()));
    }
    Ok(write(&form, sender, job))
}

fn write(form: &FormIn<'_>, sender: &Sender, job: Job<'_>) -> Mail {
    let voice = form.voice;
    let site = voice.language.site_title.as_str();
    let title = form.texts.title.as_str();
    let (links, lines) = placeholders(&job.letter);
    let mut values = vec![
        ("petition", title),
        ("newsletter", title),
        ("title", title),
        ("site", site),
    ];
    let lines = lines.map(|(code, days)| (spaced(code), days.to_string()));
    if let Some((code, days)) = &lines {
        values.extend([("code", code.as_str()), ("days", days.as_str())]);
    }

    let kind = job.letter.kind().name();
    let keys = [format!("mail_{kind}_subject"), format!("mail_{kind}_body")];
    let [subject, body] = keys.each_ref().map(|key| voice.text(key));
    let subject = one_line(&texts::fill(subject, &values));
    let footer = voice.text("mail_footer");
    let footer_links = [
        ("home", voice.language.home.as_str()),
        ("privacy", voice.language.privacy.as_str()),
    ];

    let mut all = values.clone();
    all.extend(links.iter().map(|link| (link.placeholder, link.address)));
    let text_body = texts::fill(body, &all);
    all.extend(footer_links);
    let text_footer = texts::fill(footer, &all);

    Mail {
        from: sender.address.clone(),
        from_name: one_line(sender.name.as_deref().unwrap_or(site)),
        reply_to: sender.reply_to.clone(),
        to: job.to,
        text: format!("{}\n\n-- \n{}\n", text_body.trim(), text_footer.trim()),
        html: html::document(&html::Parts {
            voice,
            subject: &subject,
            body,
            footer,
            values: &values,
            links: &links,
            footer_links: &footer_links,
        }),
        headers: headers(form, &job.letter),
        message_id: message_id(job.outbox_id, &sender.address),
        language: voice.code.to_owned(),
        subject,
    }
}

/// A link that a mail holds.
pub(super) struct Link<'a> {
    /// The placeholder that stands for it in the texts.
    pub(super) placeholder: &'static str,
    /// Where it leads.
    pub(super) address: &'a str,
    /// Key of the button's label.
    pub(super) button: &'static str,
    /// Whether it is what the mail is for; the others are shown less loudly.
    pub(super) primary: bool,
}

/// A code as people read it: in two halves, and in a mail from right to left as from left to right.
fn spaced(code: &str) -> String {
    let (one, other) = code.split_at_checked(code.len() / 2).unwrap_or((code, ""));
    format!("{one}\u{a0}{other}")
}

/// The links of a mail, and the code and the days for which both are good.
fn placeholders<'a>(letter: &Letter<'a>) -> (Vec<Link<'a>>, Option<(&'a str, u32)>) {
    let confirm = |address, button| Link {
        placeholder: "link",
        address,
        button,
        primary: true,
    };
    let leave = |placeholder, address, button| Link {
        placeholder,
        address,
        button,
        primary: false,
    };
    match *letter {
        Letter::ConfirmPetition {
            link,
            withdraw_link,
            code,
            days,
        }
        | Letter::RemindPetition {
            link,
            withdraw_link,
            code,
            days,
        } => (
            vec![
                confirm(link, "mail_confirm_petition_button"),
                leave("withdraw_link", withdraw_link, "mail_withdraw_button"),
            ],
            Some((code, days)),
        ),
        Letter::AlreadySigned { withdraw_link } => (
            vec![leave(
                "withdraw_link",
                withdraw_link,
                "mail_withdraw_button",
            )],
            None,
        ),
        Letter::ConfirmNewsletter { link, code, days } => (
            vec![confirm(link, "mail_confirm_newsletter_button")],
            Some((code, days)),
        ),
        Letter::WelcomeNewsletter {
            unsubscribe_link,
            manage_link,
        }
        | Letter::AlreadySubscribed {
            unsubscribe_link,
            manage_link,
        } => (
            vec![
                leave("manage_link", manage_link, "mail_manage_button"),
                leave(
                    "unsubscribe_link",
                    unsubscribe_link,
                    "mail_unsubscribe_button",
                ),
            ],
            None,
        ),
        Letter::ExportLink { link } => (vec![confirm(link, "mail_export_link_button")], None),
        Letter::EraseLink { link } => (vec![confirm(link, "mail_erase_link_button")], None),
    }
}

fn headers(form: &FormIn<'_>, letter: &Letter<'_>) -> Vec<(String, String)> {
    let mut headers = vec![
        // RFC 3834: no out-of-office answers, please.
        header("Auto-Submitted", "auto-generated"),
        header("Content-Language", form.voice.code),
    ];
    let (
        FormKind::Newsletter(facts),
        Letter::WelcomeNewsletter {
            unsubscribe_link, ..
        }
        | Letter::AlreadySubscribed {
            unsubscribe_link, ..
        },
    ) = (&form.form.kind, letter)
    else {
        return headers;
    };
    headers.extend([
        // RFC 2369 and RFC 8058: the mail program's own button, without a visit to the site.
        header("List-Unsubscribe", &format!("<{unsubscribe_link}>")),
        header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        header("List-Id", &format!("<{}>", facts.list_id)),
        header("List-Help", &format!("<{}>", form.texts.page)),
    ]);
    headers
}

fn header(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), one_line(value))
}

/// A text on one line: control characters (line breaks among them) become single spaces, and it
/// ends after [`LONGEST_LINE`] characters.
fn one_line(text: &str) -> String {
    let spaced: String = text
        .chars()
        .map(|c| {
            if c.is_control() || c.is_whitespace() {
                ' '
            } else {
                c
            }
        })
        .take(LONGEST_LINE)
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn message_id(outbox_id: &str, sender: &str) -> String {
    let safe = |text: &str, also: &[char]| -> String {
        text.chars()
            .filter(|c| c.is_ascii_alphanumeric() || also.contains(c))
            .collect()
    };
    let domain = sender.rsplit_once('@').map_or("localhost", |(_, d)| d);
    format!(
        "<{}@{}>",
        safe(outbox_id, &['-']),
        safe(domain, &['-', '.'])
    )
}
