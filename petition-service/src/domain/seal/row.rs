//! A sealed row as it travels: from the server's export to the machine that holds the private key.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::attempt::Place;
use super::keys::KeyId;

/// One confirmed form, sealed, with the evidence that is not.
#[derive(Clone, Debug, PartialEq)]
pub struct SealedRow {
    /// The petition or newsletter.
    pub form_id: String,
    /// The attempt that was confirmed.
    pub attempt_id: Uuid,
    /// The key it was sealed to.
    pub key_id: KeyId,
    /// The seal.
    pub sealed: Vec<u8>,
    /// When, in which language, to which consent text …, by name.
    pub evidence: Map<String, Value>,
}

/// The keys that every row has.
const OWN: [&str; 4] = ["form_id", "attempt_id", "key_id", "sealed"];

impl SealedRow {
    /// Where it belongs.
    #[must_use]
    pub fn place(&self) -> Place<'_> {
        Place {
            form_id: &self.form_id,
            attempt_id: self.attempt_id,
        }
    }

    /// The row as one line of JSON, without the line's end.
    #[must_use]
    pub fn to_line(&self) -> String {
        let mut map = Map::new();
        let own = [
            self.form_id.clone(),
            self.attempt_id.to_string(),
            self.key_id.to_string(),
            STANDARD.encode(&self.sealed),
        ];
        for (key, value) in OWN.into_iter().zip(own) {
            map.insert(key.to_owned(), Value::String(value));
        }
        let evidence = self
            .evidence
            .iter()
            .filter(|(key, _)| !OWN.contains(&key.as_str()));
        map.extend(evidence.map(|(key, value)| (key.clone(), value.clone())));
        Value::Object(map).to_string()
    }

    /// The row in a line.
    ///
    /// # Errors
    /// What the line lacks.
    pub fn parse(line: &str) -> Result<Self, String> {
        let Ok(Value::Object(mut map)) = serde_json::from_str(line) else {
            return Err("no JSON object".to_owned());
        };
        let [form_id, attempt_id, key_id, sealed] = OWN.map(|key| match map.shift_remove(key) {
            Some(Value::String(text)) => Ok(text),
            _ => Err(format!("`{key}` is missing")),
        });
        let wrong = |key: &str| format!("`{key}` is not what it should be");
        Ok(Self {
            form_id: form_id?,
            attempt_id: Uuid::parse_str(&attempt_id?).map_err(|_| wrong("attempt_id"))?,
            key_id: KeyId::parse(&key_id?).ok_or_else(|| wrong("key_id"))?,
            sealed: STANDARD.decode(sealed?).map_err(|_| wrong("sealed"))?,
            evidence: map,
        })
    }
}
