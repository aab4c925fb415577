//! What the service does while nobody asks: send mails, add up, erase, look for a new campaign file.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::clock_watch::ClockWatch;
use super::counts_file::CountFiles;
use super::{App, Keyring};
use crate::http::Background;
use crate::outbox::{Worker, WorkerOptions};
use crate::store::{Replayed, Store};
use crate::usecases::Service;

/// How often confirmations are added up.
const FOLD_EVERY: Duration = Duration::from_secs(1);

/// How often what is over is erased.
const EXPIRE_EVERY: Duration = Duration::from_secs(600);

/// How often it is looked whether the clock was set.
const CLOCK_EVERY: Duration = Duration::from_secs(1);

/// How often old key agreements are forgotten.
const AGREEMENTS_EVERY: Duration = Duration::from_secs(1);

/// How often it is looked whether a key has served its time.
const KEYS_EVERY: Duration = Duration::from_secs(60);

/// How often it is added up what networks used: between two times they can overshoot their limits.
const NETWORKS_EVERY: Duration = Duration::from_secs(1);

/// How often it is looked whether forms wait in the journal.
const JOURNAL_EVERY: Duration = Duration::from_secs(1);

/// How long a job is one instance's. Whoever is killed in the middle holds it up for so long.
const TURN: Duration = Duration::from_secs(10);

/// How long an instance that was heard of is taken to be there.
const PRESENCE: Duration = Duration::from_secs(30);

impl App {
    /// Sends mails, adds up confirmations, erases what is over, and looks for a new campaign file,
    /// until `stop`; the tasks end then by themselves. One that ends before has broken off:
    /// [`App::broken`] and `/readyz` name it.
    #[must_use]
    pub fn spawn_background(&self, stop: &CancellationToken) -> JoinSet<()> {
        let mut options = WorkerOptions::new(
            self.config.public_url.as_str().trim_end_matches('/'),
            self.config.sender.clone(),
        );
        options.confirm_days = self.config.confirm_days;
        options.clock = self.service.clock.clone();
        options.concurrency = self.config.smtp.connections.max(1) * 2;
        options.per_minute = self.config.smtp.per_minute;
        let (service, web) = (&self.service, &self.web);
        let worker = Worker::new(
            service.store.clone(),
            service.campaign.clone(),
            Arc::clone(&self.mailer),
            options,
        );
        let (all, public) = (&self.config.counts_file, &self.config.public_folder);
        let files = CountFiles::new(all.clone(), public.clone());
        let fold = fold(service.clone(), files, stop.clone());
        let campaign = service.campaign.clone();
        let mut tasks = JoinSet::new();
        let parts = web.background();
        tasks.spawn(watched("mails", worker.run(stop.clone()), parts, stop));
        tasks.spawn(watched(
            "campaign",
            campaign.watch(stop.clone()),
            parts,
            stop,
        ));
        tasks.spawn(watched("counts", fold, parts, stop));
        let clock = Arc::new(ClockWatch::new(service));
        let watch = watch(service.clone(), Arc::clone(&clock), stop.clone());
        tasks.spawn(watched("clock", watch, parts, stop));
        let expire = expire(service.clone(), clock, stop.clone());
        tasks.spawn(watched("erasing", expire, parts, stop));
        let agreements = agreements(Arc::clone(&self.keyring), stop.clone());
        tasks.spawn(watched("agreements", agreements, parts, stop));
        let keys = keys(service.clone(), Arc::clone(&self.keyring), stop.clone());
        tasks.spawn(watched("keys", keys, parts, stop));
        let networks = networks(service.clone(), stop.clone());
        tasks.spawn(watched("networks", networks, parts, stop));
        let journal = journal(service.clone(), Arc::clone(&self.keyring), stop.clone());
        tasks.spawn(watched("journal", journal, parts, stop));
        let presence = presence(service.clone(), stop.clone());
        tasks.spawn(watched("presence", presence, parts, stop));
        let writer = writer(service.store.clone(), stop.clone());
        tasks.spawn(watched("database", writer, parts, stop));
        tasks
    }

    /// The parts of the work in the background that broke off, by name.
    #[must_use]
    pub fn broken(&self) -> Vec<&'static str> {
        self.web.background().broken()
    }
}

/// A task of which it is known when it ends before `stop`.
fn watched(
    name: &'static str,
    task: impl Future<Output = ()> + Send + 'static,
    parts: &Background,
    stop: &CancellationToken,
) -> impl Future<Output = ()> + Send + 'static {
    let (parts, stop) = (parts.clone(), stop.clone());
    async move {
        let ended = AssertUnwindSafe(task).catch_unwind().await;
        if ended.is_err() || !stop.is_cancelled() {
            tracing::error!(name, "a part of the service broke off");
            parts.broke_off(name);
        }
    }
}

/// Ends when the database's writer does.
async fn writer(store: Store, stop: CancellationToken) {
    stop.run_until_cancelled(store.closed()).await;
}

async fn fold(service: Service, mut files: CountFiles, stop: CancellationToken) {
    let mut turn = Turn::new("counts");
    loop {
        if turn.is_mine(&service).await {
            let folded = service.store.fold_counts(service.clock.now()).await;
            if let Err(error) = folded {
                tracing::error!(%error, "confirmations could not be added up");
            }
        }
        // Each instance writes its own files, whoever adds up.
        files.write(&service).await;
        let pause = tokio::time::sleep(FOLD_EVERY);
        if stop.run_until_cancelled(pause).await.is_none() {
            return turn.give_back(&service).await;
        }
    }
}

