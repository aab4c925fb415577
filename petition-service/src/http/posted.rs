//! A posted form: fields of a form or of JSON, made one.

use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;

use super::answers;
use crate::captcha::Answer;
use crate::domain::{Network, Private, SubmittedValues};
use crate::pages::FormValues;
use crate::usecases::Request;

/// Fields that are not of the visitor's typing.
const OURS: [&str; 13] = [
    "lang",
    "partner",
    "form_page",
    "consent",
    "newsletter",
    "topics",
    "consent_sha256",
    "newsletter_sha256",
    "website",
    "email_kept",
    "email_taken",
    "altcha",
    "h-captcha-response",
];

/// More fields than any form has.
const MOST_FIELDS: usize = 64;

/// A form's fields, in order.
#[derive(Default)]
pub(super) struct Posted {
    fields: Vec<(String, String)>,
    /// Whether it came as JSON, and the answer is to be JSON too.
    pub(super) json: bool,
}

/// The body is not what its type says.
pub(super) struct Unreadable;

impl Posted {
    /// Reads a body.
    ///
    /// # Errors
    /// It is neither a form nor JSON.
    pub(super) fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, Unreadable> {
        let kind = headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        if kind.starts_with("application/json") {
            return Self::read_json(body);
        }
        if !kind.starts_with("application/x-www-form-urlencoded") {
            return Err(Unreadable);
        }
        let fields = url::form_urlencoded::parse(body)
            .take(MOST_FIELDS)
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        Ok(Self {
            fields,
            json: answers::to_program(headers),
        })
    }

    fn read_json(body: &[u8]) -> Result<Self, Unreadable> {
        let value: serde_json::Value = serde_json::from_slice(body).map_err(|_| Unreadable)?;
        let map = value.as_object().ok_or(Unreadable)?;
        let is_nested = |value: &serde_json::Value| value.is_object() || value.is_array();
        // What a form could not hold is a program's mistake; a list is of topics.
        let strange = map.iter().any(|(name, value)| match value.as_array() {
            Some(values) => name != "topics" || values.iter().any(is_nested),
            None => is_nested(value),
        });
        if strange {
            return Err(Unreadable);
        }
        let several = |(name, value): (&String, &serde_json::Value)| {
            let values = match value.as_array() {
                Some(values) => values.iter().filter_map(json_text).collect(),
                None => Vec::from_iter(json_text(value)),
            };
            let name = name.clone();
            values.into_iter().map(move |value| (name.clone(), value))
        };
        let fields = map.iter().flat_map(several).take(MOST_FIELDS).collect();
        Ok(Self { fields, json: true })
    }

    pub(super) fn get(&self, name: &str) -> &str {
        self.fields
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value)
    }

    /// The boxes of a name that were ticked.
    pub(super) fn all(&self, name: &str) -> Vec<String> {
        let named = self.fields.iter().filter(|(known, _)| known == name);
        named.map(|(_, value)| value.clone()).collect()
    }

    fn ticked(&self, name: &str) -> bool {
        self.get(name) == "yes"
    }

    pub(super) fn lang(&self) -> &str {
        self.get("lang")
    }

    /// Code of the partner that the form says it comes from; empty: none.
    pub(super) fn partner(&self) -> &str {
        self.get("partner")
    }

    /// What was typed, with the suggested address in the place of the typed one if its button was
    /// pressed.
    fn typed(&self) -> impl Iterator<Item = (String, Private<String>)> {
        let taken = Some(self.get("email_taken")).filter(|taken| !taken.is_empty());
        self.fields
            .iter()
            .filter(|(name, _)| !OURS.contains(&name.as_str()))
            .map(move |(name, value)| {
                let value = taken.filter(|_| name == "email").unwrap_or(value);
                (name.clone(), Private::new(value.to_owned()))
            })
    }

    /// As the use case takes it.
    pub(super) fn request(&self) -> Request {
        let mut values = SubmittedValues {
            consent: self.ticked("consent"),
            newsletter: self.ticked("newsletter"),
            ..SubmittedValues::default()
        };
        values.fields.extend(self.typed());
        let answer = |name: &str| Some(self.get(name).to_owned()).filter(|text| !text.is_empty());
        Request {
            lang: self.lang().to_owned(),
            form_page: Private::new(self.get("form_page").to_owned()),
            values,
            topics: self.all("topics"),
            consent_sha256: self.get("consent_sha256").to_owned(),
            newsletter_sha256: self.get("newsletter_sha256").to_owned(),
            honeypot: Private::new(self.get("website").to_owned()),
            email_kept: Private::new(self.get("email_kept").to_owned()),
            captcha: Answer {
                altcha: answer("altcha"),
                hcaptcha: answer("h-captcha-response"),
            },
            nonce: None,
            partner: None,
            wait: None,
            network: Network::default(),
        }
    }

    /// As the form shows it again.
    pub(super) fn values(&self) -> FormValues {
        FormValues {
            fields: self.typed().collect(),
            consent: self.ticked("consent"),
            newsletter: self.ticked("newsletter"),
            topics: self.all("topics"),
            consent_sha256: self.get("consent_sha256").to_owned(),
            newsletter_sha256: self.get("newsletter_sha256").to_owned(),
            partner: self.partner().to_owned(),
            form_page: Private::new(self.get("form_page").to_owned()),
        }
    }
}

fn json_text(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Bool(true) => Some("yes".to_owned()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::OURS;

    #[test]
    fn no_petition_can_give_its_own_field_a_name_of_ours() {
        for name in OURS {
            assert!(campaign_file::RESERVED.contains(&name), "{name}");
        }
    }
}
