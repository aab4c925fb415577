//! The sources as they lie on disk, and what templates fetch from other hosts. The only module
//! that reads the site's files.

mod layout;
mod looks;
mod read;
mod remote;
mod scan;

pub use layout::Layout;
pub use looks::{Looks, keep_looks, kept_looks, note_chance, state_below, state_of};
pub use read::{
    canonical, is_cached, is_file, is_folder, is_within, modified, read_bytes, read_text,
};
pub use remote::{Remotes, Reply, Request, Unreachable, ask};
pub use scan::scan;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// A path below the site's root: relative, `/` between parts, no `.` or `..`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourcePath(pub String);

/// A source file. Text that the stages parse is read at once; what is only copied is not.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Where it is below the root.
    pub path: SourcePath,
    /// Where it is on disk.
    pub disk_path: PathBuf,
    /// Its content, for content (`.md`), templates, Sass and settings; none for what is only copied.
    pub text: Option<Arc<str>>,
}

/// All sources, by area, each in path order.
#[derive(Clone, Debug, Default)]
pub struct SourceTree {
    /// `content/**/*.md` that are not ignored.
    pub content: BTreeMap<SourcePath, SourceFile>,
    /// Other files below `content/` (possible assets).
    pub assets: BTreeMap<SourcePath, SourceFile>,
    /// `templates/**`.
    pub templates: BTreeMap<SourcePath, SourceFile>,
    /// `themes/<theme>/templates/**` of the theme in use.
    pub theme_templates: BTreeMap<SourcePath, SourceFile>,
    /// `sass/**`.
    pub sass: BTreeMap<SourcePath, SourceFile>,
    /// `themes/<theme>/sass/**`.
    pub theme_sass: BTreeMap<SourcePath, SourceFile>,
    /// `static/**`.
    pub statics: BTreeMap<SourcePath, SourceFile>,
    /// `themes/<theme>/static/**`.
    pub theme_statics: BTreeMap<SourcePath, SourceFile>,
}

impl SourceTree {
    /// Lets go of `content`; whoever still needs a text of it shares it.
    pub fn forget_content(&mut self) {
        self.content = BTreeMap::new();
    }
}
