//! One build: every stage in turn, as far as the faults allow.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use rayon::prelude::*;

use super::bodies::{self, Doors};
use super::host::Host;
use super::{BuildReport, Engine, anchors, faults, pictures};
use crate::campaign::{self, Campaign};
use crate::content::{self, ParsedContent};
use crate::diagnostic::{Diagnostic, Outcome};
use crate::graph::{self, SiteGraph};
use crate::markup::Bodies;
use crate::outputs::{self, Artifact, Materials, OutputPath, OutputTask};
use crate::settings::{self, Dialect, Settings};
use crate::source::{self, SourceFile, SourcePath, SourceTree};
use crate::template::{Effects, Files, Scope, ScopeHost, TemplateSource, Templates, Theme};
use crate::view::{self, SiteView};

/// Builds the site once.
pub(super) fn run(engine: &Engine) -> BuildReport {
    let mut run = Run::default();
    let loaded = run.stage("settings", || {
        settings::load(
            &engine.root,
            engine.config_file.as_deref(),
            &engine.overrides,
        )
    });
    match loaded {
        Ok(settings) => run.site(engine, &Arc::new(settings)),
        Err(faults) => run.report.diagnostics.extend(faults),
    }
    run.report.diagnostics.sort_by(|a, b| {
        // Errors first; within each, in the order of the stages.
        b.severity.cmp(&a.severity)
    });
    run.report
}

#[derive(Default)]
struct Run {
    report: BuildReport,
}

/// What the first stages made.
pub(super) struct Heads {
    sources: SourceTree,
    content: Vec<ParsedContent>,
    pub(super) graph: SiteGraph,
    templates: Templates,
}

impl Run {
    fn stage<T>(&mut self, name: &str, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let value = work();
        self.report.timings.push((name.to_owned(), start.elapsed()));
        value
    }

    fn take<T>(&mut self, outcome: Outcome<T>) -> T {
        outcome.drain_into(&mut self.report.diagnostics)
    }

    fn site(&mut self, engine: &Engine, settings: &Arc<Settings>) {
        self.report.settings = Some(Arc::clone(settings));
        self.report.diagnostics.extend(settings.warnings.clone());
        let mut heads = self.heads(settings);
        heads.graph.unlisted_pages = campaign::unlisted(settings, &heads.graph);
        let heads = Arc::new(heads);
        self.count(&heads.graph);
        let campaign = self.stage("campaign", || {
            campaign::collect(settings, &heads.sources, &heads.graph)
        });
        let campaign = self.take(campaign);
        // Without all heads and templates, links and calls to the missing ones would be reported
        // as faults too.
        if self.report.has_errors() {
            return;
        }
        self.bodies_and_files(engine, settings, &heads, campaign);
    }

    fn heads(&mut self, settings: &Settings) -> Heads {
        let sources = self.stage("scan", || source::scan(&settings.layout));
        let sources = self.take(sources);
        let parsed: Vec<Outcome<Option<ParsedContent>>> = self.stage("parse", || {
            let files: Vec<&SourceFile> = sources.content.values().collect();
            files
                .par_iter()
                .map(|file| content::parse_file(file, settings))
                .collect()
        });
        let content: Vec<ParsedContent> = parsed
            .into_iter()
            .filter_map(|outcome| self.take(outcome))
            .collect();
        let graph = self.stage("graph", || {
            graph::resolve(settings, &content, &sources.assets)
        });
        let graph = self.take(graph);
        let templates = self.stage("templates", || load_templates(settings, &sources));
        let templates = self.take(templates);
        Heads {
            sources,
            content,
            graph,
            templates,
        }
    }

    fn count(&mut self, graph: &SiteGraph) {
        let counts = &mut self.report.counts;
        counts.pages = graph.pages.len();
        counts.sections = graph.sections.len().saturating_sub(1);
        counts.orphans = graph
            .pages
            .values()
            .filter(|page| page.section.is_none())
            .count();
    }

