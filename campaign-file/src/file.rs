//! The file as a whole: its version, reading it and writing it.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Form, Language};

/// The format's version. A reader accepts this one and no other.
pub const VERSION: u32 = 1;

/// Everything that the petition service needs to know about the site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignFile {
    /// The format's version: always [`VERSION`].
    pub version: u32,
    /// Facts of the site.
    pub site: Site,
    /// The site's languages by language code (`nl`, `pt-BR`).
    pub languages: BTreeMap<String, Language>,
    /// The forms by id. An id is unique among petitions and newsletters together.
    pub forms: BTreeMap<String, Form>,
}

/// Facts of the site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// The site's address, absolute, with a trailing slash.
    pub base_url: String,
    /// The language whose pages hold the facts, and the last fallback for texts.
    pub default_language: String,
}

/// Why a campaign file was refused.
#[derive(Debug)]
pub enum ReadError {
    /// Not JSON, or not of the format: the parser's message with line and column.
    Malformed(String),
    /// Of a version that this program does not read.
    Version {
        /// What the file says.
        found: u64,
    },
    /// Well formed, but it breaks these rules (all of them are listed).
    Invalid(Vec<String>),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(message) => write!(
                f,
                "the campaign file cannot be read: {message}; it was cut off or changed on its way, or \
                 it is of another release: build the site again with the groundswell of this release, \
                 and copy the whole file"
            ),
            Self::Version { found } => write!(
                f,
                "the campaign file has version {found}, this program reads version {VERSION}: \
                 build the site with the groundswell of the same release"
            ),
            Self::Invalid(problems) => {
                write!(
                    f,
                    "the campaign file breaks its own rules; mend the pages that they name and build \
                     the site again:"
                )?;
                problems.iter().try_for_each(|p| write!(f, "\n  - {p}"))
            }
        }
    }
}

impl std::error::Error for ReadError {}

impl CampaignFile {
    /// Reads and checks a campaign file.
    ///
    /// # Errors
    /// [`ReadError`]: malformed, of another version, or in breach of the rules.
    pub fn from_json(json: &str) -> Result<Self, ReadError> {
        // The version is looked at first: a file of another version may have any shape.
        let value: serde_json::Value =
            serde_json::from_str(json).map_err(|e| ReadError::Malformed(e.to_string()))?;
        let found = value
            .get("version")
            .and_then(serde_json::Value::as_u64)
            .ok_or_else(|| ReadError::Malformed("it has no number `version`".to_owned()))?;
        if found != u64::from(VERSION) {
            return Err(ReadError::Version { found });
        }
        let file: Self =
            serde_json::from_str(json).map_err(|e| ReadError::Malformed(e.to_string()))?;
        let problems = file.problems();
        if problems.is_empty() {
            Ok(file)
        } else {
            Err(ReadError::Invalid(problems))
        }
    }

    /// The file's bytes: pretty JSON with sorted keys and a final newline, equal for equal input.
    ///
    /// # Errors
    /// None that these types can cause; the signature is the serialiser's.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        let mut json = serde_json::to_string_pretty(self)?;
        json.push('\n');
        Ok(json)
    }
}

/// The format's JSON Schema (2020-12), as committed in `docs/campaign.schema.json`.
#[must_use]
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(CampaignFile).to_value()
}
