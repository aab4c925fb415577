//! The record of the last build: what it looked at and what it left behind. A build that would see
//! the same and finds its output untouched has nothing to do.
//!
//! Whatever is in doubt, a record that cannot be read among it, is no record: then the site is built.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::disk::write_file;
use crate::source::{self, Looks};

/// Where it is kept, below the site's root.
const PLACE: &str = ".groundswell/last-build.json";

/// Raised when its meaning changes.
const VERSION: u32 = 1;

/// What is to be built, as far as files of the site do not say it: another answer to this is another
/// site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    version: u32,
    /// This program: its file is another after an update.
    program: String,
    /// The folder that the site was looked for from.
    start: PathBuf,
    /// The command line.
    flags: String,
}

impl Asked {
    /// A build of the site found from `start`, with these flags; none if this program cannot tell
    /// itself from another.
    #[must_use]
    pub fn new(start: &Path, flags: String) -> Option<Self> {
        let program = std::env::current_exe().ok()?;
        Some(Self {
            version: VERSION,
            program: format!("{} {}", program.display(), source::state_of(&program)),
            start: std::path::absolute(start).ok()?,
            flags,
        })
    }
}

/// What a build wrote.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Output {
    /// The folder.
    pub folder: PathBuf,
    /// Whether files whose path starts with a dot are not the build's own.
    pub keep_dotfiles: bool,
    /// The campaign file, if one was written.
    pub campaign: Option<PathBuf>,
}

impl Output {
    fn state(&self) -> Vec<String> {
        let mut state = vec![source::state_below(&self.folder, !self.keep_dotfiles)];
        state.extend(self.campaign.as_deref().map(source::state_of));
        state
    }
}

/// A build that succeeded. `S` is what it said.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record<S> {
    asked: Asked,
    looks: Looks,
    output: Output,
    left: Vec<String>,
    /// Warnings among it must be said again.
    pub said: S,
}

impl<S: Serialize + for<'a> Deserialize<'a>> Record<S> {
    /// The record of the last build of the site at `root`, if a build would make the same again and
    /// nobody touched what it made.
    #[must_use]
    pub fn still_true(root: &Path, asked: &Asked) -> Option<Self> {
        let text = fs::read(root.join(PLACE)).ok()?;
        let record: Self = serde_json::from_slice(&text).ok()?;
        let same =
            record.asked == *asked && record.looks.same() && record.output.state() == record.left;
        same.then_some(record)
    }

    /// Keeps the record of a build that just ended. Without one the next build takes longer, and
    /// that is all: faults are not told.
    pub fn keep(root: &Path, asked: Asked, looks: Looks, output: Output, said: S) {
        let record = Self {
            left: output.state(),
            asked,
            looks,
            output,
            said,
        };
        let Ok(text) = serde_json::to_vec(&record) else {
            return forget(root);
        };
        let place = root.join(PLACE);
        let ignored = place.with_file_name(".gitignore");
        if !ignored.exists() && write_file(&ignored, b"*\n").is_err() {
            return;
        }
        if write_file(&place, &text).is_err() {
            forget(root);
        }
    }
}

/// Removes the record, if there is one: the output is about to be another.
pub fn forget(root: &Path) {
    let _none = fs::remove_file(root.join(PLACE));
}
