//! The worker that sends what waits in the outbox: at least once, never lost.

mod backoff;
mod links;
mod pace;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Days, Utc};
use futures_util::FutureExt;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::campaign::{Campaign, CampaignStore};
use crate::domain::{Clock, Purpose, TokenSecret};
use crate::mail::{self, Address, Letter, Mail, MailError, Mailer, Sender};
use crate::store::{NewToken, OutboxJob, OutboxKind, Store, StoreError};
use backoff::Backoff;
use links::{Links, carried, purposes};
use pace::Pace;

/// How often the outbox is looked at if nothing tells of a new mail.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How long a mail belongs to the worker that took it: longer than any try at sending.
const LEASE: Duration = Duration::from_secs(15 * 60);

/// How the worker works.
#[derive(Clone, Debug)]
pub struct WorkerOptions {
    /// The service's address as visitors see it; links in mails begin with it.
    pub public_url: String,
    /// Who sends.
    pub sender: Sender,
    /// Mails under way at once.
    pub concurrency: usize,
    /// Mails that may leave in a minute; 0 means as many as the relay takes.
    pub per_minute: u32,
    /// Days until a confirmation link ends.
    pub confirm_days: u32,
    /// Days until a link to withdraw ends (one to unsubscribe works longer than that).
    pub leave_days: u32,
    /// Tries before a mail is given up.
    pub max_tries: u32,
    /// Pause after the first failed try; each further pause is twice as long.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
    /// The time.
    pub clock: Clock,
}

impl WorkerOptions {
    /// The usual: 8 at once, 7 days to confirm, 10 years to leave, tries for about two days.
    pub fn new(public_url: impl Into<String>, sender: Sender) -> Self {
        Self {
            public_url: public_url.into(),
            sender,
            concurrency: 8,
            per_minute: 0,
            confirm_days: 7,
            leave_days: 3650,
            max_tries: 18,
            first_pause: Duration::from_secs(20),
            longest_pause: Duration::from_secs(6 * 3600),
            clock: Clock::system(),
        }
    }
}

/// Sends what waits.
#[derive(Clone)]
pub struct Worker {
    store: Store,
    campaign: CampaignStore,
    mailer: Arc<dyn Mailer>,
    options: Arc<WorkerOptions>,
}

/// How a try ended.
enum Tried {
    Sent,
    /// Its mailbox wants none.
    Unwanted,
    Failed {
        reason: String,
        for_good: bool,
        no_mailbox: bool,
    },
}

impl Worker {
    /// A worker. One at a time per opening of the database.
    #[must_use]
    pub fn new(
        store: Store,
        campaign: CampaignStore,
        mailer: Arc<dyn Mailer>,
        options: WorkerOptions,
    ) -> Self {
        Self {
            store,
            campaign,
            mailer,
            options: Arc::new(options),
        }
    }

