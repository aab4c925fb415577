//! Forms as they were sent: stored, replaced while their mail waits, erased when they are settled.

use std::collections::BTreeMap;

use campaign_file::Field;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::confirm::Mark;
use super::engine::{Conn, Error, Value, bulks, statements, values};
use super::ms;
use super::records::{NewSignUp, StoreError, SubjectKind};
use super::vault::{Sealed, Vault};
use crate::domain::{Private, TokenHash, TokenSecret};

macro_rules! insert {
    () => {
        "insert into attempts
             (id, subject_id, sealed, key_id, says, lang, form_page, country, shows_name, partner, topics,
              nonce_hash, consent_sha256, consent_version, created_at, newsletter_id, newsletter_key,
              newsletter_sha256, newsletter_version)
         select id, subject_id, sealed, key_id, says, lang, form_page, country, shows_name = 1,
             partner, topics, nonce_hash, consent_sha256, consent_version, created_at, newsletter_id, newsletter_key,
             newsletter_sha256, newsletter_version
         from v where true"
    };
}

bulks! {
    pub(super) INSERT(
        id Blob, subject_id Blob, sealed Blob, key_id Blob, says Blob, lang Text, form_page Text,
        country Text, shows_name Int, partner Text, topics Text, nonce_hash Blob, consent_sha256 Text, consent_version Text,
        created_at Int, newsletter_id Text, newsletter_key Blob, newsletter_sha256 Text, newsletter_version Text
    ) = insert!(), postgres concat!(insert!(), " returning id");

    // A signer's newer form that says something else stays: who corrects a name, or whose address a
    // stranger used first, can still confirm the newer form in place of the older.
    SETTLE(subject Blob, attempt Blob, renews Int) =
        "update attempts set sealed = null, says = null, nonce_hash = null, newsletter_key = null
         where id in (
             select b.id from v cross join attempts a cross join attempts b
             where a.id = v.attempt and b.subject_id = v.subject and b.id <> v.attempt
                 and not (v.renews = 1 and (b.created_at, b.id) > (a.created_at, a.id)
                          and b.says is distinct from a.says))";

    DROP_MAILS(subject Blob, attempt Blob, renews Int) =
        "delete from outbox where state = 'waiting' and attempt_id in (
             select a.id from v cross join attempts a
             where a.subject_id = v.subject and (a.sealed is null or a.id = v.attempt))";

    FORGET_RECIPIENTS(subject Blob, attempt Blob, renews Int) =
        "update outbox set recipient = null, hot_key_id = null
         where recipient is not null and attempt_id in (
             select a.id from v cross join attempts a
             where a.subject_id = v.subject and a.sealed is null)";

    ERASE(subject Blob) =
        "update attempts set sealed = null, says = null, nonce_hash = null, newsletter_key = null
         where subject_id in (select subject from v)";

    ERASE_MAILS(subject Blob) =
        "delete from outbox where state = 'waiting' and attempt_id in (
             select a.id from v cross join attempts a where a.subject_id = v.subject)";

    ERASE_RECIPIENTS(subject Blob) =
        "update outbox set recipient = null, hot_key_id = null
         where recipient is not null and attempt_id in (
             select a.id from v cross join attempts a where a.subject_id = v.subject)";

    ERASE_TOKENS(subject Blob) =
        "update tokens set sealed = null where sealed is not null and attempt_id in (
             select a.id from v cross join attempts a where a.subject_id = v.subject)";
}

macro_rules! held_back {
    () => {
        "select o.attempt_id, o.not_before, a.nonce_hash
         from outbox o join attempts a on a.id = o.attempt_id
         where a.subject_id = $1 and o.state = 'waiting' and o.not_before > $2
             and o.tries = 0 and o.leased_by is null
             and o.kind in ('confirm_petition', 'confirm_newsletter')
             and not exists (select 1 from tokens t where t.attempt_id = o.attempt_id
                 and t.purpose in ('confirm_signature', 'confirm_subscription'))
         order by o.not_before"
    };
}

