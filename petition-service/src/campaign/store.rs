//! Keeps the last good campaign file and picks up a new one without a restart.

use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use campaign_file::CampaignFile;
use sha2::{Digest, Sha256};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::Campaign;

/// How often the file is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A file changed less than this before it was read is read again at the next look: where times
/// are coarse, a second change could bear the same time and length as the first.
const SETTLES_IN: Duration = Duration::from_secs(3);

/// The longest file that is read. Large campaigns stay below a tenth of it.
const LONGEST: u64 = 64 * 1024 * 1024;

/// The campaign as last read, shared: clones see the same.
#[derive(Clone)]
pub struct CampaignStore {
    path: Option<Arc<PathBuf>>,
    current: watch::Sender<Option<Arc<Campaign>>>,
    last: Arc<Mutex<Last>>,
}

/// What the last look saw.
#[derive(Default)]
struct Last {
    /// The file's stamp; none if it could not be taken or the file has hardly settled.
    stamp: Option<Stamp>,
    /// The hash of its bytes.
    hash: Option<[u8; 32]>,
    /// Why it cannot be used.
    problem: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Stamp {
    modified: SystemTime,
    length: u64,
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
            last: Arc::default(),
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
            last: Arc::default(),
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
        self.last().problem.clone()
    }

    /// Tells of each new campaign.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<Option<Arc<Campaign>>> {
        self.current.subscribe()
    }

    /// Looks at the file now. A file that is refused or missing is told of once, not at each look.
    pub fn look(&self) -> Reload {
        let Some(path) = &self.path else {
            return Reload::Unchanged;
        };
        let mut last = self.last();
        let reload = match read(path, &last) {
            Ok(None) => return Reload::Unchanged,
            Ok(Some(seen)) => self.take(path, &mut last, seen),
            Err(error) => {
                let missing = error.kind() == ErrorKind::NotFound;
                let reason = format!("{}: {error}", path.display());
                if last.problem.as_ref() == Some(&reason) {
                    return Reload::Unchanged;
                }
                *last = Last {
                    problem: Some(reason.clone()),
                    ..Last::default()
                };
                if missing {
                    Reload::Missing
                } else {
                    Reload::Refused(reason)
                }
            }
        };
        drop(last);
        self.report(path, &reload);
        reload
    }

    /// Takes what was read into use, if it can be used and is not what was read last time.
    fn take(&self, path: &Path, last: &mut Last, seen: Seen) -> Reload {
        let hash: [u8; 32] = Sha256::digest(&seen.bytes).into();
        last.stamp = seen.stamp;
        if last.hash == Some(hash) {
            return Reload::Unchanged;
        }
        last.hash = Some(hash);
        let parsed = String::from_utf8(seen.bytes)
            .map_err(|_| "it is not UTF-8 text".to_owned())
            .and_then(|json| CampaignFile::from_json(&json).map_err(|e| e.to_string()))
            .and_then(|file| {
                Campaign::new(file).ok_or_else(|| "it lacks its default language".to_owned())
            });
        match parsed {
            Ok(campaign) => {
                last.problem = None;
                self.current.send_replace(Some(Arc::new(campaign)));
                Reload::Loaded
            }
            Err(reason) => {
                let reason = format!("{}: {reason}", path.display());
                last.problem = Some(reason.clone());
                Reload::Refused(reason)
            }
        }
    }

    fn report(&self, path: &Path, reload: &Reload) {
        let path = path.display();
        let kept = self.is_ready();
        match reload {
            Reload::Unchanged => {}
            Reload::Loaded => tracing::info!(%path, "campaign file read"),
            Reload::Missing => tracing::error!(
                %path,
                "there is no campaign file: build the site (`groundswell build`) and copy its campaign.json \
                 there. {}",
                consequence(kept)
            ),
            Reload::Refused(reason) => {
                tracing::error!("campaign file refused: {reason}. {}", consequence(kept));
            }
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

    // What a look saw is written at once at its end; a panic before leaves the last one standing.
    fn last(&self) -> MutexGuard<'_, Last> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What it means that a file cannot be used.
fn consequence(kept: bool) -> &'static str {
    if kept {
        "The last good one stays in use until the next start"
    } else {
        "No form can be taken until there is a good one"
    }
}

struct Seen {
    stamp: Option<Stamp>,
    bytes: Vec<u8>,
}

/// The file, or none if its stamp is the last one's.
fn read(path: &Path, last: &Last) -> std::io::Result<Option<Seen>> {
    // One open file for the stamp and the bytes: the path may be given another file meanwhile.
    let file = std::fs::File::open(path)?;
    let facts = file.metadata()?;
    if !facts.is_file() {
        return Err(std::io::Error::other("it is not a file"));
    }
    if facts.len() > LONGEST {
        return Err(std::io::Error::other("it is too large for a campaign file"));
    }
    let stamp = facts.modified().ok().map(|modified| Stamp {
        modified,
        length: facts.len(),
    });
    if stamp.is_some() && stamp == last.stamp {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    file.take(LONGEST).read_to_end(&mut bytes)?;
    // A time in the future has no age and never settles: better read once too often.
    let settled = |stamp: &Stamp| stamp.modified.elapsed().is_ok_and(|age| age >= SETTLES_IN);
    Ok(Some(Seen {
        stamp: stamp.filter(settled),
        bytes,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::sample;

    fn title(store: &CampaignStore) -> String {
        let campaign = store.current().unwrap();
        campaign
            .form("safe-online", "nl")
            .unwrap()
            .texts
            .title
            .clone()
    }

    fn titled(title: &str) -> String {
        let mut file = sample::file();
        let form = file.forms.get_mut("safe-online").unwrap();
        form.languages.get_mut("nl").unwrap().title = title.to_owned();
        file.to_json().unwrap()
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a file's time is the system's, not the service's"
    )]
    fn set_old(path: &Path) {
        let old = SystemTime::now() - Duration::from_secs(3600);
        let file = std::fs::File::options().write(true).open(path).unwrap();
        file.set_modified(old).unwrap();
    }

    #[test]
    fn a_new_file_comes_into_use_and_a_bad_one_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("campaign.json");
        let store = CampaignStore::open(&path);
        let mut news = store.subscribe();
        assert!(!store.is_ready());
        assert!(store.problem().unwrap().contains("campaign.json"));

        std::fs::write(&path, titled("One")).unwrap();
        assert_eq!(store.look(), Reload::Loaded);
        assert!(store.is_ready() && store.problem().is_none());
        assert!(news.has_changed().unwrap());
        assert_eq!(store.look(), Reload::Unchanged);

        std::fs::write(&path, titled("Two")).unwrap();
        assert_eq!(
            store.look(),
            Reload::Loaded,
            "same length, and perhaps the same time"
        );
        assert_eq!(title(&store), "Two");

        news.mark_unchanged();
        for bad in ["{", "\u{feff}{}", r#"{"version": 2}"#] {
            std::fs::write(&path, bad).unwrap();
            let Reload::Refused(reason) = store.look() else {
                panic!("{bad} was not refused");
            };
            assert_eq!(store.problem(), Some(reason));
            assert_eq!(store.look(), Reload::Unchanged, "told once");
        }
        std::fs::write(&path, [0xff, 0xfe]).unwrap();
        assert!(matches!(store.look(), Reload::Refused(_)));
        std::fs::remove_file(&path).unwrap();
        assert_eq!(store.look(), Reload::Missing);
        assert_eq!(store.look(), Reload::Unchanged, "told once");
        assert!(store.problem().is_some());
        assert_eq!(title(&store), "Two", "the last good one stays");
        assert!(!news.has_changed().unwrap());

        std::fs::write(&path, titled("Two")).unwrap();
        assert_eq!(store.look(), Reload::Loaded, "back again");
        assert_eq!(store.problem(), None);
    }

    #[test]
    fn a_settled_file_is_not_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("campaign.json");
        std::fs::write(&path, titled("One")).unwrap();
        set_old(&path);
        let store = CampaignStore::open(&path);
        let stamp = store.last().stamp.unwrap();

        // Same length; with the same time it must go unnoticed, with another it must not.
        std::fs::write(&path, titled("Two")).unwrap();
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(stamp.modified).unwrap();
        assert_eq!(store.look(), Reload::Unchanged);
        file.set_modified(stamp.modified + Duration::from_secs(1))
            .unwrap();
        assert_eq!(store.look(), Reload::Loaded);
        assert_eq!(title(&store), "Two");
    }

    #[test]
    fn a_folder_is_no_campaign_file() {
        let folder = tempfile::tempdir().unwrap();
        let store = CampaignStore::open(folder.path());
        assert!(store.problem().is_some() && !store.is_ready());
    }

    #[test]
    fn a_fixed_campaign_needs_no_file() {
        let store = CampaignStore::fixed(sample::file());
        assert!(store.is_ready());
        assert_eq!(store.look(), Reload::Unchanged);
        assert_eq!(store.problem(), None);
    }
}
