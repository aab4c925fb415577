//! What stands at a path of the finished site.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// A file's path below the output folder: relative, `/` between parts, no empty part, no `.` or
/// `..`, so that nothing can be written outside it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OutputPath(String);

impl OutputPath {
    /// Joins the parts of `path`, empty ones and `.` left out; none if it is empty or holds `..`.
    #[must_use]
    pub fn new(path: &str) -> Option<Self> {
        let mut clean = String::with_capacity(path.len());
        for part in path.split('/') {
            match part {
                "" | "." => continue,
                ".." => return None,
                _ if part.contains(['\\', '\0']) => return None,
                _ => {}
            }
            if !clean.is_empty() {
                clean.push('/');
            }
            clean.push_str(part);
        }
        (!clean.is_empty()).then_some(Self(clean))
    }

    /// The `index.html` in the folder that belongs to the address `path` (`/fr/news/a/`).
    #[must_use]
    pub fn index_of(path: &str) -> Option<Self> {
        Self::new(&format!("{path}/index.html"))
    }

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folders that hold it, outermost first (`a`, `a/b` for `a/b/c.html`).
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        self.0
            .match_indices('/')
            .filter_map(|(at, _)| self.0.get(..at))
    }

    /// The extension of the file's name, without its dot.
    #[must_use]
    pub fn extension(&self) -> Option<&str> {
        let name = self.0.rsplit('/').next()?;
        name.rsplit_once('.')
            .filter(|(stem, _)| !stem.is_empty())
            .map(|(_, extension)| extension)
    }
}

impl fmt::Display for OutputPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The content of one file of the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Artifact {
    /// Made by the build.
    Made(Arc<[u8]>),
    /// A page made by the build for people: the development server adds its script to it.
    Page(Arc<[u8]>),
    /// A source file as it is.
    Copy {
        /// Where it lies on disk.
        from: PathBuf,
        /// Whether a hard link will do.
        link: bool,
    },
    /// Made by the build and put on disk already, to be moved into place.
    Staged(PathBuf),
    /// Made by the build and found equal to what the output folder holds.
    Kept,
}

/// Takes files as soon as they are made, so that they need not be held in memory.
pub trait Shelf: Sync {
    /// Takes a file; what it gives back stands for it in the finished site.
    ///
    /// # Errors
    /// The file cannot be put there.
    fn put(&self, path: &OutputPath, artifact: Artifact) -> io::Result<Artifact>;
}

/// Holds every file in memory.
pub struct InMemory;

impl Shelf for InMemory {
    fn put(&self, _: &OutputPath, artifact: Artifact) -> io::Result<Artifact> {
        Ok(artifact)
    }
}

impl Artifact {
    /// The bytes, if they were made by the build and are held in memory.
    #[must_use]
    pub fn bytes(&self) -> Option<&Arc<[u8]>> {
        match self {
            Self::Made(bytes) | Self::Page(bytes) => Some(bytes),
            Self::Copy { .. } | Self::Staged(_) | Self::Kept => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::OutputPath;

    #[test]
    fn a_path_stays_inside_the_output_folder() {
        let path = |text| OutputPath::new(text).map(|p| p.as_str().to_owned());
        assert_eq!(path("/a//b/./c.html").as_deref(), Some("a/b/c.html"));
        assert_eq!(path("../a"), None);
        assert_eq!(path("a/../../b"), None);
        assert_eq!(path("a\\..\\b"), None);
        assert_eq!(path("/"), None);
    }

    #[test]
    fn folders_and_extension() {
        let path = OutputPath::index_of("/fr/news/").expect("a sound path");
        assert_eq!(path.as_str(), "fr/news/index.html");
        assert_eq!(path.folders().collect::<Vec<_>>(), ["fr", "fr/news"]);
        assert_eq!(path.extension(), Some("html"));
        let hidden = OutputPath::new("a/.htaccess").expect("a sound path");
        assert_eq!(hidden.extension(), None);
    }
}
