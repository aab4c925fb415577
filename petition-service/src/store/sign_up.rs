//! A form comes in.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::attempts::NewAttempt;
use super::batch::Message;
use super::engine::{Conn, Error};
use super::first_forms::Due;
use super::options::StoreOptions;
use super::queue::NewMail;
use super::records::{NewSignUp, OutboxKind, SignUpOutcome, StoreError, SubjectKind};
use super::tokens::TokenRow;
use super::vault::Sealed;
use super::writer::{Done, Hot, Reply};
use super::{Store, again, first_forms, mailboxes, ms, new_id, spent, suppressions};
use crate::domain::Purpose;

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
    /// A form that the database cannot take in time goes to the journal, if there is one, and so do all
    /// after it until [`Store::recover`] finds the database well.
    ///
    /// # Errors
    /// [`StoreError`]: nothing was stored.
    pub async fn sign_up(
        &self,
        sign_up: NewSignUp,
        now: DateTime<Utc>,
    ) -> Result<SignUpOutcome, StoreError> {
        let mail = new_id();
        let to = sign_up.recipient().to_bytes();
        let recipient = self.options.vault.seal_recipient(mail, to.expose());
        let attempt = NewAttempt::of(&sign_up, &*self.options.vault)?;
        let mailbox = suppressions::key_of(&*self.options.vault, sign_up.email.expose());
        let form = Arc::new(SignUp {
            newcomer: mailbox.is_some_and(|mailbox| self.newcomers.is_new(mailbox, now)),
            subject: new_id(),
            wait: wait(&sign_up, attempt.id, (now, &self.options))?,
            attempt,
            mail,
            // The journal seals the recipient itself.
            recipient: recipient.unwrap_or_else(|_| Sealed::nothing()),
            mailbox,
            form: sign_up,
            options: self.options.clone(),
            sent_at: now,
            now,
        });
        if let Some(journal) = &self.journal
            && self.is_down()
        {
            return journal.keep(form).await;
        }
        // Whoever is not waited for may be stored all the same: the attempt's id tells it later.
        let stored = async {
            if form.recipient.bytes.is_empty() {
                return Err(StoreError::Down(
                    "the recipients' key is too old".to_owned(),
                ));
            }
            self.writer.write_hot(Arc::clone(&form)).await
        };
        match (self.in_time(stored).await, &self.journal) {
            (Err(error), Some(journal)) if error.is_down() => journal.keep(form).await,
            (answered, _) => answered,
        }
    }
}

/// The token that the browser waits with. Only its bearer can have the address opened, to get the
/// mail once more, and the name, to be shown when a code confirms.
fn wait(
    form: &NewSignUp,
    attempt: Uuid,
    (now, options): (DateTime<Utc>, &StoreOptions),
) -> Result<Option<TokenRow>, StoreError> {
    let Some(token) = &form.wait else {
        return Ok(None);
    };
    let recipient = form.recipient().to_bytes();
    let keep = i64::try_from(options.keep_pending.as_millis()).unwrap_or(i64::MAX);
    Ok(Some(TokenRow {
        hash: token.hash(),
        attempt,
        purpose: Purpose::Wait,
        sealed: Some(options.vault.seal_with_token(token, recipient.expose())?),
        expires_at: ms(now).saturating_add(keep),
    }))
}

/// A form, sealed, with the ids of all that it may become.
#[derive(Clone)]
pub(super) struct SignUp {
    pub(super) form: NewSignUp,
    pub(super) subject: Uuid,
    pub(super) attempt: NewAttempt,
    /// What its browser waits with.
    pub(super) wait: Option<TokenRow>,
    pub(super) mail: Uuid,
    pub(super) recipient: Sealed,
    /// Stands for the mailbox, over all forms.
    pub(super) mailbox: Option<[u8; 16]>,
    /// The first form of that mailbox of late: its mail is not charged to it.
    pub(super) newcomer: bool,
    pub(super) options: Arc<StoreOptions>,
    /// When the visitor sent it: before `now` if it lay in the journal.
    pub(super) sent_at: DateTime<Utc>,
    pub(super) now: DateTime<Utc>,
}

