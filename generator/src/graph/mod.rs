//! The site as its heads describe it: addresses, sections, order, taxonomies, translations.
//!
//! A function of paths and front matter only: editing prose never changes the graph.

mod assets;
mod collisions;
mod heads;
mod ids;
mod membership;
mod newer;
mod order;
mod resolve;
mod taxonomies;
#[cfg(test)]
mod tests;
mod translations;

pub use ids::{ByPage, PageId, SectionId};
pub use resolve::resolve;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::content::{PageFrontMatter, SectionFrontMatter};
use crate::settings::Dialect;
use crate::source::SourcePath;

/// The resolved site.
#[derive(Clone, Debug, Default)]
pub struct SiteGraph {
    /// Every page that is not a draft, by id.
    pub pages: ByPage<PageHead>,
    /// Every section, by id, synthesised home sections included.
    pub sections: BTreeMap<SectionId, SectionHead>,
    /// Taxonomies by language code, in the order of the settings.
    pub taxonomies: BTreeMap<String, Vec<Taxonomy>>,
    /// Pages that a sorted section could not order (no date, no weight, no title), by id.
    pub ignored_pages: Vec<PageId>,
    /// Pages that are built and listed nowhere: not in sitemap, search index and feeds.
    pub unlisted_pages: BTreeSet<PageId>,
    /// The dialect that the site is built in, once its templates are seen.
    pub dialect: Dialect,
}

/// What others may know of a page: everything that path and front matter tell.
#[derive(Clone, Debug)]
pub struct PageHead {
    /// Its identity.
    pub id: PageId,
    /// Its front matter.
    pub front: Arc<PageFrontMatter>,
    /// Language code.
    pub lang: String,
    /// Path part of its address with slashes at both ends (`/fr/news/a/`).
    pub path: String,
    /// Its absolute address.
    pub permalink: String,
    /// Last part of its path.
    pub slug: String,
    /// Ancestor sections' ids, home first.
    pub ancestors: Vec<SectionId>,
    /// The section that lists it; none for an orphan.
    pub section: Option<SectionId>,
    /// Folder of a page bundle below `content/`, with a trailing slash (`news/a/`).
    pub colocated_path: Option<String>,
    /// Files beside it that are copied to its folder.
    pub assets: Vec<SourcePath>,
    /// Template to render it with: its own, or the nearest `page_template`.
    pub template: Option<String>,
    /// Previous in its section's order (newer, lighter).
    pub lower: Option<PageId>,
    /// Next in its section's order.
    pub higher: Option<PageId>,
    /// All pages of the same canonical path in every language, itself included, sorted by language.
    pub translations: Vec<PageId>,
}

impl PageHead {
    /// Parts of its path.
    pub fn components(&self) -> impl Iterator<Item = &str> {
        components(&self.path)
    }

    /// The folder of the section that lists it, below `content/`.
    fn folder(&self) -> &str {
        let above = |path: &'_ str| path.rfind('/').unwrap_or_default();
        let file: &str = &self.id.0;
        let folder = file.get(..above(file)).unwrap_or_default();
        // A bundle's own folder is part of its name.
        match self.colocated_path {
            Some(_) => folder.get(..above(folder)).unwrap_or_default(),
            None => folder,
        }
    }
}

impl SectionHead {
    /// Parts of its path; as in Zola, none for the home of a language without a file for it.
    pub fn components(&self) -> impl Iterator<Item = &str> {
        components(&self.path).filter(|_| self.has_file)
    }
}

fn components(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}

/// What others may know of a section.
#[derive(Clone, Debug)]
pub struct SectionHead {
    /// Its identity.
    pub id: SectionId,
    /// Its front matter (defaults when synthesised).
    pub front: SectionFrontMatter,
    /// Whether there is an `_index` file.
    pub has_file: bool,
    /// Language code.
    pub lang: String,
    /// Path part of its address.
    pub path: String,
    /// Its absolute address.
    pub permalink: String,
    /// Its folders below `content/`.
    pub folders: Vec<String>,
    /// Ancestor sections' ids, home first.
    pub ancestors: Vec<SectionId>,
    /// Its pages in order, those of transparent subsections included.
    pub pages: Vec<PageId>,
    /// Direct subsections by weight, then path.
    pub subsections: Vec<SectionId>,
    /// Files beside it that are copied to its folder.
    pub assets: Vec<SourcePath>,
    /// All sections of the same canonical path, itself included, sorted by language.
    pub translations: Vec<SectionId>,
}

/// A taxonomy of one language.
#[derive(Clone, Debug)]
pub struct Taxonomy {
    /// As written in the settings.
    pub name: String,
    /// Slugified name.
    pub slug: String,
    /// Language code.
    pub lang: String,
    /// Path part of its address.
    pub path: String,
    /// Its absolute address.
    pub permalink: String,
    /// Its terms, by slug, then name.
    pub terms: Vec<Term>,
}

/// A term of a taxonomy.
#[derive(Clone, Debug)]
pub struct Term {
    /// As written.
    pub name: String,
    /// Slugified name.
    pub slug: String,
    /// Path part of its address.
    pub path: String,
    /// Its absolute address.
    pub permalink: String,
    /// Its pages, newest first, undated last.
    pub pages: Vec<PageId>,
}
