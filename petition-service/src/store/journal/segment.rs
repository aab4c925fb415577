//! A file of the journal: its key, wrapped, and after it forms, each with its length and a checksum.
//!
//! ```text
//! "gwjournal1\n"  key id (8)  length of the wrapped key (2)  wrapped key
//! { length (4)  first 8 bytes of the SHA-256 of the entry (8)  entry, sealed under the key } …
//! ```

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::domain::seal::{HotKey, KeyId, Zeroizing};
use crate::store::vault::Vault;

/// How each file begins.
const MAGIC: &[u8; 11] = b"gwjournal1\n";

/// Bytes before an entry: length, checksum.
const FRONT: usize = 12;

/// The longest entry; a form's body is limited to less than that.
const LONGEST: usize = 1 << 20;

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

/// What comes next in a file.
pub(super) enum Next {
    /// A form's bytes.
    Entry(Entry),
    /// An entry that is not what was written.
    Damaged,
    /// All was read; `torn`: the last entry was never whole, and never acknowledged.
    End { torn: bool },
}

/// A file that is read. Locked: whoever wrote it is done with it, and nobody else reads it.
pub(super) struct Reading {
    file: BufReader<File>,
    key: HotKey,
    path: PathBuf,
    left: u64,
}

/// Why a file is not read.
pub(super) enum NotRead {
    /// Another one is at it, or it is gone.
    Taken,
    /// Its key does not open with this secret, or its head is not one.
    Strange,
    /// The system says so.
    Failed(io::Error),
}

impl From<io::Error> for NotRead {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Taken,
            io::ErrorKind::UnexpectedEof => Self::Strange,
            _ => Self::Failed(error),
        }
    }
}

impl Reading {
    /// Opens a file, unless somebody writes or reads it.
    pub(super) fn open(path: &Path, vault: &dyn Vault) -> Result<Self, NotRead> {
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(NotRead::Taken),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        // Whoever had the lock before may have removed it.
        let total = std::fs::metadata(path)?.len();
        let mut file = BufReader::new(file);
        let (mut magic, mut id, mut size) = ([0; MAGIC.len()], [0; 8], [0; 2]);
        file.read_exact(&mut magic)?;
        file.read_exact(&mut id)?;
        file.read_exact(&mut size)?;
        let mut wrapped = vec![0; usize::from(u16::from_be_bytes(size))];
        file.read_exact(&mut wrapped)?;
        if &magic != MAGIC {
            return Err(NotRead::Strange);
        }
        if wrapped.is_empty() {
            // Its key was destroyed, and before the file could follow the program ended.
            std::fs::remove_file(path)?;
            return Err(NotRead::Taken);
        }
        let key = vault.unwrap_key(KeyId(id), &wrapped);
        let head = MAGIC.len() + id.len() + size.len() + wrapped.len();
        Ok(Self {
            file,
            key: key.ok_or(NotRead::Strange)?,
            path: path.to_owned(),
            left: total.saturating_sub(head as u64),
        })
    }

    /// The next entry.
    pub(super) fn next(&mut self) -> io::Result<Next> {
        if self.left == 0 {
            return Ok(Next::End { torn: false });
        }
        if self.left < FRONT as u64 {
            return Ok(Next::End { torn: true });
        }
        let (mut size, mut sum) = ([0; 4], [0; 8]);
        self.file.read_exact(&mut size)?;
        self.file.read_exact(&mut sum)?;
        self.left -= FRONT as u64;
        let size = u32::from_be_bytes(size);
        // After a power cut the system may leave zeros where nothing was written yet.
        if size == 0 || u64::from(size) > self.left {
            self.left = 0;
            return Ok(Next::End { torn: true });
        }
        if size as usize > LONGEST {
            self.left = 0;
            return Ok(Next::Damaged);
        }
        let mut sealed = vec![0; size as usize];
        self.file.read_exact(&mut sealed)?;
        self.left -= u64::from(size);
        let whole = checksum(&sealed) == sum;
        if !whole && self.left == 0 {
            return Ok(Next::End { torn: true });
        }
        let opened = self.key.open_entry(&sealed).ok().filter(|_| whole);
        Ok(opened.map_or(Next::Damaged, Next::Entry))
    }

    /// Destroys the file, its key first.
    pub(super) fn destroy(self) -> io::Result<()> {
        let mut file = self.file.into_inner();
        file.seek(SeekFrom::Start(MAGIC.len() as u64))?;
        file.write_all(&[0; 128])?;
        file.sync_data()?;
        std::fs::remove_file(&self.path)?;
        sync_folder(&self.path)
    }

    /// Keeps the file under another name, for a person to look at; that name.
    pub(super) fn set_aside(self) -> io::Result<PathBuf> {
        set_aside(&self.path)
    }
}

/// Keeps a file under another name, for a person to look at; that name.
pub(super) fn set_aside(path: &Path) -> io::Result<PathBuf> {
    let aside = path.with_extension("refused");
    std::fs::rename(path, &aside)?;
    sync_folder(path)?;
    Ok(aside)
}

fn checksum(bytes: &[u8]) -> [u8; 8] {
    let hash: [u8; 32] = Sha256::digest(bytes).into();
    let [a, b, c, d, e, f, g, h, ..] = hash;
    [a, b, c, d, e, f, g, h]
}

/// A name in a folder is on the disk only once the folder is.
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}
