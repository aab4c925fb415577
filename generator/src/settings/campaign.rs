//! `groundswell.toml`: the campaign, and how the site is built. Zola does not look at it.

use std::path::{Component, Path};

use super::Dialect;
use crate::diagnostic::Diagnostic;
use crate::fields::{Faults, Node, Table};

/// The file's name, beside the configuration.
pub(super) const FILE: &str = "groundswell.toml";

/// What `groundswell.toml` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampaignSettings {
    /// Where the campaign file is written, relative to the site's root.
    pub output: String,
    /// Path of the texts' files, relative to the site's root, with `{lang}` for the language's code.
    pub texts: String,
    /// Template of the service's own pages.
    pub shell: String,
}

impl CampaignSettings {
    /// The texts' file of a language, relative to the site's root.
    #[must_use]
    pub fn texts_file(&self, lang: &str) -> String {
        self.texts.replace("{lang}", lang)
    }
}

/// What the whole file says.
#[derive(Default)]
pub(super) struct Own {
    pub(super) campaign: Option<CampaignSettings>,
    pub(super) dialect: Option<Dialect>,
}

/// Reads the file's tree.
pub(super) fn read(node: &Node, output_dir: &str, faults: &mut Faults) -> Own {
    let mut file = Table::read("groundswell.toml", node, faults);
    let campaign = file.node("campaign");
    let build = file.node("build");
    file.finish_strict(&[]);
    if campaign.is_none() && build.is_none() {
        faults.push(
            None,
            Diagnostic::error("The table [campaign] is missing")
                .hint("add [campaign] with the keys output, texts and shell, or remove this file"),
        );
    }
    Own {
        campaign: campaign.and_then(|campaign| read_campaign(campaign, output_dir, faults)),
        dialect: build.and_then(|build| read_dialect(build, faults)),
    }
}

fn read_dialect(build: &Node, faults: &mut Faults) -> Option<Dialect> {
    let mut table = Table::read("[build]", build, faults);
    let dialect = table.choice("dialect", Dialect::WORDS);
    table.finish_strict(&[]);
    dialect
}

fn read_campaign(
    campaign: &Node,
    output_dir: &str,
    faults: &mut Faults,
) -> Option<CampaignSettings> {
    let mut table = Table::read("[campaign]", campaign, faults);
    let output = table
        .string("output")
        .unwrap_or_else(|| "campaign.json".to_owned());
    let shell = table
        .string("shell")
        .unwrap_or_else(|| "service-shell.html".to_owned());
    let texts = table.string("texts");
    check_output(&output, output_dir, &mut table);
    match &texts {
        Some(texts) if !texts.contains("{lang}") => table.fault(
            "texts",
            Diagnostic::error("`texts` does not say where the language's code stands")
                .hint("write {lang} in it, as in \"i18n/{lang}.toml\""),
        ),
        Some(texts) if leaves_root(texts) => table.fault(
            "texts",
            Diagnostic::error("`texts` must stay below the site's folder"),
        ),
        Some(_) => {}
        None if table.has("texts") => {}
        None => table.faults().push(
            campaign.place,
            Diagnostic::error("`texts` is missing in [campaign]")
                .hint("name the files of the texts, as in \"themes/campaign/i18n/{lang}.toml\""),
        ),
    }
    table.finish_strict(&[]);
    Some(CampaignSettings {
        output,
        texts: texts?,
        shell,
    })
}

fn check_output(output: &str, output_dir: &str, table: &mut Table<'_, '_>) {
    if output.is_empty() || leaves_root(output) {
        table.fault(
            "output",
            Diagnostic::error("`output` must be a file below the site's folder")
                .hint("write its path below that folder: output = \"campaign.json\""),
        );
    } else if Path::new(output).starts_with(output_dir) {
        table.fault(
            "output",
            Diagnostic::error(format!("`output` must not lie in {output_dir}/"))
                .hint("that folder is published and emptied by every build"),
        );
    }
}

fn leaves_root(path: &str) -> bool {
    !Path::new(path)
        .components()
        .all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}
