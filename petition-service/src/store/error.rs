//! Why the store did not do what it was asked to.

use super::engine::is_down;
use super::vault::NotSealed;

/// Why the store did not do it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be opened.
    #[error("cannot open the database {path}: {reason}; {hint}")]
    Open {
        /// The file, or the server's address.
        path: String,
        /// What the system says.
        reason: String,
        /// What to look at.
        hint: &'static str,
    },
    /// Its tables are from before the first release.
    #[error(
        "the database {path} was made by a version from before the first release, and nothing \
         leads on from there: move it away (with the files {path}-wal and {path}-shm), and a new \
         one is made"
    )]
    OfATrial {
        /// The file.
        path: String,
    },
    /// Another process works on it.
    #[error(
        "another petition-service is at work on the database {path}: there may be only one, or \
         mails would be sent twice"
    )]
    InUse {
        /// The file.
        path: String,
    },
    /// It was moved: whatever were written here would be lost.
    #[error(
        "the database {path} was moved to {to}: name that one in the configuration. To go on with \
         this file after all, and without what came in since then, remove {path}.moved"
    )]
    Moved {
        /// The file.
        path: String,
        /// The address it was moved to, without a password.
        to: String,
    },
    /// The tables cannot be brought up to date.
    #[error("cannot bring the database {path} up to date: {reason}")]
    Migrate {
        /// The file.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// The database refused; nothing was changed.
    #[error("the database failed: {0}")]
    Database(String),
    /// The database cannot be used now, but perhaps later; whether something was changed is known
    /// only if it was asked for before that.
    #[error("the database is not there: {0}")]
    Down(String),
    /// The journal that stands in for it failed; nothing was kept.
    #[error("the journal failed: {0}")]
    Journal(String),
    /// The personal data could not be sealed; nothing was changed.
    #[error("personal data could not be sealed")]
    NotSealed,
    /// The writer is gone: the program is ending.
    #[error("the database is closed")]
    Stopped,
}

impl From<NotSealed> for StoreError {
    fn from(_: NotSealed) -> Self {
        Self::NotSealed
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if is_down(&error) {
            Self::Down(error.to_string())
        } else {
            Self::Database(error.to_string())
        }
    }
}

impl StoreError {
    /// Whether the same may succeed once the database is back.
    #[must_use]
    pub fn is_down(&self) -> bool {
        matches!(self, Self::Down(_))
    }
}
