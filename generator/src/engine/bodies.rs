//! All bodies, in parallel, with the templates that they may call.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use tera::Value;

use crate::content::{Body, InsertAnchor, ParsedContent};
use crate::diagnostic::{Diagnostic, Outcome};
use crate::fields::nearest;
use crate::graph::{PageHead, PageId, SectionHead, SectionId, SiteGraph};
use crate::markup::{self, Bodies, BodyJob, Colours, LinkResolver, Rendered};
use crate::settings::{Dialect, LinkLevel, Settings};
use crate::template::{
    BodyTemplates, Context, Effects, Files, MarkdownFilter, MarkdownPlace, Scope, ScopeHost,
    Templates,
};
use crate::view;

/// What bodies are made of.
#[derive(Clone, Copy)]
pub(super) struct Materials<'a> {
    pub(super) graph: &'a SiteGraph,
    pub(super) templates: &'a Templates,
    pub(super) colours: Option<&'a Colours>,
}

/// What templates read and ask for while they are rendered.
#[derive(Clone, Copy)]
pub(super) struct Doors<'a> {
    pub(super) files: &'a Files,
    pub(super) effects: &'a Effects,
}

impl<'a> Materials<'a> {
    /// What a body's templates may see.
    fn scope(self, settings: &'a Settings, doors: Doors<'a>) -> Scope<'a> {
        Scope::new(settings, self.graph, doors.files, doors.effects)
    }
}

/// Renders every body of the graph. Each source is dropped as soon as its body is made.
pub(super) fn render(
    settings: &Settings,
    content: Vec<ParsedContent>,
    materials: Materials<'_>,
    doors: Doors<'_>,
    host: &Arc<dyn ScopeHost>,
) -> Outcome<Bodies> {
    let configs: BTreeMap<&str, Value> = settings
        .languages
        .keys()
        .map(|lang| (lang.as_str(), view::config(settings, lang)))
        .collect();
    let filter = Filter::new(settings, materials, doors);
    let scope = materials
        .scope(settings, doors)
        .with_markdown(&filter)
        .with_host(host);
    let made: Vec<Option<(Id, Outcome<Rendered>)>> = content
        .into_par_iter()
        .map(|content| {
            let owner = Owner::of(&content, materials.graph)?;
            let config = configs.get(owner.lang()).cloned();
            let context = || owner.context(config.clone().unwrap_or_else(Value::none));
            let calls = BodyTemplates::new(materials.templates, &context, scope);
            let body = one(settings, materials, &content, &owner, &calls);
            Some((owner.id(), body))
        })
        .collect();
    let mut outcome = Outcome::clean(Bodies::default());
    outcome.value.pages.reserve_exact(made.len());
    for (id, body) in made.into_iter().flatten() {
        let body = Arc::new(body.drain_into(&mut outcome.diagnostics));
        match id {
            Id::Page(id) => outcome.value.pages.insert(id, body),
            Id::Section(id) => outcome.value.sections.insert(id, body),
        };
    }
    outcome
}

enum Id {
    Page(PageId),
    Section(SectionId),
}

/// Whose body it is.
enum Owner<'a> {
    Page(&'a PageHead),
    Section(&'a SectionHead),
}

impl<'a> Owner<'a> {
    /// The head of a file; none for drafts.
    fn of(content: &ParsedContent, graph: &'a SiteGraph) -> Option<Self> {
        let below = content.name().below.as_str();
        match content {
            ParsedContent::Page(_) => graph.pages.get(below).map(Self::Page),
            ParsedContent::Section(_) => graph
                .sections
                .get(&SectionId(below.into()))
                .map(Self::Section),
        }
    }

    fn id(&self) -> Id {
        match self {
            Self::Page(head) => Id::Page(head.id.clone()),
            Self::Section(head) => Id::Section(head.id.clone()),
        }
    }

    fn lang(&self) -> &'a str {
        match self {
            Self::Page(head) => &head.lang,
            Self::Section(head) => &head.lang,
        }
    }

    fn permalink(&self) -> &'a str {
        match self {
            Self::Page(head) => &head.permalink,
            Self::Section(head) => &head.permalink,
        }
    }

    /// What its shortcodes see.
    fn context(&self, config: Value) -> Context {
        let context = Context::new()
            .with("config", config)
            .with("lang", self.lang());
        match self {
            Self::Page(head) => context.with("page", view::page_without_body(head)),
            Self::Section(head) => context.with("section", view::section_without_body(head)),
        }
    }
}