impl SignUp {
    /// What tells its captcha's answer from others, if it can be used once only.
    pub(super) fn nonce(&self) -> Option<&str> {
        let challenge = self.form.challenge.as_ref()?;
        Some(&challenge.nonce)
    }

    /// The token with which its browser waits for this attempt, if it waits.
    pub(super) fn wait_for(&self, attempt: Uuid) -> Option<TokenRow> {
        let wait = self.wait.clone()?;
        Some(TokenRow { attempt, ..wait })
    }

    /// The mail that it causes: one that asks to confirm it, or one that says `already`.
    pub(super) fn mail(&self, attempt: Uuid, asks: bool, at: i64) -> NewMail {
        let kind = match (self.form.kind, asks) {
            (SubjectKind::Petition, true) => OutboxKind::ConfirmPetition,
            (SubjectKind::Petition, false) => OutboxKind::AlreadySigned,
            (SubjectKind::Newsletter, true) => OutboxKind::ConfirmNewsletter,
            (SubjectKind::Newsletter, false) => OutboxKind::AlreadySubscribed,
        };
        NewMail {
            id: self.mail,
            attempt,
            kind,
            at,
            recipient: self.recipient.clone(),
        }
    }
}

impl Hot for Arc<SignUp> {
    type Out = SignUpOutcome;

    /// Mailboxes that are new, which most are, take a statement for all of them together. The others
    /// are looked at one by one.
    async fn run_all(conn: &mut Conn, all: &[Self]) -> Result<Vec<Done<SignUpOutcome>>, Error> {
        let used = spent::use_up(conn, all).await?;
        let refused = spent::charge(conn, all, &used).await?;
        let allowed = || all.iter().zip(&used).zip(&refused);
        let taken: Vec<&SignUp> = allowed()
            .filter(|((_, used), refused)| **used != spent::Used::Elsewhere && !**refused)
            .map(|((one, _), _)| &**one)
            .collect();
        let turns = mailboxes::charge(conn, &taken).await?;
        let at = |one: &SignUp| turns.get(&one.subject).copied().flatten();
        let due = taken
            .iter()
            .filter_map(|one| Some(Due { one, at: at(one)? }));
        let new = first_forms::insert(conn, &due.collect::<Vec<_>>()).await?;
        let others = taken.into_iter().filter(|one| !new.contains(&one.subject));
        let others: Vec<&SignUp> = others.collect();
        let silent = suppressions::among(conn, &others).await?;
        let mut outcomes = Vec::with_capacity(all.len());
        let mut spared = Vec::new();
        for ((one, used), refused) in allowed() {
            if *used == spent::Used::Elsewhere {
                outcomes.push(Done::of(SignUpOutcome::CaptchaUsed));
                continue;
            }
            if *refused {
                outcomes.push(Done::of(SignUpOutcome::MailBudgetSpent));
                continue;
            }
            let taken = if new.contains(&one.subject) {
                Taken::Mail
            } else if silent.contains(&one.subject) {
                Taken::NoMail
            } else {
                again::sign_up(conn, one, at(one), *used == spent::Used::Here).await?
            };
            if taken != Taken::Mail {
                spared.push(&**one);
            }
            let mail_queued = taken != Taken::NoMail;
            outcomes.push(Done::of(SignUpOutcome::Accepted { mail_queued }).with_mail(mail_queued));
        }
        mailboxes::give_back(conn, &spared).await?;
        Ok(outcomes)
    }

    fn message(self, reply: Reply<SignUpOutcome>) -> Message {
        Message::SignUp(self, reply)
    }
}

/// What a form that is taken leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// A mail more.
    Mail,
    /// The mail of an earlier form is now its own.
    MailOfAnother,
    /// No mail.
    NoMail,
}
