//! What visitors do: sign, subscribe, confirm, leave. One path for forms and for programs.

mod count;
mod join;
mod links;
mod messages;
mod networks;
mod rights;
mod topics;
mod waiting;

use std::sync::Arc;
use std::time::Duration;

use crate::campaign::CampaignStore;
use crate::captcha::Captcha;
use crate::domain::{Clock, Keys, Network};
use crate::store::Store;

pub use count::Count;
pub use join::{Join, Joined, Request};
pub use links::{Left, Opened};
pub use networks::{NetworkLimits, Networks, Share};
pub use rights::{Copied, Copy, PAUSE_DAYS, Wish};
pub use waiting::{Lag, Told};

/// What the use cases need.
#[derive(Clone)]
pub struct Service {
    /// The database.
    pub store: Store,
    /// The campaign in use.
    pub campaign: CampaignStore,
    /// The captcha.
    pub captcha: Arc<dyn Captcha>,
    /// Keys derived from the secret.
    pub keys: Keys,
    /// The time.
    pub clock: Clock,
    /// Mails an hour for forms without a captcha's answer.
    pub unproven_per_hour: u32,
    /// How long mails take.
    pub lag: Arc<Lag>,
    /// What networks used of what all share.
    pub networks: Arc<Networks>,
}

impl Service {
    /// Takes one from a network's share of what all share.
    ///
    /// # Errors
    /// It is used up: how long until the next.
    pub fn share(&self, share: Share, network: &Network) -> Result<(), Duration> {
        self.networks.take(share, network, self.clock.now())
    }

    /// Whether nothing is left of a network's share; takes nothing.
    #[must_use]
    pub fn is_used_up(&self, share: Share, network: &Network) -> bool {
        self.networks.is_used_up(share, network, self.clock.now())
    }
}
