//! What is sealed of a form: the address and everything that was typed.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::locked::DoesNotOpen;
use crate::domain::Private;

/// The personal part of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Where mail goes.
    pub email: Private<String>,
    /// The other fields by their posted name.
    pub fields: BTreeMap<String, Private<String>>,
}

/// As it is written: `{"email":…,"fields":{…}}`. What a later version adds is passed over.
#[derive(Deserialize)]
struct Written {
    email: String,
    #[serde(default)]
    fields: BTreeMap<String, String>,
}

impl Content {
    /// The bytes to seal.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let fields: Map<String, Value> = self
            .fields
            .iter()
            .map(|(name, value)| (name.clone(), Value::from(value.expose().as_str())))
            .collect();
        let written = json!({"email": self.email.expose(), "fields": fields});
        Zeroizing::new(written.to_string().into_bytes())
    }

    /// What was sealed, from its bytes.
    ///
    /// # Errors
    /// They are something else: sealed by another program.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DoesNotOpen> {
        let written: Written = serde_json::from_slice(bytes).map_err(|_| DoesNotOpen)?;
        Ok(Self {
            email: Private::new(written.email),
            fields: written
                .fields
                .into_iter()
                .map(|(name, value)| (name, Private::new(value)))
                .collect(),
        })
    }
}
