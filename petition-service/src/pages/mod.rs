//! The pages that only the service can make, each inside the site's own page shell.
//!
//! They work without scripts and without styles, in both directions of writing, and ask nothing
//! of any other host. Everything that is put into them is escaped.

mod countries;
mod form;
mod manage;
mod shell;
#[cfg(test)]
mod tests;
mod topics;

use askama::Template;

use crate::campaign::{FormIn, Voice};
use crate::domain::Private;
pub use countries::{Country, countries};
pub use manage::{Manage, Notice, erased, manage};

/// The script that posts the confirmation by itself ([`Action::auto_post`]); served by the service
/// as `assets/confirm.js`.
pub const CONFIRM_SCRIPT: &str = include_str!("confirm.js");

/// A page with one button that posts to its own address.
#[derive(Clone, Copy)]
pub struct Action<'a> {
    /// The form of which it speaks, in the visitor's language; none if it has left the site: its
    /// links work for as long as they were promised to.
    pub form: Option<FormIn<'a>>,
    /// The visitor's language.
    pub voice: Voice<'a>,
    /// Whether it is about a petition (else a newsletter).
    pub is_petition: bool,
    /// Where the button posts to, as it stands in the page (`/service/confirm/…`).
    pub post_to: &'a str,
    /// The address of [`CONFIRM_SCRIPT`] if the page may press its button itself (the link was
    /// opened in the browser that sent the form); none: a person must press it.
    pub auto_post: Option<&'a str>,
    /// What was just done on it.
    pub notice: Option<Notice>,
}

/// What a visitor typed into a form, shown again as it was.
#[derive(Clone, Debug, Default)]
pub struct FormValues {
    /// The fields by their posted name (`first_name`, `email` …), unchecked.
    pub fields: Vec<(String, Private<String>)>,
    /// Whether the consent box was ticked.
    pub consent: bool,
    /// Whether the newsletter box was ticked.
    pub newsletter: bool,
    /// The newsletter's topics that were ticked.
    pub topics: Vec<String>,
    /// SHA-256 of the consent text that was shown; empty if the form does not say.
    pub consent_sha256: String,
    /// The same of the newsletter box.
    pub newsletter_sha256: String,
    /// Code of the partner on whose site it stood; empty: none.
    pub partner: String,
    /// The page on which the form stood, kept so that the second attempt names it too.
    pub form_page: Private<String>,
}

/// Something to mend in a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The posted name of the field (`email`, `consent`, `captcha`); empty: the form as a whole.
    pub field: String,
    /// What to do, in the visitor's language.
    pub message: String,
}

/// The form shown again.
#[derive(Clone, Copy)]
pub struct FormAgain<'a> {
    /// The form, in the visitor's language.
    pub form: FormIn<'a>,
    /// Where it posts to.
    pub post_to: &'a str,
    /// What was typed.
    pub values: &'a FormValues,
    /// What is to be mended.
    pub mistakes: &'a [Mistake],
    /// The address that was probably meant: asked about with two buttons.
    pub email_meant: Option<&'a str>,
}

/// The page that a confirmation link opens, for a petition or a newsletter.
#[must_use]
pub fn confirm(page: &Action<'_>) -> String {
    let keys = if page.is_petition {
        [
            "confirm_petition_title",
            "confirm_petition_intro",
            "confirm_petition_button",
        ]
    } else {
        [
            "confirm_newsletter_title",
            "confirm_newsletter_intro",
            "confirm_newsletter_button",
        ]
    };
    one_button(page, keys, page.auto_post)
}

/// The page that a confirmation link opens whose time is over, while what it was to confirm still waits:
/// it offers a new mail.
#[must_use]
pub fn late(page: &Action<'_>) -> String {
    one_button(page, ["late_title", "late_intro", "late_button"], None)
}

/// A code that did not confirm.
#[derive(Clone, Copy)]
pub struct CodeAgain<'a> {
    /// The visitor's language.
    pub voice: Voice<'a>,
    /// Where the code posts to.
    pub post_to: &'a str,
    /// Where the button for another mail posts to.
    pub resend_to: &'a str,
    /// The page on which the visitor waited.
    pub back: &'a str,
}

/// The code's form again, with what else can be done.
#[must_use]
pub fn code_again(page: &CodeAgain<'_>) -> String {
    let voice = page.voice;
    let title = voice.text("code_title");
    let main = shell::render(&Code {
        title,
        message: voice.text("error_code"),
        label: voice.text("code_label"),
        button: voice.text("code_button"),
        resend: voice.text("code_resend"),
        lang: voice.code,
        page,
        back: voice.text("code_back"),
    });
    shell::wrap(Some(voice), title, &main)
}

#[derive(Template)]
#[template(path = "code.html")]
struct Code<'a> {
    title: &'a str,
    message: &'a str,
    label: &'a str,
    button: &'a str,
    resend: &'a str,
    lang: &'a str,
    page: &'a CodeAgain<'a>,
    back: &'a str,
}

