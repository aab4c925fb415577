//! All files of the site, before any of them is made.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use indexmap::IndexMap;

use super::{OutputPath, plan_lists, sass, sitemap};
use crate::diagnostic::{Diagnostic, Outcome};
use crate::graph::{PageHead, PageId, SectionHead, SectionId, SiteGraph};
use crate::markup;
use crate::settings::Settings;
use crate::source::{SourceFile, SourcePath, SourceTree};

/// One file to make.
#[derive(Clone, Debug)]
pub struct OutputTask {
    /// Where it goes.
    pub path: OutputPath,
    /// What it comes from, for messages: a file below the root, or a setting.
    pub source: String,
    pub(super) what: What,
    rank: Rank,
}

impl OutputTask {
    /// Where it goes and where it lies, if it is a file beside a content file: templates may ask
    /// for it at its address.
    #[must_use]
    pub fn copied(&self) -> Option<(PathBuf, PathBuf)> {
        match &self.what {
            What::Copy { from, .. } if self.rank == Rank::Made => {
                Some((self.path.as_str().into(), from.clone()))
            }
            _ => None,
        }
    }
}

/// Which file wins an address that several claim, in the order in which Zola writes them. Two of
/// the same rank are an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    ThemeStyle,
    Alias,
    Made,
    /// Taxonomies are made after pages, and stand over them.
    Taxonomy,
    ThemeStatic,
    /// Zola writes these into the site's own `static/` where they lack there.
    CodeStyle,
    OwnStatic,
}

/// What a file is.
#[derive(Clone, Debug)]
pub(super) enum What {
    Page(PageId),
    Section(SectionId),
    SectionPager(SectionId, usize),
    /// To this address.
    Redirect(String),
    Taxonomy {
        lang: String,
        name: String,
    },
    Term {
        lang: String,
        name: String,
        slug: String,
        /// Where the term is paginated.
        pager: Option<TermPager>,
    },
    Feed(Feed),
    Sitemap(Vec<sitemap::Entry>),
    SitemapIndex(Vec<String>),
    Robots,
    NotFound,
    Search(String),
    SearchScript,
    Style {
        of_theme: bool,
        file: SourcePath,
    },
    /// The colours of code in a theme.
    CodeStyle(String),
    Copy {
        from: PathBuf,
        link: bool,
    },
}

/// Whose pages a feed holds.
#[derive(Clone, Debug)]
pub(super) struct Feed {
    pub(super) lang: String,
    /// Its file's name, and its template's.
    pub(super) name: String,
    /// Path of its address.
    pub(super) path: String,
    pub(super) of: FeedOf,
}

/// Whose pages a feed holds.
#[derive(Clone, Debug)]
pub(super) enum FeedOf {
    /// All of the language.
    Language,
    Section(SectionId),
    Term {
        name: String,
        slug: String,
    },
}

/// One pager of a term.
#[derive(Clone, Debug)]
pub(super) struct TermPager {
    pub(super) number: usize,
    /// All pages that the term's pagers show, found once for all of them.
    pub(super) pages: Arc<[PageId]>,
}

/// Collects tasks by path and finds those that claim the same one.
pub(super) struct Planner<'a> {
    pub(super) settings: &'a Settings,
    pub(super) graph: &'a SiteGraph,
    tasks: IndexMap<OutputPath, OutputTask>,
    faults: Vec<Diagnostic>,
}

/// Plans all files of the site.
#[must_use]
pub fn plan(
    settings: &Settings,
    sources: &SourceTree,
    graph: &SiteGraph,
) -> Outcome<Vec<OutputTask>> {
    let mut planner = Planner {
        settings,
        graph,
        tasks: IndexMap::with_capacity(graph.pages.len() + graph.pages.len() / 4),
        faults: Vec::new(),
    };
    planner.styles(sources);
    planner.pages(&sources.assets);
    planner.sections(&sources.assets);
    plan_lists::taxonomies(&mut planner);
    plan_lists::feeds(&mut planner);
    planner.whole_site();
    planner.code_styles();
    planner.statics(sources);
    // Copies made one after another lie side by side while they are compared.
    planner.tasks.sort_by_cached_key(|path, _| path.clone());
    Outcome {
        value: planner.tasks.into_values().collect(),
        diagnostics: planner.faults,
    }
}

