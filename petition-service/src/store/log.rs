//! The log of confirmations, and what is yet to be added up of it.

use uuid::Uuid;

use super::engine::{Conn, Error, bulks, values};

bulks! {
    APPEND(form_id Text, subject_id Blob, delta Int, country Text, at Int) =
        "insert into confirmations (form_id, subject_id, delta, country, at)
         select form_id, subject_id, delta, country, at from v where true";

    TO_COUNT(form_id Text, country Text, delta Int) =
        "insert into to_count (form_id, country, delta)
         select form_id, country, delta from v where true";
}

/// An entry of the log.
pub(super) struct Logged {
    pub(super) form_id: String,
    pub(super) subject: Uuid,
    pub(super) delta: i64,
    pub(super) country: Option<String>,
    /// In milliseconds.
    pub(super) at: i64,
}

/// Appends to the log.
pub(super) async fn log(conn: &mut Conn, entries: Vec<Logged>) -> Result<(), Error> {
    let counted = entries
        .iter()
        .map(|one| values![&one.form_id, one.country.clone(), one.delta]);
    let counted = counted.collect();
    let appended = entries.iter().map(|one| {
        values![
            &one.form_id,
            one.subject,
            one.delta,
            one.country.clone(),
            one.at
        ]
    });
    let appended = appended.collect();
    conn.bulk(&APPEND, appended).await?;
    conn.bulk(&TO_COUNT, counted).await?;
    Ok(())
}
