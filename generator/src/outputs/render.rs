//! Making one file of the plan.

use std::sync::Arc;

use tera::Value;

use super::pagers::Pagers;
use super::plan::{OutputTask, TermPager, What};
use super::plan_lists::{section_pagers, term_pagers};
use super::{Artifact, feeds, minify, sass, search, sitemap, welcome};
use crate::diagnostic::Diagnostic;
use crate::graph::{PageHead, PageId, SectionHead, SectionId, SiteGraph};
use crate::markup::{Bodies, Colours};
use crate::settings::{Dialect, Settings};
use crate::source::SourceTree;
use crate::template::{Context, Scope, Templates};
use crate::view::SiteView;

/// What Zola calls itself to templates.
const ZOLA_VERSION: &str = "0.22.1";

/// All that the files are made of.
#[derive(Clone, Copy)]
pub struct Materials<'a> {
    /// The settings.
    pub settings: &'a Settings,
    /// The sources.
    pub sources: &'a SourceTree,
    /// The graph.
    pub graph: &'a SiteGraph,
    /// The template values.
    pub view: &'a SiteView,
    /// The templates.
    pub templates: &'a Templates,
    /// What templates' functions see.
    pub scope: Scope<'a>,
}

/// Makes a style sheet; none for a task that is another file. Style sheets come first: templates
/// may ask for their hashes.
#[must_use]
pub fn style(
    task: &OutputTask,
    sources: &SourceTree,
    colours: Option<&Colours>,
) -> Option<Result<Artifact, Diagnostic>> {
    if let What::CodeStyle(theme) = &task.what {
        return Some(colours?.sheet(task.path.as_str(), theme).map(made));
    }
    let What::Style { of_theme, file } = &task.what else {
        return None;
    };
    let sources = if *of_theme {
        &sources.theme_sass
    } else {
        &sources.sass
    };
    Some(sass::compile(sources, file).map(made))
}

/// Makes a file of the search; none for a task that is another file. They come before all that is
/// made of templates, which may ask for their hashes.
#[must_use]
pub fn search_file(
    task: &OutputTask,
    settings: &Settings,
    graph: &SiteGraph,
    bodies: &Bodies,
) -> Option<Result<Artifact, Diagnostic>> {
    match &task.what {
        What::SearchScript => Some(Ok(Artifact::Made(Arc::from(search::SCRIPT)))),
        What::Search(lang) => Some(search::index(lang, settings, graph, bodies).map(made)),
        _ => None,
    }
}

/// Whether a file is made by [`style`] or [`search_file`].
#[must_use]
pub fn comes_early(task: &OutputTask) -> bool {
    matches!(
        task.what,
        What::Style { .. } | What::CodeStyle(_) | What::SearchScript | What::Search(_)
    )
}

/// Makes one file that does not [come early](comes_early).
///
/// # Errors
/// What is wrong with its template or its source, with the file that it was made for.
pub fn render(task: &OutputTask, materials: &Materials<'_>) -> Result<Artifact, Diagnostic> {
    let artifact = as_written(task, materials)?;
    // Static files keep their bytes, whatever they are called.
    if !materials.settings.minify_html || !task.path.as_str().ends_with("html") {
        return Ok(artifact);
    }
    let small = artifact.bytes().map(|bytes| minify::html(bytes));
    if let Some(None) = small {
        materials.scope.effects.warn(
            Diagnostic::warning(format!(
                "{} cannot be minified: it stays as it is",
                task.path
            ))
            .in_file(task.source.clone()),
        );
    }
    Ok(match (artifact, small.flatten()) {
        (Artifact::Made(_), Some(small)) => Artifact::Made(Arc::from(small)),
        (Artifact::Page(_), Some(small)) => Artifact::Page(Arc::from(small)),
        (artifact, _) => artifact,
    })
}

fn as_written(task: &OutputTask, materials: &Materials<'_>) -> Result<Artifact, Diagnostic> {
    let work = Work { materials };
    match &task.what {
        What::Copy { from, link } => Ok(Artifact::Copy {
            from: from.clone(),
            link: *link,
        }),
        What::Page(_)
        | What::Section(_)
        | What::SectionPager(..)
        | What::Taxonomy { .. }
        | What::Term { .. }
        | What::NotFound => work.page(&task.what).map(page),
        _ => work.plain(&task.what).map(made),
    }
}

