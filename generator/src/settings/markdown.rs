//! `[markdown]`: how Markdown is rendered.

use serde::Serialize;

use super::InsertAnchor;
use crate::diagnostic::Diagnostic;
use crate::fields::{Node, Table};

/// How Markdown is rendered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MarkdownSettings {
    /// Colours in code; none: plain.
    pub highlighting: Option<HighlightingSettings>,
    /// `:smile:` becomes the character.
    pub render_emoji: bool,
    /// Class of links that leave the site.
    pub external_links_class: Option<String>,
    /// Such links open a new tab.
    pub external_links_target_blank: bool,
    /// They bear `nofollow`.
    pub external_links_no_follow: bool,
    /// They bear `noreferrer`.
    pub external_links_no_referrer: bool,
    /// They bear `external`.
    pub external_links_external: bool,
    /// Straight quotes become curly, hyphens dashes.
    pub smart_punctuation: bool,
    /// Definition lists are known.
    pub definition_list: bool,
    /// Footnotes stand at the end.
    pub bottom_footnotes: bool,
    /// Images load when they come into sight.
    pub lazy_async_image: bool,
    /// Where heading links stand.
    pub insert_anchor_links: InsertAnchor,
    /// `> [!NOTE]` is known.
    pub github_alerts: bool,
}

impl Default for MarkdownSettings {
    fn default() -> Self {
        Self {
            highlighting: None,
            render_emoji: false,
            external_links_class: None,
            external_links_target_blank: false,
            external_links_no_follow: false,
            external_links_no_referrer: false,
            external_links_external: true,
            smart_punctuation: false,
            definition_list: false,
            bottom_footnotes: false,
            lazy_async_image: false,
            insert_anchor_links: InsertAnchor::None,
            github_alerts: false,
        }
    }
}

/// Colours in code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HighlightingSettings {
    /// Whether an unknown language stops the build.
    pub error_on_missing_language: bool,
    /// Where the colours stand.
    pub style: HighlightStyle,
    /// One theme or two.
    #[serde(flatten)]
    pub themes: HighlightThemes,
    /// Further grammars, relative to the configuration's folder.
    pub extra_grammars: Vec<String>,
    /// Further themes, relative to the configuration's folder.
    pub extra_themes: Vec<String>,
    /// Which element bears what a fence says of its code (Zola 0.23).
    pub data_attr_position: DataAttributes,
}

/// Which element bears the data attributes of code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DataAttributes {
    /// The outer one.
    Pre,
    /// The inner one.
    #[default]
    Code,
    /// Both.
    Both,
    /// Neither.
    None,
}

/// Where the colours stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum HighlightStyle {
    /// In each element.
    #[default]
    Inline,
    /// In a style sheet.
    Class,
}

/// One theme, or one for light and one for dark screens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum HighlightThemes {
    /// One theme.
    Single {
        /// Its name.
        theme: String,
    },
    /// Two themes.
    Dual {
        /// For light screens.
        light_theme: String,
        /// For dark screens.
        dark_theme: String,
    },
}

impl HighlightThemes {
    /// The key of the configuration that names a theme.
    #[must_use]
    pub fn key_of(&self, name: &str) -> String {
        let key = match self {
            Self::Single { .. } => "theme",
            Self::Dual { light_theme, .. } if light_theme == name => "light_theme",
            Self::Dual { .. } => "dark_theme",
        };
        format!("markdown.highlighting.{key}")
    }
}

/// Old keys, and what to write instead.
const MOVED: &[(&str, &str)] = &[
    ("highlight_code", HIGHLIGHTING),
    ("highlight_theme", HIGHLIGHTING),
    ("highlight_themes_css", HIGHLIGHTING),
    ("extra_syntaxes_and_themes", HIGHLIGHTING),
    ("error_on_missing_highlight", HIGHLIGHTING),
    ("extra_syntaxes", HIGHLIGHTING),
];

/// What replaces every old key of highlighting.
pub(super) const HIGHLIGHTING: &str = "this moved to the table [markdown.highlighting], with the key `theme` (`groundswell migrate` \
     rewrites it)";

pub(super) fn read(mut table: Table<'_, '_>) -> MarkdownSettings {
    let highlighting = table.node("highlighting");
    let settings = MarkdownSettings {
        highlighting: highlighting.and_then(|node| read_highlighting(node, &mut table)),
        render_emoji: table.flag("render_emoji", false),
        external_links_class: read_class(&mut table),
        external_links_target_blank: table.flag("external_links_target_blank", false),
        external_links_no_follow: table.flag("external_links_no_follow", false),
        external_links_no_referrer: table.flag("external_links_no_referrer", false),
        external_links_external: table.flag("external_links_external", true),
        smart_punctuation: table.flag("smart_punctuation", false),
        definition_list: table.flag("definition_list", false),
        bottom_footnotes: table.flag("bottom_footnotes", false),
        lazy_async_image: table.flag("lazy_async_image", false),
        insert_anchor_links: table
            .choice("insert_anchor_links", InsertAnchor::WORDS)
            .unwrap_or_default(),
        github_alerts: table.flag("github_alerts", false),
    };
    table.finish_strict(MOVED);
    settings
}

fn read_class(table: &mut Table<'_, '_>) -> Option<String> {
    let class = table.string("external_links_class")?;
    if class.contains(['"', '\'']) {
        table.fault(
            "external_links_class",
            Diagnostic::error("`external_links_class` must not hold quotes")
                .hint("write the names of classes, with a space between two of them"),
        );
        return None;
    }
    Some(class)
}

fn read_highlighting(node: &Node, parent: &mut Table<'_, '_>) -> Option<HighlightingSettings> {
    let mut table = Table::read("[markdown.highlighting]", node, parent.faults());
    let theme = table.string("theme");
    let pair = table.string("light_theme").zip(table.string("dark_theme"));
    let themes = match (theme, pair) {
        (Some(theme), _) => Some(HighlightThemes::Single { theme }),
        (None, Some((light_theme, dark_theme))) => Some(HighlightThemes::Dual {
            light_theme,
            dark_theme,
        }),
        (None, None) => {
            table.faults().push(
                node.place,
                Diagnostic::error("[markdown.highlighting] names no theme")
                    .hint("add `theme`, or both `light_theme` and `dark_theme`"),
            );
            None
        }
    };
    let style = table.choice(
        "style",
        &[
            ("inline", HighlightStyle::Inline),
            ("class", HighlightStyle::Class),
        ],
    );
    let position = table.choice(
        "data_attr_position",
        &[
            ("pre", DataAttributes::Pre),
            ("code", DataAttributes::Code),
            ("both", DataAttributes::Both),
            ("none", DataAttributes::None),
        ],
    );
    let settings = HighlightingSettings {
        error_on_missing_language: table.flag("error_on_missing_language", false),
        style: style.unwrap_or_default(),
        themes: themes?,
        extra_grammars: table.strings("extra_grammars").unwrap_or_default(),
        extra_themes: table.strings("extra_themes").unwrap_or_default(),
        data_attr_position: position.unwrap_or_default(),
    };
    table.finish_lenient();
    Some(settings)
}
