//! The pages that only the service can make, each inside the site's own page shell.
//!
//! They work without scripts and without styles, in both directions of writing, and ask nothing
//! of any other host. Everything that is put into them is escaped.

use crate::campaign::{FormIn, Voice};

/// The script that posts the confirmation by itself ([`Action::auto_post`]); served by the service
/// as `assets/confirm.js`.
pub const CONFIRM_SCRIPT: &str = include_str!("confirm.js");

/// A page with one button that posts to its own address.
#[derive(Clone, Copy)]
pub struct Action<'a> {
    /// The form of which it speaks, in the visitor's language.
    pub form: FormIn<'a>,
    /// Where the button posts to, as it stands in the page (`/service/confirm/…`).
    pub post_to: &'a str,
    /// The address of [`CONFIRM_SCRIPT`] if the page may press its button itself (the link was
    /// opened in the browser that sent the form); none: a person must press it.
    pub auto_post: Option<&'a str>,
}

/// What a visitor typed into a form, shown again as it was.
#[derive(Clone, Debug, Default)]
pub struct FormValues {
    /// The fields by their posted name (`first_name`, `email` …), unchecked.
    pub fields: Vec<(String, String)>,
    /// Whether the consent box was ticked.
    pub consent: bool,
    /// Whether the newsletter box was ticked.
    pub newsletter: bool,
    /// The page on which the form stood, kept so that the second attempt names it too.
    pub form_page: String,
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
}

/// The page that a confirmation link opens, for a petition or a newsletter.
#[must_use]
pub fn confirm(page: &Action<'_>) -> String {
    problem(Some(page.form.voice), "", "")
}

/// The page that a withdrawal link opens.
#[must_use]
pub fn withdraw(page: &Action<'_>) -> String {
    problem(Some(page.form.voice), "", "")
}

/// The page that an unsubscription link opens.
#[must_use]
pub fn unsubscribe(page: &Action<'_>) -> String {
    problem(Some(page.form.voice), "", "")
}

/// The form again, with what was typed and what is to be mended.
#[must_use]
pub fn form_again(page: &FormAgain<'_>) -> String {
    problem(Some(page.form.voice), "", "")
}

/// A page that says what went wrong; without a voice (no campaign file yet) in plain English dress.
#[must_use]
pub fn problem(voice: Option<Voice<'_>>, title: &str, message: &str) -> String {
    let _ = (voice, title, message);
    String::new()
}
