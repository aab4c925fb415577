//! One service per database.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::{Address, StoreError};

/// The end of the note's name that says where a database was moved.
const MOVED: &str = ".moved";

/// Held by the one service that works on a database; a second one would take the mails that the
/// first is sending for forgotten ones. The system lets go of it with the process, however it ends.
#[derive(Debug)]
pub struct Lock {
    database: PathBuf,
    _held: File,
}

impl Lock {
    /// Takes the lock beside the database's file.
    ///
    /// # Errors
    /// [`StoreError::InUse`]: another process has it. [`StoreError::Moved`]: its data lie elsewhere.
    /// [`StoreError::Open`]: no lock can be had there.
    pub fn take(database: &Path) -> Result<Self, StoreError> {
        let path = database.display().to_string();
        let open_error = |error: std::io::Error| StoreError::Open {
            path: path.clone(),
            reason: error.to_string(),
            hint: "check that its folder exists and is writable",
        };
        // The file stays: removing it would let a third process lock another one of its name.
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        let file = options
            .open(beside(database, ".lock"))
            .map_err(open_error)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::InUse { path }),
            Err(TryLockError::Error(error)) => return Err(open_error(error)),
        }
        match std::fs::read_to_string(beside(database, MOVED)) {
            Ok(to) => {
                let to = to.trim().to_owned();
                Err(StoreError::Moved { path, to })
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self {
                database: database.to_owned(),
                _held: file,
            }),
            Err(error) => Err(open_error(error)),
        }
    }

    /// Where a database was moved to, if it was; without a password.
    #[must_use]
    pub fn moved_to(database: &Path) -> Option<String> {
        let note = std::fs::read_to_string(beside(database, MOVED)).ok()?;
        Some(note.trim().to_owned())
    }

    /// Notes beside the database that it was moved: nobody takes its lock any more, so that a service
    /// that is started with the old configuration takes no form that would be forgotten.
    ///
    /// # Errors
    /// [`StoreError::Open`]: the note cannot be written.
    pub fn moved(&self, to: &Address) -> Result<(), StoreError> {
        let written = File::create(beside(&self.database, MOVED)).and_then(|mut note| {
            writeln!(note, "{to}")?;
            note.sync_all()
        });
        written.map_err(|error| StoreError::Open {
            path: self.database.display().to_string(),
            reason: error.to_string(),
            hint: "check that its folder is writable",
        })
    }
}

/// A file's name with more behind it.
fn beside(database: &Path, ending: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::{Address, Lock, StoreError};

    #[test]
    fn a_second_service_is_refused_until_the_first_has_ended() {
        let folder = tempfile::tempdir().expect("a folder");
        let database = folder.path().join("data.sqlite");
        let first = Lock::take(&database).expect("free");
        let second = Lock::take(&database);
        assert!(
            matches!(second, Err(StoreError::InUse { .. })),
            "{second:?}"
        );
        drop(first);
        Lock::take(&database).expect("free again");
    }

    #[test]
    fn a_database_that_was_moved_is_refused_with_the_new_address() {
        let folder = tempfile::tempdir().expect("a folder");
        let database = folder.path().join("data.sqlite");
        let lock = Lock::take(&database).expect("free");
        let to = Address::parse("postgres://anna:secret@db.example/petitions", folder.path());
        lock.moved(&to.expect("an address")).expect("noted");
        drop(lock);
        let refused = Lock::take(&database).expect_err("moved").to_string();
        assert!(
            refused.contains("postgres://db.example:5432/petitions"),
            "{refused}"
        );
        assert!(!refused.contains("secret"), "{refused}");
    }
}
