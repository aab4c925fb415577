//! A file of the journal: its key, wrapped, and after it forms, each with its length and a checksum.
//!
//! ```text
//! "gwjournal1\n"  key id (8)  length of the wrapped key (2)  wrapped key
//! { length (4)  first 8 bytes of the SHA-256 of the entry (8)  entry, sealed under the key } …
//! ```

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::domain::seal::{HotKey, Zeroizing};
use crate::store::vault::Vault;

/// How each file begins.
pub(super) const MAGIC: &[u8; 11] = b"gwjournal1\n";

/// Bytes before an entry: length, checksum.
pub(super) const FRONT: usize = 12;

/// The longest entry, sealed. A form is limited to less than that, unless somebody raises `limits.body_bytes`.
pub(super) const LONGEST: usize = 1 << 18;

/// The end of a file's name.
pub(super) const ENDING: &str = "journal";

/// A file that is being written. Locked: nobody else takes it for one that was left behind.
pub(super) struct Segment {
    file: File,
    key: HotKey,
    length: u64,
}

impl Segment {
    /// Makes a file with a key of its own. It has its name only once it is whole.
    pub(super) fn create(folder: &Path, vault: &dyn Vault) -> io::Result<Self> {
        let name = Uuid::now_v7().simple().to_string();
        let (draft, path) = (folder.join(&name), folder.join(format!("{name}.{ENDING}")));
        let made = Self::fill(&draft, &path, vault);
        if made.is_err() {
            let _gone = std::fs::remove_file(&draft);
        }
        made
    }

    fn fill(draft: &Path, path: &Path, vault: &dyn Vault) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.create_new(true).write(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let mut file = options.open(draft)?;
        file.try_lock().map_err(io::Error::from)?;
        let key = HotKey::generate();
        let wrapped = vault.wrap(&key).map_err(io::Error::other)?;
        let size = u16::try_from(wrapped.len()).map_err(io::Error::other)?;
        let mut head = MAGIC.to_vec();
        head.extend_from_slice(&key.id().0);
        head.extend_from_slice(&size.to_be_bytes());
        head.extend_from_slice(&wrapped);
        file.write_all(&head)?;
        file.sync_all()?;
        std::fs::rename(draft, path)?;
        sync_folder(path)?;
        Ok(Self {
            file,
            key,
            length: head.len() as u64,
        })
    }

    /// Writes entries and waits until they are on the disk; how many bytes they took.
    ///
    /// # Errors
    /// None of them is there, as far as the system lets them be taken back: this file is to be left.
    pub(super) fn append(&mut self, entries: &[Entry]) -> io::Result<u64> {
        let mut bytes = Vec::new();
        for entry in entries {
            let sealed = self.key.seal_entry(entry).map_err(io::Error::other)?;
            let size = u32::try_from(sealed.len()).map_err(io::Error::other)?;
            bytes.extend_from_slice(&size.to_be_bytes());
            bytes.extend_from_slice(&checksum(&sealed));
            bytes.extend_from_slice(&sealed);
        }
        let written = self
            .file
            .write_all(&bytes)
            .and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            // Whoever sent them is told that they are not kept.
            let _cut = self.file.set_len(self.length);
            return Err(error);
        }
        self.length += bytes.len() as u64;
        Ok(bytes.len() as u64)
    }
}

/// The bytes of a form, in the open.
pub(super) type Entry = Zeroizing<Vec<u8>>;

/// Whether an entry can be read again once it is written.
pub(super) fn fits(entry: &Entry) -> bool {
    // The seal itself takes less than that.
    const SEAL: usize = 64;
    entry.len() <= LONGEST - SEAL
}

pub(super) fn checksum(bytes: &[u8]) -> [u8; 8] {
    let hash: [u8; 32] = Sha256::digest(bytes).into();
    let [a, b, c, d, e, f, g, h, ..] = hash;
    [a, b, c, d, e, f, g, h]
}

/// A name in a folder is on the disk only once the folder is.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}
