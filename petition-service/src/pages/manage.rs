//! A person's own pages: the preferences of a reader, the buttons for one's rights, and what an erasure
//! is answered with.

use askama::Template;
use chrono::{DateTime, NaiveDate, Utc};

use super::{shell, topics};
use crate::campaign::{FormIn, Voice};

/// What was just done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Topics and language are stored.
    Saved,
    /// No newsletters for a while.
    Paused,
    /// Newsletters again.
    Resumed,
    /// A mail with a link is on its way.
    Mailed,
    /// The subscription has ended.
    Left,
}

impl Notice {
    const ALL: [Self; 5] = [
        Self::Saved,
        Self::Paused,
        Self::Resumed,
        Self::Mailed,
        Self::Left,
    ];

    /// Its name in an address.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Saved => "saved",
            Self::Paused => "paused",
            Self::Resumed => "resumed",
            Self::Mailed => "mailed",
            Self::Left => "left",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|notice| notice.name() == name)
    }

    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Mailed => "rights_mailed",
            _ => "manage_saved",
        }
    }
}

/// The page of a reader's preferences.
#[derive(Clone, Copy)]
pub struct Manage<'a> {
    /// The newsletter; none if it has left the site.
    pub form: Option<FormIn<'a>>,
    /// The reader's language.
    pub voice: Voice<'a>,
    /// The newsletter's languages.
    pub languages: &'a [FormIn<'a>],
    /// Where its buttons post to.
    pub post_to: &'a str,
    /// The topics wanted; none: all.
    pub topics: &'a [String],
    /// Until when no newsletter is wanted.
    pub paused_until: Option<NaiveDate>,
    /// What was just done.
    pub notice: Option<Notice>,
}

#[derive(Template)]
#[template(path = "manage.html")]
struct ManagePage<'a> {
    title: String,
    notice: Option<&'a str>,
    post_to: &'a str,
    voice: Voice<'a>,
    topics: String,
    languages: &'a [FormIn<'a>],
    paused: Option<String>,
    unsubscribe: String,
    rights: String,
    page: &'a str,
    back: String,
}

/// The page of a reader's preferences.
#[must_use]
pub fn manage(page: &Manage<'_>) -> String {
    let voice = page.voice;
    let title = page.form.map_or("", |form| form.texts.title.as_str());
    let fill = |key| voice.fill(key, &[("newsletter", title), ("title", title)]);
    let heading = fill("manage_title");
    let paused = page.paused_until.map(|until| {
        let day = day(until);
        voice.fill("manage_paused", &[("date", &day)])
    });
    let form_page = page.form.map(|form| form.texts.page.as_str());
    let main = shell::render(&ManagePage {
        title: heading.clone(),
        notice: page.notice.map(|notice| voice.text(notice.key())),
        post_to: page.post_to,
        voice,
        topics: page
            .form
            .map_or_else(String::new, |form| topics::boxes(form, page.topics, None)),
        languages: page.languages,
        paused,
        unsubscribe: fill("unsubscribe_intro"),
        rights: rights(voice, page.post_to),
        page: form_page.unwrap_or(&voice.language.home),
        back: if form_page.is_some() {
            fill("back_to_page")
        } else {
            voice.language.site_title.clone()
        },
    });
    shell::wrap(Some(voice), &heading, &main)
}

/// A day in figures, in the same order in every language and writing.
fn day(day: NaiveDate) -> String {
    format!("\u{2066}{}\u{2069}", day.format("%Y-%m-%d"))
}

#[derive(Template)]
#[template(path = "rights.html")]
struct Rights<'a> {
    voice: Voice<'a>,
    post_to: &'a str,
}

/// The two buttons that send a mail with a link.
pub(super) fn rights(voice: Voice<'_>, post_to: &str) -> String {
    shell::render(&Rights { voice, post_to })
}

#[derive(Template)]
#[template(path = "erased.html")]
struct Erased<'a> {
    title: &'a str,
    intro: String,
    what: &'a str,
    kept: &'a str,
    when: String,
    number: String,
}

/// What an erasure is answered with: what was erased and what stays, when, and a number to ask by.
#[must_use]
pub fn erased(
    voice: Voice<'_>,
    form: Option<FormIn<'_>>,
    number: &str,
    at: DateTime<Utc>,
) -> String {
    let name = form.map_or(voice.language.site_title.as_str(), |form| &form.texts.title);
    let title = voice.text("erased_title");
    let at = format!("\u{2066}{}\u{2069}", at.format("%Y-%m-%d %H:%M UTC"));
    let main = shell::render(&Erased {
        title,
        intro: voice.fill("erased_intro", &[("title", name)]),
        what: voice.text("erased_what"),
        kept: voice.text("erased_kept"),
        when: voice.fill("erased_when", &[("date", &at)]),
        number: voice.fill("erased_number", &[("number", number)]),
    });
    shell::wrap(Some(voice), title, &main)
}
