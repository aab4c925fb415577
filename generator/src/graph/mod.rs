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

pub use ids::{PageId, SectionId};
pub use resolve::resolve;

use std::collections::{BTreeMap, BTreeSet};

use crate::content::{PageFrontMatter, SectionFrontMatter};
use crate::settings::Dialect;
use crate::source::SourcePath;

/// The resolved site.
#[derive(Clone, Debug, Default)]
pub struct SiteGraph {
    /// Every page that is not a draft, by id.
    pub pages: BTreeMap<PageId, PageHead>,
    /// Every section, by id, synthesised home sections included.
    pub sections: BTreeMap<SectionId, SectionHead>,
    /// Taxonomies by language code, in the order of the settings.
    pub taxonomies: BTreeMap<String, Vec<Taxonomy>>,
    /// Pages that a sorted section could not order (no date, no weight, no title).
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
    pub front: PageFrontMatter,
    /// Language code.
    pub lang: String,
    /// Path part of its address with slashes at both ends (`/fr/news/a/`).
    pub path: String,
    /// Its absolute address.
    pub permalink: String,
    /// Last part of its path.
    pub slug: String,
    /// Parts of its path.
    pub components: Vec<String>,
    /// Ancestor sections' ids, home first.
    pub ancestors: Vec<SectionId>,
    /// The section that lists it; none for an orphan.
    pub section: Option<SectionId>,
    /// Path without language of file and folder, equal for all translations.
    pub canonical: String,
    /// The folders of the section that lists it, below `content/`.
    pub folders: Vec<String>,
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
    /// Parts of its path.
    pub components: Vec<String>,
    /// Its folders below `content/`.
    pub folders: Vec<String>,
    /// Ancestor sections' ids, home first.
    pub ancestors: Vec<SectionId>,
    /// Its pages in order, those of transparent subsections included.
    pub pages: Vec<PageId>,
    /// Direct subsections by weight, then path.
    pub subsections: Vec<SectionId>,
    /// Path without language, equal for all translations.
    pub canonical: String,
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
