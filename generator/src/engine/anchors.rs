//! Links to a heading of another page: whether the heading is there.

use std::sync::LazyLock;

use regex::Regex;

use crate::diagnostic::Diagnostic;
use crate::graph::{SectionId, SiteGraph};
use crate::markup::{Bodies, Heading, InternalLink, Rendered};
use crate::settings::{LinkLevel, Settings};

/// A name or id in a page, written by hand or not; case does not matter there.
static NAMED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?i)\s(?:id|name)\s*=\s*["']?([^"'\s>]+)"#).ok());

/// A fault for each link to an anchor that its page does not have.
pub(super) fn check(settings: &Settings, graph: &SiteGraph, bodies: &Bodies) -> Vec<Diagnostic> {
    let pages = bodies.pages.iter().map(|(id, body)| (&*id.0, body));
    let sections = bodies.sections.iter().map(|(id, body)| (&*id.0, body));
    let mut faults = Vec::new();
    for (file, body) in pages.chain(sections) {
        for link in &body.internal_links {
            if let Some(anchor) = &link.anchor
                && !is_there(graph, bodies, link, anchor)
            {
                faults.push(fault(settings, file, link, anchor));
            }
        }
    }
    faults
}

fn is_there(graph: &SiteGraph, bodies: &Bodies, link: &InternalLink, anchor: &str) -> bool {
    if anchor.is_empty() || anchor.eq_ignore_ascii_case("top") {
        return true;
    }
    if let Some(body) = bodies.pages.get(link.target.as_str()) {
        return has_heading(&body.toc, anchor) || is_named(body, anchor);
    }
    let section = SectionId(link.target.as_str().into());
    match bodies.sections.get(&section) {
        Some(body) => has_heading(&body.toc, anchor),
        // What is not part of the site is another fault.
        None => !graph.sections.contains_key(&section),
    }
}

fn has_heading(headings: &[Heading], anchor: &str) -> bool {
    headings
        .iter()
        .any(|heading| heading.id == anchor || has_heading(&heading.children, anchor))
}

/// What is in a section is not looked for, as in Zola.
fn is_named(body: &Rendered, anchor: &str) -> bool {
    let anchor = anchor.to_lowercase();
    NAMED.as_ref().is_some_and(|named| {
        named.captures_iter(body.html()).any(|found| {
            found
                .get(1)
                .is_some_and(|name| name.as_str().to_lowercase() == anchor)
        })
    })
}

fn fault(settings: &Settings, file: &str, link: &InternalLink, anchor: &str) -> Diagnostic {
    let message = format!("There is no heading `#{anchor}` in @/{}", link.target);
    let mut fault = match settings.link_checker.internal_level {
        LinkLevel::Error => Diagnostic::error(message),
        LinkLevel::Warn => Diagnostic::warning(message),
    };
    if let Some(place) = link.place {
        fault = place.mark(fault);
    }
    fault
        .in_file(format!("content/{file}"))
        .hint("open the page and look for the heading's id, or give the heading one with {#id}")
}
