//! Footnotes at the end of the page, each with links back to where it is referred to.

use std::collections::BTreeMap;

use pulldown_cmark::{CowStr, Event, Tag, TagEnd};
use pulldown_cmark_escape::escape_html;

/// A footnote's number, and how often it was referred to.
#[derive(Default)]
struct Use {
    number: usize,
    times: usize,
}

/// Moves the definitions to the end, in the order of their first use; unused ones go.
pub(super) fn to_bottom(events: &mut Vec<Event<'_>>, bracketed: bool) {
    let mut definitions: BTreeMap<String, Vec<Event<'_>>> = BTreeMap::new();
    let mut body = Vec::with_capacity(events.len());
    let mut open: Vec<(String, Vec<Event<'_>>)> = Vec::new();
    for event in events.drain(..) {
        match event {
            Event::Start(Tag::FootnoteDefinition(name)) => {
                open.push((name.to_string(), Vec::new()));
            }
            Event::End(TagEnd::FootnoteDefinition) => {
                if let Some((name, text)) = open.pop() {
                    definitions.entry(name).or_insert(text);
                }
            }
            event => match open.last_mut() {
                Some((_, text)) => text.push(event),
                None => body.push(event),
            },
        }
    }
    let mut uses: BTreeMap<String, Use> = BTreeMap::new();
    let mut order = Vec::new();
    for event in &mut body {
        refer(event, &mut uses, &mut order, bracketed);
    }
    // A footnote may refer to another, which then follows.
    let mut notes = Vec::new();
    let mut next = 0;
    while let Some(name) = order.get(next).cloned() {
        next += 1;
        if let Some(mut text) = definitions.remove(&name) {
            for event in &mut text {
                refer(event, &mut uses, &mut order, bracketed);
            }
            notes.push((name, text));
        }
    }
    if !notes.is_empty() {
        body.push(Event::Html(
            "<section class=\"footnotes\">\n<ol class=\"footnotes-list\">\n".into(),
        ));
        for (name, text) in notes {
            let times = uses.get(&name).map_or(1, |used| used.times);
            body.push(Event::Html(
                format!("<li id=\"fn-{}\">\n", safe(&name)).into(),
            ));
            body.extend(with_way_back(text, &name, times));
            body.push(Event::Html("</li>\n".into()));
        }
        body.push(Event::Html("</ol>\n</section>\n".into()));
    }
    *events = body;
}

/// Replaces a reference by its link and counts it.
fn refer(
    event: &mut Event<'_>,
    uses: &mut BTreeMap<String, Use>,
    order: &mut Vec<String>,
    bracketed: bool,
) {
    let Event::FootnoteReference(name) = event else {
        return;
    };
    let name = name.to_string();
    let used = uses.entry(name.clone()).or_default();
    if used.times == 0 {
        order.push(name.clone());
        used.number = order.len();
    }
    used.times += 1;
    let (name, number, times) = (safe(&name), used.number, used.times);
    let (open, close) = if bracketed { ("[", "]") } else { ("", "") };
    *event = Event::InlineHtml(CowStr::from(format!(
        "<sup class=\"footnote-reference\" id=\"fr-{name}-{times}\"><a href=\"#fn-{name}\">{open}{number}{close}</a></sup>"
    )));
}

/// The links back stand at the end of the last paragraph, or after all.
fn with_way_back<'e>(mut text: Vec<Event<'e>>, name: &str, times: usize) -> Vec<Event<'e>> {
    let name = safe(name);
    let mut links = String::new();
    for time in 1..=times {
        let mark = if time == 1 {
            String::new()
        } else {
            time.to_string()
        };
        links.push_str(&format!(" <a href=\"#fr-{name}-{time}\">↩{mark}</a>"));
    }
    let links = Event::InlineHtml(CowStr::from(links));
    let last = text.len().saturating_sub(1);
    if matches!(text.last(), Some(Event::End(TagEnd::Paragraph))) {
        text.insert(last, links);
    } else {
        text.push(links);
    }
    text
}

fn safe(name: &str) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _always = escape_html(&mut out, name);
    out
}
