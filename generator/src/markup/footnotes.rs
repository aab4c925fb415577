//! Footnotes at the end of the page, each with links back to where it is referred to.

use std::collections::BTreeMap;

use pulldown_cmark::{CowStr, Event, Tag, TagEnd};
use pulldown_cmark_escape::escape_html;

/// A footnote's number, and how often it was referred to.
struct Use {
    number: usize,
    times: usize,
}

/// Moves the definitions to the end, in the order of their first use; unused ones go. What stands
/// in a definition counts as a use too, where it is written.
pub(super) fn to_bottom(events: &mut Vec<Event<'_>>, bracketed: bool) {
    let mut notes: Vec<(String, Vec<Event<'_>>)> = Vec::new();
    let mut body = Vec::with_capacity(events.len());
    let mut open: Vec<(String, Vec<Event<'_>>)> = Vec::new();
    let mut uses: BTreeMap<String, Use> = BTreeMap::new();
    for mut event in events.drain(..) {
        refer(&mut event, &mut uses, bracketed);
        match event {
            Event::Start(Tag::FootnoteDefinition(name)) => {
                open.push((name.to_string(), Vec::new()));
            }
            Event::End(TagEnd::FootnoteDefinition) => notes.extend(open.pop()),
            event => match open.last_mut() {
                Some((_, text)) => text.push(event),
                None => body.push(event),
            },
        }
    }
    // The list is there, if empty, also where no note is used.
    if !notes.is_empty() {
        notes.retain(|(name, _)| uses.contains_key(name));
        notes.sort_by_key(|(name, _)| uses.get(name).map(|used| used.number));
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

/// How a reference begins.
const REFERENCE: &str = "<sup class=\"footnote-reference\" id=\"fr-";

/// Whether this is a reference that was replaced.
pub(super) fn is_reference(html: &str) -> bool {
    html.starts_with(REFERENCE)
}

/// Replaces a reference by its link and counts it.
fn refer(event: &mut Event<'_>, uses: &mut BTreeMap<String, Use>, bracketed: bool) {
    let Event::FootnoteReference(name) = event else {
        return;
    };
    let name = name.to_string();
    let next = uses.len() + 1;
    let used = uses.entry(name.clone()).or_insert(Use {
        number: next,
        times: 0,
    });
    used.times += 1;
    let (name, number, times) = (safe(&name), used.number, used.times);
    let (open, close) = if bracketed { ("[", "]") } else { ("", "") };
    *event = Event::InlineHtml(CowStr::from(format!(
        "{REFERENCE}{name}-{times}\"><a href=\"#fn-{name}\">{open}{number}{close}</a></sup>"
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
