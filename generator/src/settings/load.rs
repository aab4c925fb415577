//! From files to settings: configuration, theme and `groundswell.toml`, all faults at once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{LanguageSettings, Mode, Settings, campaign, discover, file, theme};
use crate::diagnostic::Diagnostic;
use crate::fields::{Faults, Node, parse_toml};
use crate::source;

/// What the command line says instead of the configuration.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// Address of the site, taken as it is.
    pub base_url: Option<String>,
    /// Where the site is written, relative to the working folder.
    pub output_dir: Option<PathBuf>,
    /// What the program is doing.
    pub mode: Option<Mode>,
    /// Drafts are part of the site.
    pub include_drafts: bool,
    /// Minify HTML whatever the configuration says.
    pub minify_html: bool,
    /// Files that stand in for others, by path below the root: see [`crate::source::Layout`].
    pub stand_ins: BTreeMap<String, PathBuf>,
}

/// Finds and reads the settings of the site at `root`; `config_file` is the configuration's name
/// where the command line gives one.
///
/// # Errors
/// All faults of the configuration, the theme's settings and `groundswell.toml`.
pub fn load(
    root: &Path,
    config_file: Option<&Path>,
    overrides: &Overrides,
) -> Result<Settings, Vec<Diagnostic>> {
    let (root, path) = discover::find(root, config_file).map_err(|fault| vec![fault])?;
    let label = path
        .strip_prefix(&root)
        .unwrap_or(&path)
        .to_string_lossy()
        .replace('\\', "/");
    let text = source::read_text(&path, &label).map_err(|fault| vec![fault])?;
    let mut faults = Faults::of(label);
    let Some(tree) = parse_toml(&text, 1, &mut faults) else {
        return Err(faults.found);
    };
    let file::Own {
        mut settings,
        extra,
        output_dir,
    } = file::read(&root, &tree, overrides.base_url.is_some(), &mut faults);
    let named = tree.entry("theme").and_then(|theme| theme.value.place);
    let theme = theme::read_extra(&settings.layout, named, &mut faults);
    let theme = theme.unwrap_or_else(Node::empty_table);
    settings.extra = theme::merge(extra, theme, "extra", &mut faults).to_value(true);
    let own = read_own(&root, &output_dir, &mut faults);
    (settings.campaign, settings.dialect) = (own.campaign, own.dialect);
    apply(overrides, &mut settings);
    let wanted = |language: &LanguageSettings| language.build_search_index;
    if !settings.build_search_index && settings.languages.values().any(wanted) {
        settings.warnings.push(
            Diagnostic::warning("There is no search index: only languages ask for one")
                .in_file(settings.config_file.clone())
                .hint("set build_search_index = true at the top level too"),
        );
    }
    if !settings.generate_feeds && settings.default_settings().generate_feeds {
        settings.warnings.push(
            Diagnostic::warning(
                "There is no feed of the default language: only its table asks for one",
            )
            .in_file(settings.config_file.clone())
            .hint("set generate_feeds = true at the top level"),
        );
    }
    if settings.minify_html && !cfg!(feature = "minify") {
        settings.warnings.push(
            Diagnostic::warning("HTML is not minified")
                .in_file(settings.config_file.clone())
                .hint("this program was built without its feature `minify`"),
        );
    }
    if faults.found.iter().any(Diagnostic::is_error) {
        return Err(faults.found);
    }
    settings.warnings.extend(faults.found);
    Ok(settings)
}

/// What `groundswell.toml` says, if there is one.
fn read_own(root: &Path, output_dir: &str, faults: &mut Faults) -> campaign::Own {
    let path = root.join(campaign::FILE);
    if !source::is_file(&path) {
        return campaign::Own::default();
    }
    let mut own = Faults::of(campaign::FILE);
    let read = match source::read_text(&path, campaign::FILE) {
        Ok(text) => parse_toml(&text, 1, &mut own)
            .map(|tree| campaign::read(&tree, output_dir, &mut own))
            .unwrap_or_default(),
        Err(diagnostic) => {
            own.found.push(diagnostic);
            campaign::Own::default()
        }
    };
    faults.found.append(&mut own.found);
    read
}

fn apply(overrides: &Overrides, settings: &mut Settings) {
    if let Some(base_url) = &overrides.base_url {
        settings.base_url.clone_from(base_url);
    }
    if let Some(output_dir) = &overrides.output_dir {
        settings.layout.output_dir.clone_from(output_dir);
    }
    settings.layout.stand_ins.clone_from(&overrides.stand_ins);
    if let Some(mode) = overrides.mode {
        settings.mode = mode;
    }
    settings.include_drafts |= overrides.include_drafts;
    settings.minify_html |= overrides.minify_html;
    if settings.mode == Mode::Check {
        // Nobody sees the colours of a check, so a missing grammar need not stop it.
        settings.markdown.highlighting = None;
    }
}
