//! Forms as they were sent: stored, replaced while their mail waits, erased when they are settled.

use std::collections::BTreeMap;

use campaign_file::Field;
use chrono::{DateTime, Utc};
use sqlx::{Row, SqliteConnection};

use super::records::{Consent, NewSignUp, SubjectKind};
use super::{ms, new_id};
use crate::domain::Private;

/// A mail that is held back until the mailbox has rested, and the form that it is for.
pub(super) struct HeldBack {
    mail: String,
    attempt: String,
}

/// Stores a form; its id.
pub(super) async fn insert(
    conn: &mut SqliteConnection,
    subject: &str,
    form: &NewSignUp,
    now: DateTime<Utc>,
) -> Result<String, sqlx::Error> {
    let id = new_id();
    let Consent {
        text_sha256,
        version,
    } = &form.consent;
    let letter = form.newsletter.as_ref();
    // With the form's id in it, equal nonces do not show that one browser sent two forms.
    let nonce = form.nonce.as_ref().map(|nonce| nonce.hash_for(&id));
    sqlx::query(
        "insert into attempts
             (id, subject_id, email, fields, lang, form_page, nonce_hash, consent_sha256,
              consent_version, created_at, newsletter_id, newsletter_key, newsletter_sha256,
              newsletter_version)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
    )
    .bind(&id)
    .bind(subject)
    .bind(form.email.expose())
    .bind(json(&form.values))
    .bind(&form.lang)
    .bind(&form.form_page)
    .bind(nonce.map(|hash| hash.as_bytes().to_vec()))
    .bind(text_sha256)
    .bind(version)
    .bind(ms(now))
    .bind(letter.map(|letter| &letter.form_id))
    .bind(letter.map(|letter| letter.dedupe_key.to_vec()))
    .bind(letter.map(|letter| &letter.consent.text_sha256))
    .bind(letter.map(|letter| &letter.consent.version))
    .execute(conn)
    .await?;
    Ok(id)
}

/// Whether the newest form of a mailbox says the same as this one.
pub(super) async fn is_newest(
    conn: &mut SqliteConnection,
    subject: &str,
    form: &NewSignUp,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "select exists (
             select 1 from attempts
             where id = (select id from attempts where subject_id = ?1
                         order by created_at desc, id desc limit 1)
                 and email = ?2 and fields is not distinct from ?3 and lang = ?4
                 and newsletter_id is not distinct from ?5 and consent_sha256 = ?6)",
    )
    .bind(subject)
    .bind(form.email.expose())
    .bind(json(&form.values))
    .bind(&form.lang)
    .bind(form.newsletter.as_ref().map(|letter| &letter.form_id))
    .bind(&form.consent.text_sha256)
    .fetch_one(conn)
    .await
}

/// The mail of a mailbox that nobody has begun to send because its time has not come.
pub(super) async fn held_back(
    conn: &mut SqliteConnection,
    subject: &str,
    now: DateTime<Utc>,
) -> Result<Option<HeldBack>, sqlx::Error> {
    let row = sqlx::query(
        "select o.id, o.attempt_id
         from outbox o join attempts a on a.id = o.attempt_id
         where a.subject_id = ?1 and o.state = 'waiting' and o.not_before > ?2
             and o.tries = 0 and o.leased_until is null
             and o.kind in ('confirm_petition', 'confirm_newsletter')
             and not exists (select 1 from tokens t where t.attempt_id = o.attempt_id)
         limit 1",
    )
    .bind(subject)
    .bind(ms(now))
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        Ok(HeldBack {
            mail: row.try_get("id")?,
            attempt: row.try_get("attempt_id")?,
        })
    })
    .transpose()
}

/// The mail that is held back is for this form now; the one that it was for was never shown to
/// anybody and goes.
pub(super) async fn replace(
    conn: &mut SqliteConnection,
    held: &HeldBack,
    attempt: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("update outbox set attempt_id = ?2 where id = ?1")
        .bind(&held.mail)
        .bind(attempt)
        .execute(&mut *conn)
        .await?;
    sqlx::query("delete from attempts where id = ?1")
        .bind(&held.attempt)
        .execute(conn)
        .await?;
    Ok(())
}

/// Erases what the other forms of a confirmed mailbox hold, and drops the mails that wait for them.
///
/// A signer's newer form that says something else stays: who corrects a name, or whose address a
/// stranger used first, can still confirm the newer form in place of the older.
pub(super) async fn settle(
    conn: &mut SqliteConnection,
    subject: &str,
    confirmed: &str,
    kind: SubjectKind,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update attempts set email = null, fields = null, nonce_hash = null, newsletter_key = null
         where subject_id = ?1 and id <> ?2 and id not in (
             select b.id from attempts a join attempts b on b.subject_id = a.subject_id
             where a.id = ?2 and ?3 = 'petition' and (b.created_at, b.id) > (a.created_at, a.id)
                 and (b.fields is distinct from a.fields
                      or b.newsletter_id is distinct from a.newsletter_id))",
    )
    .bind(subject)
    .bind(confirmed)
    .bind(kind.name())
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "delete from outbox where state = 'waiting' and attempt_id in (
             select id from attempts where subject_id = ?1 and (email is null or id = ?2))",
    )
    .bind(subject)
    .bind(confirmed)
    .execute(conn)
    .await?;
    Ok(())
}

/// Erases forms that could have taken a confirmed one's place and were not confirmed in time, `limit`
/// at most; how many. `made_before` is in milliseconds.
pub(super) async fn erase_leftovers(
    conn: &mut SqliteConnection,
    made_before: i64,
    now: DateTime<Utc>,
    limit: u32,
) -> Result<u64, sqlx::Error> {
    let done = sqlx::query(
        "update attempts set email = null, fields = null, nonce_hash = null, newsletter_key = null
         where id in (
             select a.id from attempts a join subjects s on s.id = a.subject_id
             where a.email is not null and a.confirmed_at is null and a.created_at <= ?1
                 and s.state = 'confirmed'
                 and not exists (select 1 from outbox o
                                 where o.attempt_id = a.id and o.state = 'waiting')
                 and not exists (
                     select 1 from tokens t
                     where t.attempt_id = a.id and t.expires_at > ?2
                         and t.purpose in ('confirm_signature', 'confirm_subscription'))
             limit ?3)",
    )
    .bind(made_before)
    .bind(ms(now))
    .bind(limit)
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

fn json(values: &BTreeMap<Field, Private<String>>) -> Option<String> {
    let map: serde_json::Map<String, serde_json::Value> = values
        .iter()
        .map(|(field, value)| (field.name().to_owned(), value.expose().as_str().into()))
        .collect();
    (!map.is_empty()).then(|| serde_json::Value::Object(map).to_string())
}
