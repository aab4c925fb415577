//! Tells which sources changed on disk.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify_debouncer_full::notify::{self, EventKind, RecommendedWatcher, RecursiveMode};
use notify_debouncer_full::{DebounceEventResult, Debouncer, RecommendedCache, new_debouncer};
use tokio::sync::mpsc;

use crate::source;

/// The folders of a site that are watched with all they hold.
const FOLDERS: [&str; 6] = ["content", "templates", "sass", "static", "themes", "i18n"];

/// A watch that is kept as long as this lives.
pub struct Watch {
    _debouncer: Debouncer<RecommendedWatcher, RecommendedCache>,
    changes: mpsc::UnboundedReceiver<BTreeSet<PathBuf>>,
}

impl Watch {
    /// The files that changed, once they have been quiet for the debounce time; none when the
    /// watch has ended.
    pub async fn changed(&mut self) -> Option<BTreeSet<PathBuf>> {
        let mut touched = self.changes.recv().await?;
        while let Ok(more) = self.changes.try_recv() {
            touched.extend(more);
        }
        Some(touched)
    }
}

/// Watches the sources of the site at `root`: its folders, the files `settings` at its root, and
/// the paths `extra`, relative to the root.
///
/// # Errors
/// When the system cannot watch a path, or an extra path does not exist.
pub fn watch(
    root: &Path,
    settings: &[PathBuf],
    extra: &[PathBuf],
    debounce: Duration,
) -> notify::Result<Watch> {
    let (sender, changes) = mpsc::unbounded_channel();
    let (folder, settings) = (root.to_owned(), settings.to_vec());
    let mut debouncer = new_debouncer(debounce, None, move |result: DebounceEventResult| {
        // Lost events are rare and the next change brings a whole build again.
        let Ok(events) = result else { return };
        let touched: BTreeSet<PathBuf> = events
            .iter()
            .filter(|event| !matches!(event.kind, EventKind::Access(_)))
            .flat_map(|event| event.paths.iter())
            .filter(|path| matters(path, &folder, &settings))
            .cloned()
            .collect();
        if !touched.is_empty() {
            // Nobody listens any more only when the program ends.
            let _ended = sender.send(touched);
        }
    })?;
    debouncer.watch(root, RecursiveMode::NonRecursive)?;
    for name in FOLDERS {
        let path = root.join(name);
        if source::is_folder(&path) {
            debouncer.watch(&path, RecursiveMode::Recursive)?;
        }
    }
    for path in extra {
        debouncer.watch(root.join(path), RecursiveMode::Recursive)?;
    }
    Ok(Watch {
        _debouncer: debouncer,
        changes,
    })
}

/// Whether a change of that path can change the site: anything but editors' temporary files, and
/// of the files at the root only the settings.
fn matters(path: &Path, root: &Path, settings: &[PathBuf]) -> bool {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy())
        .unwrap_or_default();
    let temporary = name.ends_with('~')
        || name.starts_with(".#")
        || (name.starts_with('#') && name.ends_with('#'))
        || [".swp", ".swx", ".tmp", ".bak", ".kate-swp"]
            .iter()
            .any(|ending| name.ends_with(ending))
        || name == "4913"
        || name == ".DS_Store";
    if temporary {
        return false;
    }
    if path.parent() == Some(root) {
        return settings.iter().any(|known| known == path)
            || FOLDERS.iter().any(|folder| *folder == name);
    }
    path != root
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_new_file_a_change_and_a_deletion_are_told_and_the_rest_is_not() {
        let site = tempfile::tempdir().unwrap();
        let root = site.path().canonicalize().unwrap();
        std::fs::create_dir(root.join("content")).unwrap();
        let config = root.join("config.toml");
        let mut watch = watch(
            &root,
            std::slice::from_ref(&config),
            &[],
            Duration::from_millis(30),
        )
        .unwrap();
        std::fs::write(root.join("counts.json"), "{}").unwrap();
        std::fs::write(root.join("content/.a.md.swp"), "").unwrap();
        let article = root.join("content/a.md");
        std::fs::write(&article, "text").unwrap();
        let told = watch.changed().await.unwrap();
        assert_eq!(told, BTreeSet::from([article.clone()]));
        std::fs::remove_file(&article).unwrap();
        assert!(watch.changed().await.unwrap().contains(&article));
        std::fs::write(&config, "").unwrap();
        assert!(watch.changed().await.unwrap().contains(&config));
    }
}
