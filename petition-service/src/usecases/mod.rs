//! What visitors do: sign, subscribe, confirm, leave. One path for forms and for programs.

mod join;
mod links;
mod messages;
mod rate;

use std::sync::Arc;

use crate::campaign::CampaignStore;
use crate::captcha::Captcha;
use crate::domain::{Clock, Keys};
use crate::store::Store;

pub use join::{Join, Joined, Request};
pub use links::{Left, Opened};
pub use rate::Rate;

/// A network's share in the budget of forms without a captcha's answer is one part in so many:
/// otherwise a few networks could use it all up.
pub const UNPROVEN_SHARES: u32 = 10;

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
    /// Each network's share in them.
    pub unproven_share: Arc<Rate>,
}
