//! Headings: an anchor for each, the link to it, and the table of contents.

use std::collections::BTreeSet;

use pulldown_cmark::{CowStr, Event, Tag, TagEnd};
use pulldown_cmark_escape::escape_html;
use tera::Value;

use super::Heading;
use super::render::BodyJob;
use crate::content::InsertAnchor;
use crate::diagnostic::Diagnostic;

/// The headings of one body.
pub(super) struct Headings<'j> {
    job: &'j BodyJob<'j>,
    taken: BTreeSet<String>,
}

/// Where a heading stands among the events.
struct Place {
    start: usize,
    end: usize,
}

impl<'j> Headings<'j> {
    pub(super) fn new(job: &'j BodyJob<'j>) -> Self {
        Self {
            job,
            taken: BTreeSet::new(),
        }
    }

    /// Gives every heading its anchor and link; hands out the table of contents.
    pub(super) fn finish(
        mut self,
        events: &mut Vec<Event<'_>>,
        faults: &mut Vec<Diagnostic>,
    ) -> Vec<Heading> {
        let places = places(events);
        // Anchors that the author chose come first: the others go out of their way.
        for place in &places {
            if let Some(Event::Start(Tag::Heading { id: Some(id), .. })) = events.get(place.start) {
                self.taken.insert(id.to_string());
            }
        }
        let mut flat = Vec::with_capacity(places.len());
        for place in &places {
            let title = title(events.get(place.start..place.end).unwrap_or_default());
            if let Some(Event::Start(Tag::Heading {
                level,
                id,
                attrs,
                classes,
            })) = events.get_mut(place.start)
            {
                let anchor = match id {
                    Some(own) => own.to_string(),
                    None => self.anchor(&title),
                };
                *id = Some(CowStr::from(anchor.clone()));
                attrs.clear();
                classes.retain(|class| !class.is_empty());
                flat.push(Heading {
                    level: *level as u32,
                    permalink: format!("{}#{anchor}", self.job.permalink),
                    id: anchor,
                    title,
                    children: Vec::new(),
                });
            }
        }
        if self.job.anchors != InsertAnchor::None {
            self.link(events, &places, &flat, faults);
        }
        for event in events {
            if let Some(tag) = opening_tag(event) {
                *event = Event::Html(tag.into());
            }
        }
        nest(flat)
    }

    fn anchor(&mut self, title: &str) -> String {
        let base = self.job.slugs.anchor(title);
        let mut anchor = base.clone();
        let mut number = 0;
        while !self.taken.insert(anchor.clone()) {
            number += 1;
            anchor = format!("{base}-{number}");
        }
        anchor
    }

    /// Puts the link to each heading where the settings want it, the last first so that places
    /// stay true.
    fn link(
        &self,
        events: &mut Vec<Event<'_>>,
        places: &[Place],
        headings: &[Heading],
        faults: &mut Vec<Diagnostic>,
    ) {
        for (place, heading) in places.iter().zip(headings).rev() {
            let variables = vec![
                ("id".to_owned(), Value::from(heading.id.as_str())),
                ("level".to_owned(), Value::from(u64::from(heading.level))),
                ("lang".to_owned(), Value::from(self.job.lang)),
            ];
            let html = match self.job.templates.render("anchor-link.html", variables) {
                Ok(html) => html,
                Err(fault) => {
                    faults.push(fault);
                    return;
                }
            };
            match self.job.anchors {
                InsertAnchor::Left => insert(events, place.start + 1, html),
                InsertAnchor::Right => insert(events, place.end, html),
                InsertAnchor::Heading => {
                    if let Some(opening) = opening_link(&html) {
                        let opening = opening.to_owned();
                        insert(events, place.end, "</a>".to_owned());
                        insert(events, place.start + 1, opening);
                    }
                }
                InsertAnchor::None => {}
            }
        }
    }
}

/// A heading's opening tag, as Zola writes it: without a line of its own before it.
fn opening_tag(event: &Event<'_>) -> Option<String> {
    let Event::Start(Tag::Heading {
        level, id, classes, ..
    }) = event
    else {
        return None;
    };
    let mut tag = format!("<{level} id=\"");
    // Writing to a string cannot fail.
    let _always = escape_html(&mut tag, id.as_deref().unwrap_or_default());
    if !classes.is_empty() {
        tag.push_str("\" class=\"");
        let _always = escape_html(&mut tag, &classes.join(" "));
    }
    tag.push_str("\">");
    Some(tag)
}

fn insert(events: &mut Vec<Event<'_>>, at: usize, html: String) {
    if at <= events.len() {
        events.insert(at, Event::InlineHtml(html.into()));
    }
}

/// The `<a …>` of a template's result.
fn opening_link(html: &str) -> Option<&str> {
    let from = html.get(html.find("<a ")?..)?;
    from.get(..=from.find('>')?)
}

fn places(events: &[Event<'_>]) -> Vec<Place> {
    let mut places = Vec::new();
    let mut open = None;
    for (at, event) in events.iter().enumerate() {
        match event {
            Event::Start(Tag::Heading { .. }) => open = Some(at),
            Event::End(TagEnd::Heading(_)) => {
                if let Some(start) = open.take() {
                    places.push(Place { start, end: at });
                }
            }
            _ => {}
        }
    }
    places
}

fn title(events: &[Event<'_>]) -> String {
    let mut title = String::new();
    for event in events {
        match event {
            Event::Text(text) | Event::Code(text) => title.push_str(text),
            _ => {}
        }
    }
    title
}

/// Each heading goes below the last open one of a smaller level.
fn nest(flat: Vec<Heading>) -> Vec<Heading> {
    let mut roots = Vec::new();
    let mut open: Vec<Heading> = Vec::new();
    for heading in flat {
        while open.last().is_some_and(|last| last.level >= heading.level) {
            close(&mut open, &mut roots);
        }
        open.push(heading);
    }
    while !open.is_empty() {
        close(&mut open, &mut roots);
    }
    roots
}

fn close(open: &mut Vec<Heading>, roots: &mut Vec<Heading>) {
    if let Some(done) = open.pop() {
        match open.last_mut() {
            Some(above) => above.children.push(done),
            None => roots.push(done),
        }
    }
}
