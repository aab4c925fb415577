//! One try at one mail: its links are made, it is written, and handed over.

use std::panic::AssertUnwindSafe;

use chrono::{DateTime, Days, Utc};
use futures_util::FutureExt;

use super::Worker;
use super::links::{Links, carried, purposes};
use crate::campaign::Campaign;
use crate::domain::{Purpose, TokenSecret};
use crate::mail::{self, Address, Letter, Mail, MailError};
use crate::store::{NewToken, OutboxJob, OutboxKind, StoreError};

/// How a try ended.
pub(super) enum Tried {
    Sent,
    /// Its mailbox wants none, or gets too many.
    Unwanted,
    Failed(Failed),
}

/// Why it did not leave, as far as is known.
pub(super) struct Failed {
    /// Without personal data.
    pub(super) reason: String,
    /// Nothing can mend it.
    pub(super) for_good: bool,
    /// There is no such mailbox.
    pub(super) no_mailbox: bool,
    /// It may have left all the same.
    pub(super) doubt: bool,
}

impl Failed {
    fn later(reason: String) -> Tried {
        Tried::Failed(Self {
            reason,
            for_good: false,
            no_mailbox: false,
            doubt: false,
        })
    }
}

impl Worker {
    /// A try that panics is a failed one: not counted, it would come back for ever.
    pub(super) async fn attempt_whole(&self, job: &OutboxJob) -> Tried {
        let attempt = AssertUnwindSafe(self.attempt(job)).catch_unwind();
        attempt.await.unwrap_or_else(|_| {
            Failed::later("the service broke off while it made the mail".to_owned())
        })
    }

    async fn attempt(&self, job: &OutboxJob) -> Tried {
        let later = Failed::later;
        match self.store.is_suppressed(job).await {
            Ok(false) => {}
            Ok(true) => return Tried::Unwanted,
            Err(error) => return later(error.to_string()),
        }
        // No form asks for it now, so nothing was taken for it yet.
        if job.kind == OutboxKind::RemindPetition && job.tries <= 1 {
            match self.store.has_room(job, self.options.clock.now()).await {
                Ok(true) => {}
                Ok(false) => return Tried::Unwanted,
                Err(error) => return later(error.to_string()),
            }
        }
        let Some(campaign) = self.campaign.current() else {
            return later("there is no campaign file".to_owned());
        };
        let now = self.options.clock.now();
        let links = match self.mint(job, now).await {
            Ok(links) => links,
            Err(error) => return later(error.to_string()),
        };
        let mail = match self.write(&campaign, job, &links) {
            Ok(mail) => mail,
            // The file may hold the form again later.
            Err(error) => return later(error.to_string()),
        };
        match self.mailer.send(&mail).await {
            Ok(()) => Tried::Sent,
            Err(error) => Tried::Failed(Failed {
                reason: error.to_string(),
                for_good: matches!(error, MailError::Permanent(_) | MailError::NoMailbox(_)),
                no_mailbox: matches!(error, MailError::NoMailbox(_)),
                doubt: matches!(error, MailError::Unsure(_)),
            }),
        }
    }

    /// Makes the tokens of a mail, stores their hashes, and gives the links. Those of earlier tries
    /// stay: a mail may have arrived although the server's answer did not, and its links must work.
    async fn mint(&self, job: &OutboxJob, now: DateTime<Utc>) -> Result<Links, StoreError> {
        let base = self.options.public_url.trim_end_matches('/');
        let mut tokens = Vec::new();
        let mut link = |purpose: Option<Purpose>| {
            let Some(purpose) = purpose else {
                return String::new();
            };
            let token = TokenSecret::generate();
            tokens.push(NewToken {
                token: token.clone(),
                recipient: carried(purpose, &job.recipient),
                attempt_id: job.attempt_id,
                purpose,
                expires_at: self.end_of(purpose, now),
            });
            format!("{base}/{}/{}", purpose.path(), token.expose())
        };
        let (confirm, leave) = purposes(job.kind);
        let manage = matches!(leave, Some(Purpose::Unsubscribe)).then_some(Purpose::Manage);
        let links = Links {
            confirm: link(confirm),
            leave: link(leave),
            manage: link(manage),
        };
        self.store.store_tokens(tokens, now).await?;
        Ok(links)
    }

    fn end_of(&self, purpose: Purpose, now: DateTime<Utc>) -> DateTime<Utc> {
        let days = match purpose {
            Purpose::ConfirmSignature | Purpose::ConfirmSubscription | Purpose::Wait => {
                self.options.confirm_days
            }
            Purpose::Withdraw | Purpose::Unsubscribe | Purpose::Manage => self.options.leave_days,
            Purpose::Export | Purpose::Erase => mail::RIGHTS_DAYS,
        };
        now.checked_add_days(Days::new(days.into())).unwrap_or(now)
    }

    fn write(
        &self,
        campaign: &Campaign,
        job: &OutboxJob,
        links: &Links,
    ) -> Result<Mail, mail::ComposeError> {
        let (link, leave) = (links.confirm.as_str(), links.leave.as_str());
        let days = self.options.confirm_days;
        let code = self.store.code_for(job.attempt_id);
        let code = code.expose();
        let letter = match job.kind {
            OutboxKind::ConfirmPetition => Letter::ConfirmPetition {
                link,
                withdraw_link: leave,
                code,
                days,
            },
            OutboxKind::RemindPetition => Letter::RemindPetition {
                link,
                withdraw_link: leave,
                code,
                days,
            },
            OutboxKind::AlreadySigned => Letter::AlreadySigned {
                withdraw_link: leave,
            },
            OutboxKind::ConfirmNewsletter => Letter::ConfirmNewsletter { link, code, days },
            OutboxKind::WelcomeNewsletter => Letter::WelcomeNewsletter {
                unsubscribe_link: leave,
                manage_link: &links.manage,
            },
            OutboxKind::AlreadySubscribed => Letter::AlreadySubscribed {
                unsubscribe_link: leave,
                manage_link: &links.manage,
            },
            OutboxKind::ExportLink => Letter::ExportLink { link },
            OutboxKind::EraseLink => Letter::EraseLink { link },
        };
        let job = mail::Job {
            outbox_id: &job.id.to_string(),
            to: Address::new(job.recipient.email.expose().clone()),
            form_id: &job.form_id,
            lang: &job.lang,
            letter,
        };
        mail::compose(campaign, &self.options.sender, job)
    }
}
