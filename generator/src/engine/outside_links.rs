//! Links that leave the site, and which of them are looked at.

use super::OutsideLink;
use crate::graph::SiteGraph;
use crate::markup::Bodies;

/// Those of all bodies, and of sections that lead elsewhere.
pub(super) fn collect(graph: &SiteGraph, bodies: &Bodies) -> Vec<OutsideLink> {
    let link = |file: &str, url: &str, place| OutsideLink {
        file: format!("content/{file}"),
        place,
        url: url.to_owned(),
    };
    let mut links = Vec::new();
    for (id, section) in &graph.sections {
        let target = section.front.redirect_to.as_deref().unwrap_or_default();
        if target.starts_with("http://") || target.starts_with("https://") {
            links.push(link(&id.0, target, None));
        }
    }
    let sections = bodies.sections.iter().map(|(id, body)| (&id.0, body));
    let pages = bodies.pages.iter().map(|(id, body)| (&id.0, body));
    for (file, body) in sections.chain(pages) {
        for found in &body.external_links {
            links.push(link(file, &found.url, found.place));
        }
    }
    links
}
