//! What was typed into a form: checked, with every fault at once.

mod typed;

use std::collections::BTreeMap;

use campaign_file::{
    CustomField, CustomKind, Field, FieldRule, Form, FormField, FormKind, LONGEST_CUSTOM, Presence,
};

use super::email;
use super::seal::Content;
use super::{EmailAddress, Private};
pub use typed::longest;
use typed::{check, check_line, clean, clean_line};

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
    /// The petition's own fields that were filled in, and its hidden ones, by their ids.
    pub custom: BTreeMap<String, Private<String>>,
    /// Whether the signer asked to be named on the page.
    pub show_name: bool,
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
    /// Not a choice of the list.
    Choice,
    /// A box that must be ticked.
    Tick,
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
            Self::Choice => "error_choice",
            Self::Tick => "error_tick",
            Self::Consent => "error_consent",
        }
    }
}

impl ValidForm {
    /// What is to be sealed of it.
    #[must_use]
    pub fn content(&self) -> Content {
        let known = self.values.iter();
        let fields = known
            .map(|(field, value)| (field.name().to_owned(), value.clone()))
            .chain(self.custom.clone())
            .collect();
        Content {
            email: self.email.display.clone(),
            fields,
        }
    }
}

const EMAIL_ONLY: [FormField; 1] = [FormField::Known(FieldRule {
    field: Field::Email,
    presence: Presence::Required,
})];

/// Checks a posted form. `is_country` knows the codes (capital letters) that can be chosen.
///
/// # Errors
/// Every fault, in the order of the form.
pub fn validate(
    form: &Form,
    values: &SubmittedValues,
    is_country: impl Fn(&str) -> bool,
) -> Result<ValidForm, Vec<FieldFault>> {
    let facts = match &form.kind {
        FormKind::Petition(facts) => Some(facts),
        FormKind::Newsletter(_) => None,
    };
    let asked = facts.map_or(EMAIL_ONLY.as_slice(), |facts| facts.fields.as_slice());
    let mut reading = Reading::default();
    for field in asked {
        let read = match field {
            FormField::Known(rule) => reading.known(rule, values, &is_country),
            FormField::Custom(field) => reading.custom(field, values),
        };
        if let Err(kind) = read {
            reading.fault(field.name(), kind);
        }
    }
    if !values.consent {
        reading.fault("consent", FaultKind::Consent);
    }
    let offers_name = facts.is_some_and(|facts| facts.show_name);
    let offers_newsletter = facts.is_some_and(|facts| facts.newsletter.is_some());
    match reading.email {
        Some(email) if reading.faults.is_empty() => Ok(ValidForm {
            email,
            // Without a name there is none to show.
            show_name: offers_name
                && values.get("show_name") == TICKED
                && reading.values.contains_key(&Field::FirstName),
            values: reading.values,
            custom: reading.custom,
            newsletter: values.newsletter && offers_newsletter,
        }),
        _ => Err(reading.faults),
    }
}

/// What a ticked box posts.
const TICKED: &str = "yes";

/// A form being read.
#[derive(Default)]
struct Reading {
    email: Option<EmailAddress>,
    values: BTreeMap<Field, Private<String>>,
    custom: BTreeMap<String, Private<String>>,
    faults: Vec<FieldFault>,
}

impl Reading {
    fn fault(&mut self, field: &str, kind: FaultKind) {
        let field = field.to_owned();
        self.faults.push(FieldFault { field, kind });
    }

    fn known(
        &mut self,
        rule: &FieldRule,
        values: &SubmittedValues,
        is_country: impl Fn(&str) -> bool,
    ) -> Result<(), FaultKind> {
        let field = rule.field;
        let value = clean(field, values.get(field.name()));
        if value.is_empty() {
            let needed = rule.presence == Presence::Required || field == Field::Email;
            return if needed {
                Err(FaultKind::Required)
            } else {
                Ok(())
            };
        }
        if field == Field::Email {
            self.email = Some(email::parse(&value).map_err(|_| FaultKind::Email)?);
            return Ok(());
        }
        match check(field, &value, is_country) {
            Some(kind) => Err(kind),
            None => {
                self.values.insert(field, Private::new(value));
                Ok(())
            }
        }
    }

    fn custom(&mut self, field: &CustomField, values: &SubmittedValues) -> Result<(), FaultKind> {
        let value = clean_line(values.get(&field.id));
        let kept = match &field.kind {
            // Whatever was posted under its name: the petition says what it is.
            CustomKind::Hidden { value } => value.clone(),
            CustomKind::Checkbox if value == TICKED => value,
            CustomKind::Checkbox if field.required => return Err(FaultKind::Tick),
            CustomKind::Checkbox => return Ok(()),
            _ if value.is_empty() && field.required => return Err(FaultKind::Required),
            _ if value.is_empty() => return Ok(()),
            CustomKind::Choice { choices } if choices.contains(&value) => value,
            CustomKind::Choice { .. } => return Err(FaultKind::Choice),
            CustomKind::Text => match check_line(&value, LONGEST_CUSTOM) {
                None => value,
                Some(kind) => return Err(kind),
            },
        };
        self.custom.insert(field.id.clone(), Private::new(kept));
        Ok(())
    }
}

#[cfg(test)]
mod tests;
