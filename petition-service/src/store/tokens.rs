//! What a token leads to: a look at it, and the confirmation.

use chrono::{DateTime, Utc};
use sqlx::sqlite::SqliteRow;
use sqlx::{Executor, Row, Sqlite, SqliteConnection};

use super::attempts;
use super::outbox::queue;
use super::records::{
    About, ConfirmOutcome, NewToken, OutboxKind, Peek, PeekState, StoreError, SubjectKind,
};
use super::writer::{Done, Write};
use super::{Store, ms, new_id};
use crate::domain::{Purpose, TokenHash};

impl Store {
    /// What a token would do. Changes nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn peek(
        &self,
        hash: TokenHash,
        now: DateTime<Utc>,
    ) -> Result<Option<Peek>, StoreError> {
        let Some(found) = find(&self.reads, hash).await? else {
            return Ok(None);
        };
        let state = found.peek_state(now);
        Ok(Some(Peek {
            form_id: found.about.form_id,
            lang: found.about.lang,
            kind: found.about.kind,
            purpose: found.purpose,
            state,
            attempt_id: found.attempt,
            nonce_hash: found.nonce_hash,
        }))
    }

    /// Confirms a signature or a subscription. Twice is once.
    ///
    /// # Errors
    /// [`StoreError`]: nothing was changed.
    pub async fn confirm(
        &self,
        hash: TokenHash,
        now: DateTime<Utc>,
    ) -> Result<ConfirmOutcome, StoreError> {
        self.writer.write(Confirm { hash, now }).await
    }

    /// Stores the tokens of one mail.
    ///
    /// # Errors
    /// [`StoreError`]: none was stored.
    pub async fn store_tokens(
        &self,
        tokens: Vec<NewToken>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.writer.write(StoreTokens { tokens, now }).await
    }
}

/// A token with all that it belongs to.
pub(super) struct Found {
    pub(super) purpose: Purpose,
    pub(super) subject: String,
    pub(super) state: State,
    pub(super) about: About,
    attempt: String,
    /// A form newer than the confirmed one, whose place it can take.
    renews: bool,
    expires_at: i64,
    nonce_hash: Option<TokenHash>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Pending,
    Confirmed,
    Over,
}

impl Found {
    pub(super) fn has_expired(&self, now: DateTime<Utc>) -> bool {
        self.expires_at <= ms(now)
    }

    fn confirms(&self) -> bool {
        matches!(
            self.purpose,
            Purpose::ConfirmSignature | Purpose::ConfirmSubscription
        )
    }

    fn peek_state(&self, now: DateTime<Utc>) -> PeekState {
        match (self.confirms(), self.state) {
            (true, State::Confirmed) if !self.renews || self.has_expired(now) => PeekState::Done,
            (false, State::Over) => PeekState::Done,
            (true, State::Over) => PeekState::Expired,
            // Whoever wants to leave a newsletter can, whatever the date.
            (false, _) if self.purpose == Purpose::Unsubscribe => PeekState::Open,
            _ if self.has_expired(now) => PeekState::Expired,
            _ => PeekState::Open,
        }
    }
}

/// Looks a token up.
pub(super) async fn find<'e>(
    db: impl Executor<'e, Database = Sqlite>,
    hash: TokenHash,
) -> Result<Option<Found>, sqlx::Error> {
    let row = sqlx::query(
        "select t.purpose, t.expires_at, a.id as attempt, a.lang, a.nonce_hash,
                s.id as subject, s.form_id, s.kind, s.state,
                s.state = 'confirmed' and a.email is not null and a.confirmed_at is null as renews
         from tokens t
         join attempts a on a.id = t.attempt_id
         join subjects s on s.id = a.subject_id
         where t.hash = ?1",
    )
    .bind(hash.as_bytes().to_vec())
    .fetch_optional(db)
    .await?;
    row.as_ref().map(read).transpose().map(Option::flatten)
}

fn read(row: &SqliteRow) -> Result<Option<Found>, sqlx::Error> {
    let purpose: String = row.try_get("purpose")?;
    let Some(purpose) = Purpose::from_name(&purpose) else {
        return Ok(None);
    };
    let state: String = row.try_get("state")?;
    let kind: String = row.try_get("kind")?;
    let nonce: Option<Vec<u8>> = row.try_get("nonce_hash")?;
    Ok(Some(Found {
        purpose,
        subject: row.try_get("subject")?,
        state: match state.as_str() {
            "pending" => State::Pending,
            "confirmed" => State::Confirmed,
            _ => State::Over,
        },
        about: About {
            form_id: row.try_get("form_id")?,
            lang: row.try_get("lang")?,
            kind: SubjectKind::from_name(&kind),
        },
        attempt: row.try_get("attempt")?,
        renews: row.try_get("renews")?,
        expires_at: row.try_get("expires_at")?,
        nonce_hash: nonce.and_then(|bytes| TokenHash::from_stored(&bytes)),
    }))
}

struct Confirm {
    hash: TokenHash,
    now: DateTime<Utc>,
}

impl Write for Confirm {
    type Out = ConfirmOutcome;

