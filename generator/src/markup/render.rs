//! One body: from Markdown to HTML with its table of contents, summary and links.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, html};
use tera::Value;

use super::code::{CodeBlock, Shown};
use super::colours::Colours;
use super::headings::Headings;
use super::links::{Links, Written};
use super::shortcodes::{Expanded, HtmlPiece, expand};
use super::{Rendered, TemplateCalls, UnknownLanguage, footnotes, images, marks, summary, words};
use crate::content::{Body, InsertAnchor};
use crate::diagnostic::{Diagnostic, Outcome};
use crate::settings::{MarkdownSettings, SlugStrategy};

/// Where links to other content files lead.
pub trait LinkResolver: Sync {
    /// The address of a content file, by its path below `content/`.
    fn address(&self, file: &str) -> Option<String>;

    /// The address of another file that is copied with a page or section, by its path below
    /// `content/`, where the site's dialect knows such links.
    fn asset(&self, file: &str) -> Option<String>;

    /// The file whose name is most like one that is not there.
    fn nearest(&self, file: &str) -> Option<String>;
}

/// One body to render.
#[derive(Clone, Copy)]
pub struct BodyJob<'a> {
    /// Its file relative to the site's root, for messages.
    pub file: &'a str,
    /// The Markdown.
    pub body: &'a Body,
    /// The address of its page; empty where there is none.
    pub permalink: &'a str,
    /// Language code.
    pub lang: &'a str,
    /// Where heading links stand.
    pub anchors: InsertAnchor,
    /// How Markdown is rendered.
    pub options: &'a MarkdownSettings,
    /// How headings become anchors.
    pub slugs: SlugStrategy,
    /// Whether a link to a content file that is not there stops the build.
    pub broken_link_is_error: bool,
    /// Colours in code; none: plain.
    pub colours: Option<&'a Colours>,
    /// Where links lead.
    pub links: &'a dyn LinkResolver,
    /// Shortcodes and other templates.
    pub templates: &'a dyn TemplateCalls,
}

/// Renders a body; all its faults are reported.
#[must_use]
pub fn render(job: &BodyJob<'_>) -> Outcome<Rendered> {
    let mut faults = Vec::new();
    let source = job.body.text();
    let whole = job.templates.whole(source, job.file, job.body.first_line);
    let templated = whole.is_some();
    let expanded = match whole {
        None => expand(
            source,
            job.body.first_line,
            job.file,
            job.templates,
            &mut faults,
        ),
        Some(Ok(text)) => Expanded::of(&text, job.body.first_line),
        Some(Err(fault)) => {
            faults.push(fault);
            Expanded::default()
        }
    };
    let mut links = Links::new(job);
    let (mut events, more, unknown_languages) = events(job, &expanded, &mut links, &mut faults);
    let toc = Headings::new(job).finish(&mut events, &mut faults);
    // What stands at the bottom comes after the mark, unless the mark stands there itself.
    if job.options.bottom_footnotes {
        footnotes::to_bottom(&mut events, templated);
    }
    let more = more.and_then(|_| summary::place(&events));
    let summary = more.and_then(|at| summary::render(&events, at, job, &mut faults));
    let mut out = String::with_capacity(source.len() * 2);
    html::push_html(&mut out, events.into_iter());
    if marks::any(&out) {
        // Where no HTML can stand (names of languages, titles of links), the call is text.
        out = marks::replaced(&out, |number| {
            expanded
                .pieces
                .get(number)
                .map(|piece| piece.escaped.as_str())
        });
    }
    let (internal_links, external_links) = links.found();
    let length = if templated {
        words::length_in(source, job.lang)
    } else {
        words::length(source)
    };
    Outcome {
        value: Rendered {
            html: Value::from(out),
            summary,
            toc,
            word_count: length.words,
            reading_time: length.minutes,
            internal_links,
            external_links,
            unknown_languages,
        },
        diagnostics: faults,
    }
}

fn options(settings: &MarkdownSettings) -> Options {
    let mut options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES;
    options.set(
        Options::ENABLE_SMART_PUNCTUATION,
        settings.smart_punctuation,
    );
    options.set(Options::ENABLE_DEFINITION_LIST, settings.definition_list);
    options.set(Options::ENABLE_GFM, settings.github_alerts);
    options
}

/// The parsed body with links, code, images and shortcodes in place; says whether the mark of the
/// summary was met.
fn events<'e>(
    job: &BodyJob<'_>,
    expanded: &'e Expanded,
    links: &mut Links<'_>,
    faults: &mut Vec<Diagnostic>,
) -> (Vec<Event<'e>>, Option<()>, Vec<UnknownLanguage>) {
    let text = expanded.text.as_str();
    let mut building = Building {
        job,
        pieces: &expanded.pieces,
        events: Vec::new(),
        code: None,
        image: None,
        more: None,
        alone: None,
        unknown: Vec::new(),
        faults: Vec::new(),
    };
    for (event, range) in Parser::new_ext(text, options(job.options)).into_offset_iter() {
        let place = || expanded.lines.place(text, range.start);
        let event = match event {
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                title,
                id,
            }) => {
                let link = Written {
                    link_type,
                    destination: building.plain(&dest_url).into(),
                    title,
                    id,
                };
                links.open(link, place(), faults)
            }
            Event::End(TagEnd::Link) => links.close(),
            Event::Start(Tag::Image {
                link_type,
                dest_url,
                title,
                id,
            }) => {
                let dest_url = building.plain(&dest_url);
                let dest_url = links.beside(&dest_url).unwrap_or(dest_url).into();
                Event::Start(Tag::Image {
                    link_type,
                    dest_url,
                    title,
                    id,
                })
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                building.code = Some(CodeBlock::open(&kind, place()));
                continue;
            }
            other => other,
        };
        building.take(event);
    }
    faults.append(&mut building.faults);
    (building.events, building.more, building.unknown)
}

