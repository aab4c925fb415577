//! Markdown to HTML, page by page, with what other pages may ask about the result.

mod code;
mod colours;
mod footnotes;
mod headings;
mod images;
mod links;
mod marks;
mod render;
mod shortcodes;
mod source_lines;
mod summary;
#[cfg(test)]
mod tests;
mod words;

pub use colours::{Colours, sheets};
pub use render::{BodyJob, LinkResolver, render};

use std::collections::BTreeMap;
use std::sync::Arc;

use tera::Value;

use crate::diagnostic::Diagnostic;
use crate::fields::Place;
use crate::graph::{ByPage, SectionId};

/// Every rendered body.
#[derive(Clone, Debug, Default)]
pub struct Bodies {
    /// Of pages.
    pub pages: ByPage<Arc<Rendered>>,
    /// Of sections.
    pub sections: BTreeMap<SectionId, Arc<Rendered>>,
}

/// One rendered body.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// The HTML: a string that templates share.
    pub html: Value,
    /// HTML before `<!-- more -->`; none without the mark.
    pub summary: Option<String>,
    /// Headings as a tree.
    pub toc: Vec<Heading>,
    /// Words in the Markdown.
    pub word_count: usize,
    /// Minutes to read, 200 words a minute, rounded up.
    pub reading_time: usize,
    /// Links to other content files.
    pub internal_links: Vec<InternalLink>,
    /// Links that leave the site.
    pub external_links: Vec<ExternalLink>,
    /// Code in languages for which there is no grammar.
    pub unknown_languages: Vec<UnknownLanguage>,
}

/// A link that leaves the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalLink {
    /// The address, as written.
    pub url: String,
    /// Where it stands in the source file, where known.
    pub place: Option<Place>,
}

/// A block of code in a language for which there is no grammar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownLanguage {
    /// As written.
    pub name: String,
    /// Where it stands in the source file, where known.
    pub place: Option<Place>,
}

impl Rendered {
    /// The HTML.
    #[must_use]
    pub fn html(&self) -> &str {
        self.html.as_str().unwrap_or_default()
    }
}

/// A heading and those below it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heading {
    /// 1 to 6.
    pub level: u32,
    /// The anchor.
    pub id: String,
    /// The page's address with the anchor.
    pub permalink: String,
    /// Plain text.
    pub title: String,
    /// Headings below it.
    pub children: Vec<Heading>,
}

/// A link to another content file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InternalLink {
    /// The target's path below `content/`.
    pub target: String,
    /// The part after `#`.
    pub anchor: Option<String>,
    /// Where it stands in the source file, where known.
    pub place: Option<Place>,
}

/// Renders the templates that a body may call: shortcodes, `anchor-link.html`,
/// `summary-cutoff.html`. Implemented by `template`; `markup` never imports it.
pub trait TemplateCalls {
    /// A body that is a template itself and begins on this line of its file, rendered to Markdown;
    /// none where the site's dialect knows shortcodes instead.
    fn whole(
        &self,
        source: &str,
        file: &str,
        first_line: usize,
    ) -> Option<Result<String, Diagnostic>>;

    /// Whether `shortcodes/<name>.html` or `.md` exists, and which.
    fn shortcode_kind(&self, name: &str) -> Option<ShortcodeKind>;

    /// Renders a template by its full name (`shortcodes/x.html`, `anchor-link.html`) with these
    /// variables, for the page or section whose body is being rendered.
    ///
    /// # Errors
    /// The template's own fault, naming its file.
    fn render(&self, template: &str, variables: Vec<(String, Value)>)
    -> Result<String, Diagnostic>;
}

/// What a shortcode makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShortcodeKind {
    /// HTML, put into the result.
    Html,
    /// Markdown, put into the source before it is parsed.
    Markdown,
}