fn page(text: String) -> Artifact {
    Artifact::Page(Arc::from(text.into_bytes()))
}

fn made(text: String) -> Artifact {
    Artifact::Made(Arc::from(text.into_bytes()))
}

struct Work<'a> {
    materials: &'a Materials<'a>,
}

impl Work<'_> {
    fn page(&self, what: &What) -> Result<String, Diagnostic> {
        let materials = self.materials;
        match what {
            What::Page(id) => {
                let Some(head) = materials.graph.pages.get(id) else {
                    return Err(gone());
                };
                let context = self
                    .context(&head.lang, &head.path)
                    .with("zola_version", ZOLA_VERSION)
                    .with("page", materials.view.page(id));
                let template = head.template.as_deref().unwrap_or("page.html");
                self.render(template, &context)
                    .map_err(|fault| match fault.about {
                        Some(_) if head.front.template.is_none() => self.above(head, fault),
                        _ => fault,
                    })
            }
            What::Section(id) => self.section(id, None),
            What::SectionPager(id, number) => self.section(id, Some(*number)),
            What::Taxonomy { lang, name } => self.taxonomy(lang, name),
            What::Term {
                lang,
                name,
                slug,
                pager,
            } => self.term(lang, name, slug, pager.as_ref()),
            _ => {
                let lang = &materials.settings.default_language;
                let context = Context::new()
                    .with("config", materials.view.config(lang))
                    .with("lang", lang.as_str());
                self.render("404.html", &context)
            }
        }
    }

    fn plain(&self, what: &What) -> Result<String, Diagnostic> {
        let materials = self.materials;
        match what {
            What::Redirect(target) => {
                let context = Context::new().with("url", target.as_str());
                self.render("internal/alias.html", &context)
            }
            What::Feed(feed) => self
                .render(&feed.name, &feeds::context(feed, materials))
                // It is the configuration that names it.
                .map_err(|fault| match fault.about {
                    Some(_) => fault.about("feed_filenames"),
                    None => fault,
                }),
            What::Sitemap(entries) => {
                let context = self.newer(Context::new().with("entries", sitemap::values(entries)));
                self.render("sitemap.xml", &context)
            }
            What::SitemapIndex(addresses) => {
                let context = self.newer(Context::new().with("sitemaps", addresses.clone()));
                self.render("split_sitemap_index.xml", &context)
            }
            _ => {
                let lang = &materials.settings.default_language;
                let mut context = Context::new().with("config", materials.view.config(lang));
                if materials.templates.dialect() == Dialect::Zola023 {
                    context.insert("lang", lang.as_str());
                }
                self.render("robots.txt", &context)
            }
        }
    }

    /// The same with what Zola 0.23 shows to every template.
    fn newer(&self, context: Context) -> Context {
        let materials = self.materials;
        if materials.templates.dialect() == Dialect::Zola022 {
            return context;
        }
        let lang = &materials.settings.default_language;
        context.with("config", materials.view.config(lang))
    }

    fn context(&self, lang: &str, path: &str) -> Context {
        Context::new()
            .with("config", self.materials.view.config(lang))
            .with("current_url", self.materials.settings.permalink(path))
            .with("current_path", path)
            .with("lang", lang)
    }

    fn section(&self, id: &SectionId, number: Option<usize>) -> Result<String, Diagnostic> {
        let materials = self.materials;
        let Some(head) = materials.graph.sections.get(id) else {
            return Err(gone());
        };
        let context = match (number, section_pagers(head)) {
            (Some(number), Some(pagers)) => {
                let paginator = self.paginator(&pagers, &head.pages, number);
                self.context(&head.lang, &pagers.pager_path(number))
                    .with("current_path", path_of_pager(head, pagers, number))
                    .with("section", materials.view.section_without_pages(id))
                    .with("paginator", paginator)
            }
            _ => self
                .context(&head.lang, &head.path)
                .with("section", materials.view.section(id)),
        };
        self.render(section_template(head), &context)
    }

    /// What a pager shows of a list. Only its own pages are looked up: a long list has many pagers.
    fn paginator(&self, pagers: &Pagers<'_>, list: &[PageId], number: usize) -> Value {
        let shown = self.materials.view.bare_pages(pagers.cut(list, number));
        pagers.value(self.materials.settings, list.len(), shown, number)
    }

    fn taxonomy(&self, lang: &str, name: &str) -> Result<String, Diagnostic> {
        let materials = self.materials;
        let found = self.find(lang, name);
        let parts = materials.view.taxonomy_parts(lang, name);
        let (Some(taxonomy), Some((kind, terms))) = (found, parts) else {
            return Err(gone());
        };
        let context = self
            .context(lang, &taxonomy.path)
            .with("terms", terms)
            .with("taxonomy", kind);
        self.render(&self.of_taxonomy(name, "list")?, &context)
    }

    fn term(
        &self,
        lang: &str,
        name: &str,
        slug: &str,
        pager: Option<&TermPager>,
    ) -> Result<String, Diagnostic> {
        let materials = self.materials;
        let found = self
            .find(lang, name)
            .and_then(|taxonomy| taxonomy.terms.iter().find(|term| term.slug == slug));
        let parts = materials.view.term_parts(lang, name, slug);
        let (Some(term), Some((kind, value))) = (found, parts) else {
            return Err(gone());
        };
        let settings = materials
            .settings
            .language(lang)
            .and_then(|language| language.taxonomy(name));
        let pagers = settings.and_then(|settings| term_pagers(term, settings));
        let context = match (pager, pagers) {
            (Some(pager), Some(pagers)) => {
                let paginator = self.paginator(&pagers, &pager.pages, pager.number);
                self.context(lang, &pagers.pager_path(pager.number))
                    .with("paginator", paginator)
            }
            _ => self.context(lang, &term.path),
        };
        let context = context.with("term", value).with("taxonomy", kind);
        self.render(&self.of_taxonomy(name, "single")?, &context)
    }

    fn find(&self, lang: &str, name: &str) -> Option<&crate::graph::Taxonomy> {
        self.materials
            .graph
            .taxonomies
            .get(lang)?
            .iter()
            .find(|taxonomy| taxonomy.name == name)
    }

    /// The template of a taxonomy's list or of its terms.
    fn of_taxonomy(&self, name: &str, part: &str) -> Result<String, Diagnostic> {
        let (own, shared) = (
            format!("{name}/{part}.html"),
            format!("taxonomy_{part}.html"),
        );
        if self.materials.templates.resolve(&own).is_some() {
            Ok(own)
        } else if self.materials.templates.resolve(&shared).is_some() {
            Ok(shared)
        } else {
            Err(Diagnostic::error(format!(
                "The taxonomy `{name}` has no template: neither {own} nor {shared} exists"
            ))
            .in_file(self.materials.settings.config_file.clone())
            .about(format!("taxonomies.{name}"))
            .hint(format!(
                "write templates/{own}, or set render = false for the taxonomy"
            )))
        }
    }

    /// A fault of the template that a section names for the pages below it, told of that section.
    fn above(&self, head: &PageHead, fault: Diagnostic) -> Diagnostic {
        let sections = head.ancestors.iter().rev();
        let named = sections
            .filter_map(|id| self.materials.graph.sections.get(id))
            .find(|section| section.front.page_template == head.template);
        match named.filter(|_| head.template.is_some()) {
            Some(section) => fault
                .in_file(format!("content/{}", section.id.0))
                .about("page_template"),
            None => fault,
        }
    }

    fn render(&self, template: &str, context: &Context) -> Result<String, Diagnostic> {
        let materials = self.materials;
        if materials.templates.resolve(template).is_none() {
            return welcome::page(template).ok_or_else(|| {
                Diagnostic::error(format!("There is no template `{template}`"))
                    .hint(format!("write templates/{template}, or name another"))
                    .about("template")
            });
        }
        materials
            .templates
            .render(template, context, &materials.scope)
    }
}

/// As in Zola, the pagers of a home page are called by a path without their language.
fn path_of_pager(head: &SectionHead, pagers: Pagers<'_>, number: usize) -> String {
    if number > 1 && head.folders.is_empty() {
        return Pagers {
            path: "/",
            ..pagers
        }
        .pager_path(number);
    }
    pagers.pager_path(number)
}

fn section_template(head: &SectionHead) -> &str {
    let usual = if head.folders.is_empty() {
        "index.html"
    } else {
        "section.html"
    };
    head.front.template.as_deref().unwrap_or(usual)
}

/// The plan comes from the same graph, so this is never seen.
fn gone() -> Diagnostic {
    Diagnostic::error("a planned file is no longer part of the site")
}