    async fn run(
        &mut self,
        conn: &mut SqliteConnection,
    ) -> Result<Done<ConfirmOutcome>, sqlx::Error> {
        let found = find(&mut *conn, self.hash).await?;
        let Some(found) = found.filter(Found::confirms) else {
            return Ok(Done::keep(ConfirmOutcome::Unknown));
        };
        match found.state {
            State::Confirmed if !found.renews || found.has_expired(self.now) => {
                return Ok(Done::keep(ConfirmOutcome::Already(found.about)));
            }
            State::Over => return Ok(Done::keep(ConfirmOutcome::Expired(found.about))),
            State::Pending if found.has_expired(self.now) => {
                return Ok(Done::keep(ConfirmOutcome::Expired(found.about)));
            }
            State::Pending | State::Confirmed => {}
        }
        let now = self.now;
        let kind = found.about.kind;
        mark_confirmed(conn, &found.subject, &found.attempt, kind, now).await?;
        let mail = match kind {
            SubjectKind::Petition => {
                // A newer form in an older one's place is no second signature.
                if found.state == State::Pending {
                    log(conn, &found.about.form_id, &found.subject, 1, now).await?;
                }
                subscribe_too(conn, &found.attempt, now).await?
            }
            SubjectKind::Newsletter => {
                queue(conn, &found.attempt, OutboxKind::WelcomeNewsletter, now).await?;
                true
            }
        };
        Ok(Done::keep(ConfirmOutcome::Confirmed(found.about)).with_mail(mail))
    }
}

/// The subject is confirmed by this attempt, and the others are settled with it.
async fn mark_confirmed(
    conn: &mut SqliteConnection,
    subject: &str,
    attempt: &str,
    kind: SubjectKind,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let steps = [
        "update subjects set state = 'confirmed', attempt_id = ?2, confirmed_at = ?3 where id = ?1",
        // The nonce has done its work: it would only tie together what one browser signed.
        "update attempts set confirmed_at = ?3, nonce_hash = null where id = ?2 and subject_id = ?1",
    ];
    for step in steps {
        sqlx::query(step)
            .bind(subject)
            .bind(attempt)
            .bind(ms(now))
            .execute(&mut *conn)
            .await?;
    }
    attempts::settle(conn, subject, attempt, kind).await
}

/// Appends to the log of confirmations.
pub(super) async fn log(
    conn: &mut SqliteConnection,
    form_id: &str,
    subject: &str,
    delta: i64,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into confirmations (form_id, subject_id, delta, at) values (?1, ?2, ?3, ?4)",
    )
    .bind(form_id)
    .bind(subject)
    .bind(delta)
    .bind(ms(now))
    .execute(conn)
    .await?;
    Ok(())
}

/// The newsletter box of a confirmed petition form becomes a subscription. Whether a welcome mail
/// was queued.
async fn subscribe_too(
    conn: &mut SqliteConnection,
    attempt: &str,
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let wish = sqlx::query(
        "select newsletter_id, newsletter_key from attempts
         where id = ?1 and newsletter_id is not null and newsletter_key is not null",
    )
    .bind(attempt)
    .fetch_optional(&mut *conn)
    .await?;
    let Some(wish) = wish else {
        return Ok(false);
    };
    let letter: String = wish.try_get("newsletter_id")?;
    let key: Vec<u8> = wish.try_get("newsletter_key")?;
    let known =
        sqlx::query("select id, state from subjects where form_id = ?1 and dedupe_key = ?2")
            .bind(&letter)
            .bind(&key)
            .fetch_optional(&mut *conn)
            .await?;
    let subject: String = match known {
        Some(row) if row.try_get::<String, _>("state")? == "confirmed" => return Ok(false),
        Some(row) => row.try_get("id")?,
        None => {
            let id = new_id();
            sqlx::query(
                "insert into subjects
                     (id, form_id, kind, dedupe_key, state, mails, last_mail_at, created_at)
                 values (?1, ?2, 'newsletter', ?3, 'pending', 0, ?4, ?4)",
            )
            .bind(&id)
            .bind(&letter)
            .bind(&key)
            .bind(ms(now))
            .execute(&mut *conn)
            .await?;
            id
        }
    };
    let copy = new_id();
    sqlx::query(
        "insert into attempts
             (id, subject_id, email, lang, form_page, consent_sha256, consent_version, created_at)
         select ?1, ?2, email, lang, form_page, newsletter_sha256, newsletter_version, created_at
         from attempts where id = ?3",
    )
    .bind(&copy)
    .bind(&subject)
    .bind(attempt)
    .execute(&mut *conn)
    .await?;
    mark_confirmed(conn, &subject, &copy, SubjectKind::Newsletter, now).await?;
    queue(conn, &copy, OutboxKind::WelcomeNewsletter, now).await?;
    Ok(true)
}

struct StoreTokens {
    tokens: Vec<NewToken>,
    now: DateTime<Utc>,
}

impl Write for StoreTokens {
    type Out = ();

    async fn run(&mut self, conn: &mut SqliteConnection) -> Result<Done<()>, sqlx::Error> {
        for token in &self.tokens {
            sqlx::query(
                "insert into tokens (hash, attempt_id, purpose, created_at, expires_at)
                 values (?1, ?2, ?3, ?4, ?5)",
            )
            .bind(token.hash.as_bytes())
            .bind(&token.attempt_id)
            .bind(token.purpose.name())
            .bind(ms(self.now))
            .bind(ms(token.expires_at))
            .execute(&mut *conn)
            .await?;
        }
        Ok(Done::keep(()))
    }
}
