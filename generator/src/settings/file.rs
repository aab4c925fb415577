//! The configuration's top level, key by key.

use std::collections::BTreeMap;
use std::path::Path;

use globset::{Glob, GlobSet, GlobSetBuilder};

use super::markdown::HIGHLIGHTING;
use super::{ExcludePagers, Mode, Settings, languages, links, markdown, slugs};
use crate::diagnostic::Diagnostic;
use crate::fields::{Faults, Kind, Node, Table};
use crate::source::Layout;

/// Old keys, and what to write instead.
pub(super) const MOVED: &[(&str, &str)] = &[
    (
        "generate_feed",
        "this is called `generate_feeds` now (`groundswell migrate` rewrites it)",
    ),
    (
        "generate_rss",
        "this is called `generate_feeds` now (`groundswell migrate` rewrites it)",
    ),
    (
        "feed_filename",
        "write feed_filenames = [\"…\"], a list (`groundswell migrate` rewrites it)",
    ),
    (
        "rss_limit",
        "this is called `feed_limit` now (`groundswell migrate` rewrites it)",
    ),
    ("highlight_code", HIGHLIGHTING),
    ("highlight_theme", HIGHLIGHTING),
    ("highlight_themes_css", HIGHLIGHTING),
    ("extra_syntaxes_and_themes", HIGHLIGHTING),
    ("error_on_missing_highlight", HIGHLIGHTING),
    ("extra_syntaxes", HIGHLIGHTING),
    ("check_external_links", "run the command `check` instead"),
];

/// The address that a freshly copied configuration bears: as good as none.
const UNSET_BASE_URL: &str = "http://a-website.com";

const MODES: &[(&str, Mode)] = &[
    ("build", Mode::Build),
    ("serve", Mode::Serve),
    ("check", Mode::Check),
];

const EXCLUDE: &[(&str, ExcludePagers)] =
    &[("none", ExcludePagers::None), ("all", ExcludePagers::All)];

/// Settings still without theme and campaign, and the site's own `[extra]`.
pub(super) struct Own {
    pub(super) settings: Settings,
    pub(super) extra: Node,
    /// `output_dir` as written.
    pub(super) output_dir: String,
}

/// Reads the configuration's tree.
pub(super) fn read(root: &Path, node: &Node, has_base_url: bool, faults: &mut Faults) -> Own {
    let config_file = faults.file.clone();
    let mut table = Table::read("the configuration", node, faults);
    let base_url = table.string("base_url").unwrap_or_default();
    if !has_base_url && (base_url.is_empty() || base_url == UNSET_BASE_URL) {
        table.fault(
            "base_url",
            Diagnostic::error("The site's address is missing")
                .hint("set `base_url`, as in base_url = \"https://example.org\""),
        );
    }
    let default_language = table
        .string("default_language")
        .unwrap_or_else(|| "en".to_owned());
    let place = table.place_of("default_language");
    languages::check_code(&default_language, place, table.faults());
    let slugify = subtable(&mut table, "slugify", slugs::read);
    let markdown = subtable(&mut table, "markdown", markdown::read);
    let link_checker = subtable(&mut table, "link_checker", links::read);
    let top = languages::read_options(&mut table, slugify.taxonomies);
    let (generate_feeds, build_search_index) = (top.generate_feeds, top.build_search_index);
    let language_tables = table.node("languages");
    let languages = languages::read_all(
        language_tables,
        &default_language,
        (top, node),
        slugify.taxonomies,
        table.faults(),
    );
    let extra = extra(&mut table);
    let output_dir = table
        .string("output_dir")
        .unwrap_or_else(|| "public".to_owned());
    let settings = Settings {
        layout: Layout {
            root: root.to_owned(),
            theme: table.string("theme"),
            output_dir: root.join(&output_dir),
            ignored_content: globs("ignored_content", &mut table),
            ignored_static: globs("ignored_static", &mut table),
            stand_ins: BTreeMap::new(),
        },
        config_file,
        base_url,
        mode: table.choice("mode", MODES).unwrap_or_default(),
        include_drafts: false,
        default_language,
        languages,
        generate_feeds,
        feed_limit: table.count("feed_limit"),
        taxonomy_root: table.string("taxonomy_root"),
        author: table.string("author"),
        compile_sass: table.flag("compile_sass", false),
        build_search_index,
        minify_html: table.flag("minify_html", false),
        preserve_dotfiles_in_output: table.flag("preserve_dotfiles_in_output", false),
        hard_link_static: table.flag("hard_link_static", false),
        generate_sitemap: table.flag("generate_sitemap", true),
        generate_robots_txt: table.flag("generate_robots_txt", true),
        exclude_paginated_pages_in_sitemap: table
            .choice("exclude_paginated_pages_in_sitemap", EXCLUDE)
            .unwrap_or_default(),
        markdown,
        slugify,
        link_checker,
        extra: Node::empty_table().to_value(true),
        campaign: None,
        dialect: None,
        skip_content_templating: globs("skip_content_templating", &mut table),
        warnings: Vec::new(),
    };
    table.finish_strict(MOVED);
    Own {
        settings,
        extra,
        output_dir,
    }
}

/// The author's own settings.
fn extra(table: &mut Table<'_, '_>) -> Node {
    match table.node("extra") {
        None => Node::empty_table(),
        Some(node) if matches!(node.kind, Kind::Table(_)) => node.clone(),
        Some(node) => {
            let message = format!("`extra` must be a table, not {}", node.describe());
            let fault = Diagnostic::error(message).hint("write [extra] and your keys below it");
            table.faults().push(node.place, fault);
            Node::empty_table()
        }
    }
}

/// A table of the top level, its defaults where it is not written.
fn subtable<T: Default>(
    table: &mut Table<'_, '_>,
    key: &'static str,
    read: fn(Table<'_, '_>) -> T,
) -> T {
    match table.node(key) {
        Some(node) => read(Table::read(format!("[{key}]"), node, table.faults())),
        None => T::default(),
    }
}

/// The patterns of a key, those that cannot be understood reported and left out.
pub(super) fn globs(key: &'static str, table: &mut Table<'_, '_>) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for pattern in table.strings(key).unwrap_or_default() {
        match Glob::new(&pattern) {
            Ok(glob) => {
                set.add(glob);
            }
            Err(error) => table.fault(
                key,
                Diagnostic::error(format!(
                    "`{pattern}` is not a file pattern: {}",
                    error.kind()
                ))
                .hint("write one such as \"*.tmp\" or \"drafts/**\"; [ ] and { } come in pairs"),
            ),
        }
    }
    match set.build() {
        Ok(set) => set,
        Err(error) => {
            let message = format!("`{key}` cannot be used: {error}");
            let fault = Diagnostic::error(message).hint("write fewer or shorter patterns");
            table.fault(key, fault);
            GlobSet::empty()
        }
    }
}