    fn bodies_and_files(
        &mut self,
        engine: &Engine,
        settings: &Arc<Settings>,
        heads: &Arc<Heads>,
        campaign: Option<Campaign>,
    ) {
        let graph = &heads.graph;
        let tasks = self.stage("plan", || outputs::plan(settings, &heads.sources, graph));
        let tasks = self.take(tasks);
        let mut early = self.early("styles", &tasks, |task| {
            outputs::style(task, &heads.sources)
        });
        let files = Arc::new(Files::beside(bytes_of(&early)));
        let effects = Arc::new(Effects::new());
        let newer = heads.templates.dialect() == Dialect::Zola023;
        // Content of Zola 0.23 may ask for pages, which have no bodies yet.
        let without_bodies = if newer {
            view::freeze(settings, graph, &Bodies::default())
        } else {
            SiteView::default()
        };
        let mut host = Host {
            settings: Arc::clone(settings),
            heads: Arc::clone(heads),
            files: Arc::clone(&files),
            effects: Arc::clone(&effects),
            view: Arc::new(without_bodies),
        };
        let host_of_bodies: Arc<dyn ScopeHost> = Arc::new(host.clone());
        let doors = Doors {
            files: &files,
            effects: &effects,
        };
        let bodies = self.stage("bodies", || {
            bodies::render(settings, heads_of(heads), doors, &host_of_bodies)
        });
        let bodies = self.take(bodies);
        self.report.counts.external_links = external_links(&bodies);
        let indexes = self.early("search", &tasks, |task| {
            outputs::search_index(task, settings, graph, &bodies)
        });
        files.add(bytes_of(&indexes));
        early.extend(indexes);
        let links = self.stage("anchors", || anchors::check(settings, graph, &bodies));
        self.report.diagnostics.extend(links);
        let view = Arc::new(self.stage("values", || view::freeze(settings, graph, &bodies)));
        host.view = Arc::clone(&view);
        let host: Arc<dyn ScopeHost> = Arc::new(host);
        let filter = bodies::Filter::new(settings, heads_of(heads), doors);
        let scope = Scope::new(settings, graph, &files, &effects)
            .with_site(&*view)
            .with_markdown(&filter)
            .with_host(&host);
        let materials = Materials {
            settings,
            sources: &heads.sources,
            graph,
            bodies: &bodies,
            view: &view,
            templates: &heads.templates,
            scope,
        };
        let rest: Vec<&OutputTask> = tasks
            .iter()
            .filter(|task| !early.contains_key(&task.path))
            .collect();
        let mut artifacts = self.files(&rest, &materials);
        artifacts.extend(early);
        self.campaign(campaign, settings, &heads.templates, scope, &view);
        let (images, mut warnings) = effects.take();
        warnings.sort_by(|a, b| (&a.file, a.line, &a.message).cmp(&(&b.file, b.line, &b.message)));
        self.report.diagnostics.extend(warnings);
        let images = self.stage("images", || {
            pictures::make(settings, images, &engine.pictures)
        });
        let images = self.take(images);
        for (path, image) in &images {
            artifacts
                .entry(path.clone())
                .or_insert_with(|| image.clone());
        }
        self.report.images = images;
        self.report.artifacts = Arc::new(artifacts);
    }

    /// Files that are made before all others, since templates may ask for their hashes.
    fn early(
        &mut self,
        name: &str,
        tasks: &[OutputTask],
        make: impl Fn(&OutputTask) -> Option<Result<Artifact, Diagnostic>> + Sync,
    ) -> BTreeMap<OutputPath, Artifact> {
        let made: Vec<(&OutputTask, Result<Artifact, Diagnostic>)> = self.stage(name, || {
            tasks
                .par_iter()
                .filter_map(|task| Some((task, make(task)?)))
                .collect()
        });
        let mut files = BTreeMap::new();
        for (task, made) in made {
            match made {
                Ok(artifact) => {
                    files.insert(task.path.clone(), artifact);
                }
                Err(fault) => self.report.diagnostics.push(fault),
            }
        }
        files
    }

    fn files(
        &mut self,
        tasks: &[&OutputTask],
        materials: &Materials<'_>,
    ) -> BTreeMap<OutputPath, Artifact> {
        let made: Vec<Result<Artifact, Diagnostic>> = self.stage("files", || {
            tasks
                .par_iter()
                .map(|task| outputs::render(task, materials))
                .collect()
        });
        let mut artifacts = BTreeMap::new();
        let mut failed = Vec::new();
        for (task, made) in tasks.iter().zip(made) {
            match made {
                Ok(artifact) => {
                    artifacts.insert(task.path.clone(), artifact);
                }
                Err(fault) => failed.push((task.source.as_str(), fault)),
            }
        }
        self.report.diagnostics.extend(faults::gather(failed));
        artifacts
    }

    fn campaign(
        &mut self,
        campaign: Option<Campaign>,
        settings: &Settings,
        templates: &Templates,
        scope: Scope<'_>,
        view: &SiteView,
    ) {
        let (Some(campaign), Some(wanted)) = (campaign, &settings.campaign) else {
            return;
        };
        let json = self.stage("shells", || {
            campaign::complete(campaign, settings, templates, &scope, &|lang| {
                view.config(lang)
            })
        });
        self.report.campaign = self
            .take(json)
            .map(|json| (settings.root().join(&wanted.output), json));
    }
}

fn bytes_of(artifacts: &BTreeMap<OutputPath, Artifact>) -> BTreeMap<String, Arc<[u8]>> {
    artifacts
        .iter()
        .filter_map(|(path, artifact)| Some((path.to_string(), Arc::clone(artifact.bytes()?))))
        .collect()
}

pub(super) fn heads_of(heads: &Heads) -> bodies::Materials<'_> {
    bodies::Materials {
        content: &heads.content,
        graph: &heads.graph,
        templates: &heads.templates,
    }
}

fn external_links(bodies: &Bodies) -> usize {
    let pages = bodies.pages.values();
    let sections = bodies.sections.values();
    pages
        .chain(sections)
        .map(|body| body.external_links.len())
        .sum()
}

fn load_templates(settings: &Settings, sources: &SourceTree) -> Outcome<Templates> {
    let site = template_sources(&sources.templates, "templates/");
    let theme = settings.layout.theme.as_ref().map(|name| {
        let folder = format!("themes/{name}/templates/");
        Theme {
            name: name.clone(),
            templates: template_sources(&sources.theme_templates, &folder),
        }
    });
    Templates::load_as(settings.dialect, &site, theme)
}

fn template_sources(files: &BTreeMap<SourcePath, SourceFile>, folder: &str) -> Vec<TemplateSource> {
    files
        .values()
        .filter_map(|file| {
            Some(TemplateSource {
                name: file.path.0.strip_prefix(folder)?.to_owned(),
                file: file.path.0.clone(),
                text: Arc::clone(file.text.as_ref()?),
            })
        })
        .collect()
}
