//! The mail once more, for whoever waits for it or holds an older link.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::again::{asked, rested};
use super::code::miss;
use super::engine::{Conn, Error, statements, values};
use super::options::StoreOptions;
use super::queue::{NewMail, queue};
use super::recipient::Recipient;
use super::records::{OutboxKind, StoreError, SubjectKind};
use super::tokens::{Found, State, find_to_change};
use super::writer::{Done, Write};
use super::{Store, mailboxes, ms, new_id, suppressions};
use crate::domain::{Purpose, TokenSecret};

statements! {
    // Not while a mail for the same form waits, nor once the mailbox got all of its mails.
    MAY = "select last_mail_at from subjects
         where id = $1 and mails < $3
             and exists (select 1 from attempts where id = $2 and sealed is not null)
             and not exists (
                 select 1 from outbox where attempt_id = $2 and state = 'waiting'
                     and kind in ('confirm_petition', 'confirm_newsletter'))";
}

impl Store {
    /// Queues the mail that asks to confirm once more, within the pause and the most mails that a
    /// mailbox gets for this form and over all forms; whether it did, which is for figures and never for the visitor. `token` is the
    /// one that the browser waits with, or that of a link to confirm.
    ///
    /// # Errors
    /// [`StoreError`]: nothing was changed.
    pub async fn resend(
        &self,
        token: Option<&TokenSecret>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let write = Resend {
            token: token.cloned(),
            options: self.options.clone(),
            now,
        };
        self.in_time(self.writer.write(write)).await
    }
}

struct Resend {
    token: Option<TokenSecret>,
    options: Arc<StoreOptions>,
    now: DateTime<Utc>,
}

impl Resend {
    /// The form whose mail may be sent again, and the mail.
    async fn mail(&self, conn: &mut Conn) -> Result<Option<(Found, NewMail)>, Error> {
        let Some(token) = &self.token else {
            return Ok(None);
        };
        let found = find_to_change(conn, token.hash()).await?;
        let Some(found) = found.filter(|found| {
            found.state == State::Pending && (found.confirms() || found.purpose == Purpose::Wait)
        }) else {
            return Ok(None);
        };
        let most = i64::from(self.options.lifetime_mails);
        let values = values![found.subject, found.attempt, most];
        let Some(row) = conn.first(&MAY, values).await? else {
            return Ok(None);
        };
        let vault = &self.options.vault;
        let sealed = found.sealed.as_ref();
        let opened = sealed.and_then(|sealed| vault.open_with_token(token, sealed));
        let Some(to) = opened.and_then(Recipient::from_bytes) else {
            return Ok(None);
        };
        let id = new_id();
        let Ok(recipient) = vault.seal_recipient(id, to.to_bytes().expose()) else {
            return Ok(None);
        };
        let now = ms(self.now);
        let turn = match suppressions::key_of(&**vault, to.email.expose()) {
            Some(key) => {
                let wait = (mailboxes::LONGEST_WAIT, &*self.options);
                mailboxes::charge_one(conn, key, now, wait).await?
            }
            None => Some(now),
        };
        let Some(turn) = turn else {
            return Ok(None);
        };
        let mail = NewMail {
            id,
            attempt: found.attempt,
            kind: match found.about.kind {
                SubjectKind::Petition => OutboxKind::ConfirmPetition,
                SubjectKind::Newsletter => OutboxKind::ConfirmNewsletter,
            },
            at: rested(row.int("last_mail_at")?, (self.now, &self.options)).max(turn),
            recipient,
        };
        Ok(Some((found, mail)))
    }
}

impl Write for Resend {
    type Out = bool;

    async fn run(&mut self, conn: &mut Conn) -> Result<Done<bool>, Error> {
        let Some((found, mail)) = self.mail(conn).await? else {
            miss(conn, self.now).await?;
            return Ok(Done::of(false));
        };
        asked(conn, found.subject, mail.at, (self.now, &self.options)).await?;
        queue(conn, [mail]).await?;
        Ok(Done::of(true).with_mail(true))
    }
}
