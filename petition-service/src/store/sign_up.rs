//! A form comes in.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::{Row, SqliteConnection};

use super::attempts::{self, HeldBack};
use super::outbox::queue;
use super::records::{
    MailBudget, NewSignUp, OutboxKind, SignUpOutcome, StoreError, StoreOptions, SubjectKind,
    UsedChallenge,
};
use super::writer::{Done, Write};
use super::{Store, ms, ms_before, new_id};

impl Store {
    /// Takes a form: the subject, the proof of consent, the used challenge and the mail, all or
    /// nothing.
    ///
    /// An attempt is stored with a mail that asks to confirm it, and no mailbox gets two of them
    /// within the cooldown: the second waits until then, and a newer form takes the place of the
    /// one that waits. Only two kinds of forms are taken without being stored: those for a mailbox
    /// that got all its mails and confirmed none, and those for one that has confirmed (it is told
    /// so, once a day).
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
    /// Another form; its mail leaves when the mailbox has rested.
    Again { subject: String, at: DateTime<Utc> },
    /// A newer form in place of one whose mail is held back.
    Instead { subject: String, held: HeldBack },
    /// Tell the confirmed subject, by its confirmed attempt.
    Notice { subject: String, attempt: String },
    /// Nothing more than to note that it came.
    Rest { subject: String },
}

impl Write for SignUp {
    type Out = SignUpOutcome;

    async fn run(
        &mut self,
        conn: &mut SqliteConnection,
    ) -> Result<Done<SignUpOutcome>, sqlx::Error> {
        let used = match &self.sign_up.challenge {
            Some(challenge) => self.use_up(conn, challenge).await?,
            None => Used::First,
        };
        if matches!(used, Used::Elsewhere) {
            return Ok(Done::undo(SignUpOutcome::CaptchaUsed));
        }
        // Asked before the address is looked up: a spent budget tells nothing about an address.
        if !self.budget_left(conn).await? {
            return Ok(Done::undo(SignUpOutcome::MailBudgetSpent));
        }
        let plan = self.plan(conn, matches!(used, Used::Here)).await?;
        let mail_queued = self.carry_out(conn, plan).await?;
        // Charged whatever came of it: what is left tells nothing about an address either.
        self.charge(conn).await?;
        Ok(Done::keep(SignUpOutcome::Accepted { mail_queued }).with_mail(mail_queued))
    }
}

/// Whether a challenge was used before.
enum Used {
    First,
    /// By a form for the same mailbox.
    Here,
    /// By another form.
    Elsewhere,
}

impl SignUp {
    /// Marks a challenge as used, and for whom.
    async fn use_up(
        &self,
        conn: &mut SqliteConnection,
        challenge: &UsedChallenge,
    ) -> Result<Used, sqlx::Error> {
        let key = self.sign_up.dedupe_key.as_slice();
        let done = sqlx::query(
            "insert into used_challenges (nonce, expires_at, dedupe_key) values (?1, ?2, ?3)
             on conflict (nonce) do nothing",
        )
        .bind(&challenge.nonce)
        .bind(challenge.expires_at)
        .bind(key)
        .execute(&mut *conn)
        .await?;
        if done.rows_affected() == 1 {
            return Ok(Used::First);
        }
        let by: Option<Vec<u8>> =
            sqlx::query_scalar("select dedupe_key from used_challenges where nonce = ?1")
                .bind(&challenge.nonce)
                .fetch_one(conn)
                .await?;
        Ok(if by.as_deref() == Some(key) {
            Used::Here
        } else {
            Used::Elsewhere
        })
    }

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

