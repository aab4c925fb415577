//! The files that templates ask for: found in Zola's order, read once a run.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use tera::Value;

use crate::diagnostic::Diagnostic;
use crate::settings::Settings;
use crate::source;

/// What was loaded, by path on disk and format. One for a whole build: clones of the values are
/// cheap.
#[derive(Debug, Default)]
pub struct Files {
    loaded: Mutex<BTreeMap<(PathBuf, &'static str), Value>>,
    /// Files that this build made already, by path below the output folder.
    made: RwLock<BTreeMap<String, Arc<[u8]>>>,
}

/// A file found.
pub(super) struct FoundFile {
    pub(super) disk_path: PathBuf,
    /// Below the site's root where it lies there, else as on disk.
    pub(super) label: String,
}

impl Files {
    /// Nothing loaded yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Nothing loaded yet, beside files that this build made already, by path below the output
    /// folder.
    #[must_use]
    pub fn beside(made: BTreeMap<String, Arc<[u8]>>) -> Self {
        Self {
            made: RwLock::new(made),
            ..Self::default()
        }
    }

    /// Adds files that this build made since.
    pub fn add(&self, made: BTreeMap<String, Arc<[u8]>>) {
        let mut known = self.made.write().unwrap_or_else(PoisonError::into_inner);
        known.extend(made);
    }

    /// What this build made at a path.
    pub(super) fn made(&self, written: &str) -> Option<Arc<[u8]>> {
        let made = self.made.read().unwrap_or_else(PoisonError::into_inner);
        made.get(written.trim_start_matches('/')).cloned()
    }

    /// The value made from a file, made once.
    pub(super) fn loaded(
        &self,
        file: &Path,
        format: &'static str,
        make: impl FnOnce() -> Result<Value, Diagnostic>,
    ) -> Result<Value, Diagnostic> {
        let key = (file.to_owned(), format);
        let held = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = held.get(&key) {
            return Ok(value.clone());
        }
        // Two threads may both make it: that costs time once, while holding the lock would cost
        // every thread the time of every file.
        drop(held);
        let value = make()?;
        let mut held = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        held.insert(key, value.clone());
        Ok(value)
    }
}

/// Looks for a file as Zola does: below the root, `static/`, `content/`, the output folder and the
/// theme's `static/`; `@/` means `content/`.
///
/// # Errors
/// The path leads out of the site.
pub(super) fn find(settings: &Settings, written: &str) -> Result<Option<FoundFile>, String> {
    let below = match written.strip_prefix("@/") {
        Some(rest) => format!("content/{rest}"),
        None => written.trim_start_matches('/').to_owned(),
    };
    let root = settings.root();
    let mut places = vec![
        root.to_owned(),
        root.join("static"),
        root.join("content"),
        settings.layout.output_dir.clone(),
    ];
    places.extend(
        settings
            .layout
            .theme_root()
            .map(|theme| theme.join("static")),
    );
    let output = settings.layout.output_dir.clone();
    let inside: Vec<PathBuf> = places
        .into_iter()
        .filter_map(|place| straight(&place.join(&below)))
        .filter(|path| path.starts_with(root) || path.starts_with(&output))
        .collect();
    if inside.is_empty() {
        return Err(format!("`{written}` leads out of the site's folder"));
    }
    Ok(inside
        .into_iter()
        .find(|path| source::is_file(path))
        .map(|disk_path| FoundFile {
            label: settings.layout.label(&disk_path),
            disk_path,
        }))
}

/// A path without `.` and `..`; none if it leads above the first folder.
fn straight(path: &Path) -> Option<PathBuf> {
    let mut straight = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                if !straight.pop() {
                    return None;
                }
            }
            part => straight.push(part),
        }
    }
    Some(straight)
}
