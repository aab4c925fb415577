//! What was typed into a form: checked, with every fault at once.

mod typed;

use std::collections::BTreeMap;

use campaign_file::{Field, FieldRule, Form, FormKind, Presence};

use super::email;
use super::{EmailAddress, Private};
pub use typed::longest;
use typed::{check, clean};

/// A posted form, unchecked. What is not a field of the form is ignored.
#[derive(Clone, Debug, Default)]
pub struct SubmittedValues {
    /// The fields by their posted name.
    pub fields: BTreeMap<String, Private<String>>,
    /// Whether the consent box was ticked.
    pub consent: bool,
    /// Whether the newsletter box was ticked.
    pub newsletter: bool,
}

impl SubmittedValues {
    /// Adds a field.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.fields.insert(name.into(), Private::new(value.into()));
    }

    /// A field as typed; empty if it is not there.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.fields
            .get(name)
            .map_or("", |value| value.expose().as_str())
    }
}

/// A form without faults.
#[derive(Clone, Debug)]
pub struct ValidForm {
    /// The address.
    pub email: EmailAddress,
    /// The other fields that were filled in, cleaned.
    pub values: BTreeMap<Field, Private<String>>,
    /// Whether the newsletter that the petition offers is wanted.
    pub newsletter: bool,
}

/// Something to mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldFault {
    /// The posted name of the field (`email`, `consent`).
    pub field: String,
    /// What is wrong.
    pub kind: FaultKind,
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// It is empty.
    Required,
    /// It is longer than this many characters.
    TooLong {
        /// The most characters that are taken.
        max: usize,
    },
    /// It holds characters that do not belong there.
    Characters,
    /// A name that begins like a formula of a spreadsheet.
    NameStart,
    /// A name without a letter.
    NameLetters,
    /// A web address in a name.
    NameLink,
    /// Not a telephone number.
    Phone,
    /// Not an e-mail address.
    Email,
    /// Not a country of the list.
    Country,
    /// The consent box is not ticked.
    Consent,
}

impl FaultKind {
    /// Key of the text that tells the visitor. Placeholders: `{field}` (the field's label) and,
    /// for [`FaultKind::TooLong`], `{max}`.
    #[must_use]
    pub fn text_key(self) -> &'static str {
        match self {
            Self::Required => "error_required",
            Self::TooLong { .. } => "error_too_long",
            Self::Characters => "error_characters",
            Self::NameStart => "error_name_start",
            Self::NameLetters => "error_name_letters",
            Self::NameLink => "error_name_link",
            Self::Phone => "error_phone",
            Self::Email => "error_email",
            Self::Country => "error_country",
            Self::Consent => "error_consent",
        }
    }
}

const EMAIL_ONLY: [FieldRule; 1] = [FieldRule {
    field: Field::Email,
    presence: Presence::Required,
}];

/// Checks a posted form. `is_country` knows the codes (capital letters) that can be chosen.
///
/// # Errors
/// Every fault, in the order of the form.
pub fn validate(
    form: &Form,
    values: &SubmittedValues,
    is_country: impl Fn(&str) -> bool,
) -> Result<ValidForm, Vec<FieldFault>> {
    let (rules, offers) = match &form.kind {
        FormKind::Petition(facts) => (facts.fields.as_slice(), facts.newsletter.is_some()),
        FormKind::Newsletter(_) => (EMAIL_ONLY.as_slice(), false),
    };
    let mut faults = Vec::new();
    let mut fault = |field: &str, kind| {
        faults.push(FieldFault {
            field: field.to_owned(),
            kind,
        });
    };
    let mut kept = BTreeMap::new();
    let mut address = None;
    for rule in rules {
        let name = rule.field.name();
        let value = clean(rule.field, values.get(name));
        if value.is_empty() {
            if rule.presence == Presence::Required || rule.field == Field::Email {
                fault(name, FaultKind::Required);
            }
        } else if rule.field == Field::Email {
            match email::parse(&value) {
                Ok(parsed) => address = Some(parsed),
                Err(_) => fault(name, FaultKind::Email),
            }
        } else {
            match check(rule.field, &value, &is_country) {
                Some(kind) => fault(name, kind),
                None => {
                    kept.insert(rule.field, Private::new(value));
                }
            }
        }
    }
    if !values.consent {
        fault("consent", FaultKind::Consent);
    }
    match address {
        Some(email) if faults.is_empty() => Ok(ValidForm {
            email,
            values: kept,
            newsletter: values.newsletter && offers,
        }),
        _ => Err(faults),
    }
}

#[cfg(test)]
mod tests;
