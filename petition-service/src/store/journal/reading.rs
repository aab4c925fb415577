//! A file of the journal that is read back: after a fall of the program, a power cut, or years on a bad disk.
//!
//! Whatever stands in it, an entry is handed out only as it was written, and each that is whole is handed
//! out: behind bytes that are no entry the next one is looked for.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::segment::{Entry, FRONT, LONGEST, MAGIC, checksum, sync_folder};
use crate::domain::seal::{HotKey, KeyId};
use crate::store::vault::Vault;

/// Bytes after the magic that are wiped before a file goes: the key lies within them.
const WIPED: usize = 128;

/// What comes next in a file.
pub(super) enum Next {
    /// A form's bytes.
    Entry(Entry),
    /// Bytes that are not what was written.
    Damaged,
    /// All was read; `torn`: the last entry was never whole, and never acknowledged.
    End { torn: bool },
}

/// What stands at a place.
enum Frame {
    /// An entry as it was written, sealed.
    Whole(Vec<u8>),
    /// What may be the beginning of one that was never whole: it goes on to the file's end, or is zeros, which
    /// the system may leave after a power cut where nothing was written yet.
    Torn,
    /// Something else.
    Damaged,
}

/// A file that is read. Locked: whoever wrote it is done with it, and nobody else reads it.
pub(super) struct Reading {
    file: BufReader<File>,
    key: HotKey,
    path: PathBuf,
    /// Where the file is read on.
    position: u64,
    /// Where the next entry begins.
    next: u64,
    /// The file's length when it was opened.
    end: u64,
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
        let end = std::fs::metadata(path)?.len();
        let mut file = BufReader::new(file);
        let mut magic = [0; MAGIC.len()];
        file.read_exact(&mut magic)?;
        if &magic != MAGIC {
            return Err(NotRead::Strange);
        }
        if is_wiped(&mut file)? {
            // Its key was destroyed, and before the file could follow the program ended.
            std::fs::remove_file(path)?;
            return Err(NotRead::Taken);
        }
        let (mut id, mut size) = ([0; 8], [0; 2]);
        file.read_exact(&mut id)?;
        file.read_exact(&mut size)?;
        let mut wrapped = vec![0; usize::from(u16::from_be_bytes(size))];
        file.read_exact(&mut wrapped)?;
        let key = vault.unwrap_key(KeyId(id), &wrapped);
        let head = (MAGIC.len() + id.len() + size.len() + wrapped.len()) as u64;
        Ok(Self {
            file,
            key: key.ok_or(NotRead::Strange)?,
            path: path.to_owned(),
            position: head,
            next: head,
            end,
        })
    }

    /// The next entry.
    pub(super) fn next(&mut self) -> io::Result<Next> {
        if self.next >= self.end {
            return Ok(Next::End { torn: false });
        }
        let frame = self.frame(self.next)?;
        if let Frame::Whole(sealed) = frame {
            self.next += (FRONT + sealed.len()) as u64;
            let opened = self.key.open_entry(&sealed);
            return Ok(opened.map_or(Next::Damaged, Next::Entry));
        }
        let whole = self.whole_after(self.next)?;
        self.next = whole.unwrap_or(self.end);
        // What was acknowledged after it shows that it was whole once.
        Ok(match (whole, frame) {
            (None, Frame::Torn) => Next::End { torn: true },
            _ => Next::Damaged,
        })
    }

    /// Where the first whole entry begins after a place.
    fn whole_after(&mut self, place: u64) -> io::Result<Option<u64>> {
        for at in place + 1..self.end {
            if matches!(self.frame(at)?, Frame::Whole(_)) {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }

    fn frame(&mut self, at: u64) -> io::Result<Frame> {
        let left = self.end.saturating_sub(at);
        if left < FRONT as u64 {
            return Ok(Frame::Torn);
        }
        let (mut size, mut sum) = ([0; 4], [0; 8]);
        self.read_at(at, &mut size)?;
        let size = u32::from_be_bytes(size);
        let left = left - FRONT as u64;
        if size == 0 || u64::from(size) > left {
            return Ok(Frame::Torn);
        }
        if size as usize > LONGEST {
            return Ok(Frame::Damaged);
        }
        self.read_at(at + 4, &mut sum)?;
        let mut sealed = vec![0; size as usize];
        self.read_at(at + FRONT as u64, &mut sealed)?;
        Ok(if checksum(&sealed) == sum {
            Frame::Whole(sealed)
        } else if u64::from(size) == left {
            Frame::Torn
        } else {
            Frame::Damaged
        })
    }

    fn read_at(&mut self, at: u64, bytes: &mut [u8]) -> io::Result<()> {
        // Within what is buffered already, mostly.
        let way = i64::try_from(i128::from(at) - i128::from(self.position));
        self.file.seek_relative(way.map_err(io::Error::other)?)?;
        self.position = at;
        self.file.read_exact(bytes)?;
        self.position += bytes.len() as u64;
        Ok(())
    }

    /// Destroys the file, its key first.
    pub(super) fn destroy(self) -> io::Result<()> {
        let mut file = self.file.into_inner();
        file.seek(SeekFrom::Start(MAGIC.len() as u64))?;
        file.write_all(&[0; WIPED])?;
        file.sync_data()?;
        std::fs::remove_file(&self.path)?;
        sync_folder(&self.path)
    }

    /// Keeps the file under another name, for a person to look at; that name.
    pub(super) fn set_aside(self) -> io::Result<PathBuf> {
        set_aside(&self.path)
    }
}

/// Whether the key was destroyed. The file is then read on where it was.
fn is_wiped(file: &mut BufReader<File>) -> io::Result<bool> {
    let mut bytes = Vec::with_capacity(WIPED);
    let read = file.by_ref().take(WIPED as u64).read_to_end(&mut bytes)?;
    file.seek(SeekFrom::Start(MAGIC.len() as u64))?;
    Ok(read == WIPED && bytes.iter().all(|byte| *byte == 0))
}

/// Keeps a file under another name, for a person to look at; that name.
pub(super) fn set_aside(path: &Path) -> io::Result<PathBuf> {
    let mut aside = path.with_extension("refused");
    let mut number = 1;
    // The same file may have come back from a backup: the first one stays.
    while aside.try_exists()? {
        number += 1;
        aside = path.with_extension(format!("{number}.refused"));
    }
    std::fs::rename(path, &aside)?;
    sync_folder(path)?;
    Ok(aside)
}
