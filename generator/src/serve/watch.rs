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
    debouncer: Debouncer<RecommendedWatcher, RecommendedCache>,
    root: PathBuf,
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
        self.follow(&touched);
        Some(touched)
    }

    /// Watches inside the site's folders that have come into being. What was put into them before
    /// is read by the build that this change brings.
    fn follow(&mut self, touched: &BTreeSet<PathBuf>) {
        for folder in FOLDERS.map(|name| self.root.join(name)) {
            if touched.contains(&folder) && source::is_folder(&folder) {
                // A folder of that name that is gone may still be known to the watcher.
                let _unknown = self.debouncer.unwatch(&folder);
                if let Err(error) = self.debouncer.watch(&folder, RecursiveMode::Recursive) {
                    tracing::warn!(%error, folder = %folder.display(), "a new folder is not watched");
                }
            }
        }
    }
}

/// Watches the sources of the site at `root`: its folders, those that come into being too, the
/// files `settings` wherever they lie, and the paths `extra`, relative to the root.
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
    let elsewhere = elsewhere(root, settings, extra);
    let (folder, known, quiet) = (root.to_owned(), settings.to_vec(), elsewhere.clone());
    let mut debouncer = new_debouncer(debounce, None, move |result: DebounceEventResult| {
        // Lost events are rare and the next change brings a whole build again.
        let Ok(events) = result else { return };
        let touched: BTreeSet<PathBuf> = events
            .iter()
            .filter(|event| !matches!(event.kind, EventKind::Access(_)))
            .flat_map(|event| event.paths.iter())
            .filter(|path| matters(path, &folder, &known, &quiet))
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
    for folder in &elsewhere {
        debouncer.watch(folder, RecursiveMode::NonRecursive)?;
    }
    for path in extra {
        debouncer.watch(root.join(path), RecursiveMode::Recursive)?;
    }
    Ok(Watch {
        debouncer,
        root: root.to_owned(),
        changes,
    })
}

/// The folders that hold settings and are not watched anyway. Folders, because an editor replaces a
/// file, and only its folder tells of the new one.
fn elsewhere(root: &Path, settings: &[PathBuf], extra: &[PathBuf]) -> BTreeSet<PathBuf> {
    let watched = |folder: &Path| {
        let own = FOLDERS
            .iter()
            .any(|name| folder.starts_with(root.join(name)));
        own || extra.iter().any(|path| folder.starts_with(root.join(path)))
    };
    settings
        .iter()
        .filter_map(|file| file.parent())
        .filter(|folder| *folder != root && !watched(folder) && source::is_folder(folder))
        .map(Path::to_owned)
        .collect()
}

/// Whether a change of that path can change the site: anything but editors' temporary files, and
/// of the files at the root and in the folders `quiet` only the settings.
fn matters(path: &Path, root: &Path, settings: &[PathBuf], quiet: &BTreeSet<PathBuf>) -> bool {
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
    if settings.iter().any(|known| known == path) {
        return true;
    }
    if path.parent() == Some(root) {
        return FOLDERS.iter().any(|folder| *folder == name);
    }
    path != root && path.parent().is_none_or(|folder| !quiet.contains(folder))
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

    #[tokio::test]
    async fn what_lies_in_a_new_folder_and_a_configuration_of_any_name_is_told() {
        let (site, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let root = site.path().canonicalize().unwrap();
        let far = elsewhere.path().canonicalize().unwrap().join("far.toml");
        let near = root.join("other.toml");
        let settings = [near.clone(), far.clone()];
        let mut watch = watch(&root, &settings, &[], Duration::from_millis(30)).unwrap();
        // Twice, for a folder that was deleted may be made again.
        for _ in 0..2 {
            let folder = root.join("templates");
            std::fs::create_dir(&folder).unwrap();
            assert!(watch.changed().await.unwrap().contains(&folder));
            let template = folder.join("page.html");
            std::fs::write(&template, "text").unwrap();
            assert!(watch.changed().await.unwrap().contains(&template));
            std::fs::remove_dir_all(&folder).unwrap();
            while !watch.changed().await.unwrap().contains(&folder) {}
        }
        std::fs::write(far.with_file_name("else.toml"), "").unwrap();
        std::fs::write(&far, "").unwrap();
        assert_eq!(watch.changed().await.unwrap(), BTreeSet::from([far]));
        std::fs::write(&near, "").unwrap();
        assert_eq!(watch.changed().await.unwrap(), BTreeSet::from([near]));
    }
}
