//! What a subscriber or signer may have done with what is known of them: preferences, a link for the
//! export, erasure.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::attempts::joined;
use super::engine::{Conn, Error, statements, values};
use super::leave::withdraw;
use super::options::StoreOptions;
use super::queue::{NewMail, queue};
use super::recipient::Recipient;
use super::records::{About, OutboxKind, StoreError};
use super::tokens::{Found, State, find_to_change};
use super::writer::{Done, Write};
use super::{Store, ms, ms_before, new_id};
use crate::domain::{Private, Purpose, TokenHash, TokenSecret};

statements! {
    PREFERENCES = "select s.topics, s.paused_until
         from tokens t join attempts a on a.id = t.attempt_id join subjects s on s.id = a.subject_id
         where t.hash = $1";

    READING = "update subjects set topics = $2, lang = $3 where id = $1";

    PAUSE = "update subjects set paused_until = $2 where id = $1";

    ASKED_BEFORE = "select o.id from outbox o join attempts a on a.id = o.attempt_id
         where a.subject_id = $1 and o.kind = $2 and o.created_at > $3 limit 1";

    SINCE = "select ended_at from subjects where id = $1";

    STRIP = "update attempts
         set country = null, topics = null, network = null, partner = null, shows_name = false
         where subject_id = $1";

    // The link that erased stays good for looking at what was done.
    TOKENS = "delete from tokens where purpose <> 'erase' and attempt_id in (
             select id from attempts where subject_id = $1)";
}

/// A subscriber's choices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preferences {
    /// The topics wanted; none: all.
    pub topics: Vec<String>,
    /// Until when no newsletter is wanted.
    pub paused_until: Option<DateTime<Utc>>,
}

/// A choice to store.
#[derive(Clone, Debug)]
pub enum Choice {
    /// What to read about (none: all), and in which language.
    Reading {
        /// The topics' names.
        topics: Vec<String>,
        /// Language code.
        lang: String,
    },
    /// No newsletter until then; none: as usual.
    Pause(Option<DateTime<Utc>>),
}

/// What a token led to when a right was to be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RightsOutcome {
    /// Done.
    Done(About),
    /// The token's time is over, or nothing is known any more.
    Over(About),
    /// There is no such token.
    Unknown,
}

/// What erasing came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EraseOutcome {
    /// Erased, now or by an earlier press.
    Erased {
        /// Of what.
        about: About,
        /// Names the case, and nothing else.
        number: Uuid,
        /// When.
        at: DateTime<Utc>,
    },
    /// The link's time is over.
    Expired(About),
    /// There is no such token.
    Unknown,
}

impl Store {
    /// A subscriber's choices, by a token of theirs.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn preferences(&self, hash: TokenHash) -> Result<Option<Preferences>, StoreError> {
        let row = self.reads.first(&PREFERENCES, values![hash.as_bytes()]);
        let Some(row) = row.await? else {
            return Ok(None);
        };
        let topics = row.maybe_text("topics")?.unwrap_or_default();
        let until = row.maybe_int("paused_until")?;
        Ok(Some(Preferences {
            topics: topics
                .split(',')
                .filter(|topic| !topic.is_empty())
                .map(str::to_owned)
                .collect(),
            paused_until: until.and_then(DateTime::from_timestamp_millis),
        }))
    }

    /// Stores a subscriber's choice.
    ///
    /// # Errors
    /// [`StoreError`]: nothing was changed.
    pub async fn choose(
        &self,
        hash: TokenHash,
        choice: Choice,
        now: DateTime<Utc>,
    ) -> Result<RightsOutcome, StoreError> {
        self.writer.write(Choose { hash, choice, now }).await
    }

    /// The address that a token opens, for the time of a request.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn address_of(
        &self,
        token: &TokenSecret,
    ) -> Result<Option<Private<String>>, StoreError> {
        let found = super::tokens::find(self, token.hash()).await?;
        Ok(found.and_then(|found| address(&self.options, token, &found)))
    }

    /// Sends a mail with a fresh link, one of a kind within the mailbox's pause: `kind` is
    /// [`OutboxKind::ExportLink`] or [`OutboxKind::EraseLink`]. Whether one was sent shows in the mailbox
    /// only.
    ///
    /// # Errors
    /// [`StoreError`]: nothing was changed.
    pub async fn ask_for_link(
        &self,
        token: &TokenSecret,
        kind: OutboxKind,
        now: DateTime<Utc>,
    ) -> Result<RightsOutcome, StoreError> {
        let write = Ask {
            token: token.clone(),
            kind,
            options: self.options.clone(),
            now,
        };
        self.writer.write(write).await
    }

    /// Erases what is known of a person through one form, as [`Purpose::Erase`] promises: what was
    /// typed, the public name, choices and links. A signature no longer counts. What proves that there
    /// was a consent, and the count's log, stay without the person.
    ///
    /// # Errors
    /// [`StoreError`]: nothing was changed.
    pub async fn erase(
        &self,
        hash: TokenHash,
        now: DateTime<Utc>,
    ) -> Result<EraseOutcome, StoreError> {
        self.writer.write(Erase { hash, now }).await
    }
}

