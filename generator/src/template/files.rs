//! The files that templates ask for: found in Zola's order, read once a run.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tera::Value;

use crate::diagnostic::Diagnostic;
use crate::settings::Settings;
use crate::source::{self, Remotes, Request};

/// What was loaded, by path on disk and format. One for a whole build: clones of the values are
/// cheap.
#[derive(Debug, Default)]
pub struct Files {
    loaded: Mutex<BTreeMap<(PathBuf, &'static str), Value>>,
    /// What replies of other hosts say, by what was asked and format.
    parsed: Mutex<BTreeMap<(Request, &'static str), Value>>,
    remotes: Arc<Remotes>,
    /// Files that this build made already, by path below the output folder.
    made: BTreeMap<String, Arc<[u8]>>,
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
            made,
            ..Self::default()
        }
    }

    /// The same with replies of other hosts that are kept longer than this.
    #[must_use]
    pub fn with_remotes(mut self, remotes: Arc<Remotes>) -> Self {
        self.remotes = remotes;
        self
    }

    /// Adds files that this build made meanwhile.
    pub fn add_made(&mut self, made: BTreeMap<String, Arc<[u8]>>) {
        self.made.extend(made);
    }

    /// What another host replies, fetched once.
    pub(super) fn remote(&self, request: &Request) -> Result<Arc<str>, String> {
        self.remotes.text(request)
    }

    /// The value made from a reply, made once.
    pub(super) fn parsed(
        &self,
        request: &Request,
        format: &'static str,
        make: impl FnOnce() -> Result<Value, Diagnostic>,
    ) -> Result<Value, Diagnostic> {
        once(&self.parsed, (request.clone(), format), make)
    }

    /// What this build made at a path.
    pub(super) fn made(&self, written: &str) -> Option<&[u8]> {
        self.made
            .get(written.trim_start_matches('/'))
            .map(|bytes| &**bytes)
    }

    /// The value made from a file, made once.
    pub(super) fn loaded(
        &self,
        file: &Path,
        format: &'static str,
        make: impl FnOnce() -> Result<Value, Diagnostic>,
    ) -> Result<Value, Diagnostic> {
        once(&self.loaded, (file.to_owned(), format), make)
    }
}

fn once<K: Ord>(
    held: &Mutex<BTreeMap<K, Value>>,
    key: K,
    make: impl FnOnce() -> Result<Value, Diagnostic>,
) -> Result<Value, Diagnostic> {
    let values = held.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(value) = values.get(&key) {
        return Ok(value.clone());
    }
    // Two threads may both make it: that costs time once, while holding the lock would cost
    // every thread the time of every file.
    drop(values);
    let value = make()?;
    let mut values = held.lock().unwrap_or_else(PoisonError::into_inner);
    values.insert(key, value.clone());
    Ok(value)
}

/// A path as templates write it, below the site: `@/` means `content/`.
pub(super) fn unified(written: &str) -> String {
    match written.strip_prefix("@/") {
        Some(rest) => format!("content/{rest}"),
        None => written.trim_start_matches('/').to_owned(),
    }
}

/// Looks for a file as Zola does: below the root, `static/`, `content/`, the output folder and the
/// theme's `static/`; `@/` means `content/`.
///
/// # Errors
/// The path leads out of the site.
pub(super) fn find(settings: &Settings, written: &str) -> Result<Option<FoundFile>, String> {
    let below = unified(written);
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
