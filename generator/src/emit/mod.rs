//! Puts a finished site where it is read: on disk or in memory. The only module that writes it.

pub mod disk;
mod guard;
mod image_cache;
pub mod memory;
pub mod record;
mod staging;

pub use disk::{DiskOptions, Written};
pub use guard::check_output;
pub use image_cache::keep_images;
pub use memory::MemorySite;
pub use staging::Staging;

use std::io;
use std::path::{Path, PathBuf};

/// What could not be written or read, and where.
#[derive(Debug, thiserror::Error)]
pub enum EmitError {
    /// A file or folder could not be worked on.
    #[error("cannot {doing} {}: {cause}", path.display())]
    Io {
        /// What was tried, an infinitive.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// The output folder holds the sources, so that deleting what vanished would delete them.
    #[error("the output folder {} holds the site's own sources; choose another", .0.display())]
    HoldsSources(PathBuf),
    /// The output folder and the sources overlap.
    #[error(
        "the output folder {} would overwrite the site's own sources in {}; choose another",
        output.display(), among.display()
    )]
    AmongSources {
        /// The output folder.
        output: PathBuf,
        /// The sources that it meets.
        among: PathBuf,
    },
}

/// Names the path and the deed in an input or output error.
trait At<T> {
    fn at(self, doing: &'static str, path: &Path) -> Result<T, EmitError>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, doing: &'static str, path: &Path) -> Result<T, EmitError> {
        self.map_err(|cause| EmitError::Io {
            doing,
            path: path.to_owned(),
            cause,
        })
    }
}
