//! The site's settings: what the configuration says, checked, typed and final.

mod address;
mod campaign;
mod discover;
mod file;
mod languages;
mod links;
mod load;
mod markdown;
mod search;
mod slugs;
mod taxonomies;
#[cfg(test)]
mod tests;
mod theme;

pub use campaign::CampaignSettings;
pub use discover::find;
pub use languages::LanguageSettings;
pub use links::{LinkCheckerSettings, LinkLevel};
pub use load::{Overrides, load};
pub use markdown::{
    DataAttributes, HighlightStyle, HighlightThemes, HighlightingSettings, MarkdownSettings,
};
pub use search::{IndexFormat, SearchSettings};
pub use slugs::{SlugStrategy, SlugifySettings};
pub use taxonomies::TaxonomySettings;

use std::collections::BTreeMap;
use std::path::Path;

use globset::GlobSet;
use serde::Serialize;
use tera::Value;

use crate::diagnostic::Diagnostic;
use crate::source::Layout;

/// Where heading links stand by default; the same words as in a section's front matter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum InsertAnchor {
    /// Before the heading's text.
    Left,
    /// After it.
    Right,
    /// Around it.
    Heading,
    /// Nowhere.
    #[default]
    None,
}

impl InsertAnchor {
    /// The words of the settings and of front matter.
    pub const WORDS: &[(&str, Self)] = &[
        ("left", Self::Left),
        ("right", Self::Right),
        ("heading", Self::Heading),
        ("none", Self::None),
    ];
}

/// What the program is doing, as templates see it in `config.mode`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Building the site.
    #[default]
    Build,
    /// Serving it to its author.
    Serve,
    /// Checking it.
    Check,
}

/// Which generation of Zola the site's templates are written for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// Tera 1, with macros and shortcodes.
    #[default]
    Zola022,
    /// Tera 2, with components, in content too.
    Zola023,
}

impl Dialect {
    /// The words of `groundswell.toml`.
    pub(crate) const WORDS: &[(&str, Self)] =
        &[("zola-0.22", Self::Zola022), ("zola-0.23", Self::Zola023)];
}

/// Whether pagers stand in the sitemap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ExcludePagers {
    /// All of them do.
    #[default]
    None,
    /// None of them do.
    All,
}

/// Everything that holds for the whole site. What holds for one language, titles included, is
/// in [`LanguageSettings`]: ask [`Settings::language`].
#[derive(Clone, Debug)]
pub struct Settings {
    /// Folders, theme and what is ignored.
    pub layout: Layout,
    /// The configuration's file, relative to the root.
    pub config_file: String,
    /// Address of the site, as written or as the command line says.
    pub base_url: String,
    /// What the program is doing.
    pub mode: Mode,
    /// Whether drafts are part of the site.
    pub include_drafts: bool,
    /// Code of the language whose files bear no code.
    pub default_language: String,
    /// Every language by code, the default one included.
    pub languages: BTreeMap<String, LanguageSettings>,
    /// Whether the default language has feeds of all its pages: here only the top level counts.
    pub generate_feeds: bool,
    /// Items per feed; none: all.
    pub feed_limit: Option<u64>,
    /// Path before every taxonomy's.
    pub taxonomy_root: Option<String>,
    /// Author of what names none, in feeds.
    pub author: Option<String>,
    /// Whether `sass/` is compiled (a theme's always is).
    pub compile_sass: bool,
    /// Whether there are search indexes at all: what the languages say holds only then.
    pub build_search_index: bool,
    /// Whether HTML is minified.
    pub minify_html: bool,
    /// Keep entries starting with `.` at the root of the output when cleaning it.
    pub preserve_dotfiles_in_output: bool,
    /// Hard-link static files instead of copying them.
    pub hard_link_static: bool,
    /// Whether there is a sitemap.
    pub generate_sitemap: bool,
    /// Whether there is a robots.txt.
    pub generate_robots_txt: bool,
    /// Whether pagers stand in the sitemap.
    pub exclude_paginated_pages_in_sitemap: ExcludePagers,
    /// How Markdown is rendered.
    pub markdown: MarkdownSettings,
    /// How names become parts of addresses.
    pub slugify: SlugifySettings,
    /// How links are checked.
    pub link_checker: LinkCheckerSettings,
    /// The author's own settings, merged with the theme's: always a map.
    pub extra: Value,
    /// What `groundswell.toml` says of the campaign; none where it says nothing.
    pub campaign: Option<CampaignSettings>,
    /// The dialect that `groundswell.toml` names; none: it is seen from the templates.
    pub dialect: Option<Dialect>,
    /// Files below `content/` whose text holds no templates (Zola 0.23).
    pub skip_content_templating: GlobSet,
    /// Warnings found while reading the settings, to be reported with those of the stages.
    pub warnings: Vec<Diagnostic>,
}

impl Settings {
    /// The site's folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.layout.root
    }

    /// A language's settings; none for a code that the site does not have.
    #[must_use]
    pub fn language(&self, code: &str) -> Option<&LanguageSettings> {
        self.languages.get(code)
    }

    /// The default language's settings.
    #[must_use]
    pub fn default_settings(&self) -> &LanguageSettings {
        // `load` always inserts it; the static one only keeps this free of panics.
        self.languages
            .get(&self.default_language)
            .unwrap_or(&languages::BARE)
    }

    /// The languages besides the default one, by code.
    pub fn other_languages(&self) -> impl Iterator<Item = (&str, &LanguageSettings)> {
        self.languages
            .iter()
            .filter(|(code, _)| **code != self.default_language)
            .map(|(code, language)| (code.as_str(), language))
    }

    /// Whether there are feeds of all pages of a language.
    #[must_use]
    pub fn has_feeds(&self, code: &str) -> bool {
        if code == self.default_language {
            self.generate_feeds
        } else {
            self.language(code)
                .is_some_and(|language| language.generate_feeds)
        }
    }

    /// Whether there is more than the default language.
    #[must_use]
    pub fn is_multilingual(&self) -> bool {
        self.other_languages().next().is_some()
    }
}
