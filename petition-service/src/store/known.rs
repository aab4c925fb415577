//! All that can be said about a person through one form: their own copy.

use chrono::DateTime;
use serde_json::{Map, Value, json};

use super::Store;
use super::engine::{Row, statements, values};
use super::records::StoreError;
use crate::domain::TokenHash;
use crate::domain::seal::KeyId;

statements! {
    SUBJECT = "select s.id, s.form_id, s.kind, s.state, s.mails, s.created_at, s.confirmed_at,
             s.ended_at, s.last_mail_at, s.last_notice_at, s.last_form_at, s.reminded_at, s.lang,
             s.topics, s.paused_until, p.name as public_name
         from tokens t join attempts a on a.id = t.attempt_id join subjects s on s.id = a.subject_id
             left join public_signers p on p.subject_id = s.id
         where t.hash = $1 and t.purpose = 'export'";

    ATTEMPTS = "select id, lang, form_page, country, shows_name, partner, topics, consent_sha256,
             consent_version, privacy_version, created_at, confirmed_at, confirmed_how,
             newsletter_id, newsletter_sha256, newsletter_version,
             case when sealed is null then null else key_id end as sealed_to,
             cast(case when network is null then 0 else 1 end as bigint) as network
         from attempts where subject_id = $1 order by created_at, id";

    MAILS = "select o.kind, o.state, o.created_at, o.done_at,
             cast(case when o.recipient is null then 0 else 1 end as bigint) as address_is_kept
         from outbox o join attempts a on a.id = o.attempt_id
         where a.subject_id = $1 order by o.created_at, o.id";

    LINKS = "select t.purpose, t.created_at, t.expires_at,
             cast(case when t.sealed is null then 0 else 1 end as bigint) as opens_the_address
         from tokens t join attempts a on a.id = t.attempt_id
         where a.subject_id = $1 order by t.created_at, t.purpose";
}

impl Store {
    /// What is known, as JSON: the case with its times and choices, and under `forms` each form that
    /// was sent, with its proof of consent. What is sealed is named by its key (`sealed_to`). Under
    /// `mails` and `links` the last mails, and the links in them that are remembered.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn known(&self, hash: TokenHash) -> Result<Option<Map<String, Value>>, StoreError> {
        let row = self.reads.first(&SUBJECT, values![hash.as_bytes()]).await?;
        let Some(row) = row else { return Ok(None) };
        let subject = row.id("id")?;
        let mut known = Map::new();
        known.insert("number".to_owned(), subject.to_string().into());
        known.insert("mails_sent_to_confirm".to_owned(), row.int("mails")?.into());
        texts(
            &row,
            &mut known,
            &["form_id", "kind", "state", "lang", "public_name"],
        )?;
        known.insert("topics".to_owned(), topics(&row)?);
        let at = [
            "created_at",
            "confirmed_at",
            "ended_at",
            "last_mail_at",
            "last_notice_at",
            "last_form_at",
            "reminded_at",
            "paused_until",
        ];
        times(&row, &mut known, &at)?;
        let rows = self.reads.rows(&ATTEMPTS, values![subject]).await?;
        let forms: Result<Vec<Value>, StoreError> = rows.iter().map(form).collect();
        known.insert("forms".to_owned(), forms?.into());
        let rows = self.reads.rows(&MAILS, values![subject]).await?;
        let mails: Result<Vec<Value>, StoreError> = rows.iter().map(mail).collect();
        known.insert("mails".to_owned(), mails?.into());
        let rows = self.reads.rows(&LINKS, values![subject]).await?;
        let links: Result<Vec<Value>, StoreError> = rows.iter().map(link).collect();
        known.insert("links".to_owned(), links?.into());
        Ok(Some(known))
    }
}

fn form(row: &Row) -> Result<Value, StoreError> {
    let mut form = Map::new();
    form.insert("id".to_owned(), row.id("id")?.to_string().into());
    let named = [
        "lang",
        "form_page",
        "country",
        "partner",
        "consent_sha256",
        "consent_version",
        "privacy_version",
        "confirmed_how",
        "newsletter_id",
        "newsletter_sha256",
        "newsletter_version",
    ];
    texts(row, &mut form, &named)?;
    form.insert("topics".to_owned(), topics(row)?);
    form.insert("shows_name".to_owned(), row.flag("shows_name")?.into());
    // A keyed hash of the network from which it came, for thirty days at most.
    let network = row.int("network")? == 1;
    form.insert("network_is_remembered".to_owned(), network.into());
    times(row, &mut form, &["created_at", "confirmed_at"])?;
    let key = row.maybe_blob("sealed_to")?;
    let key = key.and_then(|key| KeyId::from_stored(&key));
    form.insert(
        "sealed_to".to_owned(),
        json!(key.map(|key| key.to_string())),
    );
    Ok(Value::Object(form))
}

fn mail(row: &Row) -> Result<Value, StoreError> {
    let mut mail = Map::new();
    texts(row, &mut mail, &["kind", "state"])?;
    times(row, &mut mail, &["created_at", "done_at"])?;
    // Under a key that lives for hours, until the mail has left.
    let kept = row.int("address_is_kept")? == 1;
    mail.insert("address_is_kept".to_owned(), kept.into());
    Ok(Value::Object(mail))
}

fn link(row: &Row) -> Result<Value, StoreError> {
    let mut link = Map::new();
    texts(row, &mut link, &["purpose"])?;
    times(row, &mut link, &["created_at", "expires_at"])?;
    // For the time of a request, and only with the link itself.
    let opens = row.int("opens_the_address")? == 1;
    link.insert("opens_the_address".to_owned(), opens.into());
    Ok(Value::Object(link))
}

fn texts(row: &Row, to: &mut Map<String, Value>, names: &[&str]) -> Result<(), StoreError> {
    for name in names {
        to.insert((*name).to_owned(), row.maybe_text(name)?.into());
    }
    Ok(())
}

fn times(row: &Row, to: &mut Map<String, Value>, names: &[&str]) -> Result<(), StoreError> {
    for name in names {
        let at = row.maybe_int(name)?;
        let at = at.and_then(DateTime::from_timestamp_millis);
        to.insert((*name).to_owned(), json!(at.map(|at| at.to_rfc3339())));
    }
    Ok(())
}

/// A list, or null for all.
fn topics(row: &Row) -> Result<Value, StoreError> {
    let topics = row.maybe_text("topics")?;
    Ok(json!(topics.map(|topics| {
        topics.split(',').map(str::to_owned).collect::<Vec<_>>()
    })))
}
