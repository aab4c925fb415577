//! The campaign file as the service uses it: always the last good one, and ways to look things up.

mod lookup;
#[cfg(test)]
pub(crate) mod sample;
mod store;

pub use lookup::{Campaign, FormIn, Voice};
pub use store::{CampaignStore, Reload};
