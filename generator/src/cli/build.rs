//! `build`: the site into its output folder.

use std::path::Path;
use std::time::Instant;

use anyhow::bail;

use super::args::BuildArgs;
use super::{Site, Stop, report};
use crate::emit::{self, DiskOptions};
use crate::engine::{BuildReport, Engine};
use crate::settings::Overrides;

/// Runs `build`.
pub(super) fn run(site: &Site, args: &BuildArgs) -> Result<(), Stop> {
    let start = Instant::now();
    may_write(args.output_dir.as_deref(), args.force)?;
    report::say("Building site...");
    let engine = Engine::new(
        &site.root,
        site.config.as_deref(),
        Overrides {
            base_url: args.base_url.clone(),
            output_dir: args.output_dir.clone(),
            include_drafts: args.drafts,
            minify_html: args.minify,
            ..Overrides::default()
        },
    );
    let built = engine.build();
    report::counts(&built);
    report::faults(&built.diagnostics, "Nothing was written.");
    if built.has_errors() {
        return Err(Stop::Shown);
    }
    write(&built)?;
    if args.timings {
        report::timings(&built);
    }
    report::done(start.elapsed());
    Ok(())
}

/// A folder named on the command line is not overwritten by accident.
pub(super) fn may_write(folder: Option<&Path>, force: bool) -> anyhow::Result<()> {
    if let Some(folder) = folder
        && !force
        && folder.exists()
    {
        bail!(
            "Directory '{}' already exists. Use --force to overwrite.",
            folder.display()
        );
    }
    Ok(())
}

/// Writes a site without errors, the campaign file last: it never names pages that are not there.
pub(super) fn write(built: &BuildReport) -> anyhow::Result<()> {
    let Some(settings) = &built.settings else {
        return Ok(());
    };
    let options = DiskOptions {
        keep_dotfiles: settings.preserve_dotfiles_in_output,
        sources: Some(settings.root().to_owned()),
    };
    emit::disk::apply(&built.artifacts, &settings.layout.output_dir, &options)?;
    emit::keep_images(settings.root(), &built.images)?;
    if let Some((path, json)) = &built.campaign {
        write_campaign(path, json)?;
    }
    Ok(())
}

/// Writes the campaign file.
pub(super) fn write_campaign(path: &Path, json: &str) -> anyhow::Result<()> {
    emit::disk::write_file(path, json.as_bytes())?;
    Ok(())
}
