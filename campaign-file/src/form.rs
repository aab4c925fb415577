//! One form: a petition or a newsletter, its facts and its texts in each language.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::field::{FieldTexts, FormField};
use crate::partner::Partner;

/// A form that a visitor can fill in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// What it is, with the facts that hold in every language.
    pub kind: FormKind,
    /// The author's version of the consent texts, stored with each consent (`2026-11`).
    pub consent_version: String,
    /// Its texts by language code. The default language is always there.
    pub languages: BTreeMap<String, FormLanguage>,
}

/// What a form is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum FormKind {
    /// A petition to sign.
    Petition(PetitionFacts),
    /// A newsletter to subscribe to.
    Newsletter(NewsletterFacts),
}

/// The facts of a petition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PetitionFacts {
    /// Draft, open, paused, closed, delivered or won.
    pub state: PetitionState,
    /// Numbers of signatures to reach, ascending; the lowest not yet reached is shown.
    pub goals: Vec<u64>,
    /// First day on which it can be signed (`YYYY-MM-DD`, UTC); none: at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens: Option<String>,
    /// Last day on which it can be signed (`YYYY-MM-DD`, UTC); none: no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes: Option<String>,
    /// Fields asked, in the order of the form. The e-mail address is always asked and required,
    /// and stands here too.
    pub fields: Vec<FormField>,
    /// Whether the form offers a box, not ticked, by which the signer asks to be named on the page.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub show_name: bool,
    /// The newsletter that the form offers with a box of its own, never ticked; none: no offer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newsletter: Option<String>,
    /// Sites of others that may show and post the form. A code and an origin stand once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub partners: Vec<Partner>,
}

/// The facts of a newsletter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewsletterFacts {
    /// RFC 2919 list identifier (`news.example.org`).
    pub list_id: String,
    /// What a reader can choose to hear about, by short names in the order shown; none: one list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<String>,
}

/// The most topics of a newsletter.
pub const MOST_TOPICS: usize = 12;

/// Whether a topic's name has the required shape: 1 to 32 lower-case letters, digits and hyphens. It
/// is stored in a list with commas.
#[must_use]
pub fn is_topic(name: &str) -> bool {
    let part = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=32).contains(&name.len()) && name.bytes().all(part)
}

/// Where a petition stands in its life. Its address stays the same in every state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PetitionState {
    /// Being prepared: its page is read by its address only, in no list; not signable.
    Draft,
    /// Can be signed, within its dates.
    Open,
    /// Cannot be signed for now.
    Paused,
    /// Can no longer be signed.
    Closed,
    /// Handed over to its addressee.
    Delivered,
    /// Its demand was met.
    Won,
}

/// A form in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FormLanguage {
    /// The form's title, plain text.
    pub title: String,
    /// To whom a petition is addressed, plain text; empty for a newsletter.
    #[serde(default)]
    pub addressee: String,
    /// The absolute address of the form's own page.
    pub page: String,
    /// The absolute addresses of other pages that show this form. A posted form names the page it
    /// stood on; only these and `page` are believed.
    #[serde(default)]
    pub form_pages: Vec<String>,
    /// What the visitor agrees to by sending the form.
    pub consent: ConsentText,
    /// What the visitor agrees to by ticking the newsletter box; there if the facts name a
    /// newsletter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newsletter_consent: Option<ConsentText>,
    /// The words of the petition's own fields by their ids.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, FieldTexts>,
    /// The words of a newsletter's topics by their names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub topics: BTreeMap<String, String>,
}

/// A consent text as shown beside the button, with its hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentText {
    /// The exact plain text shown.
    pub text: String,
    /// SHA-256 of the text's UTF-8 bytes, 64 lower-case hexadecimal digits.
    pub sha256: String,
}

impl ConsentText {
    /// A text with its hash.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        let sha256 = Self::hash(&text);
        Self { text, sha256 }
    }

    /// The hash of a text: SHA-256 of its UTF-8 bytes in lower-case hexadecimal.
    #[must_use]
    pub fn hash(text: &str) -> String {
        Sha256::digest(text.as_bytes())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// Whether this is the text that was shown, by the hash that a form brought. A form that brings
    /// none (an older page, a program) is taken to show this one.
    #[must_use]
    pub fn was_shown(&self, sha256: &str) -> bool {
        sha256.is_empty() || sha256.eq_ignore_ascii_case(&self.sha256)
    }

    /// Whether text and hash belong together.
    #[must_use]
    pub fn is_genuine(&self) -> bool {
        Self::hash(&self.text) == self.sha256
    }
}
