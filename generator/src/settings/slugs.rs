//! `[slugify]`: how names become parts of addresses.

use crate::fields::Table;

/// How a name becomes part of an address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SlugStrategy {
    /// ASCII letters, digits and single hyphens.
    #[default]
    On,
    /// Only what file systems refuse is taken away.
    Safe,
    /// Left as it is.
    Off,
}

const STRATEGIES: &[(&str, SlugStrategy)] = &[
    ("on", SlugStrategy::On),
    ("safe", SlugStrategy::Safe),
    ("off", SlugStrategy::Off),
];

impl SlugStrategy {
    /// A name as part of a path.
    #[must_use]
    pub fn path(self, name: &str) -> String {
        match self {
            Self::On => slug::slugify(name),
            Self::Safe => name
                .trim_end_matches([' ', '.'])
                .chars()
                .filter(|c| !matches!(c, '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*'))
                .collect(),
            Self::Off => name.to_owned(),
        }
    }

    /// A heading's text as an anchor.
    #[must_use]
    pub fn anchor(self, text: &str) -> String {
        match self {
            Self::On => slug::slugify(text),
            Self::Safe | Self::Off => text
                .chars()
                .map(|c| if c.is_ascii_whitespace() { '_' } else { c })
                .collect(),
        }
    }
}

/// How names become parts of addresses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SlugifySettings {
    /// Pages.
    pub paths: SlugStrategy,
    /// Taxonomies and terms.
    pub taxonomies: SlugStrategy,
    /// Headings.
    pub anchors: SlugStrategy,
    /// Keep a file name's date in the address.
    pub paths_keep_dates: bool,
}

pub(super) fn read(mut table: Table<'_, '_>) -> SlugifySettings {
    let settings = SlugifySettings {
        paths: table.choice("paths", STRATEGIES).unwrap_or_default(),
        taxonomies: table.choice("taxonomies", STRATEGIES).unwrap_or_default(),
        anchors: table.choice("anchors", STRATEGIES).unwrap_or_default(),
        paths_keep_dates: table.flag("paths_keep_dates", false),
    };
    table.finish_lenient();
    settings
}
