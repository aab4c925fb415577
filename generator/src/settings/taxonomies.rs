//! `[[taxonomies]]`: the ways of a language to group its pages.

use serde::Serialize;

use super::SlugStrategy;
use crate::diagnostic::Diagnostic;
use crate::fields::{Kind, Node, Table};

/// A taxonomy's settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TaxonomySettings {
    /// As written: the key in front matter, the folder of its templates.
    pub name: String,
    /// Its part of the address.
    pub slug: String,
    /// Pages per pager of a term; 0 or none: not paginated.
    pub paginate_by: Option<u64>,
    /// Path part before the pager's number; none: `page`.
    pub paginate_path: Option<String>,
    /// Whether files are written for it.
    pub render: bool,
    /// Whether each term has feeds.
    pub feed: bool,
}

impl TaxonomySettings {
    /// Pages per pager, if its terms are paginated.
    #[must_use]
    pub fn pager_size(&self) -> Option<u64> {
        self.paginate_by.filter(|size| *size > 0)
    }

    /// Path part before the pager's number.
    #[must_use]
    pub fn pager_path(&self) -> &str {
        self.paginate_path.as_deref().unwrap_or("page")
    }
}

/// Reads the key `taxonomies` of a table.
pub(super) fn read(table: &mut Table<'_, '_>, slugs: SlugStrategy) -> Vec<TaxonomySettings> {
    let Some(node) = table.node("taxonomies") else {
        return Vec::new();
    };
    let Kind::Array(items) = &node.kind else {
        let message = format!(
            "`taxonomies` must be a list of tables, not {}",
            node.describe()
        );
        let hint = "write [[taxonomies]] with name = \"…\" below it";
        table
            .faults()
            .push(node.place, Diagnostic::error(message).hint(hint));
        return Vec::new();
    };
    items
        .iter()
        .map(|item| read_one(item, slugs, table))
        .collect()
}

fn read_one(node: &Node, slugs: SlugStrategy, parent: &mut Table<'_, '_>) -> TaxonomySettings {
    let mut table = Table::read("[[taxonomies]]", node, parent.faults());
    let name = table.string("name").unwrap_or_default();
    let settings = TaxonomySettings {
        slug: slugs.path(&name),
        name,
        paginate_by: table.count("paginate_by"),
        paginate_path: table.string("paginate_path"),
        render: table.flag("render", true),
        feed: table.flag("feed", false),
    };
    table.finish_lenient();
    settings
}
