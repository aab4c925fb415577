//! The order of the stages. Builds a whole site as a value; writes nothing.

mod anchors;
mod bodies;
mod faults;
mod grammars;
mod host;
mod outside;
mod outside_links;
mod pictures;
mod places;
mod stages;
mod templates;

pub use outside::{Manners, OutsideLink, check_outside};

use std::any::Any;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::diagnostic::Diagnostic;
use crate::outputs::images::Picture;
use crate::outputs::{Artifact, InMemory, OutputPath, Shelf};
use crate::settings::{Overrides, Settings};
use crate::source::Remotes;
use crate::template::Cost;

/// What a build found and made.
#[derive(Default)]
pub struct BuildReport {
    /// The settings; none if they are faulty.
    pub settings: Option<Arc<Settings>>,
    /// All files of the site.
    pub artifacts: Arc<BTreeMap<OutputPath, Artifact>>,
    /// Those of them that are resized images.
    pub images: BTreeMap<OutputPath, Picture>,
    /// The campaign file: where it goes on disk, and its JSON.
    pub campaign: Option<(PathBuf, String)>,
    /// Errors and warnings of all stages.
    pub diagnostics: Vec<Diagnostic>,
    /// What each stage cost.
    pub timings: Vec<(String, Duration)>,
    /// What each template cost, by its file.
    pub costs: BTreeMap<String, Cost>,
    /// How much there is.
    pub counts: Counts,
    /// Links that leave the site, in the order of the sources.
    pub outside: Vec<OutsideLink>,
    /// What was made on the way and is needed no more. A large site's values take a while to let go
    /// of one by one: a program that ends can leave that to the system.
    pub spent: Vec<Spent>,
}

/// Something that nobody looks into again.
pub type Spent = Box<dyn Any + Send + Sync>;

/// How much there is.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Pages.
    pub pages: usize,
    /// Pages that no section lists.
    pub orphans: usize,
    /// Sections.
    pub sections: usize,
}

impl BuildReport {
    /// Whether an error stops the site from being written.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Builds one site, as often as asked; what is dear and did not change is kept between builds.
pub struct Engine {
    root: PathBuf,
    config_file: Option<PathBuf>,
    overrides: Overrides,
    pictures: pictures::Cache,
    remotes: Arc<Remotes>,
}

impl Engine {
    /// For the site at `root` (or in a folder above it).
    #[must_use]
    pub fn new(root: &Path, config_file: Option<&Path>, overrides: Overrides) -> Self {
        Self {
            root: root.to_owned(),
            config_file: config_file.map(Path::to_owned),
            overrides,
            pictures: pictures::Cache::default(),
            remotes: Arc::default(),
        }
    }

    /// The folder it was made for.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The configuration's name where the command line gives one.
    #[must_use]
    pub fn config_file(&self) -> Option<&Path> {
        self.config_file.as_deref()
    }

    /// Builds the site from its sources as they are now, in memory.
    #[must_use]
    pub fn build(&self) -> BuildReport {
        self.build_onto(&|_| Ok(Arc::new(InMemory)))
    }

    /// The same, each page put on a shelf as soon as it is made.
    #[must_use]
    pub fn build_onto(&self, onto: &Onto<'_>) -> BuildReport {
        match pool() {
            Some(pool) => pool.install(|| stages::run(self, onto)),
            None => stages::run(self, onto),
        }
    }
}

/// The shelf for the files of a build, opened when its settings are known.
pub type Onto<'a> = dyn Fn(&Settings) -> Result<Arc<dyn Shelf>, Diagnostic> + Sync + 'a;

/// Templates that call each other need more stack than threads have by default.
const STACK: usize = 16 * 1024 * 1024;

/// The threads of all builds; none if the system gives no more, then the common ones work.
fn pool() -> Option<&'static rayon::ThreadPool> {
    static POOL: OnceLock<Option<rayon::ThreadPool>> = OnceLock::new();
    POOL.get_or_init(|| {
        rayon::ThreadPoolBuilder::new()
            .stack_size(STACK)
            .thread_name(|number| format!("build-{number}"))
            .build()
            .ok()
    })
    .as_ref()
}
