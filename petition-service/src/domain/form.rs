//! What was typed into a form: checked, with every fault at once.

use std::collections::BTreeMap;

use campaign_file::{Field, FieldRule, Form, FormKind, Presence};
use unicode_normalization::UnicodeNormalization;

use super::email;
use super::{EmailAddress, Private};

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
    /// A web address in a name.
    NameLink,
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
            Self::NameLink => "error_name_link",
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

/// The most characters of a field.
#[must_use]
pub fn longest(field: Field) -> usize {
    match field {
        Field::FirstName | Field::LastName => 80,
        Field::City => 100,
        Field::Email => 254,
        Field::Country => 2,
        Field::Postcode => 16,
        Field::Phone => 32,
        Field::Comment => 1000,
    }
}

/// One form of each character, no space around, and in one-line fields single spaces within.
fn clean(field: Field, typed: &str) -> String {
    // Far beyond any field's length nothing needs to be kept: it is too long either way.
    let typed: String = typed.chars().take(8 * 1024).nfc().collect();
    match field {
        Field::Comment => typed.replace("\r\n", "\n").trim().to_owned(),
        Field::Email => typed.trim().to_owned(),
        Field::Country => typed.trim().to_ascii_uppercase(),
        _ => typed
            .split(' ')
            .filter(|w| !w.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
            .trim()
            .to_owned(),
    }
}

fn check(field: Field, value: &str, is_country: impl Fn(&str) -> bool) -> Option<FaultKind> {
    let max = longest(field);
    if field == Field::Country {
        return (!is_country(value)).then_some(FaultKind::Country);
    }
    if value.chars().count() > max {
        return Some(FaultKind::TooLong { max });
    }
    let bad = |c: char| match field {
        Field::Comment => unprintable(c) && c != '\n' && c != '\t',
        Field::Phone => !(c.is_ascii_digit() || "+()-./ ".contains(c)),
        Field::Postcode => !(c.is_alphanumeric() || c == '-' || c == ' '),
        _ => unprintable(c) || "<>{}[]\\|^=".contains(c),
    };
    if value.chars().any(bad) {
        return Some(FaultKind::Characters);
    }
    let named = matches!(field, Field::FirstName | Field::LastName | Field::City);
    (named && has_link(value)).then_some(FaultKind::NameLink)
}

/// Control characters, and those that turn the direction of the text after them.
fn unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// Endings with which a word in a name is an address rather than an initial (`St.John`).
const ENDINGS: [&str; 16] = [
    "com", "net", "org", "info", "biz", "ru", "cn", "xyz", "top", "shop", "site", "online", "io",
    "link", "click", "me",
];

fn has_link(value: &str) -> bool {
    let lower = value.to_lowercase();
    lower.contains("://")
        || lower.contains("www.")
        || lower.split_whitespace().any(|word| {
            let host = word.split('/').next().unwrap_or_default();
            host.rsplit_once('.').is_some_and(|(before, ending)| {
                !before.is_empty() && (host.len() < word.len() || ENDINGS.contains(&ending))
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::sample;

    fn filled() -> SubmittedValues {
        let mut values = SubmittedValues {
            consent: true,
            ..SubmittedValues::default()
        };
        values.set("first_name", "  Zoe\u{308}  van ");
        values.set("last_name", "St.John-O’Neill");
        values.set("email", "zoe@example.org");
        values
    }

    fn check_petition(values: &SubmittedValues) -> Result<ValidForm, Vec<FieldFault>> {
        let file = sample::file();
        validate(&file.forms["safe-online"], values, |code| code == "NL")
    }

    #[test]
    fn a_sound_form_is_cleaned() {
        let mut values = filled();
        values.set("country", "nl");
        values.set("comment", " Ja!\r\n\r\nGoed \u{200f}so ");
        values.set("nonsense", "ignored");
        values.newsletter = true;
        let form = check_petition(&values).unwrap();
        assert_eq!(form.values[&Field::FirstName].expose(), "Zo\u{eb} van");
        assert_eq!(form.values[&Field::Country].expose(), "NL");
        assert_eq!(
            form.values[&Field::Comment].expose(),
            "Ja!\n\nGoed \u{200f}so"
        );
        assert_eq!(form.values.len(), 4);
        assert!(form.newsletter);
        assert!(!format!("{form:?}").contains("Zo"));
    }

    #[test]
    fn all_faults_come_at_once() {
        let mut values = SubmittedValues::default();
        values.set("first_name", "a".repeat(81));
        values.set("email", "zoe");
        values.set("country", "XX");
        values.set("postcode", "12;4");
        values.set("city", "a\u{202e}b");
        values.set("phone", "+31 call me");
        values.set("comment", "a\0b");
        let faults: Vec<_> = check_petition(&values)
            .unwrap_err()
            .into_iter()
            .map(|fault| (fault.field, fault.kind))
            .collect();
        let wanted = [
            ("first_name", FaultKind::TooLong { max: 80 }),
            ("last_name", FaultKind::Required),
            ("email", FaultKind::Email),
            ("country", FaultKind::Country),
            ("postcode", FaultKind::Characters),
            ("city", FaultKind::Characters),
            ("phone", FaultKind::Characters),
            ("comment", FaultKind::Characters),
            ("consent", FaultKind::Consent),
        ];
        assert_eq!(faults, wanted.map(|(field, kind)| (field.to_owned(), kind)));
        for fault in wanted {
            let key = fault.1.text_key();
            assert!(
                campaign_file::texts::REQUIRED.iter().any(|t| t.key == key),
                "{key}"
            );
        }
    }

    #[test]
    fn names_hold_no_links() {
        for (name, link) in [
            ("see https://evil", true),
            ("www.evil", true),
            ("buy at evil.com", true),
            ("evil.tk/x", true),
            ("J.R.R.", false),
            ("St.John", false),
            ("A. de Vries", false),
        ] {
            let mut values = filled();
            values.set("last_name", name);
            let got = check_petition(&values).map(|_| ()).map_err(|f| f[0].kind);
            let wanted = if link {
                Err(FaultKind::NameLink)
            } else {
                Ok(())
            };
            assert_eq!(got, wanted, "{name}");
        }
    }

    #[test]
    fn a_newsletter_asks_the_address_only() {
        let file = sample::file();
        let mut values = filled();
        values.newsletter = true;
        let form = validate(&file.forms["news"], &values, |_| false).unwrap();
        assert!(form.values.is_empty() && !form.newsletter);
    }
}
