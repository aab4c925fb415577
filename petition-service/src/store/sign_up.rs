//! A form comes in.

use std::collections::BTreeMap;
use std::sync::Arc;

use campaign_file::Field;
use chrono::{DateTime, Utc};
use sqlx::{Row, SqliteConnection};

use super::outbox::queue;
use super::records::{
    Consent, MailBudget, NewSignUp, OutboxKind, SignUpOutcome, StoreError, StoreOptions,
    SubjectKind, UsedChallenge,
};
use super::writer::{Done, Write};
use super::{Store, ms, ms_before, new_id};
use crate::domain::Private;

impl Store {
    /// Takes a form: the subject, the proof of consent, the used challenge and the mail, all or
    /// nothing.
    ///
    /// An attempt is stored only with a mail that asks to confirm it; a form that causes no mail
    /// (too soon after the last, or too many) changes nothing.
    ///
    /// # Errors
    /// [`StoreError`]: nothing was stored.
    pub async fn sign_up(
        &self,
        sign_up: NewSignUp,
        now: DateTime<Utc>,
    ) -> Result<SignUpOutcome, StoreError> {
        let options = self.options.clone();
        let write = SignUp {
            sign_up,
            options,
            now,
        };
        self.writer.write(write).await
    }
}

struct SignUp {
    sign_up: NewSignUp,
    options: Arc<StoreOptions>,
    now: DateTime<Utc>,
}

/// What the form leads to.
enum Plan {
    /// The first form of this mailbox.
    New,
    /// Another form for this unconfirmed subject.
    Again(String),
    /// Tell the confirmed subject, by its confirmed attempt.
    Notice { subject: String, attempt: String },
    /// Nothing now.
    Rest,
}

impl Write for SignUp {
    type Out = SignUpOutcome;

    async fn run(
        &mut self,
        conn: &mut SqliteConnection,
    ) -> Result<Done<SignUpOutcome>, sqlx::Error> {
        if let Some(challenge) = &self.sign_up.challenge
            && !use_up(conn, challenge).await?
        {
            return Ok(Done::undo(SignUpOutcome::CaptchaUsed));
        }
        // Asked before the address is looked up: a spent budget tells nothing about an address.
        if !self.budget_left(conn).await? {
            return Ok(Done::undo(SignUpOutcome::MailBudgetSpent));
        }
        let plan = self.plan(conn).await?;
        let mail_queued = self.carry_out(conn, plan).await?;
        if mail_queued {
            self.charge(conn).await?;
        }
        Ok(Done::keep(SignUpOutcome::Accepted { mail_queued }).with_mail(mail_queued))
    }
}

impl SignUp {
    fn hour(&self) -> i64 {
        self.now.timestamp().div_euclid(3600)
    }

    async fn budget_left(&self, conn: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
        let MailBudget::Unproven { per_hour } = self.sign_up.budget else {
            return Ok(true);
        };
        let used: Option<i64> = sqlx::query_scalar("select used from mail_budget where hour = ?1")
            .bind(self.hour())
            .fetch_optional(conn)
            .await?;
        Ok(used.unwrap_or(0) < i64::from(per_hour))
    }

    async fn charge(&self, conn: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        if self.sign_up.budget == MailBudget::Captcha {
            return Ok(());
        }
        sqlx::query(
            "insert into mail_budget (hour, used) values (?1, 1)
             on conflict (hour) do update set used = mail_budget.used + 1",
        )
        .bind(self.hour())
        .execute(conn)
        .await?;
        Ok(())
    }

    async fn plan(&self, conn: &mut SqliteConnection) -> Result<Plan, sqlx::Error> {
        let row = sqlx::query(
            "select id, state, attempt_id, mails, last_mail_at, last_notice_at
             from subjects where form_id = ?1 and dedupe_key = ?2",
        )
        .bind(&self.sign_up.form_id)
        .bind(self.sign_up.dedupe_key.as_slice())
        .fetch_optional(conn)
        .await?;
        let Some(row) = row else {
            return Ok(Plan::New);
        };
        let subject: String = row.try_get("id")?;
        if row.try_get::<String, _>("state")? == "confirmed" {
            let last: Option<i64> = row.try_get("last_notice_at")?;
            let due = ms_before(self.now, self.options.notice_every);
            let attempt: Option<String> = row.try_get("attempt_id")?;
            return Ok(match attempt {
                Some(attempt) if last.is_none_or(|last| last <= due) => {
                    Plan::Notice { subject, attempt }
                }
                _ => Plan::Rest,
            });
        }
        let mails: i64 = row.try_get("mails")?;
        let last: i64 = row.try_get("last_mail_at")?;
        let rested = last <= ms_before(self.now, self.options.cooldown);
        Ok(
            if rested && mails < i64::from(self.options.lifetime_mails) {
                Plan::Again(subject)
            } else {
                Plan::Rest
            },
        )
    }

