//! `[link_checker]`: which links are looked at and how bad a broken one is.

use globset::GlobSet;

use super::file::globs;
use crate::fields::Table;

/// How bad a broken link is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LinkLevel {
    /// It stops the build.
    #[default]
    Error,
    /// It is only reported.
    Warn,
}

const LEVELS: &[(&str, LinkLevel)] = &[("error", LinkLevel::Error), ("warn", LinkLevel::Warn)];

/// How links are checked.
#[derive(Clone, Debug, Default)]
pub struct LinkCheckerSettings {
    /// Addresses that start so are not asked.
    pub skip_prefixes: Vec<String>,
    /// Of these addresses only the page is asked, not the anchor.
    pub skip_anchor_prefixes: Vec<String>,
    /// For links to other content files.
    pub internal_level: LinkLevel,
    /// For links that leave the site.
    pub external_level: LinkLevel,
    /// Content files whose links are not checked, by their whole path.
    pub ignored_files: GlobSet,
}

pub(super) fn read(mut table: Table<'_, '_>) -> LinkCheckerSettings {
    let settings = LinkCheckerSettings {
        skip_prefixes: table.strings("skip_prefixes").unwrap_or_default(),
        skip_anchor_prefixes: table.strings("skip_anchor_prefixes").unwrap_or_default(),
        internal_level: table.choice("internal_level", LEVELS).unwrap_or_default(),
        external_level: table.choice("external_level", LEVELS).unwrap_or_default(),
        ignored_files: globs("ignored_files", &mut table),
    };
    table.finish_lenient();
    settings
}
