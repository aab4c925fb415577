//! The service as a whole: from its configuration to its addresses and its work in the background.
//! A library, so that the site's development server can run it in its own process.

mod background;
mod clock_watch;
mod counts_file;
mod keyring;
mod server;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use axum::Router;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use secrecy::ExposeSecret;

use crate::campaign::CampaignStore;
use crate::captcha::Captcha;
use crate::captcha::altcha::{Altcha, DEFAULT_TTL};
use crate::captcha::hcaptcha::{Hcaptcha, HcaptchaWithFallback};
use crate::captcha::none::NoCaptcha;
use crate::config::{CaptchaConfig, Config, JournalConfig};
use crate::domain::{Clock, Keys};
use crate::http::{self, Web};
use crate::mail::Mailer;
use crate::mail::smtp::SmtpMailer;
use crate::store::{JournalOptions, Lock, MailboxLimits, Store, StoreOptions};
use crate::usecases::{NetworkLimits, Networks, Service};

pub use keyring::Keyring;
pub use server::Listeners;

/// The service, open.
pub struct App {
    config: Config,
    service: Service,
    web: Web,
    mailer: Arc<dyn Mailer>,
    keyring: Arc<Keyring>,
    _lock: Option<Lock>,
}

impl App {
    /// Opens the database and reads the campaign file, with mails sent by SMTP.
    ///
    /// # Errors
    /// What cannot be opened, for a person to read.
    pub async fn open(config: Config) -> anyhow::Result<Self> {
        let mailer = SmtpMailer::new(config.smtp.clone())
            .map_err(|problems| anyhow!("[mail]: {}", problems.join("; ")))?;
        Self::open_with(config, Arc::new(mailer), recorder(), Clock::system()).await
    }

    /// The same with a mailer, figures and a clock of one's own.
    ///
    /// # Errors
    /// What cannot be opened.
    pub async fn open_with(
        config: Config,
        mailer: Arc<dyn Mailer>,
        metrics: Option<PrometheusHandle>,
        clock: Clock,
    ) -> anyhow::Result<Self> {
        let keys = Keys::new(config.secret.expose_secret().as_bytes());
        let keyring = Arc::new(Keyring::new(config.sealing.clone(), &keys, clock.clone()));
        let journal = journal(&config.journal)?;
        let options = StoreOptions {
            journal,
            cooldown: Duration::from_secs(60 * u64::from(config.limits.resend_after_minutes)),
            lifetime_mails: config.limits.mails_per_address,
            mailbox: MailboxLimits {
                per_hour: config.limits.mails_per_mailbox_per_hour,
                per_day: config.limits.mails_per_mailbox_per_day,
            },
            reminder_after: reminder_after(&config),
            keep_pending: Duration::from_secs(24 * 3600 * u64::from(config.confirm_days)),
            names_every: Duration::from_secs(60 * u64::from(config.limits.names_every_minutes)),
            ..StoreOptions::new(keyring.clone())
        };
        // A file is for one service; a server's rows are leased to one at a time.
        let lock = config.database.file().map(Lock::take).transpose()?;
        let store = Store::open(&config.database, options).await?;
        keyring.begin(&store).await?;
        let service = Service {
            store,
            campaign: CampaignStore::open(&config.campaign_file),
            captcha: captcha(&config)?,
            keys,
            clock,
            unproven_per_hour: config.limits.unproven_per_hour,
            networks: Arc::new(Networks::new(NetworkLimits::of(
                config.limits.per_network_per_hour,
                config.limits.unproven_per_hour,
            ))),
            lag: Arc::default(),
        };
        tell_of_strange_keys(&config, &service.campaign);
        let web = Web::new(service.clone(), &config, metrics);
        Ok(Self {
            config,
            service,
            web,
            mailer,
            keyring,
            _lock: lock,
        })
    }

    /// What visitors do.
    #[cfg(test)]
    pub(crate) fn service(&self) -> &Service {
        &self.service
    }

    /// Its addresses, relative to its own.
    pub fn router(&self) -> Router {
        http::router(self.web.clone(), &self.config.limits)
    }

    /// The address of the figures, for a listener of its own.
    pub fn metrics_router(&self) -> Router {
        http::metrics_router(self.web.clone())
    }

    /// What is wrong with the campaign file as it is now; none if it is in use.
    #[must_use]
    pub fn campaign_problem(&self) -> Option<String> {
        self.service.campaign.problem()
    }
}

/// Where forms go while the database is not there. Without such a place the service does its work all
/// the same, and says so, unless the operator named one.
fn journal(config: &JournalConfig) -> anyhow::Result<Option<JournalOptions>> {
    let options = &config.options;
    match options.prepare() {
        Ok(()) => Ok(Some(options.clone())),
        Err(error) if config.is_named => Err(error).context("`journal.folder`"),
        Err(error) => {
            tracing::warn!(
                %error,
                "there is no journal: while the database is not there, forms are refused. Name a folder \
                 that the service may write with `journal.folder`"
            );
            Ok(None)
        }
    }
}

/// How long after its mail a signer is reminded; none if that is not wanted, or if the links will
/// have ended by then.
fn reminder_after(config: &Config) -> Option<Duration> {
    let hours = config.limits.reminder_after_hours;
    let in_time = hours > 0 && hours < config.confirm_days.saturating_mul(24);
    in_time.then(|| Duration::from_secs(3600 * u64::from(hours)))
}

/// A key of its own for a form that nobody knows is most likely a slip: that form's data would go to
/// the holder of another key.
fn tell_of_strange_keys(config: &Config, campaign: &CampaignStore) {
    let Some(campaign) = campaign.current() else {
        return;
    };
    let forms = &campaign.file().forms;
    for form in config.sealing.forms().filter(|id| !forms.contains_key(*id)) {
        tracing::warn!(
            form,
            "[sealing.forms] names a form that the site does not have"
        );
    }
}

fn captcha(config: &Config) -> anyhow::Result<Arc<dyn Captcha>> {
    let altcha = |cost| Altcha::new(&config.secret, cost, DEFAULT_TTL);
    Ok(match &config.captcha {
        CaptchaConfig::Altcha { cost } => Arc::new(altcha(*cost)),
        CaptchaConfig::None => Arc::new(NoCaptcha),
        CaptchaConfig::Hcaptcha {
            settings,
            stand_in_cost,
        } => {
            let hcaptcha = Hcaptcha::new(settings.clone())
                .map_err(|problems| anyhow!(problems.join("; ")))
                .context("[captcha.hcaptcha]")?;
            match stand_in_cost {
                Some(cost) => Arc::new(HcaptchaWithFallback::new(hcaptcha, altcha(*cost))),
                None => Arc::new(hcaptcha),
            }
        }
    })
}

/// The figures of this process; none if another part of it has its own already.
fn recorder() -> Option<PrometheusHandle> {
    PrometheusBuilder::new().install_recorder().ok()
}