impl Planner<'_> {
    /// Plans a file at an address's path, which may start with a slash.
    pub(super) fn add(&mut self, path: &str, source: &str, rank: Rank, what: What) {
        let Some(path) = OutputPath::new(path) else {
            self.faults.push(
                Diagnostic::error(format!("`{path}` cannot be a file of the site"))
                    .in_file(source)
                    .hint("an address must not hold `..` or a backslash, and must not be empty"),
            );
            return;
        };
        if let Some(other) = self.tasks.get(&path) {
            if other.rank > rank {
                return;
            }
            if other.rank == rank {
                if !same_file(&other.what, &what) {
                    let message = format!("{path} would be written from {} too", other.source);
                    self.faults.push(
                        Diagnostic::error(message)
                            .in_file(source)
                            .hint("give one of them another name or address"),
                    );
                }
                return;
            }
            if rank == Rank::Taxonomy && other.rank == Rank::Made {
                let message = format!("{path} is written in place of {}", other.source);
                self.faults.push(
                    Diagnostic::warning(message)
                        .in_file(source)
                        .hint("give the page another address, or the term another name"),
                );
            }
        }
        let task = OutputTask {
            path: path.clone(),
            source: source.to_owned(),
            what,
            rank,
        };
        self.tasks.insert(path, task);
    }

    /// Plans the `index.html` of an address.
    pub(super) fn add_index(&mut self, path: &str, source: &str, what: What) {
        self.add(&format!("{path}/index.html"), source, Rank::Made, what);
    }

    /// Plans the `index.html` of a taxonomy's or a term's address.
    pub(super) fn add_list(&mut self, path: &str, source: &str, what: What) {
        self.add(&format!("{path}/index.html"), source, Rank::Taxonomy, what);
    }

    fn pages(&mut self, assets: &BTreeMap<SourcePath, SourceFile>) {
        let graph = self.graph;
        for page in graph.pages.values() {
            let source = format!("content/{}", page.id);
            self.aliases(&page.front.aliases, &page.permalink, &source);
            if !is_written(graph, page) {
                continue;
            }
            self.add_index(&page.path, &source, What::Page(page.id.clone()));
            let folder = format!(
                "content/{}",
                page.colocated_path.as_deref().unwrap_or_default()
            );
            for asset in &page.assets {
                let below = asset.0.strip_prefix(&folder).unwrap_or(&asset.0);
                self.copy_asset(&page.path, below, asset, assets);
            }
        }
    }

    fn sections(&mut self, assets: &BTreeMap<SourcePath, SourceFile>) {
        let graph = self.graph;
        for section in graph.sections.values() {
            let source = format!("content/{}", section.id);
            self.aliases(&section.front.aliases, &section.permalink, &source);
            for asset in &section.assets {
                let name = asset.0.rsplit('/').next().unwrap_or_default();
                self.copy_asset(&section.path, name, asset, assets);
            }
            if section.front.render {
                self.section(section, &source);
            }
        }
    }

    fn section(&mut self, section: &SectionHead, source: &str) {
        if let Some(target) = &section.front.redirect_to {
            let target = if target.starts_with("http://") || target.starts_with("https://") {
                target.clone()
            } else {
                self.settings.permalink(target)
            };
            self.add_index(&section.path, source, What::Redirect(target));
            return;
        }
        let Some(pagers) = plan_lists::section_pagers(section) else {
            self.add_index(&section.path, source, What::Section(section.id.clone()));
            return;
        };
        for number in 1..=pagers.number(section.pages.len()) {
            let what = What::SectionPager(section.id.clone(), number);
            self.add_index(&pagers.pager_path(number), source, what);
        }
        let first = What::Redirect(section.permalink.clone());
        self.add_index(&pagers.numbered_path(1), source, first);
    }

    fn aliases(&mut self, aliases: &[String], target: &str, source: &str) {
        for alias in aliases {
            let path = if alias.ends_with(".html") {
                alias.clone()
            } else {
                format!("{alias}/index.html")
            };
            let what = What::Redirect(target.to_owned());
            self.add(&path, source, Rank::Alias, what);
        }
    }

    fn copy_asset(
        &mut self,
        folder: &str,
        below: &str,
        asset: &SourcePath,
        files: &BTreeMap<SourcePath, SourceFile>,
    ) {
        if let Some(file) = files.get(asset) {
            let what = What::Copy {
                from: file.disk_path.clone(),
                link: self.settings.hard_link_static,
            };
            self.add(&format!("{folder}/{below}"), &asset.0, Rank::Made, what);
        }
    }

    fn whole_site(&mut self) {
        let settings = self.settings;
        let config = settings.config_file.as_str();
        self.add("404.html", "templates/404.html", Rank::Made, What::NotFound);
        if settings.generate_robots_txt {
            let source = "templates/robots.txt";
            self.add("robots.txt", source, Rank::Made, What::Robots);
        }
        if settings.generate_sitemap {
            for (name, what) in sitemap::plan(settings, self.graph) {
                self.add(&name, "templates/sitemap.xml", Rank::Made, what);
            }
        }
        if settings.build_search_index {
            if super::search::needs_script(settings) {
                let name = "elasticlunr.min.js";
                self.add(name, config, Rank::Made, What::SearchScript);
            }
            let extension = super::search::extension(settings);
            for (lang, language) in &settings.languages {
                if language.build_search_index {
                    let name = format!("search_index.{lang}.{extension}");
                    self.add(&name, config, Rank::Made, What::Search(lang.clone()));
                }
            }
        }
    }

    fn styles(&mut self, sources: &SourceTree) {
        if let Some(theme) = &self.settings.layout.theme {
            let folder = format!("themes/{theme}/sass");
            self.sheets(&sources.theme_sass, &folder, Rank::ThemeStyle);
        }
        if self.settings.compile_sass {
            self.sheets(&sources.sass, "sass", Rank::Made);
        }
    }

    fn sheets(&mut self, sources: &BTreeMap<SourcePath, SourceFile>, folder: &str, rank: Rank) {
        for (source, target) in sass::sheets(sources, folder) {
            let what = What::Style {
                of_theme: rank == Rank::ThemeStyle,
                file: source.path.clone(),
            };
            self.add(&target, &source.path.0, rank, what);
        }
    }

    fn code_styles(&mut self) {
        let settings = self.settings;
        for (name, theme) in markup::sheets(settings) {
            let what = What::CodeStyle(theme.to_owned());
            self.add(name, &settings.config_file, Rank::CodeStyle, what);
        }
    }

    fn statics(&mut self, sources: &SourceTree) {
        if let Some(theme) = &self.settings.layout.theme {
            let folder = format!("themes/{theme}/static/");
            for (path, file) in &sources.theme_statics {
                let below = path.0.strip_prefix(&folder).unwrap_or(&path.0);
                let from = file.disk_path.clone();
                let what = What::Copy { from, link: false };
                self.add(below, &path.0, Rank::ThemeStatic, what);
            }
        }
        for (path, file) in &sources.statics {
            let below = path.0.strip_prefix("static/").unwrap_or(&path.0);
            if is_made_before(below) {
                continue;
            }
            let what = What::Copy {
                from: file.disk_path.clone(),
                link: self.settings.hard_link_static,
            };
            self.add(below, &path.0, Rank::OwnStatic, what);
        }
    }
}

/// Resized images of earlier builds are taken over only if this one asks for them.
fn is_made_before(below: &str) -> bool {
    below
        .strip_prefix(super::images::PROCESSED)
        .and_then(|rest| rest.strip_prefix('/'))
        .is_some_and(super::images::is_processed_name)
}

/// A page of its own: not hidden, and not left out by a sorted section.
pub(super) fn is_written(graph: &SiteGraph, page: &PageHead) -> bool {
    page.front.render && graph.ignored_pages.binary_search(&page.id).is_err()
}

/// A bundle inside a bundle copies the same file to the same place; an alias can stand twice.
fn same_file(one: &What, other: &What) -> bool {
    matches!((one, other), (What::Copy { from: a, .. }, What::Copy { from: b, .. }) if a == b)
        || matches!((one, other), (What::Redirect(a), What::Redirect(b)) if a == b)
}
