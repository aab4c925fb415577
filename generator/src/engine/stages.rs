//! One build: every stage in turn, as far as the faults allow.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rayon::prelude::*;

use super::bodies::{self, Doors};
use super::host::Host;
use super::{
    BuildReport, Engine, Onto, anchors, faults, grammars, outside_links, pictures, places,
    templates,
};
use crate::campaign::{self, Campaign};
use crate::content::{self, ParsedContent};
use crate::diagnostic::{Diagnostic, Outcome};
use crate::graph::{self, SiteGraph};
use crate::markup::{Bodies, Colours};
use crate::outputs::{self, Artifact, Materials, OutputPath, OutputTask, Shelf};
use crate::settings::{self, Dialect, Settings};
use crate::source::{self, SourceFile, SourceTree};
use crate::template::{Effects, Files, Scope, ScopeHost, Templates};
use crate::view::{self, SiteView};

/// Builds the site once.
pub(super) fn run(engine: &Engine, onto: &Onto<'_>) -> BuildReport {
    let mut run = Run::default();
    let loaded = run.stage("settings", || {
        settings::load(
            &engine.root,
            engine.config_file.as_deref(),
            &engine.overrides,
        )
    });
    match loaded {
        Ok(settings) => {
            run.site(engine, &Arc::new(settings), onto);
            if let Some(settings) = &run.report.settings {
                places::find(settings.root(), &mut run.report.diagnostics);
            }
        }
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
    colours: Option<Colours>,
}

/// What is used up by the stages that follow.
struct Once {
    content: Vec<ParsedContent>,
    campaign: Option<Campaign>,
}

impl Run {
    fn stage<T>(&mut self, name: &str, work: impl FnOnce() -> T) -> T {
        self.timed(name, timed(work))
    }

    fn timed<T>(&mut self, name: &str, (value, time): (T, Duration)) -> T {
        self.report.timings.push((name.to_owned(), time));
        value
    }

    fn take<T>(&mut self, outcome: Outcome<T>) -> T {
        outcome.drain_into(&mut self.report.diagnostics)
    }

    fn site(&mut self, engine: &Engine, settings: &Arc<Settings>, onto: &Onto<'_>) {
        self.report.settings = Some(Arc::clone(settings));
        self.report.diagnostics.extend(settings.warnings.clone());
        // Grammars take a while to read, and nothing but bodies needs them.
        let guess = settings.dialect.unwrap_or_default();
        let (mut heads, colours) =
            rayon::join(|| self.heads(settings), || Colours::load(settings, guess));
        let colours = match heads.templates.dialect() {
            dialect if dialect == guess => colours,
            dialect => Colours::load(settings, dialect),
        };
        heads.colours = self.take(colours);
        heads.graph.unlisted_pages = campaign::unlisted(settings, &heads.graph);
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
        let shelf = match onto(settings) {
            Ok(shelf) => shelf,
            Err(fault) => {
                self.report.diagnostics.push(fault);
                return;
            }
        };
        // The bodies hold the texts from here on, and each is let go once it is rendered.
        heads.sources.forget_content();
        let content = std::mem::take(&mut heads.content);
        let once = Once { content, campaign };
        self.bodies_and_files(engine, settings, &Arc::new(heads), once, &*shelf);
    }

    fn heads(&mut self, settings: &Settings) -> Heads {
        let sources = self.stage("scan", || source::scan(&settings.layout));
        let sources = self.take(sources);
        // Neither asks for the other.
        let (parsed, templates) = rayon::join(
            || timed(|| parse(settings, &sources)),
            || timed(|| templates::load(settings, &sources)),
        );
        let parsed = self.timed("parse", parsed);
        let content: Vec<ParsedContent> = parsed
            .into_iter()
            .filter_map(|outcome| self.take(outcome))
            .collect();
        let graph = self.stage("graph", || {
            graph::resolve(settings, &content, &sources.assets)
        });
        let mut graph = self.take(graph);
        let templates = self.timed("templates", templates);
        let templates = self.take(templates);
        let faults = graph.settle(templates.dialect());
        self.report.diagnostics.extend(faults);
        Heads {
            sources,
            content,
            graph,
            templates,
            colours: None,
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
        once: Once,
        shelf: &dyn Shelf,
    ) {
        let (graph, materials) = (&heads.graph, heads_of(heads));
        let tasks = self.stage("plan", || outputs::plan(settings, &heads.sources, graph));
        let tasks = self.take(tasks);
        let mut early = self.early("styles", &tasks, |task| {
            outputs::style(task, &heads.sources, heads.colours.as_ref())
        });
        let files = Arc::new(files_of(engine, &tasks, &early));
        let effects = Arc::new(Effects::new());
        let newer = heads.templates.dialect() == Dialect::Zola023;
        // Content of Zola 0.23 may ask for pages, which have no bodies yet.
        let without_bodies = if newer {
            view::freeze(settings, graph, Bodies::default())
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
            bodies::render(settings, once.content, materials, doors, &host_of_bodies)
        });
        let bodies = self.take(bodies);
        let indexes = self.early("search", &tasks, |task| {
            outputs::search_file(task, settings, graph, &bodies)
        });
        files.add(bytes_of(&indexes));
        early.extend(indexes);
        self.report.diagnostics.extend(grammars::missing(&bodies));
        self.report.outside = outside_links::collect(graph, &bodies);
        let links = self.stage("anchors", || anchors::check(settings, graph, &bodies));
        self.report.diagnostics.extend(links);
        let view = Arc::new(self.stage("values", || view::freeze(settings, graph, bodies)));
        host.view = Arc::clone(&view);
        let host: Arc<dyn ScopeHost> = Arc::new(host);
        let filter = bodies::Filter::new(settings, materials, doors);
        let scope = Scope::new(settings, graph, &files, &effects)
            .with_site(&*view)
            .with_markdown(&filter)
            .with_host(&host);
        let materials = Materials {
            settings,
            sources: &heads.sources,
            graph,
            view: &view,
            templates: &heads.templates,
            scope,
        };
        let rest: Vec<&OutputTask> = tasks
            .iter()
            .filter(|task| !outputs::comes_early(task))
            .collect();
        let mut artifacts = self.files(&rest, &materials, shelf);
        artifacts.extend(early);
        self.campaign(once.campaign, settings, &heads.templates, scope, &view);
        self.effects(engine, settings, &effects, &mut artifacts);
        self.report.artifacts = Arc::new(artifacts);
        self.report.spent.push(Box::new(view));
        self.report.spent.push(Box::new(Arc::clone(heads)));
        self.report.spent.push(Box::new(tasks));
    }

    /// What templates did beside their texts. An image joins the site's files where no other file won
    /// its address.
    fn effects(
        &mut self,
        engine: &Engine,
        settings: &Settings,
        effects: &Effects,
        artifacts: &mut BTreeMap<OutputPath, Artifact>,
    ) {
        self.report.costs = effects.costs();
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
                .or_insert_with(|| image.artifact.clone());
        }
        self.report.images = images;
    }

    /// Makes the files that templates may ask for while others are made.
    fn early(
        &mut self,
        stage: &str,
        tasks: &[OutputTask],
        make: impl Fn(&OutputTask) -> Option<Result<Artifact, Diagnostic>> + Sync,
    ) -> BTreeMap<OutputPath, Artifact> {
        let made: Vec<(&OutputTask, Result<Artifact, Diagnostic>)> = self.stage(stage, || {
            tasks
                .par_iter()
                .filter_map(|task| Some((task, make(task)?)))
                .collect()
        });
        let mut early = BTreeMap::new();
        for (task, made) in made {
            match made {
                Ok(artifact) => {
                    early.insert(task.path.clone(), artifact);
                }
                Err(fault) => self.report.diagnostics.push(fault),
            }
        }
        early
    }

    fn files(
        &mut self,
        tasks: &[&OutputTask],
        materials: &Materials<'_>,
        shelf: &dyn Shelf,
    ) -> BTreeMap<OutputPath, Artifact> {
        let made: Vec<Result<Artifact, Diagnostic>> = self.stage("files", || {
            tasks
                .par_iter()
                .map(|task| {
                    let made = outputs::render(task, materials)?;
                    shelf.put(&task.path, made).map_err(|error| {
                        Diagnostic::error(format!("{} cannot be written: {error}", task.path))
                            .hint("look whether the disk is full and who may write there")
                    })
                })
                .collect()
        });
        let mut failed = Vec::new();
        let artifacts = tasks
            .iter()
            .zip(made)
            .filter_map(|(task, made)| match made {
                Ok(artifact) => Some((task.path.clone(), artifact)),
                Err(fault) => {
                    failed.push((task.source.as_str(), fault));
                    None
                }
            })
            .collect();
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

/// What templates may ask for from the start.
fn files_of(
    engine: &Engine,
    tasks: &[OutputTask],
    early: &BTreeMap<OutputPath, Artifact>,
) -> Files {
    engine.remotes.forget_failures();
    Files::beside(bytes_of(early))
        .with_copies(tasks.iter().filter_map(OutputTask::copied).collect())
        .with_remotes(Arc::clone(&engine.remotes))
}

fn bytes_of(artifacts: &BTreeMap<OutputPath, Artifact>) -> BTreeMap<String, Arc<[u8]>> {
    artifacts
        .iter()
        .filter_map(|(path, artifact)| Some((path.to_string(), Arc::clone(artifact.bytes()?))))
        .collect()
}

/// What bodies need of the heads.
pub(super) fn heads_of(heads: &Heads) -> bodies::Materials<'_> {
    bodies::Materials {
        graph: &heads.graph,
        templates: &heads.templates,
        colours: heads.colours.as_ref(),
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    (work(), start.elapsed())
}

fn parse(settings: &Settings, sources: &SourceTree) -> Vec<Outcome<Option<ParsedContent>>> {
    let files: Vec<&SourceFile> = sources.content.values().collect();
    files
        .par_iter()
        .map(|file| content::parse_file(file, settings))
        .collect()
}
