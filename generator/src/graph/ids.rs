//! Identities made from paths, so that adding a page renumbers nothing.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;

/// What belongs to each page, in the order of their ids. One is found by its hash: in a tree each
/// step down is a text elsewhere in memory to compare with, and a large site has more of them.
pub type ByPage<T> = IndexMap<PageId, T>;

/// A page: its file's path below `content/` (`news/a.fr.md`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PageId(pub Arc<str>);

/// A section: its `_index` file's path below `content/` (`news/_index.md`), whether or not the
/// file exists (a home section is synthesised where it is missing).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SectionId(pub Arc<str>);

impl Borrow<str> for PageId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for SectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
