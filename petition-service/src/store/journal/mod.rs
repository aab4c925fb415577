//! Forms that the database cannot take: kept in files until it can, sealed, and on the disk before
//! the visitor is answered.
//!
//! What was typed is sealed to the form's public key before it comes here, and this program cannot open
//! it. The address, which the mail needs, lies under a key that each file has for itself: wrapped at the file's
//! head (a copy of the file opens nothing without the secret of the configuration), and destroyed
//! with the file as soon as its forms are in the database.

mod entry;
#[cfg(test)]
#[expect(unreachable_pub, reason = "the fuzz target uses it too")]
mod hostile;
#[cfg(all(fuzzing, not(test)))]
pub mod hostile;
mod keeper;
mod reading;
mod replay;
mod segment;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::records::{SignUpOutcome, StoreError};
use super::sign_up::SignUp;
use super::vault::Vault;
use keeper::{Ask, Keeper};
pub use replay::Replayed;
#[cfg(test)]
pub(super) use replay::STATEMENTS;

/// The most forms that wait to be written.
const WAITING: usize = 4096;

/// Where the journal is and how large it may grow.
#[derive(Clone, Debug)]
pub struct JournalOptions {
    /// The folder, made if it is not there. Several instances may share it.
    pub folder: PathBuf,
    /// The most bytes of all files together; a form takes about one and a half thousand.
    pub most_bytes: u64,
}

impl JournalOptions {
    /// Makes the folder, if it is not there, and looks whether files can be made in it.
    ///
    /// # Errors
    /// [`StoreError::Journal`]: they cannot.
    pub fn prepare(&self) -> Result<(), StoreError> {
        let folder = self.folder.as_path();
        let failed = |error: std::io::Error| {
            StoreError::Journal(format!("its folder {}: {error}", folder.display()))
        };
        make_private(folder).map_err(failed)?;
        let probe = folder.join(format!("probe-{}", super::new_id().simple()));
        std::fs::write(&probe, b"").map_err(failed)?;
        std::fs::remove_file(&probe).map_err(failed)
    }

    /// Whether forms wait in it for the database; if that cannot be seen, there may be some.
    #[must_use]
    pub fn holds_forms(&self) -> bool {
        self.folder.exists() && files(&self.folder).map_or(true, |files| !files.is_empty())
    }
}

/// The journal. Clones share it.
#[derive(Clone)]
pub(super) struct Journal {
    asks: mpsc::Sender<Ask>,
    folder: Arc<Path>,
}

impl Journal {
    /// Begins to wait for forms.
    pub(super) fn open(options: &JournalOptions, vault: Arc<dyn Vault>) -> Self {
        let (asks, inbox) = mpsc::channel(WAITING);
        tokio::spawn(Keeper::new(options.clone(), vault).run(inbox));
        Self {
            asks,
            folder: options.folder.as_path().into(),
        }
    }

    /// Keeps a form; it is on the disk when this returns.
    pub(super) async fn keep(&self, form: Arc<SignUp>) -> Result<SignUpOutcome, StoreError> {
        let (reply, answer) = oneshot::channel();
        let asked = self.asks.send(Ask::Keep(form, reply)).await;
        asked.map_err(|_| StoreError::Stopped)?;
        answer.await.map_err(|_| StoreError::Stopped)?
    }

    /// Ends the file that is being written.
    async fn close(&self) -> Result<(), StoreError> {
        let (reply, answer) = oneshot::channel();
        let asked = self.asks.send(Ask::Close(reply)).await;
        asked.map_err(|_| StoreError::Stopped)?;
        answer.await.map_err(|_| StoreError::Stopped)
    }

    /// Whether there is a file; if that cannot be seen, there may be.
    pub(super) fn holds_forms(&self) -> bool {
        self.files().map_or(true, |files| !files.is_empty())
    }

    fn files(&self) -> std::io::Result<Vec<PathBuf>> {
        files(&self.folder)
    }
}

/// The files of a journal, the oldest first.
fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for file in std::fs::read_dir(folder)? {
        let path = file?.path();
        if path.extension().is_some_and(|end| end == segment::ENDING) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Only the service's user can look into it.
fn make_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}
