//! The confirmed forms, sealed as they are, for whoever holds the private key.

use chrono::DateTime;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::Store;
use super::engine::{Row, statements, values};
use super::records::StoreError;
use crate::domain::seal::{KeyId, SealedRow};

/// Rows of one question.
const PAGE: u32 = 1000;

statements! {
    PAGES = "select a.id, s.form_id, a.sealed, a.key_id, s.kind, coalesce(s.lang, a.lang) as lang,
             s.topics, s.paused_until, a.form_page, a.country,
             a.shows_name, a.partner, a.consent_sha256, a.consent_version, a.created_at, a.confirmed_at,
             a.confirmed_how
         from attempts a join subjects s on s.id = a.subject_id and s.attempt_id = a.id
         where a.id > $1 and s.state = 'confirmed' and a.sealed is not null
             and ($2 = '' or s.form_id = $2)
         order by a.id limit $3";
}

impl Store {
    /// The confirmed forms after one of them, in the order in which they were sent; those of one
    /// petition or newsletter if it is named. Begin with [`Uuid::nil`]; an empty list is the end.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sealed_rows(
        &self,
        after: Uuid,
        form_id: Option<&str>,
    ) -> Result<Vec<SealedRow>, StoreError> {
        let values = values![after, form_id.unwrap_or_default(), PAGE];
        let rows = self.reads.rows(&PAGES, values).await?;
        let mut sealed = Vec::with_capacity(rows.len());
        for row in &rows {
            sealed.push(read(row)?);
        }
        Ok(sealed)
    }
}

fn read(row: &Row) -> Result<SealedRow, StoreError> {
    let key_id = KeyId::from_stored(&row.blob("key_id")?).unwrap_or(KeyId([0; 8]));
    Ok(SealedRow {
        form_id: row.text("form_id")?,
        attempt_id: row.id("id")?,
        key_id,
        sealed: row.blob("sealed")?,
        evidence: evidence(row)?,
    })
}

/// What proves the consent, and what was asked of the page.
fn evidence(row: &Row) -> Result<Map<String, Value>, StoreError> {
    let time = |name: &str| -> Result<Value, StoreError> {
        let at = row
            .maybe_int(name)?
            .and_then(DateTime::from_timestamp_millis);
        Ok(at.map_or(Value::Null, |at| at.to_rfc3339().into()))
    };
    let mut evidence = Map::new();
    for name in [
        "kind",
        "lang",
        "form_page",
        "consent_sha256",
        "consent_version",
    ] {
        evidence.insert(name.to_owned(), row.text(name)?.into());
    }
    for name in ["country", "topics", "confirmed_how", "partner"] {
        evidence.insert(name.to_owned(), row.maybe_text(name)?.into());
    }
    evidence.insert("shows_name".to_owned(), row.flag("shows_name")?.into());
    for name in ["created_at", "confirmed_at", "paused_until"] {
        evidence.insert(name.to_owned(), time(name)?);
    }
    Ok(evidence)
}
