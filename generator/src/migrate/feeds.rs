//! The keys of feeds, at the top level and in each language.

use toml_edit::{Item, Table};

use super::keys;

/// Renames them.
pub(super) fn rewrite(top: &mut Table) {
    rewrite_keys(top);
    if let Some(languages) = top.get_mut("languages").and_then(Item::as_table_mut) {
        for (_, language) in languages.iter_mut() {
            if let Some(language) = language.as_table_mut() {
                rewrite_keys(language);
            }
        }
    }
}

/// Those of one table.
fn rewrite_keys(table: &mut Table) {
    keys::rename(table, "generate_feed", "generate_feeds");
    keys::rename(table, "generate_rss", "generate_feeds");
    keys::rename(table, "rss_limit", "feed_limit");
    if table.contains_key("feed_filenames") {
        keys::remove(table, "feed_filename");
    } else {
        keys::replace(table, "feed_filename", "feed_filenames", keys::listed);
    }
}
