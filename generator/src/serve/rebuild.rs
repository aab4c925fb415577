//! Builds the site again whenever its sources change.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use super::live::Live;
use super::watch::Watch;
use crate::diagnostic::Diagnostic;
use crate::emit::MemorySite;

/// What a build made.
pub struct Built {
    /// The site; none if there is an error.
    pub site: Option<MemorySite>,
    /// Errors and warnings.
    pub diagnostics: Vec<Diagnostic>,
}

/// Builds the site from its sources as they are now.
pub type Builder = Arc<dyn Fn() -> Built + Send + Sync>;

/// Builds at every change of the sources and shows the result, until the watch ends. `told` hears
/// of each build: the files that changed and what came of it.
pub async fn keep_building(
    mut watch: Watch,
    live: Live,
    build: Builder,
    told: impl Fn(&BTreeSet<PathBuf>, &Built),
) {
    while let Some(touched) = watch.changed().await {
        let build = Arc::clone(&build);
        // A build that panics is a defect of ours; the server goes on with the last good site.
        let Ok(built) = tokio::task::spawn_blocking(move || build()).await else {
            continue;
        };
        live.show(built.site.clone(), &built.diagnostics, &touched);
        told(&touched, &built);
    }
}