/// The page that a withdrawal link opens. It never presses its button itself.
#[must_use]
pub fn withdraw(page: &Action<'_>) -> String {
    let keys = ["withdraw_title", "withdraw_intro", "withdraw_button"];
    one_button(page, keys, None)
}

/// The page that a link to a person's copy opens.
#[must_use]
pub fn export(page: &Action<'_>) -> String {
    one_button(
        page,
        ["export_title", "export_intro", "export_button"],
        None,
    )
}

/// The page that a link to erase opens.
#[must_use]
pub fn erase(page: &Action<'_>) -> String {
    one_button(page, ["erase_title", "erase_intro", "erase_button"], None)
}

/// The page that an unsubscription link opens. It never presses its button itself.
#[must_use]
pub fn unsubscribe(page: &Action<'_>) -> String {
    let keys = [
        "unsubscribe_title",
        "unsubscribe_intro",
        "unsubscribe_button",
    ];
    one_button(page, keys, None)
}

/// The form again, with what was typed and what is to be mended.
#[must_use]
pub fn form_again(page: &FormAgain<'_>) -> String {
    form::render(page)
}

/// A page that says what went wrong; without a voice (no campaign file yet) in plain English dress.
/// An empty title stands for a general one.
#[must_use]
pub fn problem(voice: Option<Voice<'_>>, title: &str, message: &str) -> String {
    let general = voice.map_or("That did not work", |voice| voice.text("problem_title"));
    let title = if title.is_empty() { general } else { title };
    let home = voice.map(|voice| {
        let language = voice.language;
        (language.home.as_str(), language.site_title.as_str())
    });
    let main = shell::render(&Problem {
        title,
        message,
        forms: &[],
        home,
    });
    shell::wrap(voice, title, &main)
}

/// A page that says why a petition cannot be signed, and leads back to its own page: that stays.
#[must_use]
pub fn closed(form: FormIn<'_>, message: &str) -> String {
    let (voice, texts) = (form.voice, form.texts);
    let back = voice.fill("back_to_page", &[("title", &texts.title)]);
    let main = shell::render(&Problem {
        title: &texts.title,
        message,
        forms: &[],
        home: Some((texts.page.as_str(), back.as_str())),
    });
    shell::wrap(Some(voice), &texts.title, &main)
}

/// A page that says that a form does not exist in the visitor's language, and leads to it in those
/// that it has.
#[must_use]
pub fn other_languages(voice: Voice<'_>, message: &str, forms: &[FormIn<'_>]) -> String {
    let title = voice.text("problem_title");
    let language = voice.language;
    let main = shell::render(&Problem {
        title,
        message,
        forms,
        home: Some((language.home.as_str(), language.site_title.as_str())),
    });
    shell::wrap(Some(voice), title, &main)
}

#[derive(Template)]
#[template(path = "action.html")]
struct OneButton<'a> {
    title: &'a str,
    intro: &'a str,
    post_to: &'a str,
    button: &'a str,
    auto_post: Option<&'a str>,
    working: &'a str,
    notice: Option<&'a str>,
    /// Further buttons, as HTML.
    rights: String,
    page: &'a str,
    back: &'a str,
}

#[derive(Template)]
#[template(path = "problem.html")]
struct Problem<'a> {
    title: &'a str,
    message: &'a str,
    /// The same form in other languages.
    forms: &'a [FormIn<'a>],
    home: Option<(&'a str, &'a str)>,
}

fn one_button(page: &Action<'_>, keys: [&'static str; 3], auto_post: Option<&str>) -> String {
    let voice = page.voice;
    let Some(form) = page.form else {
        return without_form(page, keys, auto_post);
    };
    let texts = form.texts;
    let title = texts.title.as_str();
    let names = [("petition", title), ("newsletter", title), ("title", title)];
    let [heading, intro, button] = keys.map(|key| voice.fill(key, &names));
    let main = shell::render(&OneButton {
        title: &heading,
        intro: &intro,
        post_to: page.post_to,
        button: &button,
        auto_post,
        working: voice.text("confirm_working"),
        notice: page.notice.map(|notice| voice.text(notice.key())),
        rights: rights(page, keys[0]),
        page: &texts.page,
        back: &voice.fill("back_to_page", &[("title", title)]),
    });
    shell::wrap(Some(voice), &heading, &main)
}

/// A signer's other rights stand where they can withdraw.
fn rights(page: &Action<'_>, title: &str) -> String {
    if title == "withdraw_title" {
        manage::rights(page.voice, page.post_to)
    } else {
        String::new()
    }
}

/// The same for a form that has left the site: its name is no longer known.
fn without_form(page: &Action<'_>, keys: [&'static str; 3], auto_post: Option<&str>) -> String {
    let voice = page.voice;
    let button = voice.text(keys[2]);
    let main = shell::render(&OneButton {
        title: button,
        intro: voice.text("form_gone_intro"),
        post_to: page.post_to,
        button,
        auto_post,
        working: voice.text("confirm_working"),
        notice: page.notice.map(|notice| voice.text(notice.key())),
        rights: rights(page, keys[0]),
        page: &voice.language.home,
        back: &voice.language.site_title,
    });
    shell::wrap(Some(voice), button, &main)
}
