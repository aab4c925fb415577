//! The whole campaign on one machine, to try it: the petition service and a mailbox beside the site.

mod mailbox;
mod secrets;
mod service;

use axum::Router;
use petition_service::app::App;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub use service::{COUNTS, ServicePlan, plan};

use mailbox::Mailbox;

/// Where the service stands below the site's address.
pub const SERVICE_PATH: &str = "/service";

/// Where the mailbox stands below the site's address.
pub const MAILBOX_PATH: &str = "/dev/mailbox";

/// The service and the mailbox, running.
pub struct Companions {
    app: App,
    mailbox: Mailbox,
    stop: CancellationToken,
    tasks: JoinSet<()>,
}

impl Companions {
    /// Starts the mailbox and the service as planned.
    ///
    /// # Errors
    /// What cannot be started, or every mistake in the service's settings.
    pub async fn start(plan: ServicePlan) -> anyhow::Result<Self> {
        let mailbox = Mailbox::default();
        let smtp = mailbox::listen(mailbox.clone())?;
        let app = App::open(plan.config(smtp)?).await?;
        let stop = CancellationToken::new();
        let tasks = app.spawn_background(&stop);
        Ok(Self {
            app,
            mailbox,
            stop,
            tasks,
        })
    }

    /// Their addresses beside those of the site.
    pub fn beside(&self, site: Router) -> Router {
        site.merge(mailbox::router(self.mailbox.clone()))
            .nest(SERVICE_PATH, self.app.router())
    }

    /// Ends them; mails under way are sent first.
    pub async fn stop(mut self) {
        self.stop.cancel();
        while self.tasks.join_next().await.is_some() {}
    }
}