/// Renders one body.
fn one(
    settings: &Settings,
    materials: Materials<'_>,
    content: &ParsedContent,
    owner: &Owner<'_>,
    calls: &BodyTemplates<'_>,
) -> Outcome<Rendered> {
    let graph = materials.graph;
    let name = content.name();
    let body = match content {
        ParsedContent::Page(page) => &page.body,
        ParsedContent::Section(section) => &section.body,
    };
    // A page's headings are linked as the section in its own folder says.
    let section = SectionId::of(name.address_folders(), &name.lang, settings);
    let anchors = graph
        .sections
        .get(&section)
        .and_then(|section| section.front.insert_anchor_links)
        .unwrap_or(settings.markdown.insert_anchor_links);
    markup::render(&BodyJob {
        file: &content.path().0,
        body,
        permalink: owner.permalink(),
        lang: &name.lang,
        anchors,
        options: &settings.markdown,
        slugs: settings.slugify.anchors,
        broken_link_is_error: settings.link_checker.internal_level == LinkLevel::Error,
        colours: materials.colours,
        links: &Addresses(graph),
        templates: calls,
    })
}

/// Where content files are found on the site.
struct Addresses<'a>(&'a SiteGraph);

impl LinkResolver for Addresses<'_> {
    fn address(&self, file: &str) -> Option<String> {
        let page = self.0.pages.get(file);
        let section = || self.0.sections.get(&SectionId(file.into()));
        page.map(|page| page.permalink.clone())
            .or_else(|| section().map(|section| section.permalink.clone()))
    }

    fn asset(&self, file: &str) -> Option<String> {
        match self.0.dialect {
            Dialect::Zola022 => None,
            Dialect::Zola023 => self.0.asset(file),
        }
    }

    fn nearest(&self, file: &str) -> Option<String> {
        let pages = self.0.pages.keys().map(|id| &*id.0);
        let sections = self.0.sections.keys().map(|id| &*id.0);
        nearest(file, pages.chain(sections)).map(str::to_owned)
    }
}

/// The filter `markdown`.
pub(super) struct Filter<'a> {
    settings: &'a Settings,
    materials: Materials<'a>,
    doors: Doors<'a>,
}

impl<'a> Filter<'a> {
    /// For the templates of a site.
    pub(super) fn new(settings: &'a Settings, materials: Materials<'a>, doors: Doors<'a>) -> Self {
        Self {
            settings,
            materials,
            doors,
        }
    }
}

impl MarkdownFilter for Filter<'_> {
    /// Shortcodes see no page and no language, headings get no links, and addresses beside the
    /// page stay as they are: the text belongs to no page.
    fn render(
        &self,
        markdown: &str,
        inline: bool,
        place: Option<&MarkdownPlace>,
    ) -> Result<String, Diagnostic> {
        let scope = self.materials.scope(self.settings, self.doors);
        let calls = BodyTemplates::new(self.materials.templates, &Context::new, scope).as_filter();
        let body = Body::new(markdown, 1);
        let outcome = markup::render(&BodyJob {
            file: "",
            body: &body,
            permalink: place.map_or("", |place| place.permalink.as_str()),
            lang: place.map_or(self.settings.default_language.as_str(), |place| {
                place.lang.as_str()
            }),
            anchors: InsertAnchor::None,
            options: &self.settings.markdown,
            slugs: self.settings.slugify.anchors,
            broken_link_is_error: true,
            colours: self.materials.colours,
            links: &Addresses(self.materials.graph),
            templates: &calls,
        });
        if let Some(mut fault) = outcome.diagnostics.into_iter().find(Diagnostic::is_error) {
            // The text has no file of its own: the template that renders it is named instead.
            if fault.file.as_deref() == Some("") {
                fault.file = None;
                fault.line = None;
                fault.column = None;
            }
            return Err(fault);
        }
        let html = outcome.value.html();
        if !inline {
            return Ok(html.to_owned());
        }
        Ok(html
            .trim_start_matches("<p>")
            .trim_end_matches("</p>\n")
            .to_owned())
    }
}
