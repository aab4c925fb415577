//! Reading one file from disk, with faults that an author can mend.

use std::fs;
use std::path::{Path, PathBuf};

use super::looks::{Look, note};
use crate::diagnostic::Diagnostic;
use crate::fields::Place;

/// A file's text without a byte order mark; `label` is the file's name in messages.
///
/// # Errors
/// The file cannot be read, or is not UTF-8 (with the place of the first bad byte).
pub fn read_text(path: &Path, label: &str) -> Result<String, Diagnostic> {
    note(|| Look::State(path.to_owned()));
    walked_text(path, label)
}

/// The same for a file that a walk has noted.
pub(super) fn walked_text(path: &Path, label: &str) -> Result<String, Diagnostic> {
    let bytes = bytes(path, label)?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        }),
        Err(error) => {
            let good = error.utf8_error().valid_up_to();
            let sound = error.as_bytes().get(..good).unwrap_or_default();
            let sound = String::from_utf8_lossy(sound);
            let fault = Diagnostic::error("This file is not UTF-8 text")
                .in_file(label)
                .hint("save it with the encoding UTF-8");
            Err(Place::of(&sound, good, 1).mark(fault))
        }
    }
}

/// A file's bytes; `label` is the file's name in messages.
///
/// # Errors
/// The file cannot be read.
pub fn read_bytes(path: &Path, label: &str) -> Result<Vec<u8>, Diagnostic> {
    note(|| Look::State(path.to_owned()));
    bytes(path, label)
}

fn bytes(path: &Path, label: &str) -> Result<Vec<u8>, Diagnostic> {
    fs::read(path).map_err(|error| {
        Diagnostic::error(format!("This file cannot be read: {error}"))
            .in_file(label)
            .hint("let there be a file of that name that the build may read")
    })
}

/// Whether a file stands there.
#[must_use]
pub fn is_file(path: &Path) -> bool {
    note(|| Look::IsFile(path.to_owned()));
    path.is_file()
}

/// Whether a file stands in a cache of our own, which decides how long a build takes and not what
/// it makes.
#[must_use]
pub fn is_cached(path: &Path) -> bool {
    path.is_file()
}

/// When the file was last changed; none if there is no such file.
#[must_use]
pub fn modified(path: &Path) -> Option<std::time::SystemTime> {
    note(|| Look::State(path.to_owned()));
    path.metadata().ok()?.modified().ok()
}

/// Whether a folder stands there.
#[must_use]
pub fn is_folder(path: &Path) -> bool {
    note(|| Look::IsFolder(path.to_owned()));
    path.is_dir()
}

/// Whether what stands at a path lies, once links are followed, in one of these folders.
#[must_use]
pub fn is_within(path: &Path, folders: &[&Path]) -> bool {
    let folders: Vec<PathBuf> = folders.iter().map(PathBuf::from).collect();
    note(|| Look::IsWithin(path.to_owned(), folders.clone()));
    lies_within(path, &folders)
}

pub(super) fn lies_within(path: &Path, folders: &[PathBuf]) -> bool {
    let Ok(real) = fs::canonicalize(path) else {
        return false;
    };
    folders
        .iter()
        .filter_map(|folder| fs::canonicalize(folder).ok())
        .any(|folder| real.starts_with(folder))
}

/// The absolute path without links.
///
/// # Errors
/// There is nothing at that path.
pub fn canonical(path: &Path) -> Result<PathBuf, Diagnostic> {
    note(|| Look::Leads(path.to_owned()));
    fs::canonicalize(path).map_err(|error| {
        Diagnostic::error(format!(
            "The folder {} cannot be opened: {error}",
            path.display()
        ))
        .hint("name a folder that is there with --root")
    })
}
