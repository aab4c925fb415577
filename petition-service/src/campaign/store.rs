//! Keeps the last good campaign file and picks up a new one without a restart.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use campaign_file::CampaignFile;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::Campaign;

/// How often the file is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The campaign as last read, shared: clones see the same.
#[derive(Clone)]
pub struct CampaignStore {
    path: Option<Arc<PathBuf>>,
    current: watch::Sender<Option<Arc<Campaign>>>,
}

/// What a look at the file found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reload {
    /// The file is the one that was looked at last time.
    Unchanged,
    /// A new campaign is in use.
    Loaded,
    /// There is no file (any more); the last good campaign stays in use.
    Missing,
    /// The file cannot be used for this reason; the last good campaign stays in use.
    Refused(String),
}

impl CampaignStore {
    /// A store over a file. Reads it at once if it is there; if not, or if it cannot be used,
    /// starts without a campaign ([`CampaignStore::is_ready`] says no until one comes).
    pub fn open(path: impl Into<PathBuf>) -> Self {
        let store = Self {
            path: Some(Arc::new(path.into())),
            current: watch::Sender::new(None),
        };
        store.look();
        store
    }

    /// A store with a campaign that does not come from a file.
    #[must_use]
    pub fn fixed(file: CampaignFile) -> Self {
        Self {
            path: None,
            current: watch::Sender::new(Campaign::new(file).map(Arc::new)),
        }
    }

    /// The campaign in use; none before the first good file.
    #[must_use]
    pub fn current(&self) -> Option<Arc<Campaign>> {
        self.current.borrow().clone()
    }

    /// Whether there is a campaign.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.current.borrow().is_some()
    }

    /// Why the file as it is now cannot be used; none if it is in use.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        None
    }

    /// Tells of each new campaign.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<Option<Arc<Campaign>>> {
        self.current.subscribe()
    }

    /// Looks at the file now.
    pub fn look(&self) -> Reload {
        let Some(path) = &self.path else {
            return Reload::Unchanged;
        };
        let Ok(json) = std::fs::read_to_string(path.as_path()) else {
            return Reload::Missing;
        };
        match CampaignFile::from_json(&json) {
            Ok(file) => {
                self.current.send_replace(Campaign::new(file).map(Arc::new));
                Reload::Loaded
            }
            Err(error) => Reload::Refused(error.to_string()),
        }
    }

    /// Looks at the file each second until `stop`.
    pub async fn watch(self, stop: CancellationToken) {
        while stop
            .run_until_cancelled(tokio::time::sleep(LOOK_EVERY))
            .await
            .is_some()
        {
            let store = self.clone();
            // Reading and checking a file blocks; a failed task only means that no look was taken.
            let _looked = tokio::task::spawn_blocking(move || store.look()).await;
        }
    }
}
