//! The counts as files: one of all petitions for the site's build, and one of each for a web server that
//! answers without the service.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use campaign_file::{CampaignFile, FormKind};
use serde_json::{Map, Value, json};

use crate::store::Counted;
use crate::usecases::{Count, Service};

/// The files, and what was last written into each.
pub(super) struct CountFiles {
    all: Option<PathBuf>,
    public: Option<PathBuf>,
    written: BTreeMap<PathBuf, String>,
}

impl CountFiles {
    /// `all`: `{"safe-online":{"count":123}}`, for the site's build. `public`: the folder for
    /// `petitions/<id>/count.json`, each as the service answers.
    pub(super) fn new(all: Option<PathBuf>, public: Option<PathBuf>) -> Self {
        Self {
            all,
            public,
            written: BTreeMap::new(),
        }
    }

    /// Writes those that would say something else than before, each whole or not at all.
    pub(super) async fn write(&mut self, service: &Service) {
        if self.all.is_none() && self.public.is_none() {
            return;
        }
        let counts = match service.store.counts().await {
            Ok(counts) => counts,
            Err(error) => {
                tracing::error!(%error, "the counts could not be read");
                return;
            }
        };
        let mut files = Vec::new();
        if let Some(file) = &self.all {
            files.push((file.clone(), summary(&counts)));
        }
        if let (Some(folder), Some(campaign)) = (&self.public, service.campaign.current()) {
            files.extend(each(folder, campaign.file(), &counts));
        }
        for (file, json) in files {
            self.write_one(file, format!("{json}\n")).await;
        }
    }

    async fn write_one(&mut self, file: PathBuf, text: String) {
        if self.written.get(&file) == Some(&text) {
            return;
        }
        let (path, new) = (file.clone(), text.clone());
        let replaced = tokio::task::spawn_blocking(move || replace(&path, &new)).await;
        match replaced {
            Ok(Ok(())) => {
                self.written.insert(file, text);
            }
            Ok(Err(error)) => {
                tracing::error!(%error, file = %file.display(), "a count could not be written");
            }
            // It broke off, and is tried again.
            Err(_) => {}
        }
    }
}

fn summary(counts: &BTreeMap<String, Counted>) -> Value {
    let each = |(form, counted): (&String, &Counted)| {
        (form.clone(), json!({"count": counted.total.max(0)}))
    };
    Value::Object(counts.iter().map(each).collect::<Map<_, _>>())
}

/// Of every petition, also those that nobody has signed yet: an address that is answered today is
/// answered for ever.
fn each(
    folder: &Path,
    campaign: &CampaignFile,
    counts: &BTreeMap<String, Counted>,
) -> Vec<(PathBuf, Value)> {
    let petitions = campaign.forms.iter().filter_map(|(id, form)| {
        let FormKind::Petition(facts) = &form.kind else {
            return None;
        };
        let counted = counts.get(id).copied().unwrap_or_default();
        // Ids are letters, digits and hyphens (`campaign_file` checks them): no way out of the folder.
        let file = folder.join("petitions").join(id).join("count.json");
        Some((file, Count::of(id, facts, counted).to_json()))
    });
    petitions.collect()
}

fn replace(file: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut name = file.as_os_str().to_owned();
    name.push(".new");
    let temporary = PathBuf::from(name);
    std::fs::write(&temporary, text)?;
    std::fs::rename(&temporary, file)
}
