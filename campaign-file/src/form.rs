//! One form: a petition or a newsletter, its facts and its texts in each language.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

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
    pub fields: Vec<FieldRule>,
    /// The newsletter that the form offers with a box of its own, never ticked; none: no offer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newsletter: Option<String>,
}

/// The facts of a newsletter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewsletterFacts {
    /// RFC 2919 list identifier (`news.example.org`).
    pub list_id: String,
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

/// One field of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldRule {
    /// Which field.
    pub field: Field,
    /// Whether it must be filled in.
    pub presence: Presence,
}

/// The fields that a form can ask. A closed set: each has its own rules of validation.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Given name.
    FirstName,
    /// Family name.
    LastName,
    /// E-mail address.
    Email,
    /// Country, ISO 3166-1 alpha-2.
    Country,
    /// Postal code.
    Postcode,
    /// Town.
    City,
    /// Telephone number.
    Phone,
    /// Free text of the signer.
    Comment,
}

impl Field {
    /// Every field, in the order in which a form shows them by default.
    pub const ALL: [Self; 8] = [
        Self::FirstName,
        Self::LastName,
        Self::Email,
        Self::Country,
        Self::Postcode,
        Self::City,
        Self::Phone,
        Self::Comment,
    ];

    /// Its name: in front matter, in the posted form, in JSON, and after `label_` in the texts.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::Email => "email",
            Self::Country => "country",
            Self::Postcode => "postcode",
            Self::City => "city",
            Self::Phone => "phone",
            Self::Comment => "comment",
        }
    }

    /// The field of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.name() == name)
    }
}

/// Whether a field must be filled in. A field that is not listed is not asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Must be filled in.
    Required,
    /// May be left empty.
    Optional,
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
