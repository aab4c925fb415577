//! `build` when nothing changed since the last one: it says the same and leaves every file as it is.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::args::BuildArgs;
use super::build::CampaignPlace;
use super::{Site, report};
use crate::diagnostic::Diagnostic;
use crate::emit::record::{self, Asked, Output, Record};
use crate::engine::{BuildReport, Counts};
use crate::settings;
use crate::source;

/// What is known before a build.
pub(super) struct LastBuild {
    root: PathBuf,
    asked: Asked,
}

/// What a build said, to be said again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Said {
    counts: Counts,
    warnings: Vec<Diagnostic>,
    campaign: Option<String>,
}

impl LastBuild {
    /// None if there is no site, of which the build tells.
    pub(super) fn of(site: &Site, args: &BuildArgs) -> Option<Self> {
        let (root, config) = settings::find(&site.root, site.config.as_deref()).ok()?;
        let absolute = |path: &Option<PathBuf>| path.as_deref().map(std::path::absolute);
        // All flags, so that a new one cannot be forgotten here.
        let BuildArgs {
            base_url,
            output_dir,
            force: _,
            drafts,
            campaign,
            minify,
            fresh: _,
            timings: _,
        } = args;
        let output = absolute(output_dir).transpose().ok()?;
        let campaign = absolute(campaign).transpose().ok()?;
        let flags = format!("{config:?} {base_url:?} {output:?} {drafts} {campaign:?} {minify}");
        let asked = Asked::new(&site.root, flags)?;
        Some(Self { root, asked })
    }

    /// What the last build said, if this one would make the same.
    pub(super) fn still_true(&self) -> Option<Said> {
        Record::still_true(&self.root, &self.asked).map(|record| record.said)
    }

    /// From here on the last build is no longer the last.
    pub(super) fn begin_anew(&self) {
        record::forget(&self.root);
        source::keep_looks();
    }

    /// Keeps what this build looked at and made.
    pub(super) fn keep(self, built: &BuildReport, place: &CampaignPlace) {
        let (Some(looks), Some(settings)) = (source::kept_looks(), &built.settings) else {
            return;
        };
        let campaign = built.campaign.as_ref().map(|(live, _)| place.file(live));
        let output = Output {
            folder: settings.layout.output_dir.clone(),
            keep_dotfiles: settings.preserve_dotfiles_in_output,
            campaign: campaign.clone().and_then(Result::ok).map(Path::to_owned),
        };
        let said = Said {
            counts: built.counts,
            warnings: built.diagnostics.clone(),
            campaign: campaign.and_then(Result::err),
        };
        Record::keep(&self.root, self.asked, looks, output, said);
    }
}

impl Said {
    /// Says it again.
    pub(super) fn again(&self) {
        report::tally(self.counts);
        report::faults(&self.warnings, "");
        if let Some(note) = &self.campaign {
            report::say(note);
        }
        report::say(
            "-> Nothing changed since the last build: every file was left as it is (--fresh builds all the same)",
        );
    }
}