statements! {
    NEWEST_LIKE = "select id from attempts
         where id = (select id from attempts where subject_id = $1
                     order by created_at desc, id desc limit 1)
             and says = $2 and lang = $3 and consent_sha256 = $4";

    HELD_BACK = held_back!(), postgres concat!(held_back!(), " for update of o skip locked");

    DELETE = "delete from attempts where id = $1";

    ERASE_LEFTOVERS =
        "update attempts set sealed = null, says = null, nonce_hash = null, newsletter_key = null
         where id in (
             select a.id from attempts a join subjects s on s.id = a.subject_id
             where a.sealed is not null and a.confirmed_at is null and a.created_at <= $1
                 and s.state = 'confirmed'
                 and not exists (select 1 from outbox o
                                 where o.attempt_id = a.id and o.state = 'waiting')
                 and not exists (
                     select 1 from tokens t
                     where t.attempt_id = a.id and t.expires_at > $2
                         and t.purpose in ('confirm_signature', 'confirm_subscription'))
             limit $3)
             and sealed is not null and confirmed_at is null";
}

/// A mail that is held back until the mailbox has rested, and the form that it is for.
pub(super) struct HeldBack {
    attempt: Uuid,
    /// When it may leave, in milliseconds.
    pub(super) at: i64,
    nonce: Option<TokenHash>,
}

impl HeldBack {
    /// Whether it was sent by the browser with that nonce.
    pub(super) fn is_from(&self, nonce: &TokenSecret) -> bool {
        self.nonce == Some(nonce.hash_for(&self.attempt.to_string()))
    }
}

/// A form as it is stored.
#[derive(Clone)]
pub(super) struct NewAttempt {
    pub(super) id: Uuid,
    pub(super) sealed: Sealed,
    pub(super) says: [u8; 16],
    pub(super) nonce: Option<TokenHash>,
}

impl NewAttempt {
    /// Seals a form.
    pub(super) fn of(form: &NewSignUp, vault: &dyn Vault) -> Result<Self, StoreError> {
        let id = super::new_id();
        let email = form.email.expose();
        let letter = form.newsletter.as_ref();
        let fields = fields(&form.fields);
        let said = [
            // Not only the content: equal words of two people must not show.
            form.dedupe_key.as_slice(),
            fields.to_string().as_bytes(),
            &[u8::from(form.public_name.is_some())],
            form.topics.join(",").as_bytes(),
            letter.map_or("", |letter| &letter.form_id).as_bytes(),
        ]
        .map(<[u8]>::to_vec);
        let said: Vec<&[u8]> = said.iter().map(Vec::as_slice).collect();
        Ok(Self {
            id,
            sealed: vault.seal_form(&form.form_id, id, plain(email, &fields).expose())?,
            says: vault.mark(&said),
            // With the form's id in it, equal nonces do not show that one browser sent two forms.
            nonce: form
                .nonce
                .as_ref()
                .map(|nonce| nonce.hash_for(&id.to_string())),
        })
    }

    /// Its row.
    pub(super) fn row(&self, subject: Uuid, form: &NewSignUp, now: DateTime<Utc>) -> Vec<Value> {
        let letter = form.newsletter.as_ref();
        let country = form.fields.get(Field::Country.name());
        values![
            self.id,
            subject,
            self.sealed.bytes.as_slice(),
            self.sealed.key_id.as_slice(),
            self.says.as_slice(),
            &form.lang,
            &form.form_page,
            country.map(|country| country.expose().clone()),
            i64::from(form.public_name.is_some()),
            form.partner.clone(),
            joined(&form.topics),
            self.nonce.map(|hash| hash.as_bytes().to_vec()),
            &form.consent.text_sha256,
            &form.consent.version,
            ms(now),
            letter.map(|letter| letter.form_id.clone()),
            letter.map(|letter| super::key16(&letter.dedupe_key)),
            letter.map(|letter| letter.consent.text_sha256.clone()),
            letter.map(|letter| letter.consent.version.clone()),
        ]
    }
}

/// Topics as they are stored; none of them is null, which stands for all.
pub(super) fn joined(topics: &[String]) -> Option<String> {
    (!topics.is_empty()).then(|| topics.join(","))
}

