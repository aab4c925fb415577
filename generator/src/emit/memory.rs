//! A finished site in memory, as the development server reads it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::outputs::{Artifact, OutputPath};

/// Artifacts by path. Files that are only copied are read from the sources when they are asked for.
#[derive(Clone, Debug, Default)]
pub struct MemorySite {
    artifacts: Arc<BTreeMap<OutputPath, Artifact>>,
}

/// A file found in the site.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its path below the output folder.
    pub path: OutputPath,
    /// What it holds.
    pub bytes: Arc<[u8]>,
    /// Whether it is a page made for people, which live reload may extend.
    pub is_page: bool,
}

impl MemorySite {
    /// Of these artifacts.
    #[must_use]
    pub fn new(artifacts: Arc<BTreeMap<OutputPath, Artifact>>) -> Self {
        Self { artifacts }
    }

    /// The file for the path of an address (`/fr/news/a/`, `/fr/news/a`, `/robots.txt`), percent-encoded
    /// or not: the file of that name, else the `index.html` of that folder.
    ///
    /// # Errors
    /// When a copied file cannot be read.
    pub fn find(&self, address: &str) -> io::Result<Option<Found>> {
        let Ok(decoded) = percent_encoding::percent_decode_str(address).decode_utf8() else {
            return Ok(None);
        };
        // `a/..` must not be tidied into something else: OutputPath refuses it.
        for candidate in [decoded.clone(), Cow::Owned(format!("{decoded}/index.html"))] {
            let Some(path) = OutputPath::new(&candidate) else {
                continue;
            };
            if let Some(artifact) = self.artifacts.get(&path) {
                return Ok(Some(Found {
                    bytes: content(artifact)?,
                    is_page: matches!(artifact, Artifact::Page(_)),
                    path,
                }));
            }
        }
        Ok(None)
    }

    /// Paths that are new, gone or different in `next`; `touched` are the source files on disk that
    /// changed since, so that a copied file counts when its source is one of them.
    #[must_use]
    pub fn changed_paths(&self, next: &Self, touched: &BTreeSet<PathBuf>) -> Vec<OutputPath> {
        let mut changed: Vec<OutputPath> = next
            .artifacts
            .iter()
            .filter(|(path, artifact)| {
                let copied_anew =
                    matches!(artifact, Artifact::Copy { from, .. } if touched.contains(from));
                copied_anew || self.artifacts.get(*path) != Some(*artifact)
            })
            .map(|(path, _)| path.clone())
            .collect();
        changed.extend(
            self.artifacts
                .keys()
                .filter(|path| !next.artifacts.contains_key(*path))
                .cloned(),
        );
        changed.sort();
        changed
    }

    /// Number of files.
    #[must_use]
    pub fn len(&self) -> usize {
        self.artifacts.len()
    }

    /// Whether there is no file.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.artifacts.is_empty()
    }
}

fn content(artifact: &Artifact) -> io::Result<Arc<[u8]>> {
    match artifact {
        Artifact::Made(bytes) | Artifact::Page(bytes) => Ok(Arc::clone(bytes)),
        Artifact::Copy { from, .. } | Artifact::Staged(from) => fs::read(from).map(Arc::from),
        Artifact::Kept => Err(io::ErrorKind::NotFound.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(files: &[(&str, &str)]) -> MemorySite {
        let artifacts = files
            .iter()
            .map(|(path, text)| {
                (
                    OutputPath::new(path).expect("a sound path"),
                    Artifact::Page(Arc::from(text.as_bytes())),
                )
            })
            .collect();
        MemorySite::new(Arc::new(artifacts))
    }

    fn text_at(site: &MemorySite, address: &str) -> Option<String> {
        site.find(address)
            .expect("nothing to read from disk")
            .map(|found| String::from_utf8_lossy(&found.bytes).into_owned())
    }

    #[test]
    fn addresses_lead_to_files_and_folders() {
        let site = site(&[
            ("index.html", "home"),
            ("fr/a b/index.html", "page"),
            ("robots.txt", "robots"),
        ]);
        assert_eq!(text_at(&site, "/").as_deref(), Some("home"));
        assert_eq!(text_at(&site, "/index.html").as_deref(), Some("home"));
        assert_eq!(text_at(&site, "/fr/a%20b").as_deref(), Some("page"));
        assert_eq!(text_at(&site, "/fr/a%20b/").as_deref(), Some("page"));
        assert_eq!(text_at(&site, "/robots.txt").as_deref(), Some("robots"));
        assert_eq!(text_at(&site, "/robots"), None);
        assert_eq!(text_at(&site, "/fr/x/../a%20b/"), None);
        assert_eq!(text_at(&site, "/fr/%2e%2e/robots.txt"), None);
        assert_eq!(text_at(&site, "/%ff"), None);
    }

    #[test]
    fn changes_name_new_gone_and_different_files() {
        let before = site(&[("a", "1"), ("b", "1"), ("c", "1")]);
        let after = site(&[("a", "1"), ("b", "2"), ("d", "1")]);
        let changed: Vec<String> = before
            .changed_paths(&after, &BTreeSet::new())
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(changed, ["b", "c", "d"]);
    }

    #[test]
    fn a_copied_file_changes_with_its_source() {
        let source = PathBuf::from("/site/static/a.css");
        let copy = Artifact::Copy {
            from: source.clone(),
            link: false,
        };
        let path = OutputPath::new("a.css").expect("a sound path");
        let site = MemorySite::new(Arc::new(BTreeMap::from([(path, copy)])));
        assert!(site.changed_paths(&site, &BTreeSet::new()).is_empty());
        let touched = BTreeSet::from([source]);
        assert_eq!(site.changed_paths(&site, &touched).len(), 1);
    }
}
