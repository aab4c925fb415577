//! A section's front matter.

use super::front_keys::{extra, hidden};
use super::{SectionFrontMatter, SortBy};
use crate::fields::Table;
use crate::settings::InsertAnchor;

const ORDERS: &[(&str, SortBy)] = &[
    ("date", SortBy::Date),
    ("update_date", SortBy::UpdateDate),
    ("title", SortBy::Title),
    ("title_bytes", SortBy::TitleBytes),
    ("weight", SortBy::Weight),
    ("slug", SortBy::Slug),
    ("permalink", SortBy::Permalink),
    ("none", SortBy::None),
];

/// Old keys, and what to write instead.
const MOVED: &[(&str, &str)] = &[
    (
        "order",
        "this is called `weight` (`groundswell migrate` rewrites it)",
    ),
    (
        "generate_feed",
        "this is called `generate_feeds` now (`groundswell migrate` rewrites it)",
    ),
    (
        "date",
        "a section has no date; only pages do: name the file index.md if it is a page",
    ),
];

/// Reads a section's keys; any other is a fault, as in Zola. `sorted`: whether `extra` is handed
/// out by key.
pub(super) fn read(mut table: Table<'_, '_>, sorted: bool) -> SectionFrontMatter {
    let default = SectionFrontMatter::default();
    let front = SectionFrontMatter {
        title: table.string("title"),
        description: table.string("description"),
        sort_by: table.choice("sort_by", ORDERS).unwrap_or_default(),
        weight: table.count("weight").unwrap_or(default.weight),
        draft: table.flag("draft", false),
        template: table.string("template"),
        paginate_by: table.count("paginate_by"),
        paginate_reversed: table.flag("paginate_reversed", false),
        paginate_path: table
            .string("paginate_path")
            .unwrap_or(default.paginate_path),
        insert_anchor_links: table.choice("insert_anchor_links", InsertAnchor::WORDS),
        render: table.flag("render", true),
        redirect_to: table.string("redirect_to"),
        in_search_index: table.flag("in_search_index", true),
        transparent: table.flag("transparent", false),
        page_template: table.string("page_template"),
        aliases: table.strings("aliases").unwrap_or_default(),
        generate_feeds: table.flag("generate_feeds", false),
        hidden: hidden(&mut table),
        extra: extra(&mut table, sorted),
    };
    table.finish_strict(MOVED);
    front
}

impl Default for SectionFrontMatter {
    fn default() -> Self {
        Self {
            title: None,
            description: None,
            sort_by: SortBy::None,
            weight: 0,
            draft: false,
            template: None,
            paginate_by: None,
            paginate_reversed: false,
            paginate_path: "page".to_owned(),
            insert_anchor_links: None,
            render: true,
            redirect_to: None,
            in_search_index: true,
            transparent: false,
            page_template: None,
            aliases: Vec::new(),
            generate_feeds: false,
            hidden: None,
            extra: crate::fields::Node::empty_table().to_value(true),
        }
    }
}

impl SectionFrontMatter {
    /// Pages per pager, if the section is paginated.
    #[must_use]
    pub fn pager_size(&self) -> Option<u64> {
        self.paginate_by.filter(|size| *size > 0)
    }
}
