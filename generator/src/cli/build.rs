//! `build`: the site into its output folder.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::bail;

use super::args::BuildArgs;
use super::{Site, Stop, report};
use crate::emit::{self, DiskOptions};
use crate::engine::{BuildReport, Engine};
use crate::outputs::{Artifact, OutputPath};
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
    let artifacts = with_kept_images(built, settings.root());
    emit::disk::apply(&artifacts, &settings.layout.output_dir, &options)?;
    if let Some((path, json)) = &built.campaign {
        write_campaign(path, json)?;
    }
    Ok(())
}

/// The site's files, resized images as copies of those in the cache.
pub(super) fn with_kept_images(
    built: &BuildReport,
    root: &Path,
) -> Arc<BTreeMap<OutputPath, Artifact>> {
    match emit::keep_images(root, &built.images) {
        Ok(copies) if copies.is_empty() => Arc::clone(&built.artifacts),
        Ok(copies) => {
            let mut artifacts = BTreeMap::clone(&built.artifacts);
            for (path, copy) in copies {
                // Another file may have won the address.
                if built.images.get(&path).map(|image| &image.artifact) == artifacts.get(&path) {
                    artifacts.insert(path, copy);
                }
            }
            Arc::new(artifacts)
        }
        // Without a cache the next build takes longer, and that is all.
        Err(error) => {
            report::say(&format!("Resized images could not be kept: {error}"));
            Arc::clone(&built.artifacts)
        }
    }
}

/// Writes the campaign file.
pub(super) fn write_campaign(path: &Path, json: &str) -> anyhow::Result<()> {
    emit::disk::write_file(path, json.as_bytes())?;
    Ok(())
}