/// Notices when the clock is set.
async fn watch(service: Service, clock: Arc<ClockWatch>, stop: CancellationToken) {
    loop {
        let pause = tokio::time::sleep(CLOCK_EVERY);
        if stop.run_until_cancelled(pause).await.is_none() {
            return;
        }
        clock.look(&service).await;
    }
}

async fn expire(service: Service, clock: Arc<ClockWatch>, stop: CancellationToken) {
    let mut turn = Turn::new("expiry");
    loop {
        service.networks.tidy(service.clock.now());
        if clock.may_erase(&service).await
            && turn.is_mine(&service).await
            && let Err(error) = service.store.expire(service.clock.now()).await
        {
            tracing::error!(%error, "what is over could not be erased");
        }
        let pause = tokio::time::sleep(EXPIRE_EVERY);
        if stop.run_until_cancelled(pause).await.is_none() {
            return turn.give_back(&service).await;
        }
    }
}

/// What could open the forms of a second is not kept beyond the next.
async fn agreements(keyring: Arc<Keyring>, stop: CancellationToken) {
    let pause = || tokio::time::sleep(AGREEMENTS_EVERY);
    while stop.run_until_cancelled(pause()).await.is_some() {
        keyring.forget_agreements();
    }
}

/// Keys for recipients come and go.
async fn keys(service: Service, keyring: Arc<Keyring>, stop: CancellationToken) {
    loop {
        let pause = tokio::time::sleep(KEYS_EVERY);
        if stop.run_until_cancelled(pause).await.is_none() {
            return;
        }
        if let Err(error) = keyring.turn(&service.store).await {
            tracing::error!(%error, "the key for recipients could not be changed");
        }
    }
}

/// Adds up what networks used here and elsewhere.
async fn networks(service: Service, stop: CancellationToken) {
    let mut silent = false;
    loop {
        let pause = tokio::time::sleep(NETWORKS_EVERY);
        let over = stop.run_until_cancelled(pause).await.is_none();
        let told = service
            .networks
            .exchange(&service.store, service.clock.now());
        let told = told.await;
        if let Err(error) = &told
            && !silent
        {
            tracing::warn!(%error, "limits of networks hold for this instance alone");
        }
        silent = told.is_err();
        if over {
            return;
        }
    }
}

/// Puts the forms that were kept into the database once it is back, those of a service that was
/// killed among them.
async fn journal(service: Service, keyring: Arc<Keyring>, stop: CancellationToken) {
    loop {
        if service.store.is_down() || service.store.has_journal() {
            replay(&service, &keyring).await;
        }
        let pause = tokio::time::sleep(JOURNAL_EVERY);
        if stop.run_until_cancelled(pause).await.is_none() {
            return;
        }
    }
}

async fn replay(service: &Service, keyring: &Keyring) {
    let done = async {
        service.store.recover().await?;
        // Recipients are sealed anew, under a key that has not had its time.
        if let Err(error) = keyring.turn(&service.store).await {
            tracing::warn!(%error, "the key for recipients could not be changed");
        }
        service.store.replay(service.clock.now()).await
    };
    match done.await {
        Ok(replayed) if replayed == Replayed::default() => {}
        Ok(replayed) => {
            metrics::counter!("forms_replayed").increment(replayed.stored);
            tracing::info!(?replayed, "what the journal held is in the database");
        }
        Err(error) => tracing::warn!(%error, "forms wait in the journal"),
    }
}

/// Tells the other instances that this one is there, and frees the mails of those that are not.
async fn presence(service: Service, stop: CancellationToken) {
    loop {
        let told = async {
            service.store.alive(&service.clock, PRESENCE).await?;
            service.store.outbox_release_orphans().await
        };
        if let Err(error) = told.await {
            tracing::warn!(%error, "the other instances could not be told that this one is there");
        }
        let pause = tokio::time::sleep(PRESENCE / 3);
        if stop.run_until_cancelled(pause).await.is_none() {
            return;
        }
    }
}

/// A job that one instance does for all, for as long as it holds the lease.
struct Turn {
    name: &'static str,
    /// In steady time, so that no setting of a clock makes it longer than the others think.
    until: Option<Duration>,
}

impl Turn {
    fn new(name: &'static str) -> Self {
        Self { name, until: None }
    }

    /// Whether it is this instance's turn. The lease is kept while half of it is left.
    async fn is_mine(&mut self, service: &Service) -> bool {
        let now = service.clock.steady();
        if self.until.is_some_and(|until| now + TURN / 2 < until) {
            return true;
        }
        let taken = service.store.lease(self.name, &service.clock, TURN).await;
        self.until = matches!(taken, Ok(true)).then(|| now + TURN);
        if let Err(error) = taken {
            tracing::warn!(%error, job = self.name, "it is not known whose turn it is");
        }
        self.until.is_some()
    }

    /// The next instance need not wait for the lease to end.
    async fn give_back(self, service: &Service) {
        if self.until.is_some() {
            // If it cannot be told, the lease ends by itself.
            let _told = service.store.give_back(self.name).await;
        }
    }
}
