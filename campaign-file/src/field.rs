//! What a petition's form asks: known fields with rules of their own, and the petition's own ones.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The most fields of its own that a petition may ask: each costs signatures.
pub const MOST_CUSTOM: usize = 20;
/// The most choices of one field.
const MOST_CHOICES: usize = 100;
/// The most characters of a text, or of a hidden value.
pub const LONGEST_CUSTOM: usize = 200;

/// Names in a posted form that are no fields of a petition's own.
pub const RESERVED: &[&str] = &[
    "lang",
    "form_page",
    "consent",
    "newsletter",
    "consent_sha256",
    "newsletter_sha256",
    "website",
    "altcha",
    "captcha",
    "h-captcha-response",
    "email_kept",
    "email_taken",
    "show_name",
    "partner",
    "topics",
    "form_id",
    "attempt_id",
    "key_id",
    "sealed",
    "fields",
];

/// One place of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum FormField {
    /// A field that every petition can ask.
    Known(FieldRule),
    /// A field of this petition's own.
    Custom(CustomField),
}

impl FormField {
    /// Its name in the posted form.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Known(rule) => rule.field.name(),
            Self::Custom(custom) => &custom.id,
        }
    }

    /// The rule of a known field.
    #[must_use]
    pub fn known(&self) -> Option<&FieldRule> {
        match self {
            Self::Known(rule) => Some(rule),
            Self::Custom(_) => None,
        }
    }

    /// A field of the petition's own.
    #[must_use]
    pub fn custom(&self) -> Option<&CustomField> {
        match self {
            Self::Known(_) => None,
            Self::Custom(custom) => Some(custom),
        }
    }
}

impl From<FieldRule> for FormField {
    fn from(rule: FieldRule) -> Self {
        Self::Known(rule)
    }
}

/// A known field of a form.
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

/// A field of a petition's own. Its words stand with the texts ([`FieldTexts`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomField {
    /// Its name in the posted form and in exports: lower-case letters, digits and underscores.
    pub id: String,
    /// How it is asked.
    pub kind: CustomKind,
    /// Whether it must be filled in, or ticked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
}

/// How a petition's own field is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum CustomKind {
    /// A line of text.
    Text,
    /// One of a list.
    Choice {
        /// The names of the choices, as they are posted and stored.
        choices: Vec<String>,
    },
    /// A box to tick, never ticked beforehand; `yes` if it was.
    Checkbox,
    /// Not asked: stored with every signature of this petition.
    Hidden {
        /// What is stored.
        value: String,
    },
}

impl CustomKind {
    /// Its name in front matter.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Choice { .. } => "choice",
            Self::Checkbox => "checkbox",
            Self::Hidden { .. } => "hidden",
        }
    }
}

/// The words of a petition's own field in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldTexts {
    /// Its label.
    pub label: String,
    /// The words of its choices by their names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub choices: BTreeMap<String, String>,
}

impl CustomField {
    /// What is wrong with it; none: it can be asked.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        let id = &self.id;
        if !is_name(id) {
            return Some(format!(
                "`{id}` cannot be the id of a field: use up to 32 lower-case letters, digits and \
                 underscores, a letter first"
            ));
        }
        if Field::from_name(id).is_some() {
            return Some(format!(
                "`{id}` is a field that every petition can ask: write \"{id}\" alone"
            ));
        }
        if RESERVED.contains(&id.as_str()) {
            return Some(format!(
                "`{id}` has another meaning in a form: choose another id"
            ));
        }
        match &self.kind {
            CustomKind::Text | CustomKind::Checkbox => None,
            CustomKind::Choice { choices } => choices_problem(id, choices),
            CustomKind::Hidden { value } => {
                let sound = !value.trim().is_empty()
                    && value.chars().count() <= LONGEST_CUSTOM
                    && !value.chars().any(char::is_control);
                (!sound).then(|| {
                    format!(
                        "the hidden field `{id}` needs a `value` of one line, at most \
                         {LONGEST_CUSTOM} characters"
                    )
                })
            }
        }
    }

    /// What its words in a language lack.
    #[must_use]
    pub fn missing_words(&self, texts: Option<&FieldTexts>) -> Option<String> {
        let id = &self.id;
        if matches!(self.kind, CustomKind::Hidden { .. }) {
            return None;
        }
        let Some(texts) = texts.filter(|texts| !texts.label.trim().is_empty()) else {
            return Some(format!("the label of the field `{id}` is missing"));
        };
        let CustomKind::Choice { choices } = &self.kind else {
            return None;
        };
        let missing = choices.iter().find(|choice| {
            let words = texts.choices.get(*choice);
            words.is_none_or(|words| words.trim().is_empty())
        })?;
        Some(format!(
            "the words of the choice `{missing}` of the field `{id}` are missing"
        ))
    }
}

fn choices_problem(id: &str, choices: &[String]) -> Option<String> {
    if !(2..=MOST_CHOICES).contains(&choices.len()) {
        return Some(format!(
            "the field `{id}` needs 2 to {MOST_CHOICES} choices: choices = [\"one\", \"other\"]"
        ));
    }
    for (index, choice) in choices.iter().enumerate() {
        if !is_word(choice) {
            return Some(format!(
                "`{choice}` cannot be a choice of `{id}`: use up to 32 lower-case letters, digits and \
                 underscores; its words stand with the texts"
            ));
        }
        if choices.iter().take(index).any(|other| other == choice) {
            return Some(format!("the field `{id}` has the choice `{choice}` twice"));
        }
    }
    None
}

/// Whether a name can stand in forms, JSON, tables and addresses as it is.
fn is_name(name: &str) -> bool {
    is_word(name) && name.starts_with(|c: char| c.is_ascii_lowercase())
}

fn is_word(name: &str) -> bool {
    (1..=32).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}