fn address(options: &StoreOptions, token: &TokenSecret, found: &Found) -> Option<Private<String>> {
    let sealed = found.sealed.as_ref()?;
    let opened = options.vault.open_with_token(token, sealed)?;
    Recipient::from_bytes(opened).map(|recipient| recipient.email)
}

struct Choose {
    hash: TokenHash,
    choice: Choice,
    now: DateTime<Utc>,
}

impl Write for Choose {
    type Out = RightsOutcome;

    async fn run(&mut self, conn: &mut Conn) -> Result<Done<RightsOutcome>, Error> {
        let found = find_to_change(conn, self.hash).await?;
        let Some(found) = found.filter(|found| found.purpose == Purpose::Manage) else {
            return Ok(Done::of(RightsOutcome::Unknown));
        };
        if found.state != State::Confirmed || found.has_expired(self.now) {
            return Ok(Done::of(RightsOutcome::Over(found.about)));
        }
        let subject = found.subject;
        match &self.choice {
            Choice::Reading { topics, lang } => {
                conn.run(&READING, values![subject, joined(topics), lang])
                    .await?
            }
            Choice::Pause(until) => conn.run(&PAUSE, values![subject, until.map(ms)]).await?,
        };
        Ok(Done::of(RightsOutcome::Done(found.about)))
    }
}

struct Ask {
    token: TokenSecret,
    kind: OutboxKind,
    options: Arc<StoreOptions>,
    now: DateTime<Utc>,
}

impl Ask {
    fn mail(&self, found: &Found) -> Option<NewMail> {
        let address = address(&self.options, &self.token, found)?;
        let id = new_id();
        let vault = &self.options.vault;
        let recipient = Recipient::of(address).to_bytes();
        let recipient = vault.seal_recipient(id, recipient.expose());
        Some(NewMail {
            id,
            attempt: found.attempt,
            kind: self.kind,
            at: ms(self.now),
            recipient: recipient.ok()?,
        })
    }
}

impl Write for Ask {
    type Out = RightsOutcome;

    async fn run(&mut self, conn: &mut Conn) -> Result<Done<RightsOutcome>, Error> {
        let found = find_to_change(conn, self.token.hash()).await?;
        let asks = |found: &Found| matches!(found.purpose, Purpose::Manage | Purpose::Withdraw);
        let Some(found) = found.filter(asks) else {
            return Ok(Done::of(RightsOutcome::Unknown));
        };
        if found.state == State::Over || found.has_expired(self.now) {
            return Ok(Done::of(RightsOutcome::Over(found.about)));
        }
        let pause: Duration = self.options.cooldown;
        let since = ms_before(self.now, pause);
        let values = values![found.subject, self.kind.name(), since];
        let before = conn.first(&ASKED_BEFORE, values).await?.is_some();
        let mail = if before { None } else { self.mail(&found) };
        let mailed = mail.is_some();
        queue(conn, mail).await?;
        Ok(Done::of(RightsOutcome::Done(found.about)).with_mail(mailed))
    }
}

struct Erase {
    hash: TokenHash,
    now: DateTime<Utc>,
}

impl Write for Erase {
    type Out = EraseOutcome;

    async fn run(&mut self, conn: &mut Conn) -> Result<Done<EraseOutcome>, Error> {
        let found = find_to_change(conn, self.hash).await?;
        let Some(found) = found.filter(|found| found.purpose == Purpose::Erase) else {
            return Ok(Done::of(EraseOutcome::Unknown));
        };
        if found.has_expired(self.now) {
            return Ok(Done::of(EraseOutcome::Expired(found.about)));
        }
        if found.state != State::Over {
            withdraw(conn, &found, self.now).await?;
        }
        // Also after a withdrawal, which leaves more behind.
        conn.run(&STRIP, values![found.subject]).await?;
        conn.run(&TOKENS, values![found.subject]).await?;
        let since = conn.first(&SINCE, values![found.subject]).await?;
        let at = since.map_or(Ok(None), |row| row.maybe_int("ended_at"))?;
        Ok(Done::of(EraseOutcome::Erased {
            number: found.subject,
            at: at
                .and_then(DateTime::from_timestamp_millis)
                .unwrap_or(self.now),
            about: found.about,
        }))
    }
}
