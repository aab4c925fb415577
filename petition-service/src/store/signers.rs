//! Names that their owners want to be shown.
//!
//! They are shown by the batch, not one by one: who confirms in a quarter of an hour appears at its
//! end with the others of it, in an order that has nothing to do with time. So whoever asks again
//! and again cannot tell which name belongs to which rise of the count, nor to a visit that was seen
//! elsewhere; and the answer tells the day and nothing finer.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::engine::{Conn, Error, bulks, statements, values};
use super::records::StoreError;
use super::{Store, ms};
use crate::domain::Private;

/// The most that are shown.
const MOST: u32 = 20;

bulks! {
    SHOW(subject Blob, form_id Text, name Text, country Text, at Int) =
        "insert into public_signers (subject_id, form_id, name, country, at)
         select subject, form_id, name, country, at from v where true
         on conflict (subject_id) do update
         set name = excluded.name, country = excluded.country";

    HIDE(subject Blob) =
        "delete from public_signers where subject_id in (select subject from v)";
}

statements! {
    // The last bytes of an identity are chance, the first are its time.
    RECENT = "select name, country, at from public_signers
         where form_id = $1 and at <= $2
         order by at desc, substr(subject_id, 9) limit $3";
}

/// Somebody who signed and wants that to be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicSigner {
    /// First name, and the first letter of the last.
    pub name: String,
    /// Code of the country, if one was given.
    pub country: Option<String>,
    /// Day (UTC) since when it is shown.
    pub day: NaiveDate,
}

impl Store {
    /// The newest names under a petition, at most twenty.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn recent_signers(
        &self,
        form_id: &str,
        now: DateTime<Utc>,
    ) -> Result<Vec<PublicSigner>, StoreError> {
        let values = values![form_id, ms(now), MOST];
        let mut signers = Vec::new();
        for row in self.reads.rows(&RECENT, values).await? {
            let at = DateTime::from_timestamp_millis(row.int("at")?).unwrap_or(now);
            signers.push(PublicSigner {
                name: row.text("name")?,
                country: row.maybe_text("country")?,
                day: at.date_naive(),
            });
        }
        Ok(signers)
    }
}

/// A signature that was just confirmed.
pub(super) struct Signer<'a> {
    pub(super) subject: Uuid,
    pub(super) form_id: &'a str,
    /// None: it is not to be shown.
    pub(super) name: Option<Private<String>>,
    pub(super) country: Option<String>,
    /// In milliseconds.
    pub(super) at: i64,
    /// Whether it takes an older one's place.
    pub(super) renews: bool,
}

/// Shows those who want it, and no longer those who no longer do. `every`: how long the names of one
/// batch wait for each other, in milliseconds.
pub(super) async fn publish(
    conn: &mut Conn,
    signers: Vec<Signer<'_>>,
    every: i64,
) -> Result<(), Error> {
    let (mut shown, mut hidden) = (Vec::new(), Vec::new());
    for signer in signers {
        match signer.name {
            Some(name) => shown.push(values![
                signer.subject,
                signer.form_id,
                name.expose(),
                signer.country,
                end_of_batch(signer.at, every),
            ]),
            None if signer.renews => hidden.push(values![signer.subject]),
            None => {}
        }
    }
    conn.bulk(&SHOW, shown).await?;
    conn.bulk(&HIDE, hidden).await?;
    Ok(())
}

fn end_of_batch(at: i64, every: i64) -> i64 {
    match at.checked_rem_euclid(every) {
        Some(into) => at.saturating_sub(into).saturating_add(every),
        None => at,
    }
}

#[cfg(test)]
mod tests;
