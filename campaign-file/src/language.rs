//! One language of the site: the pages of each step, the page shell and the service's words.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Stands in [`Language::shell`] where the page's title goes (as escaped text, possibly twice).
pub const SHELL_TITLE: &str = "%%groundswell-title%%";

/// Stands once in [`Language::shell`] where the page's main content goes (as HTML).
pub const SHELL_MAIN: &str = "%%groundswell-main%%";

/// What the service needs to speak one language of the site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Language {
    /// The language's own name (`العربية`).
    pub name: String,
    /// Left to right or right to left.
    pub direction: Direction,
    /// The site's title in this language, plain text.
    pub site_title: String,
    /// The absolute address of the home page in this language.
    pub home: String,
    /// The absolute address of the privacy notice in this language.
    pub privacy: String,
    /// The addresses of the page for each step.
    pub steps: StepPages,
    /// A whole page of the site's theme, with [`SHELL_TITLE`] and [`SHELL_MAIN`] in place of its
    /// title and content, so that the pages that only the service can make look like the others.
    pub shell: String,
    /// The words of the service by key; [`crate::texts::REQUIRED`] lists the keys.
    pub texts: BTreeMap<String, String>,
}

/// Direction of writing, as in HTML's `dir`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Left to right.
    Ltr,
    /// Right to left.
    Rtl,
}

impl Direction {
    /// The value for HTML's `dir`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ltr => "ltr",
            Self::Rtl => "rtl",
        }
    }
}

/// The absolute addresses of the static pages to which the service sends a visitor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepPages {
    /// The form was taken; the mail is on its way.
    pub check_mail: String,
    /// The signature is confirmed and counts.
    pub signed: String,
    /// The subscription is confirmed.
    pub subscribed: String,
    /// The signature is withdrawn.
    pub withdrawn: String,
    /// The subscription is ended.
    pub unsubscribed: String,
    /// The link is too old or unknown; how to get a new one.
    pub expired: String,
    /// Something went wrong on our side; what to do.
    pub error: String,
}

impl StepPages {
    /// The steps' names, as in a page's front matter (`extra.step`), in the order of the fields.
    pub const NAMES: [&'static str; 7] = [
        "check_mail",
        "signed",
        "subscribed",
        "withdrawn",
        "unsubscribed",
        "expired",
        "error",
    ];

    /// The steps with their names, in the same order.
    pub(crate) fn named(&self) -> [(&'static str, &String); 7] {
        let [
            check_mail,
            signed,
            subscribed,
            withdrawn,
            unsubscribed,
            expired,
            error,
        ] = Self::NAMES;
        [
            (check_mail, &self.check_mail),
            (signed, &self.signed),
            (subscribed, &self.subscribed),
            (withdrawn, &self.withdrawn),
            (unsubscribed, &self.unsubscribed),
            (expired, &self.expired),
            (error, &self.error),
        ]
    }
}
