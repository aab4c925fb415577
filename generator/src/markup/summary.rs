//! The summary: what stands before `<!-- more -->`.

use pulldown_cmark::{Event, Tag, TagEnd, html};
use tera::Value;

use super::footnotes;
use super::render::BodyJob;
use crate::diagnostic::Diagnostic;

/// What stands in the content where the summary ends.
pub(super) const MARK: &str = "<span id=\"continue-reading\"></span>";

/// Whether a piece of HTML holds the author's mark, which then takes the place of all of it.
pub(super) fn is_mark(html: &str) -> bool {
    html.split("<!--").skip(1).any(|rest| {
        rest.split_once("-->")
            .is_some_and(|(inner, _)| inner.trim().eq_ignore_ascii_case("more"))
    })
}

/// Where the mark stands among the events.
pub(super) fn place(events: &[Event<'_>]) -> Option<usize> {
    events
        .iter()
        .position(|event| matches!(event, Event::InlineHtml(html) if **html == *MARK))
}

/// Renders the events before the mark; what is open there is cut off visibly and closed.
pub(super) fn render(
    events: &[Event<'_>],
    at: usize,
    job: &BodyJob<'_>,
    faults: &mut Vec<Diagnostic>,
) -> Option<String> {
    let before = events.get(..at)?;
    let mut open: Vec<TagEnd> = Vec::new();
    for event in before {
        match event {
            Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock | TagEnd::Heading(_)) => {}
            Event::Start(tag) => open.push(tag.to_end()),
            Event::End(_) => {
                open.pop();
            }
            _ => {}
        }
    }
    let mut summary = String::new();
    // Links to footnotes lead nowhere in a summary.
    let shown = before.iter().filter(|event| match event {
        Event::FootnoteReference(_) => false,
        Event::InlineHtml(html) => !footnotes::is_reference(html),
        _ => true,
    });
    let shown = shown.cloned();
    html::push_html(&mut summary, shown);
    summary.truncate(summary.trim_end().len());
    if open.is_empty() {
        return Some(summary);
    }
    let variables = vec![
        ("summary".to_owned(), Value::from(summary.as_str())),
        ("lang".to_owned(), Value::from(job.lang)),
    ];
    match job.templates.render("summary-cutoff.html", variables) {
        Ok(cutoff) => summary.push_str(&cutoff),
        Err(fault) => faults.push(fault),
    }
    html::push_html(&mut summary, open.into_iter().rev().map(Event::End));
    Some(summary)
}
