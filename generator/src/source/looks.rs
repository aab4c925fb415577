//! What a build looked at, so that a later one can tell whether it would see the same.
//!
//! Every door to the sources notes here what was asked and what was seen: contents as the file's
//! size, times and number, never as the text. A build is a function of what it looked at, unless
//! it asked for the time, for chance, for the environment or for another host.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{read, scan};

/// Something asked of the disk.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Look {
    /// Which files stand below a folder, and in which state; `hidden` ones too.
    Walk {
        /// The folder.
        folder: PathBuf,
        /// Whether names that start with a dot count.
        hidden: bool,
    },
    /// In which state a file is.
    State(PathBuf),
    /// Whether a file stands there.
    IsFile(PathBuf),
    /// Whether a folder stands there.
    IsFolder(PathBuf),
    /// Where a path leads once links are followed.
    Leads(PathBuf),
    /// Whether a path, once links are followed, lies in one of these folders.
    IsWithin(PathBuf, Vec<PathBuf>),
}

/// The looks of a build, each with what was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looks(Vec<(Look, String)>);

impl Looks {
    /// Whether everything looks as it did.
    #[must_use]
    pub fn same(&self) -> bool {
        // The few wide looks work in parallel by themselves.
        self.0.iter().all(|(look, seen)| look.see().state == *seen)
    }
}

#[derive(Debug, Default)]
struct Kept {
    looks: BTreeMap<Look, String>,
    /// Whether the next build may see something else without any file being another.
    doubtful: bool,
}

static KEEPING: AtomicBool = AtomicBool::new(false);
static KEPT: Mutex<Option<Kept>> = Mutex::new(None);

/// Begins to keep the looks of this process, of all its builds.
pub fn keep_looks() {
    *KEPT.lock().unwrap_or_else(PoisonError::into_inner) = Some(Kept::default());
    KEEPING.store(true, Ordering::Release);
}

/// Ends it: the looks so far, unless one is no promise for the next build.
pub fn kept_looks() -> Option<Looks> {
    KEEPING.store(false, Ordering::Release);
    let kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner).take()?;
    (!kept.doubtful).then(|| Looks(kept.looks.into_iter().collect()))
}

/// Notes that a build asked for what may be different the next time: the time, chance, the
/// environment, another host.
pub fn note_chance() {
    doubt(|kept| kept.doubtful = true);
}

/// Notes a look that is about to be taken. Before the content is read: what is written in between
/// then differs from what is noted.
pub(super) fn note(look: impl FnOnce() -> Look) {
    if KEEPING.load(Ordering::Acquire) {
        let look = look();
        let seen = look.see();
        keep(look, &seen);
    }
}

/// Notes which files a walk found.
pub(super) fn note_walk(folder: &Path, hidden: bool, files: &[PathBuf]) {
    if KEEPING.load(Ordering::Acquire) {
        let folder = folder.to_owned();
        keep(Look::Walk { folder, hidden }, &Sum::of_files(files).seen());
    }
}

fn keep(look: Look, seen: &Seen) {
    doubt(|kept| {
        kept.doubtful |= seen.fresh;
        let before = kept.looks.insert(look, seen.state.clone());
        // It changed under the build's hands.
        kept.doubtful |= before.is_some_and(|before| before != seen.state);
    });
}

fn doubt(change: impl FnOnce(&mut Kept)) {
    if let Some(kept) = &mut *KEPT.lock().unwrap_or_else(PoisonError::into_inner) {
        change(kept);
    }
}

/// What a look showed.
struct Seen {
    state: String,
    /// Whether a file changed so shortly before that a change right after it may bear the same time.
    fresh: bool,
}

impl Look {
    fn see(&self) -> Seen {
        let plain = |state: String| Seen {
            state,
            fresh: false,
        };
        match self {
            Self::Walk { folder, hidden } => {
                let files: Vec<PathBuf> = scan::files_below(folder, *hidden)
                    .filter_map(Result::ok)
                    .map(walkdir::DirEntry::into_path)
                    .collect();
                Sum::of_files(&files).seen()
            }
            Self::State(path) => match fs::metadata(path) {
                Ok(metadata) => Sum::of(path, Ok(metadata), now()).seen(),
                Err(error) => plain(error.kind().to_string()),
            },
            Self::IsFile(path) => plain(path.is_file().to_string()),
            Self::IsFolder(path) => plain(path.is_dir().to_string()),
            Self::IsWithin(path, folders) => plain(read::lies_within(path, folders).to_string()),
            Self::Leads(path) => plain(match fs::canonicalize(path) {
                Ok(real) => real.to_string_lossy().into_owned(),
                Err(error) => error.kind().to_string(),
            }),
        }
    }
}

/// A sum over files, the same in whatever order they are added: each adds a digest of its name and
/// state. Nobody who could forge a sum is to be kept out, for whoever writes the sources writes the
/// site.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    files: u64,
    digests: u128,
    fresh: bool,
}

