//! Every mail in every language of a sample campaign, as written and as it travels.

use mail_parser::{HeaderName, MessageParser};

use super::*;
use crate::campaign::{Campaign, sample};

const CONFIRM: &str = "https://site.example/service/confirm/aaaa?x=1&y=2";
const CODE: &str = "012345";
const LEAVE: &str = "https://site.example/service/withdraw/bbbb?x=1&y=2";
const RIGHTS: &str = "https://site.example/service/export/dddd?x=1&y=2";
const MANAGE: &str = "https://site.example/service/manage/cccc?x=1&y=2";

fn sender() -> Sender {
    Sender {
        address: "campaign@site.example".to_owned(),
        name: None,
        reply_to: Some("questions@site.example".to_owned()),
    }
}

fn letter(kind: MailKind) -> Letter<'static> {
    match kind {
        MailKind::ConfirmPetition => Letter::ConfirmPetition {
            link: CONFIRM,
            withdraw_link: LEAVE,
            code: CODE,
            days: 14,
        },
        MailKind::RemindPetition => Letter::RemindPetition {
            link: CONFIRM,
            withdraw_link: LEAVE,
            code: CODE,
            days: 14,
        },
        MailKind::AlreadySigned => Letter::AlreadySigned {
            withdraw_link: LEAVE,
        },
        MailKind::ConfirmNewsletter => Letter::ConfirmNewsletter {
            link: CONFIRM,
            code: CODE,
            days: 14,
        },
        MailKind::WelcomeNewsletter => Letter::WelcomeNewsletter {
            unsubscribe_link: LEAVE,
            manage_link: MANAGE,
        },
        MailKind::AlreadySubscribed => Letter::AlreadySubscribed {
            unsubscribe_link: LEAVE,
            manage_link: MANAGE,
        },
        MailKind::ExportLink => Letter::ExportLink { link: RIGHTS },
        MailKind::EraseLink => Letter::EraseLink { link: RIGHTS },
    }
}

fn form_of(kind: MailKind) -> &'static str {
    match kind {
        MailKind::ConfirmPetition | MailKind::RemindPetition | MailKind::AlreadySigned => {
            "safe-online"
        }
        _ => "news",
    }
}

fn job(kind: MailKind, lang: &str) -> Job<'_> {
    Job {
        outbox_id: "0192-abcd",
        to: Address::new("jo@mail.example"),
        form_id: form_of(kind),
        lang,
        letter: letter(kind),
    }
}

fn campaign() -> Campaign {
    Campaign::new(sample::file()).unwrap()
}

/// Each kind in each language.
fn all() -> Vec<(MailKind, &'static str, Mail)> {
    let campaign = campaign();
    let write = |kind, lang| compose(&campaign, &sender(), job(kind, lang)).unwrap();
    let languages = sample::LANGUAGES.into_iter();
    languages
        .flat_map(|lang| MailKind::ALL.map(|kind| (kind, lang, write(kind, lang))))
        .collect()
}

fn links(kind: MailKind) -> &'static [&'static str] {
    match kind {
        MailKind::ConfirmPetition | MailKind::RemindPetition => &[CONFIRM, LEAVE],
        MailKind::ConfirmNewsletter => &[CONFIRM],
        MailKind::ExportLink | MailKind::EraseLink => &[RIGHTS],
        MailKind::AlreadySigned => &[LEAVE],
        MailKind::WelcomeNewsletter | MailKind::AlreadySubscribed => &[MANAGE, LEAVE],
    }
}

#[test]
fn the_code_stands_by_itself_in_both_parts_of_what_asks_to_confirm() {
    for (kind, lang, mail) in all() {
        let asks = links(kind).contains(&CONFIRM);
        for part in [&mail.text, &mail.html] {
            assert_eq!(part.contains("012\u{a0}345"), asks, "{lang} {part}");
        }
        assert!(!mail.subject.contains("345"), "{}", mail.subject);
    }
}

#[test]
fn each_mail_speaks_its_language_and_holds_its_links() {
    for (kind, lang, mail) in all() {
        let words = kind.name().replace('_', " ");
        assert!(
            mail.subject
                .starts_with(&format!("{lang} mail {words} subject"))
        );
        assert!(
            mail.subject.contains(&format!("<{lang}>")),
            "{}",
            mail.subject
        );
        assert!(
            mail.text.starts_with(&format!("{lang} mail {words} body")),
            "{}",
            mail.text
        );
        assert!(
            mail.text.contains(&format!("\n-- \n{lang} mail footer")),
            "{}",
            mail.text
        );
        assert!(!mail.text.contains(['{', '}']) && !mail.html.contains(['{', '}']));
        let escaped = format!("&lt;{lang}&gt;");
        assert!(mail.html.contains(&escaped), "{}", mail.html);
        assert!(!mail.html.contains(&format!("<{lang}>")), "{}", mail.html);
        let dir = if lang == "ar" { "rtl" } else { "ltr" };
        assert!(
            mail.html
                .contains(&format!("<html lang=\"{lang}\" dir=\"{dir}\">"))
        );
        for link in links(kind) {
            assert_eq!(mail.text.matches(link).count(), 1, "{}", mail.text);
            let href = format!("href=\"{}\"", link.replace('&', "&amp;"));
            // The button, and the address for those who see no button.
            assert_eq!(mail.html.matches(&href).count(), 2, "{}", mail.html);
        }
        assert_eq!(mail.from_name, format!("Veilig & co {lang}"));
        assert_eq!(mail.language, lang);
        assert_eq!(mail.message_id, "<0192-abcd@site.example>");
        assert!(!mail.text.contains("jo@") && !mail.html.contains("jo@"));
        assert!(!mail.html.contains("<img") && !mail.html.contains("<script"));
    }
}

