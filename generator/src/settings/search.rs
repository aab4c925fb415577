//! `[search]`: what the search index holds.

use serde::Serialize;

use crate::fields::Table;

/// The index's form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IndexFormat {
    /// `window.searchIndex = …` for elasticlunr.
    #[default]
    ElasticlunrJavascript,
    /// JSON for elasticlunr.
    ElasticlunrJson,
    /// `window.searchIndex = …` for fuse.
    FuseJavascript,
    /// JSON for fuse.
    FuseJson,
}

const FORMATS: &[(&str, IndexFormat)] = &[
    ("elasticlunr_javascript", IndexFormat::ElasticlunrJavascript),
    ("elasticlunr_json", IndexFormat::ElasticlunrJson),
    ("fuse_javascript", IndexFormat::FuseJavascript),
    ("fuse_json", IndexFormat::FuseJson),
];

/// What the search index holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SearchSettings {
    /// Titles.
    pub include_title: bool,
    /// Descriptions.
    pub include_description: bool,
    /// Dates.
    pub include_date: bool,
    /// Paths.
    pub include_path: bool,
    /// Texts.
    pub include_content: bool,
    /// Longest text, in code points.
    pub truncate_content_length: Option<u64>,
    /// The index's form.
    pub index_format: IndexFormat,
}

impl SearchSettings {
    /// What holds where nothing is written.
    pub(super) const DEFAULT: Self = Self {
        include_title: true,
        include_description: false,
        include_date: false,
        include_path: false,
        include_content: true,
        truncate_content_length: None,
        index_format: IndexFormat::ElasticlunrJavascript,
    };
}

impl Default for SearchSettings {
    fn default() -> Self {
        Self::DEFAULT
    }
}

pub(super) fn read(mut table: Table<'_, '_>) -> SearchSettings {
    let settings = SearchSettings {
        include_title: table.flag("include_title", true),
        include_description: table.flag("include_description", false),
        include_date: table.flag("include_date", false),
        include_path: table.flag("include_path", false),
        include_content: table.flag("include_content", true),
        truncate_content_length: table.count("truncate_content_length"),
        index_format: table.choice("index_format", FORMATS).unwrap_or_default(),
    };
    table.finish_lenient();
    settings
}
