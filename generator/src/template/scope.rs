//! What functions and filters may see of the site while a template is rendered.

use std::sync::Arc;

use tera::Value;

use crate::diagnostic::Diagnostic;
use crate::graph::SiteGraph;
use crate::settings::Settings;

use super::effects::Effects;
use super::files::Files;

/// The site's pages, sections and taxonomies as template values. Implemented by `view`.
///
/// Files are paths below `content/` (`news/a.fr.md`), languages are codes.
pub trait SiteLookup: Sync {
    /// The page of that file.
    fn page(&self, file: &str) -> Option<Value>;

    /// The section of that file, without its pages if only its metadata is asked for.
    fn section(&self, file: &str, metadata_only: bool) -> Option<Value>;

    /// The taxonomy of that kind (its name) in that language, with its terms.
    fn taxonomy(&self, kind: &str, lang: &str) -> Option<Value>;

    /// A term by its exact name.
    fn taxonomy_term(
        &self,
        kind: &str,
        term: &str,
        lang: &str,
        include_pages: bool,
    ) -> Option<Value>;
}

/// What the filter `markdown` calls.
pub trait MarkdownFilter: Sync {
    /// Markdown as HTML; `inline`: without the paragraph around it. `place`: the page or section
    /// that it belongs to, where the dialect says so.
    ///
    /// # Errors
    /// What is wrong with the Markdown.
    fn render(
        &self,
        markdown: &str,
        inline: bool,
        place: Option<&MarkdownPlace>,
    ) -> Result<String, Diagnostic>;
}

/// The page or section that a text belongs to.
#[derive(Clone, Debug, Default)]
pub struct MarkdownPlace {
    /// Its address.
    pub permalink: String,
    /// Its language.
    pub lang: String,
}

/// A scope that owns what it shows. Functions of Tera 2 live as long as the program: they reach
/// what they may see through this.
pub trait ScopeHost: Send + Sync {
    /// Does some work with the scope.
    fn with(&self, work: &mut dyn FnMut(&Scope<'_>));
}

/// What functions and filters may see.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// The site's settings.
    pub settings: &'a Settings,
    /// Files that were loaded.
    pub files: &'a Files,
    /// Addresses of pages, sections and terms.
    pub graph: &'a SiteGraph,
    /// Pages, sections and taxonomies; none while bodies are rendered.
    pub site: Option<&'a dyn SiteLookup>,
    /// What the filter `markdown` calls; none where Markdown cannot be rendered.
    pub markdown: Option<&'a dyn MarkdownFilter>,
    /// Where images and warnings go.
    pub effects: &'a Effects,
    /// The same for Tera 2's functions; none: they see what those around them see.
    pub host: Option<&'a Arc<dyn ScopeHost>>,
}

impl<'a> Scope<'a> {
    /// A scope without pages' values and without Markdown.
    #[must_use]
    pub fn new(
        settings: &'a Settings,
        graph: &'a SiteGraph,
        files: &'a Files,
        effects: &'a Effects,
    ) -> Self {
        Self {
            settings,
            files,
            graph,
            site: None,
            markdown: None,
            effects,
            host: None,
        }
    }

    /// The same with its host.
    #[must_use]
    pub fn with_host(mut self, host: &'a Arc<dyn ScopeHost>) -> Self {
        self.host = Some(host);
        self
    }

    /// The same with the pages' values.
    #[must_use]
    pub fn with_site(mut self, site: &'a dyn SiteLookup) -> Self {
        self.site = Some(site);
        self
    }

    /// The same with a Markdown renderer.
    #[must_use]
    pub fn with_markdown(mut self, markdown: &'a dyn MarkdownFilter) -> Self {
        self.markdown = Some(markdown);
        self
    }
}
