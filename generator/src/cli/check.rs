//! `check`: looks for mistakes without building anything.

use std::cmp::Reverse;
use std::time::Instant;

use super::args::CheckArgs;
use super::{Site, Stop, report};
use crate::diagnostic::Diagnostic;
use crate::engine::{Engine, Manners, check_outside};
use crate::settings::{Mode, Overrides};

/// Runs `check`.
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
    let mut faults = built.diagnostics;
    if let Some(settings) = &built.settings
        && !args.skip_external_links
        && !built.outside.is_empty()
    {
        let count = built.outside.len();
        report::say(&format!("-> Following {count} links to other sites"));
        faults.extend(check_outside(settings, &built.outside, Manners::default()));
        faults.sort_by_key(|fault| Reverse(fault.severity));
    }
    report::faults(&faults, "");
    if faults.iter().any(Diagnostic::is_error) {
        return Err(Stop::Shown);
    }
    report::done(start.elapsed());
    Ok(())
}
