//! What holds for one language: the top level for the default one, `[languages.X]` for each.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Serialize;

use super::search::{self, SearchSettings};
use super::slugs::SlugStrategy;
use super::taxonomies::{self, TaxonomySettings};
use crate::diagnostic::Diagnostic;
use crate::fields::{Entry, Faults, Kind, Node, Table};

/// What holds for one language. Languages inherit nothing from each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LanguageSettings {
    /// The site's title.
    pub title: Option<String>,
    /// The site's description.
    pub description: Option<String>,
    /// Whether there are feeds of all its pages.
    pub generate_feeds: bool,
    /// File names, and templates, of its feeds.
    pub feed_filenames: Vec<String>,
    /// Its ways to group pages.
    pub taxonomies: Vec<TaxonomySettings>,
    /// Whether it has a search index.
    pub build_search_index: bool,
    /// What that holds.
    pub search: SearchSettings,
    /// Texts for `trans()`.
    pub translations: BTreeMap<String, String>,
}

impl LanguageSettings {
    /// The taxonomy of this name.
    #[must_use]
    pub fn taxonomy(&self, name: &str) -> Option<&TaxonomySettings> {
        self.taxonomies
            .iter()
            .find(|taxonomy| taxonomy.name == name)
    }
}

impl Default for LanguageSettings {
    fn default() -> Self {
        Self {
            title: None,
            description: None,
            generate_feeds: false,
            feed_filenames: vec!["atom.xml".to_owned()],
            taxonomies: Vec::new(),
            build_search_index: false,
            search: SearchSettings::DEFAULT,
            translations: BTreeMap::new(),
        }
    }
}

/// A language of which nothing is written.
pub(super) static BARE: LazyLock<LanguageSettings> = LazyLock::new(LanguageSettings::default);

/// Keys that must not stand both at the top level and in the default language's table.
const ONCE: &[&str] = &[
    "title",
    "description",
    "feed_filenames",
    "taxonomies",
    "search",
    "translations",
];

/// Reads the keys of one language out of a table, which may hold others too.
pub(super) fn read_options(table: &mut Table<'_, '_>, slugs: SlugStrategy) -> LanguageSettings {
    let default = LanguageSettings::default();
    LanguageSettings {
        title: table.string("title"),
        description: table.string("description"),
        generate_feeds: table.flag("generate_feeds", false),
        feed_filenames: table
            .strings("feed_filenames")
            .unwrap_or(default.feed_filenames),
        taxonomies: taxonomies::read(table, slugs),
        build_search_index: table.flag("build_search_index", false),
        search: match table.node("search") {
            Some(node) => search::read(Table::read("[search]", node, table.faults())),
            None => SearchSettings::DEFAULT,
        },
        translations: table
            .string_table("translations", |code| {
                format!(
                    "texts of a language stand in [languages.{code}.translations] now \
                     (`groundswell migrate` rewrites it)"
                )
            })
            .unwrap_or_default()
            .into_iter()
            .collect(),
    }
}

/// Reads `[languages]` and joins the default language's table with the top level.
pub(super) fn read_all(
    node: Option<&Node>,
    default_language: &str,
    top: (LanguageSettings, &Node),
    slugs: SlugStrategy,
    faults: &mut Faults,
) -> BTreeMap<String, LanguageSettings> {
    let (top_settings, top_node) = top;
    let mut languages = BTreeMap::new();
    languages.insert(default_language.to_owned(), top_settings);
    let Some(node) = node else {
        return languages;
    };
    let Kind::Table(entries) = &node.kind else {
        let message = format!("`languages` must be a table, not {}", node.describe());
        let diagnostic = Diagnostic::error(message)
            .hint(
            "give each language its own table, as in [languages.fr] (`groundswell migrate` rewrites \
             it)",
        );
        faults.push(node.place, diagnostic);
        return languages;
    };
    for entry in entries {
        check_code(&entry.key, entry.place, faults);
        let mut table = Table::read(format!("[languages.{}]", entry.key), &entry.value, faults);
        let settings = read_options(&mut table, slugs);
        table.finish_strict(super::file::MOVED);
        let settings = if entry.key == default_language {
            let top = languages.remove(default_language).unwrap_or_default();
            join(top, settings, top_node, entry, faults)
        } else {
            settings
        };
        languages.insert(entry.key.clone(), settings);
    }
    languages
}

/// The default language's settings from both places that may hold them.
fn join(
    top: LanguageSettings,
    own: LanguageSettings,
    top_node: &Node,
    entry: &Entry,
    faults: &mut Faults,
) -> LanguageSettings {
    for key in ONCE {
        if let (Some(_), Some(second)) = (top_node.entry(key), entry.value.entry(key)) {
            let message = format!("`{key}` of the default language is written twice");
            let hint = format!(
                "keep it either at the top level or in [languages.{}]",
                entry.key
            );
            faults.push(second.place, Diagnostic::error(message).hint(hint));
        }
    }
    let own_has = |key: &str| entry.value.entry(key).is_some();
    LanguageSettings {
        title: own.title.or(top.title),
        description: own.description.or(top.description),
        generate_feeds: own.generate_feeds || top.generate_feeds,
        feed_filenames: if own_has("feed_filenames") {
            own.feed_filenames
        } else {
            top.feed_filenames
        },
        taxonomies: if own_has("taxonomies") {
            own.taxonomies
        } else {
            top.taxonomies
        },
        build_search_index: own.build_search_index || top.build_search_index,
        search: if own_has("search") {
            own.search
        } else {
            top.search
        },
        translations: if own_has("translations") {
            own.translations
        } else {
            top.translations
        },
    }
}

/// A code must be one that browsers understand, since it ends up in `lang` attributes.
pub(super) fn check_code(code: &str, place: Option<crate::fields::Place>, faults: &mut Faults) {
    if code.parse::<unic_langid::LanguageIdentifier>().is_err() {
        let message = format!("`{code}` is not the code of a language");
        let diagnostic = Diagnostic::error(message).hint("write one such as `fr` or `pt-BR`");
        faults.push(place, diagnostic);
    }
}
