//! What a browser that waits is told, and how long mails take.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::engine::{statements, values};
use super::records::{About, MailLag, StoreError, SubjectKind, Waiting};
use super::{Store, ms, ms_before};
use crate::domain::TokenHash;

statements! {
    // Only of the very form that this browser sent: what else its mailbox did is not told.
    CONFIRMED = "select s.form_id, s.kind, a.lang
         from tokens t join attempts a on a.id = t.attempt_id join subjects s on s.id = a.subject_id
         where t.hash = $1 and t.purpose = 'wait'
             and a.confirmed_at is not null and s.state = 'confirmed'";

    // A row is made for the time at which it is due.
    UNTRIED = "select count(*) as n, min(created_at) as oldest from outbox
         where state = 'waiting' and priority in (0, 1) and created_at <= $1 and tries = 0";

    STUCK = "select min(created_at) as oldest from outbox
         where state = 'waiting' and priority in (0, 1) and created_at <= $1
             and created_at > coalesce((select max(done_at) from outbox
                 where state = 'sent' and priority in (0, 1)), 0)";

    SENT = "select count(*) as n from outbox
         where state = 'sent' and done_at > $1 and priority in (0, 1)";
}

impl MailLag {
    /// How far back [`MailLag::sent_recently`] looks.
    pub const RECENT: Duration = Duration::from_secs(2 * 60);
}

impl Store {
    /// What the holder of a waiting token is told. A token of which nothing is known is answered like
    /// one whose form nobody confirmed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn waiting(&self, hash: TokenHash) -> Result<Waiting, StoreError> {
        let row = self
            .reads
            .first(&CONFIRMED, values![hash.as_bytes()])
            .await?;
        let Some(row) = row else {
            return Ok(Waiting::Pending);
        };
        Ok(Waiting::Confirmed(About {
            form_id: row.text("form_id")?,
            lang: row.text("lang")?,
            kind: SubjectKind::from_name(&row.text("kind")?),
        }))
    }

    /// How the mails that ask for confirmation are getting on.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn mail_lag(&self, now: DateTime<Utc>) -> Result<MailLag, StoreError> {
        let at = ms(now);
        let untried = self.reads.one(&UNTRIED, values![at]).await?;
        let stuck = self.reads.one(&STUCK, values![at]).await?;
        let recent = ms_before(now, MailLag::RECENT);
        let sent = self.reads.one(&SENT, values![recent]).await?;
        let number = |n: i64| u64::try_from(n).unwrap_or(0);
        let since = |from: Option<i64>| from.map(|from| Duration::from_millis(number(at - from)));
        Ok(MailLag {
            untried: number(untried.int("n")?),
            oldest_untried: since(untried.maybe_int("oldest")?),
            stuck: since(stuck.maybe_int("oldest")?),
            sent_recently: number(sent.int("n")?),
        })
    }
}
