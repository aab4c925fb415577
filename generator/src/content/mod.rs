//! One content file, parsed: typed front matter and body text. Knows nothing of other files.

mod dates;
mod front_keys;
mod front_page;
mod front_section;
mod names;
mod parse;
mod split;
#[cfg(test)]
mod tests;

pub use dates::WrittenDate;
pub use names::FileName;
pub use parse::parse_file;
pub use split::{Fence, front_matter_of};

use std::sync::Arc;

use indexmap::IndexMap;
use tera::Value;

pub use crate::settings::InsertAnchor;
use crate::source::SourcePath;

/// A parsed file.
#[derive(Clone, Debug)]
pub enum ParsedContent {
    /// A page.
    Page(ParsedPage),
    /// A section's `_index` file.
    Section(ParsedSection),
}

impl ParsedContent {
    /// Its file.
    #[must_use]
    pub fn path(&self) -> &SourcePath {
        match self {
            Self::Page(page) => &page.path,
            Self::Section(section) => &section.path,
        }
    }

    /// Its path, taken apart.
    #[must_use]
    pub fn name(&self) -> &FileName {
        match self {
            Self::Page(page) => &page.name,
            Self::Section(section) => &section.name,
        }
    }
}

/// A parsed page.
#[derive(Clone, Debug)]
pub struct ParsedPage {
    /// Its file.
    pub path: SourcePath,
    /// Its path, taken apart.
    pub name: FileName,
    /// Front matter, shared with the page's head.
    pub front: Arc<PageFrontMatter>,
    /// Its Markdown.
    pub body: Body,
}

/// A parsed section.
#[derive(Clone, Debug)]
pub struct ParsedSection {
    /// Its file.
    pub path: SourcePath,
    /// Its path, taken apart.
    pub name: FileName,
    /// Front matter.
    pub front: Box<SectionFrontMatter>,
    /// Its Markdown.
    pub body: Body,
}

/// The text below the front matter. It shares the file's text: nothing is copied.
#[derive(Clone, Debug)]
pub struct Body {
    file: Arc<str>,
    start: usize,
    /// The line of the file on which it starts, from 1, so that errors name the file's own lines.
    pub first_line: usize,
}

impl Body {
    /// A text that is a body as a whole.
    #[must_use]
    pub fn new(text: impl Into<Arc<str>>, first_line: usize) -> Self {
        Self {
            file: text.into(),
            start: 0,
            first_line,
        }
    }

    /// The Markdown.
    #[must_use]
    pub fn text(&self) -> &str {
        self.file.get(self.start..).unwrap_or_default()
    }
}

/// A page's front matter; unknown keys are ignored, as in Zola.
#[derive(Clone, Debug)]
pub struct PageFrontMatter {
    /// Title.
    pub title: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// The date in effect (`date`, else the file name's), as written.
    pub date: Option<String>,
    /// Year, month and day of `date` as written.
    pub ymd: Option<(i32, u32, u32)>,
    /// The instant of `date`, in nanoseconds since 1970, for ordering.
    pub instant: Option<i128>,
    /// `updated` as written.
    pub updated: Option<String>,
    /// The instant of `updated`, in nanoseconds since 1970.
    pub updated_instant: Option<i128>,
    /// Weight for `sort_by = "weight"`.
    pub weight: Option<u64>,
    /// Left out of the site unless drafts are asked for.
    pub draft: bool,
    /// Whether a file is written.
    pub render: bool,
    /// Own slug.
    pub slug: Option<String>,
    /// Own path.
    pub path: Option<String>,
    /// Terms by taxonomy.
    pub taxonomies: IndexMap<String, Vec<String>>,
    /// Authors.
    pub authors: Vec<String>,
    /// Other addresses that redirect here.
    pub aliases: Vec<String>,
    /// Own template.
    pub template: Option<String>,
    /// Whether the search finds it.
    pub in_search_index: bool,
    /// Whether feeds hold it (Zola 0.23 only).
    pub include_in_feeds: bool,
    /// Whether lists leave it out; none: as its section says (Zola 0.23 only).
    pub hidden: Option<bool>,
    /// The author's own settings: always a map.
    pub extra: Value,
}

/// How a section orders its pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum SortBy {
    /// Newest first by `date`.
    Date,
    /// Newest first by the later of `updated` and `date`.
    UpdateDate,
    /// By title, naturally.
    Title,
    /// By title's bytes.
    TitleBytes,
    /// By weight.
    Weight,
    /// By slug, naturally.
    Slug,
    /// By address.
    Permalink,
    /// By path (Zola: random).
    #[default]
    None,
}

/// A section's front matter; unknown keys are an error, as in Zola.
#[derive(Clone, Debug)]
pub struct SectionFrontMatter {
    /// Whether lists leave it and what is below it out; none: as the section above says (Zola 0.23
    /// only).
    pub hidden: Option<bool>,
    /// Title.
    pub title: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// Order of its pages.
    pub sort_by: SortBy,
    /// Weight among its parent's subsections.
    pub weight: u64,
    /// Left out with everything below it.
    pub draft: bool,
    /// Own template.
    pub template: Option<String>,
    /// Pages per pager; 0 or none: not paginated.
    pub paginate_by: Option<u64>,
    /// Whether pagers count from the end.
    pub paginate_reversed: bool,
    /// Path part before the pager's number.
    pub paginate_path: String,
    /// Where heading links stand; none: as the site says.
    pub insert_anchor_links: Option<InsertAnchor>,
    /// Whether a file is written.
    pub render: bool,
    /// Address to redirect to.
    pub redirect_to: Option<String>,
    /// Whether the search finds it and its pages.
    pub in_search_index: bool,
    /// Whether its pages are listed by its parent too.
    pub transparent: bool,
    /// Template for the pages below it.
    pub page_template: Option<String>,
    /// Other addresses that redirect here.
    pub aliases: Vec<String>,
    /// Whether it has feeds.
    pub generate_feeds: bool,
    /// The author's own settings: always a map.
    pub extra: Value,
}