struct Building<'e, 'j> {
    job: &'j BodyJob<'j>,
    pieces: &'e [HtmlPiece],
    events: Vec<Event<'e>>,
    code: Option<CodeBlock>,
    image: Option<images::LazyImage>,
    more: Option<()>,
    /// Where the HTML of a shortcode stands that began its paragraph.
    alone: Option<usize>,
    unknown: Vec<UnknownLanguage>,
    faults: Vec<Diagnostic>,
}

impl<'e> Building<'e, '_> {
    /// A text with what the shortcodes made in place of their marks.
    fn plain(&self, text: &str) -> String {
        marks::replaced(text, |number| {
            self.pieces.get(number).map(|piece| piece.html.as_str())
        })
    }

    fn take(&mut self, event: Event<'e>) {
        if let Some(code) = &mut self.code {
            match event {
                Event::End(TagEnd::CodeBlock) => {
                    let shown = code.show(self.job.colours);
                    self.code = None;
                    let block = self.code_block(shown);
                    self.events.push(block);
                }
                Event::Text(text) => {
                    let text = marks::replaced(&text, |number| {
                        self.pieces.get(number).map(|piece| piece.html.as_str())
                    });
                    code.push(&text);
                }
                _ => {}
            }
            return;
        }
        if let Some(image) = &mut self.image {
            if let Some(html) = image.take(&event) {
                self.image = None;
                self.events.push(Event::InlineHtml(html.into()));
            }
            return;
        }
        match event {
            Event::Start(Tag::Image {
                dest_url, title, ..
            }) if self.job.options.lazy_async_image => {
                self.image = Some(images::LazyImage::open(&dest_url, &title));
            }
            Event::Text(text) => self.text(text),
            Event::Code(code) if marks::any(&code) => {
                let written = marks::replaced(&code, |number| {
                    self.pieces.get(number).map(|piece| piece.written.as_str())
                });
                self.events.push(Event::Code(written.into()));
            }
            Event::Html(html) => self.raw(&html, || Event::Html(html.clone())),
            Event::InlineHtml(html) => self.raw(&html, || Event::InlineHtml(html.clone())),
            Event::End(TagEnd::Paragraph) => self.end_paragraph(),
            other => self.events.push(other),
        }
    }

    /// The HTML of a block of code; what was amiss is noted.
    fn code_block(&mut self, shown: Shown) -> Event<'e> {
        let place = |fault: Diagnostic| {
            let fault = fault.in_file(self.job.file);
            match shown.place {
                Some(place) => place.mark(fault),
                None => fault,
            }
        };
        if let Some(name) = shown.unknown {
            if self
                .job
                .colours
                .is_some_and(Colours::language_must_be_known)
            {
                self.faults.push(place(
                    Diagnostic::error(format!("There is no grammar for the language `{name}`"))
                        .hint("correct its name, or add its grammar to `extra_grammars`"),
                ));
            } else {
                let place = shown.place;
                self.unknown.push(UnknownLanguage { name, place });
            }
        }
        if let Some(reason) = shown.failed {
            self.faults.push(place(Diagnostic::warning(format!(
                "This code is shown without colours: {reason}"
            ))));
        }
        Event::Html(shown.html.into())
    }

    fn raw(&mut self, html: &str, same: impl Fn() -> Event<'e>) {
        if self.more.is_none() && summary::is_mark(html) {
            self.more = Some(());
            self.events.push(Event::InlineHtml(summary::MARK.into()));
        } else if marks::any(html) {
            let html = self.plain(html);
            self.events.push(Event::Html(html.into()));
        } else {
            self.events.push(same());
        }
    }

    /// Text, split where a shortcode made HTML.
    fn text(&mut self, text: pulldown_cmark::CowStr<'e>) {
        let emoji = self.job.options.render_emoji && text.contains(':');
        if !marks::any(&text) && !emoji {
            self.events.push(Event::Text(text));
            return;
        }
        for part in marks::parts(&text) {
            match part {
                marks::Part::Text(part) if emoji => {
                    let replaced = gh_emoji::Replacer::new().replace_all(part).into_owned();
                    self.events.push(Event::Text(replaced.into()));
                }
                marks::Part::Text(part) => {
                    self.events.push(Event::Text(part.to_owned().into()));
                }
                marks::Part::Mark(number) => {
                    if let Some(piece) = self.pieces.get(number) {
                        if self.begins_paragraph() {
                            self.alone = Some(self.events.len());
                        }
                        self.events
                            .push(Event::InlineHtml(piece.html.as_str().into()));
                    }
                }
            }
        }
    }

    /// Whether nothing stands in the paragraph yet but the box of a task.
    fn begins_paragraph(&self) -> bool {
        let mut before = self.events.iter().rev();
        let mut last = before.next();
        if matches!(last, Some(Event::TaskListMarker(_))) {
            last = before.next();
        }
        matches!(last, Some(Event::Start(Tag::Paragraph)))
    }

    /// A paragraph that is only one shortcode's HTML is none.
    fn end_paragraph(&mut self) {
        if self
            .alone
            .take()
            .is_some_and(|at| at + 1 == self.events.len())
            && let Some(html) = self.events.pop()
        {
            // In place of the paragraph's start, with the box of a task before it.
            let task = self
                .events
                .pop_if(|event| matches!(event, Event::TaskListMarker(_)));
            self.events.pop();
            self.events.extend(task);
            self.events.push(html);
            return;
        }
        self.events.push(Event::End(TagEnd::Paragraph));
    }
}
