//! `build`: the site into its output folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use anyhow::bail;

use super::args::BuildArgs;
use super::last_build::LastBuild;
use super::{Site, Stop, report};
use crate::diagnostic::Diagnostic;
use crate::emit::{self, DiskOptions, Staging};
use crate::engine::{BuildReport, Engine};
use crate::outputs::{Artifact, OutputPath, Shelf};
use crate::settings::Overrides;

/// Runs `build`.
pub(super) fn run(site: &Site, args: &BuildArgs) -> Result<(), Stop> {
    let start = Instant::now();
    may_write(args.output_dir.as_deref(), args.force)?;
    let place = CampaignPlace::of(
        args.campaign.as_deref(),
        &[
            ("--base-url", args.base_url.is_some()),
            ("--output-dir", args.output_dir.is_some()),
            ("--drafts", args.drafts),
        ],
    );
    report::say("Building site...");
    let last = LastBuild::of(site, args);
    if !args.fresh
        && !args.timings
        && let Some(said) = last.as_ref().and_then(LastBuild::still_true)
    {
        said.again();
        report::done(start.elapsed());
        return Ok(());
    }
    let last = last.inspect(LastBuild::begin_anew);
    let staging = OnceLock::new();
    let built = engine(site, args).build_onto(&|settings| {
        let made = Staging::beside(&settings.layout.output_dir, Some(settings.root()));
        let made = made.map_err(|error| Diagnostic::error(error.to_string()))?;
        let made = staging.get_or_init(|| Arc::new(made));
        Ok(Arc::clone(made) as Arc<dyn Shelf>)
    });
    report::counts(&built);
    report::faults(&built.diagnostics, "Nothing was written.");
    if built.has_errors() {
        return Err(Stop::Shown);
    }
    write(&built, staging.get().map(AsRef::as_ref), &place)?;
    if args.timings {
        report::timings(&built);
    }
    if let Some(last) = last {
        last.keep(&built, &place);
    }
    report::done(start.elapsed());
    // The program ends: its memory goes back as a whole, faster than value by value.
    std::mem::forget(built);
    Ok(())
}

fn engine(site: &Site, args: &BuildArgs) -> Engine {
    Engine::new(
        &site.root,
        site.config.as_deref(),
        Overrides {
            base_url: args.base_url.clone(),
            output_dir: args.output_dir.clone(),
            include_drafts: args.drafts,
            minify_html: args.minify,
            ..Overrides::default()
        },
    )
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

/// Where the campaign file of a build goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CampaignPlace {
    /// Where `groundswell.toml` says. The service reads it there as the live campaign.
    Live,
    /// Where the command line says.
    Named(PathBuf),
    /// Nowhere, for this flag makes the site another than the live one.
    Nowhere(&'static str),
}

impl CampaignPlace {
    /// `named` by the command line; `others` are the flags that make a site another than the live
    /// one, and whether each is given.
    pub(super) fn of(named: Option<&Path>, others: &[(&'static str, bool)]) -> Self {
        if let Some(file) = named {
            return Self::Named(file.to_owned());
        }
        match others.iter().find(|(_, given)| *given) {
            Some((flag, _)) => Self::Nowhere(flag),
            None => Self::Live,
        }
    }

    /// The file; `live` is where `groundswell.toml` says. If there is none, what to tell about it.
    pub(super) fn file<'a>(&'a self, live: &'a Path) -> Result<&'a Path, String> {
        match self {
            Self::Live => Ok(live),
            Self::Named(file) => Ok(file),
            Self::Nowhere(flag) => Err(format!(
                "-> The campaign file was left as it is: with {flag} this is not the live site (--campaign FILE writes one)"
            )),
        }
    }
}

/// Writes a site without errors, the campaign file last: it never names pages that are not there.
pub(super) fn write(
    built: &BuildReport,
    staging: Option<&Staging>,
    place: &CampaignPlace,
) -> anyhow::Result<()> {
    let Some(settings) = &built.settings else {
        return Ok(());
    };
    let options = DiskOptions {
        keep_dotfiles: settings.preserve_dotfiles_in_output,
        sources: Some(settings.root().to_owned()),
    };
    let output = &settings.layout.output_dir;
    if let CampaignPlace::Named(file) = place
        && std::path::absolute(file)?.starts_with(std::path::absolute(output)?)
    {
        bail!(
            "--campaign {} lies in the output folder, which is published; choose another place",
            file.display()
        );
    }
    emit::check_output(output, settings.root())?;
    let artifacts = with_kept_images(built, settings.root());
    emit::disk::apply(&artifacts, output, staging, &options)?;
    let Some((live, json)) = &built.campaign else {
        return Ok(());
    };
    match place.file(live) {
        Ok(file) => write_campaign(file, json),
        Err(note) => {
            report::say(&note);
            Ok(())
        }
    }
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::CampaignPlace;

    #[test]
    fn only_a_build_without_overrides_is_the_live_site() {
        let of = |named: Option<&str>, drafts| {
            let others = [("--base-url", false), ("--drafts", drafts)];
            CampaignPlace::of(named.map(Path::new), &others)
        };
        assert_eq!(of(None, false), CampaignPlace::Live);
        assert_eq!(of(None, true), CampaignPlace::Nowhere("--drafts"));
        for drafts in [false, true] {
            let named = CampaignPlace::Named("x.json".into());
            assert_eq!(of(Some("x.json"), drafts), named);
        }
    }
}