    /// `repeated`: the challenge was used before for this mailbox.
    async fn plan(&self, conn: &mut SqliteConnection, repeated: bool) -> Result<Plan, sqlx::Error> {
        let row = sqlx::query(
            "select id, state, attempt_id, mails, last_mail_at, last_notice_at
             from subjects where form_id = ?1 and dedupe_key = ?2",
        )
        .bind(&self.sign_up.form_id)
        .bind(self.sign_up.dedupe_key.as_slice())
        .fetch_optional(&mut *conn)
        .await?;
        let Some(row) = row else {
            return Ok(Plan::New);
        };
        let subject: String = row.try_get("id")?;
        // A button pressed twice: the first press has stored all of it.
        if repeated && attempts::is_newest(conn, &subject, &self.sign_up).await? {
            return Ok(Plan::Rest { subject });
        }
        if let Some(held) = attempts::held_back(conn, &subject, self.now).await? {
            return Ok(Plan::Instead { subject, held });
        }
        if row.try_get::<String, _>("state")? == "confirmed" {
            let last: Option<i64> = row.try_get("last_notice_at")?;
            let due = ms_before(self.now, self.options.notice_every);
            let attempt: Option<String> = row.try_get("attempt_id")?;
            return Ok(match attempt {
                Some(attempt) if last.is_none_or(|last| last <= due) => {
                    Plan::Notice { subject, attempt }
                }
                _ => Plan::Rest { subject },
            });
        }
        let mails: i64 = row.try_get("mails")?;
        if mails >= i64::from(self.options.lifetime_mails) {
            return Ok(Plan::Rest { subject });
        }
        let rested = after(row.try_get("last_mail_at")?, self.options.cooldown);
        let at = rested.unwrap_or(self.now).max(self.now);
        Ok(Plan::Again { subject, at })
    }

    /// Whether a mail was queued.
    async fn carry_out(
        &self,
        conn: &mut SqliteConnection,
        plan: Plan,
    ) -> Result<bool, sqlx::Error> {
        let (subject, attempt, ask, at) = match plan {
            Plan::New => {
                let subject = self.insert_subject(conn).await?;
                let attempt = attempts::insert(conn, &subject, &self.sign_up, self.now).await?;
                (subject, attempt, true, self.now)
            }
            Plan::Again { subject, at } => {
                sqlx::query(
                    "update subjects set mails = mails + 1, last_mail_at = ?2 where id = ?1",
                )
                .bind(&subject)
                .bind(ms(at))
                .execute(&mut *conn)
                .await?;
                let attempt = attempts::insert(conn, &subject, &self.sign_up, self.now).await?;
                (subject, attempt, true, at)
            }
            Plan::Instead { subject, held } => {
                let attempt = attempts::insert(conn, &subject, &self.sign_up, self.now).await?;
                attempts::replace(conn, &held, &attempt).await?;
                self.note(conn, &subject).await?;
                return Ok(true);
            }
            Plan::Notice { subject, attempt } => {
                sqlx::query("update subjects set last_notice_at = ?2 where id = ?1")
                    .bind(&subject)
                    .bind(ms(self.now))
                    .execute(&mut *conn)
                    .await?;
                (subject, attempt, false, self.now)
            }
            Plan::Rest { subject } => {
                self.note(conn, &subject).await?;
                return Ok(false);
            }
        };
        self.note(conn, &subject).await?;
        let kind = match (self.sign_up.kind, ask) {
            (SubjectKind::Petition, true) => OutboxKind::ConfirmPetition,
            (SubjectKind::Petition, false) => OutboxKind::AlreadySigned,
            (SubjectKind::Newsletter, true) => OutboxKind::ConfirmNewsletter,
            (SubjectKind::Newsletter, false) => OutboxKind::AlreadySubscribed,
        };
        queue(conn, &attempt, kind, at).await?;
        Ok(true)
    }

    /// Notes that a form came. Done for each, so that each waits for the disk: how long an answer
    /// takes tells nothing about an address.
    async fn note(&self, conn: &mut SqliteConnection, subject: &str) -> Result<(), sqlx::Error> {
        sqlx::query("update subjects set last_form_at = ?2 where id = ?1")
            .bind(subject)
            .bind(ms(self.now))
            .execute(conn)
            .await?;
        Ok(())
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
}

/// A time so long after a stored one; none if there is no such time.
fn after(stored: i64, by: Duration) -> Option<DateTime<Utc>> {
    let by = i64::try_from(by.as_millis()).ok()?;
    DateTime::from_timestamp_millis(stored.checked_add(by)?)
}
