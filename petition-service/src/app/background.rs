//! What the service does while nobody asks: send mails, add up, erase, look for a new campaign file.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{App, counts_file};
use crate::http::{Background, Web};
use crate::outbox::{Worker, WorkerOptions};
use crate::store::Store;
use crate::usecases::Service;

/// How often confirmations are added up.
const FOLD_EVERY: Duration = Duration::from_secs(1);

/// How often what is over is erased.
const EXPIRE_EVERY: Duration = Duration::from_secs(600);

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
        let (service, web) = (&self.service, &self.web);
        let worker = Worker::new(
            service.store.clone(),
            service.campaign.clone(),
            Arc::clone(&self.mailer),
            options,
        );
        let counts_file = self.config.counts_file.clone();
        let fold = fold(service.clone(), counts_file, stop.clone());
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
        let expire = expire(service.clone(), web.clone(), stop.clone());
        tasks.spawn(watched("erasing", expire, parts, stop));
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

async fn fold(service: Service, counts_file: Option<std::path::PathBuf>, stop: CancellationToken) {
    let mut written = false;
    loop {
        let folded = service.store.fold_counts(service.clock.now()).await;
        match folded {
            Ok(changed) if changed || !written => {
                written = match &counts_file {
                    Some(file) => counts_file::write(&service.store, file).await,
                    None => true,
                };
            }
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "confirmations could not be added up"),
        }
        let pause = tokio::time::sleep(FOLD_EVERY);
        if stop.run_until_cancelled(pause).await.is_none() {
            return;
        }
    }
}

async fn expire(service: Service, web: Web, stop: CancellationToken) {
    loop {
        web.tidy();
        if let Err(error) = service.store.expire(service.clock.now()).await {
            tracing::error!(%error, "what is over could not be erased");
        }
        let pause = tokio::time::sleep(EXPIRE_EVERY);
        if stop.run_until_cancelled(pause).await.is_none() {
            return;
        }
    }
}
