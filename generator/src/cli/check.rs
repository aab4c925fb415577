//! `check`: looks for mistakes without building anything.

use std::time::Instant;

use super::args::CheckArgs;
use super::{Site, Stop, report};
use crate::engine::Engine;
use crate::settings::{Mode, Overrides};

/// Runs `check`. Links to other sites are counted, not followed.
pub(super) fn run(site: &Site, args: &CheckArgs) -> Result<(), Stop> {
    let start = Instant::now();
    report::say("Checking site...");
    let engine = Engine::new(
        &site.root,
        site.config.as_deref(),
        Overrides {
            mode: Some(Mode::Check),
            include_drafts: args.drafts,
            ..Overrides::default()
        },
    );
    let built = engine.build();
    report::counts(&built);
    report::faults(&built.diagnostics, "");
    if built.has_errors() {
        return Err(Stop::Shown);
    }
    if !args.skip_external_links && built.counts.external_links > 0 {
        report::say(&format!(
            "-> {} links to other sites were not followed: this version cannot do so yet",
            built.counts.external_links
        ));
    }
    report::done(start.elapsed());
    Ok(())
}
