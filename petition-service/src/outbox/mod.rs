//! The worker that sends what waits in the outbox: at least once, never lost.

mod attempt;
mod backoff;
mod links;
mod pace;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::campaign::CampaignStore;
use crate::domain::Clock;
use crate::mail::{Mailer, Sender};
use crate::store::{OutboxJob, Store, StoreError};
use attempt::Tried;
use backoff::Backoff;
use pace::Pace;

/// How often the outbox is looked at if nothing tells of a new mail.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How often it is looked for mails that are this worker's without its knowing.
const RECONCILE_EVERY: Duration = Duration::from_secs(30);

/// How long to wait before the outbox is told once more how a mail went.
const TELL_AGAIN: Duration = Duration::from_secs(1);

/// So often a mail may come to its end without anybody knowing whether it arrived: so many copies of it
/// can a mailbox get at most. Then it is given up, visibly, until a person says otherwise.
pub const MOST_COPIES: u32 = 3;

/// By so many tries the pause after the first such end is longer than after another: whatever looks at mails
/// over there is given time. The next pause is the longest there is.
const DOUBT: u32 = 3;

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
    /// The mails that it has.
    held: Arc<Mutex<BTreeSet<Uuid>>>,
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
            held: Arc::default(),
        }
    }

    /// Works until `stop`, then ends the mails under way. What was not begun waits for the next
    /// start.
    pub async fn run(self, stop: CancellationToken) {
        if let Err(error) = self.store.outbox_release_all().await {
            tracing::warn!(%error, "mails of the last run wait for the next look");
        }
        let room = self.options.concurrency.max(1);
        let pace = Pace::per_minute(self.options.per_minute);
        let mut queue = VecDeque::new();
        let mut under_way = JoinSet::new();
        let mut reconciled = self.options.clock.steady();
        while !stop.is_cancelled() {
            if self.options.clock.steady() >= reconciled + RECONCILE_EVERY {
                reconciled = self.options.clock.steady();
                self.reconcile().await;
            }
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
                let (worker, stop) = (self.clone(), stop.clone());
                under_way.spawn(async move { worker.deliver(job, &stop).await });
            }
            let idle = under_way.len() < room && queue.is_empty();
            tokio::select! {
                () = stop.cancelled() => {}
                Some(ended) = under_way.join_next() => {
                    if let Err(error) = ended {
                        tracing::error!(%error, "a mail broke off; it is tried again at the next start");
                    }
                }
                () = self.store.mail_waiting(), if idle => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
        for job in queue {
            if let Err(error) = self.store.outbox_release(job.id).await {
                tracing::warn!(%error, "a mail waits for the next start");
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
        match self.store.outbox_claim(limit, now).await {
            Ok(jobs) => {
                self.held().extend(jobs.iter().map(|job| job.id));
                jobs.into()
            }
            Err(error) => {
                tracing::error!(%error, "cannot read the outbox");
                VecDeque::new()
            }
        }
    }

    /// Frees what this worker has without knowing.
    async fn reconcile(&self) {
        let held = self.held().clone();
        if let Err(error) = self.store.outbox_release_unknown(&held).await {
            tracing::warn!(%error, "it is not known which mails are this instance's");
        }
    }

    async fn deliver(&self, job: OutboxJob, stop: &CancellationToken) {
        let tried = self.attempt_whole(&job).await;
        // What came of it is told until it is heard: a mail that left would leave once more.
        loop {
            let told = self.tell(&job, &tried).await;
            let Err(error) = told else { break };
            let mail = job.id.to_string();
            if !error.is_down() || stop.is_cancelled() {
                tracing::error!(%error, mail, "the outbox could not be told; the mail may go twice");
                break;
            }
            tracing::warn!(%error, mail, "the outbox is told later");
            let pause = tokio::time::sleep(TELL_AGAIN);
            let _stopped = stop.run_until_cancelled(pause).await;
        }
        self.held().remove(&job.id);
        self.count(&job, &tried);
    }

    async fn tell(&self, job: &OutboxJob, tried: &Tried) -> Result<(), StoreError> {
        let (id, now) = (job.id, self.options.clock.now());
        match tried {
            Tried::Sent => self.store.outbox_sent_asking(job, now).await,
            Tried::Unwanted => self.store.outbox_drop(id).await,
            Tried::Failed(failed) if self.is_last(job, tried) => {
                let (reason, for_good) = (failed.reason.as_str(), failed.for_good);
                let given_up = self.store.outbox_give_up(id, reason, for_good, now);
                given_up.await?;
                if failed.no_mailbox {
                    let (email, attempt) = (&job.recipient.email, job.attempt_id);
                    self.store.bounced(email, attempt, now).await?;
                }
                Ok(())
            }
            Tried::Failed(failed) => {
                let longer = match (failed.doubt, job.doubts) {
                    (false, _) => 0,
                    (true, 0) => DOUBT,
                    (true, _) => u32::MAX,
                };
                let tries = job.tries.saturating_add(longer);
                let pause = Backoff::of(&self.options).pause(tries, rand::random());
                let why = (failed.reason.as_str(), failed.doubt);
                self.store.outbox_retry(id, now + pause, why).await
            }
        }
    }

    /// Whether the mail is given up after this.
    fn is_last(&self, job: &OutboxJob, tried: &Tried) -> bool {
        match tried {
            Tried::Sent | Tried::Unwanted => false,
            Tried::Failed(failed) => {
                let doubts = job.doubts + u32::from(failed.doubt);
                failed.for_good
                    || job.tries >= self.options.max_tries
                    || (failed.doubt && doubts >= MOST_COPIES)
            }
        }
    }

    fn count(&self, job: &OutboxJob, tried: &Tried) {
        let (mail, kind, tries) = (job.id.to_string(), job.kind.name(), job.tries);
        let outcome = match tried {
            Tried::Sent => {
                tracing::debug!(mail, kind, "mail sent");
                "sent"
            }
            Tried::Unwanted => "unwanted",
            Tried::Failed(failed) if self.is_last(job, tried) => {
                let (reason, for_good) = (&failed.reason, failed.for_good);
                tracing::error!(
                    mail,
                    kind,
                    tries,
                    reason,
                    for_good,
                    "mail given up; unless it is for good, `outbox retry-dead` sends it once the \
                     cause is mended"
                );
                "given_up"
            }
            Tried::Failed(failed) => {
                let reason = &failed.reason;
                tracing::warn!(mail, kind, tries, reason, "mail not sent, tried again");
                "put_off"
            }
        };
        metrics::counter!("petition_mails_total", "outcome" => outcome).increment(1);
    }

    // A set of names is whole after any panic of its user.
    fn held(&self) -> MutexGuard<'_, BTreeSet<Uuid>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
