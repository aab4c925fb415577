//! Where a site keeps its files: what a scan and a read must know of the settings.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use globset::GlobSet;

/// The site's folders and what in them is ignored.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// The folder of the configuration, absolute, without links.
    pub root: PathBuf,
    /// The theme in use: a folder below `themes/`.
    pub theme: Option<String>,
    /// Where the site is written.
    pub output_dir: PathBuf,
    /// Files below `content/` to skip, matched against their whole absolute path.
    pub ignored_content: GlobSet,
    /// Files below `static/` to skip, matched against their path below it.
    pub ignored_static: GlobSet,
    /// Data files that others stand in for, by path below the root, whether those are there or
    /// not: a trial has counts of its own, which must not become the live site's.
    pub stand_ins: BTreeMap<String, PathBuf>,
}

impl Layout {
    /// The theme's folder.
    #[must_use]
    pub fn theme_root(&self) -> Option<PathBuf> {
        self.theme
            .as_ref()
            .map(|theme| self.root.join("themes").join(theme))
    }

    /// A disk path as messages name it: relative to the root where it lies below it.
    #[must_use]
    pub fn label(&self, path: &Path) -> String {
        path.strip_prefix(&self.root)
            .unwrap_or(path)
            .to_string_lossy()
            .replace('\\', "/")
    }
}