#[test]
fn only_a_subscriber_gets_the_headers_of_a_list() {
    for (kind, lang, mail) in all() {
        assert_eq!(mail.header("auto-submitted"), Some("auto-generated"));
        assert_eq!(mail.header("Content-Language"), Some(lang));
        let on_the_list = matches!(
            kind,
            MailKind::WelcomeNewsletter | MailKind::AlreadySubscribed
        );
        let expected = |value| on_the_list.then_some(value);
        let unsubscribe = format!("<{LEAVE}>");
        assert_eq!(
            mail.header("List-Unsubscribe"),
            expected(unsubscribe.as_str())
        );
        let one_click = expected("List-Unsubscribe=One-Click");
        assert_eq!(mail.header("List-Unsubscribe-Post"), one_click);
        assert_eq!(mail.header("List-Id"), expected("<news.site.example>"));
        assert_eq!(mail.header("List-Help").is_some(), on_the_list);
    }
}

#[test]
fn each_mail_can_travel_and_be_read() {
    for (kind, lang, mail) in all() {
        let bytes = smtp::formatted(&mail).unwrap();
        let longest = bytes.split(|byte| *byte == b'\n').map(<[u8]>::len).max();
        assert!(longest.unwrap() <= 999, "{kind:?} {lang}");
        let read = MessageParser::default().parse(&bytes).unwrap();
        assert_eq!(read.subject(), Some(mail.subject.as_str()));
        let unix = |text: &str| text.replace("\r\n", "\n").trim_end().to_owned();
        assert_eq!(unix(&read.body_text(0).unwrap()), unix(&mail.text));
        assert_eq!(unix(&read.body_html(0).unwrap()), unix(&mail.html));
        for (name, value) in &mail.headers {
            let raw = read.header_raw(HeaderName::parse(name.as_str()).unwrap());
            assert_eq!(raw.unwrap().trim(), value, "{name}");
        }
    }
}

#[test]
fn a_title_is_only_ever_text() {
    let mut file = sample::file();
    let texts = file.forms.get_mut("news").unwrap();
    let texts = texts.languages.get_mut("nl").unwrap();
    texts.title = "{unsubscribe_link}\r\nBcc: <b>x</b>\u{85}\u{2028}".to_owned() + &"é".repeat(900);
    let campaign = Campaign::new(file).unwrap();
    let mail = compose(&campaign, &sender(), job(MailKind::WelcomeNewsletter, "nl")).unwrap();
    assert!(
        mail.subject.contains("{unsubscribe_link} Bcc: <b>x</b>"),
        "{}",
        mail.subject
    );
    assert!(
        !mail
            .subject
            .contains(|c: char| c.is_control() || c == '\u{2028}')
    );
    assert!(mail.subject.chars().count() <= 500);
    assert_eq!(mail.text.matches(LEAVE).count(), 1);
    assert!(mail.html.contains("{unsubscribe_link}") && !mail.html.contains("<b>"));
    let read = smtp::formatted(&mail).unwrap();
    let read = MessageParser::default().parse(&read).unwrap();
    assert!(read.bcc().is_none());
    assert_eq!(read.subject(), Some(mail.subject.as_str()));
}

#[test]
fn a_language_that_is_not_there_becomes_the_default_one() {
    let mail = compose(&campaign(), &sender(), job(MailKind::AlreadySigned, "de")).unwrap();
    assert_eq!(mail.language, "nl");
}

#[test]
fn a_form_that_is_gone_or_of_another_kind_gets_no_mail() {
    let campaign = campaign();
    let write = |kind, form_id| {
        let job = Job {
            form_id,
            ..job(kind, "nl")
        };
        compose(&campaign, &sender(), job).unwrap_err()
    };
    let gone = ComposeError::NoSuchForm("gone".to_owned());
    assert_eq!(write(MailKind::AlreadySigned, "gone"), gone);
    let other = ComposeError::OtherKind("news".to_owned());
    assert_eq!(write(MailKind::ConfirmPetition, "news"), other);
    let other = ComposeError::OtherKind("safe-online".to_owned());
    assert_eq!(write(MailKind::WelcomeNewsletter, "safe-online"), other);
}

#[test]
fn a_kind_is_found_by_its_name() {
    for kind in MailKind::ALL {
        assert_eq!(MailKind::from_name(kind.name()), Some(kind));
    }
    assert_eq!(MailKind::from_name("x"), None);
}

#[test]
fn a_mail_does_not_print_its_links() {
    for (_, _, mail) in all() {
        let shown = format!("{mail:?}");
        assert!(!shown.contains("http") && shown.contains(&mail.message_id));
    }
}
