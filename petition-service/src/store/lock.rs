//! One service per database.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use super::StoreError;

/// Held by the one service that works on a database; a second one would take the mails that the
/// first is sending for forgotten ones. The system lets go of it with the process, however it ends.
#[derive(Debug)]
pub struct Lock {
    _held: File,
}

impl Lock {
    /// Takes the lock beside the database's file.
    ///
    /// # Errors
    /// [`StoreError::InUse`]: another process has it. [`StoreError::Open`]: no lock can be had there.
    pub fn take(database: &Path) -> Result<Self, StoreError> {
        let path = database.display().to_string();
        let open_error = |error: std::io::Error| StoreError::Open {
            path: path.clone(),
            reason: error.to_string(),
            hint: "check that its folder exists and is writable",
        };
        let mut name = database.as_os_str().to_owned();
        name.push(".lock");
        // The file stays: removing it would let a third process lock another one of its name.
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        let file = options.open(Path::new(&name)).map_err(open_error)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _held: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse { path }),
            Err(TryLockError::Error(error)) => Err(open_error(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Lock, StoreError};

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
}