    /// Works until `stop`, then ends the mails under way. What was not begun waits for the next
    /// start.
    pub async fn run(self, stop: CancellationToken) {
        if let Err(error) = self
            .store
            .outbox_release_all(self.options.clock.now())
            .await
        {
            tracing::warn!(%error, "mails of the last run wait until their lease ends");
        }
        let room = self.options.concurrency.max(1);
        let pace = Pace::per_minute(self.options.per_minute);
        let mut queue = VecDeque::new();
        let mut under_way = JoinSet::new();
        while !stop.is_cancelled() {
            if queue.is_empty() && under_way.len() < room {
                queue = self.claim().await;
            }
            let mut pause = LOOK_EVERY;
            while under_way.len() < room && !queue.is_empty() {
                if let Err(wait) = pace.take() {
                    pause = wait.min(LOOK_EVERY);
                    break;
                }
                let Some(job) = queue.pop_front() else { break };
                let worker = self.clone();
                under_way.spawn(async move { worker.deliver(job).await });
            }
            let idle = under_way.len() < room && queue.is_empty();
            tokio::select! {
                () = stop.cancelled() => {}
                Some(ended) = under_way.join_next() => {
                    if let Err(error) = ended {
                        tracing::error!(%error, "a mail broke off; it is tried again when its lease ends");
                    }
                }
                () = self.store.mail_waiting(), if idle => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
        for job in queue {
            if let Err(error) = self.store.outbox_release(job.id).await {
                tracing::warn!(%error, "a mail waits until its lease ends");
            }
        }
        while under_way.join_next().await.is_some() {}
    }

    async fn claim(&self) -> VecDeque<OutboxJob> {
        if !self.campaign.is_ready() {
            return VecDeque::new();
        }
        let limit = pace::claimed_at_once(self.options.concurrency, self.options.per_minute);
        let now = self.options.clock.now();
        match self.store.outbox_claim(limit, now, LEASE).await {
            Ok(jobs) => jobs.into(),
            Err(error) => {
                tracing::error!(%error, "cannot read the outbox");
                VecDeque::new()
            }
        }
    }

    async fn deliver(&self, job: OutboxJob) {
        let (id, kind) = (job.id, job.kind.name());
        let mail = job.id.to_string();
        let mail = mail.as_str();
        let now = || self.options.clock.now();
        let settled = match self.attempt_whole(&job).await {
            Tried::Sent => {
                count("sent");
                tracing::debug!(mail, kind, "mail sent");
                self.store.outbox_sent_asking(&job, now()).await
            }
            Tried::Unwanted => {
                count("unwanted");
                self.store.outbox_drop(id).await
            }
            Tried::Failed {
                reason,
                for_good,
                no_mailbox,
            } if for_good || job.tries >= self.options.max_tries => {
                count("given_up");
                tracing::error!(
                    mail,
                    kind,
                    tries = job.tries,
                    reason,
                    for_good,
                    "mail given up; unless it is for good, `outbox retry-dead` sends it once the \
                     cause is mended"
                );
                let given_up = self.store.outbox_give_up(id, &reason, for_good, now());
                let mut given_up = given_up.await;
                if no_mailbox && given_up.is_ok() {
                    let bounced = self
                        .store
                        .bounced(&job.recipient.email, job.attempt_id, now());
                    given_up = bounced.await;
                }
                given_up
            }
            Tried::Failed { reason, .. } => {
                count("put_off");
                tracing::warn!(
                    mail,
                    kind,
                    tries = job.tries,
                    reason,
                    "mail not sent, tried again"
                );
                let pause = Backoff::of(&self.options).pause(job.tries, rand::random());
                self.store.outbox_retry(id, now() + pause, &reason).await
            }
        };
        if let Err(error) = settled {
            tracing::error!(%error, mail, "the outbox could not be told; the mail may go twice");
        }
    }

    /// A try that panics is a failed one: not counted, it would come back for ever.
    async fn attempt_whole(&self, job: &OutboxJob) -> Tried {
        let attempt = AssertUnwindSafe(self.attempt(job)).catch_unwind();
        attempt.await.unwrap_or_else(|_| Tried::Failed {
            reason: "the service broke off while it made the mail".to_owned(),
            for_good: false,
            no_mailbox: false,
        })
    }

    async fn attempt(&self, job: &OutboxJob) -> Tried {
        let later = |reason: String| Tried::Failed {
            reason,
            for_good: false,
            no_mailbox: false,
        };
        match self.store.is_suppressed(job).await {
            Ok(false) => {}
            Ok(true) => return Tried::Unwanted,
            Err(error) => return later(error.to_string()),
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
            Err(error) => Tried::Failed {
                reason: error.to_string(),
                for_good: matches!(error, MailError::Permanent(_) | MailError::NoMailbox(_)),
                no_mailbox: matches!(error, MailError::NoMailbox(_)),
            },
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

fn count(outcome: &'static str) {
    metrics::counter!("petition_mails_total", "outcome" => outcome).increment(1);
}