    /// Whether a mail was queued.
    async fn carry_out(
        &self,
        conn: &mut SqliteConnection,
        plan: Plan,
    ) -> Result<bool, sqlx::Error> {
        let newsletter = self.sign_up.kind == SubjectKind::Newsletter;
        let (attempt, kind) = match plan {
            Plan::Rest => return Ok(false),
            Plan::New => {
                let subject = self.insert_subject(conn).await?;
                (self.insert_attempt(conn, &subject).await?, true)
            }
            Plan::Again(subject) => {
                sqlx::query(
                    "update subjects set mails = mails + 1, last_mail_at = ?2 where id = ?1",
                )
                .bind(&subject)
                .bind(ms(self.now))
                .execute(&mut *conn)
                .await?;
                (self.insert_attempt(conn, &subject).await?, true)
            }
            Plan::Notice { subject, attempt } => {
                sqlx::query("update subjects set last_notice_at = ?2 where id = ?1")
                    .bind(&subject)
                    .bind(ms(self.now))
                    .execute(&mut *conn)
                    .await?;
                (attempt, false)
            }
        };
        let kind = match (newsletter, kind) {
            (false, true) => OutboxKind::ConfirmPetition,
            (false, false) => OutboxKind::AlreadySigned,
            (true, true) => OutboxKind::ConfirmNewsletter,
            (true, false) => OutboxKind::AlreadySubscribed,
        };
        queue(conn, &attempt, kind, self.now).await?;
        Ok(true)
    }

    async fn insert_subject(&self, conn: &mut SqliteConnection) -> Result<String, sqlx::Error> {
        let id = new_id();
        sqlx::query(
            "insert into subjects
                 (id, form_id, kind, dedupe_key, state, mails, last_mail_at, created_at)
             values (?1, ?2, ?3, ?4, 'pending', 1, ?5, ?5)",
        )
        .bind(&id)
        .bind(&self.sign_up.form_id)
        .bind(self.sign_up.kind.name())
        .bind(self.sign_up.dedupe_key.as_slice())
        .bind(ms(self.now))
        .execute(conn)
        .await?;
        Ok(id)
    }

    async fn insert_attempt(
        &self,
        conn: &mut SqliteConnection,
        subject: &str,
    ) -> Result<String, sqlx::Error> {
        let id = new_id();
        let form = &self.sign_up;
        let Consent {
            text_sha256,
            version,
        } = &form.consent;
        let letter = form.newsletter.as_ref();
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
        .bind(form.nonce_hash.map(|hash| hash.as_bytes().to_vec()))
        .bind(text_sha256)
        .bind(version)
        .bind(ms(self.now))
        .bind(letter.map(|letter| &letter.form_id))
        .bind(letter.map(|letter| letter.dedupe_key.to_vec()))
        .bind(letter.map(|letter| &letter.consent.text_sha256))
        .bind(letter.map(|letter| &letter.consent.version))
        .execute(conn)
        .await?;
        Ok(id)
    }
}

/// Marks a challenge as used; whether it was not yet.
async fn use_up(
    conn: &mut SqliteConnection,
    challenge: &UsedChallenge,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "insert into used_challenges (nonce, expires_at) values (?1, ?2)
         on conflict (nonce) do nothing",
    )
    .bind(&challenge.nonce)
    .bind(challenge.expires_at)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

fn json(values: &BTreeMap<Field, Private<String>>) -> Option<String> {
    let map: serde_json::Map<String, serde_json::Value> = values
        .iter()
        .map(|(field, value)| (field.name().to_owned(), value.expose().as_str().into()))
        .collect();
    (!map.is_empty()).then(|| serde_json::Value::Object(map).to_string())
}