fn fields(fields: &BTreeMap<String, Private<String>>) -> serde_json::Value {
    let map: serde_json::Map<String, serde_json::Value> = fields
        .iter()
        .map(|(name, value)| (name.clone(), value.expose().as_str().into()))
        .collect();
    serde_json::Value::Object(map)
}

/// What is sealed of a form.
pub(super) fn plain(email: &str, fields: &serde_json::Value) -> Private<Vec<u8>> {
    let whole = serde_json::json!({"email": email, "fields": fields});
    Private::new(whole.to_string().into_bytes())
}

/// Stores forms ([`NewAttempt::row`]).
pub(super) async fn insert(conn: &mut Conn, rows: Vec<Vec<Value>>) -> Result<(), Error> {
    conn.bulk(&INSERT, rows).await.map(|_| ())
}

/// The newest form of a mailbox, if it says the same as this one.
pub(super) async fn newest_like(
    conn: &mut Conn,
    subject: Uuid,
    attempt: &NewAttempt,
    form: &NewSignUp,
) -> Result<Option<Uuid>, Error> {
    let values = values![
        subject,
        attempt.says.as_slice(),
        &form.lang,
        &form.consent.text_sha256
    ];
    let row = conn.first(&NEWEST_LIKE, values).await?;
    row.map(|row| row.id("id")).transpose()
}

/// The mails of a mailbox that nobody has begun to send because their time has not come.
pub(super) async fn held_back(
    conn: &mut Conn,
    subject: Uuid,
    now: DateTime<Utc>,
) -> Result<Vec<HeldBack>, Error> {
    let rows = conn.rows(&HELD_BACK, values![subject, ms(now)]).await?;
    let held = rows.iter().map(|row| {
        let nonce = row.maybe_blob("nonce_hash")?;
        Ok(HeldBack {
            attempt: row.id("attempt_id")?,
            at: row.int("not_before")?,
            nonce: nonce.and_then(|bytes| TokenHash::from_stored(&bytes)),
        })
    });
    held.collect()
}

/// A form whose mail is held back was never shown to anybody and goes, with the mail.
pub(super) async fn drop_held(conn: &mut Conn, held: &HeldBack) -> Result<(), Error> {
    conn.run(&DELETE, values![held.attempt]).await.map(|_| ())
}

/// Erases what the other forms of confirmed mailboxes hold, and drops the mails that wait for them.
pub(super) async fn settle(conn: &mut Conn, confirmed: &[Mark]) -> Result<(), Error> {
    let rows = |others_only: bool| {
        let marks = confirmed.iter().filter(|mark| mark.others || !others_only);
        marks
            .map(|mark| {
                let renews = i64::from(mark.kind == SubjectKind::Petition);
                values![mark.subject, mark.attempt, renews]
            })
            .collect()
    };
    conn.bulk(&SETTLE, rows(true)).await?;
    conn.bulk(&DROP_MAILS, rows(false)).await?;
    conn.bulk(&FORGET_RECIPIENTS, rows(true)).await?;
    let others = confirmed.iter().filter(|mark| mark.others);
    super::remind::drop(conn, others.map(|mark| mark.subject)).await
}

/// Erases all that the forms of mailboxes hold, and drops the mails that wait for them.
pub(super) async fn erase(conn: &mut Conn, subjects: &[Uuid]) -> Result<(), Error> {
    for bulk in [&ERASE_MAILS, &ERASE_RECIPIENTS, &ERASE_TOKENS, &ERASE] {
        let rows = subjects.iter().map(|subject| values![*subject]).collect();
        conn.bulk(bulk, rows).await?;
    }
    Ok(())
}

/// Erases forms that could have taken a confirmed one's place and were not confirmed in time, `limit`
/// at most; how many. `made_before` is in milliseconds.
pub(super) async fn erase_leftovers(
    conn: &mut Conn,
    made_before: i64,
    now: DateTime<Utc>,
    limit: u32,
) -> Result<u64, Error> {
    let values = values![made_before, ms(now), limit];
    conn.run(&ERASE_LEFTOVERS, values).await
}