impl Sum {
    fn of(path: &Path, metadata: io::Result<Metadata>, now: SystemTime) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(path.as_os_str().as_encoded_bytes());
        let fresh = match metadata {
            Ok(metadata) => {
                hasher.update(&state(&metadata));
                is_fresh(&metadata, now)
            }
            Err(_) => true,
        };
        let [digest @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] =
            *hasher.finalize().as_bytes();
        Self {
            files: 1,
            digests: u128::from_le_bytes(digest),
            fresh,
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            files: self.files + other.files,
            digests: self.digests.wrapping_add(other.digests),
            fresh: self.fresh || other.fresh,
        }
    }

    fn of_files(files: &[PathBuf]) -> Self {
        let now = now();
        files
            .par_iter()
            .map(|path| Self::of(path, fs::metadata(path), now))
            .reduce(Self::default, Self::and)
    }

    fn seen(self) -> Seen {
        Seen {
            state: format!("{} {:032x}", self.files, self.digests),
            fresh: self.fresh,
        }
    }
}

/// Size, times and number of a file: together they change with each change of its content. The time
/// of the last change of any kind cannot be set by hand, and another file under the same name has
/// another number.
fn state(metadata: &Metadata) -> [u8; 56] {
    let modified = metadata.modified().map(since_epoch).unwrap_or_default();
    #[cfg(unix)]
    let (changed, fraction, device, number) = {
        use std::os::unix::fs::MetadataExt as _;
        let (changed, fraction) = (metadata.ctime(), metadata.ctime_nsec());
        (changed, fraction, metadata.dev(), metadata.ino())
    };
    #[cfg(not(unix))]
    let (changed, fraction, device, number) = (0_i64, 0_i64, 0_u64, 0_u64);
    let mut state = [0; 56];
    let parts = [
        metadata.len().to_le_bytes(),
        modified.as_secs().to_le_bytes(),
        u64::from(modified.subsec_nanos()).to_le_bytes(),
        changed.to_le_bytes(),
        fraction.to_le_bytes(),
        device.to_le_bytes(),
        number.to_le_bytes(),
    ];
    for (place, part) in state.chunks_exact_mut(8).zip(parts) {
        place.copy_from_slice(&part);
    }
    state
}

/// The coarsest step of a file system's clock here, with room to spare: Linux counts in ticks of up
/// to 10 ms, and some file systems in steps of two seconds.
const TICK: Duration = Duration::from_millis(100);
const COARSE_TICK: Duration = Duration::from_millis(2_100);

fn is_fresh(metadata: &Metadata, now: SystemTime) -> bool {
    let Some(changed) = changed(metadata) else {
        return true;
    };
    let tick = if since_epoch(changed).subsec_nanos() == 0 {
        COARSE_TICK
    } else {
        TICK
    };
    // A time to come says nothing about what comes before it.
    now.duration_since(changed).map_or(true, |age| age < tick)
}

#[cfg(unix)]
fn changed(metadata: &Metadata) -> Option<SystemTime> {
    use std::os::unix::fs::MetadataExt as _;
    let seconds = u64::try_from(metadata.ctime()).ok()?;
    let fraction = u32::try_from(metadata.ctime_nsec()).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::new(seconds, fraction))
}

#[cfg(not(unix))]
fn changed(metadata: &Metadata) -> Option<SystemTime> {
    metadata.modified().ok()
}

fn since_epoch(time: SystemTime) -> Duration {
    time.duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
}

#[expect(
    clippy::disallowed_methods,
    reason = "how old a file's last change is tells whether its time can be relied on"
)]
fn now() -> SystemTime {
    SystemTime::now()
}

/// The state of all files below a folder; `dotfiles`: those whose path below it starts with a dot
/// too.
#[must_use]
pub fn state_below(folder: &Path, dotfiles: bool) -> String {
    sum_below(folder, dotfiles, scan::DEEPEST, now())
        .seen()
        .state
}

/// Folders are looked at in parallel: an output has about as many as files.
fn sum_below(folder: &Path, dotfiles: bool, depth: usize, now: SystemTime) -> Sum {
    let Some(depth) = depth.checked_sub(1) else {
        return Sum::default();
    };
    let mut sum = Sum::default();
    let mut folders = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if !dotfiles && entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        let path = entry.path();
        // Of the entry itself, unless it is a link.
        let metadata = match entry.metadata() {
            Ok(metadata) if metadata.is_symlink() => fs::metadata(&path),
            metadata => metadata,
        };
        match metadata {
            Ok(metadata) if metadata.is_dir() => folders.push(path),
            metadata => sum = sum.and(Sum::of(&path, metadata, now)),
        }
    }
    folders
        .par_iter()
        .map(|folder| sum_below(folder, true, depth, now))
        .reduce(Sum::default, Sum::and)
        .and(sum)
}

/// The state of one file, or why it has none.
#[must_use]
pub fn state_of(file: &Path) -> String {
    Look::State(file.to_owned()).see().state
}
