//! Calls replaced by what their templates make.
//!
//! Markdown shortcodes become part of the source. What HTML shortcodes make is held back, with a
//! mark in the source, until the Markdown is parsed.

use std::collections::BTreeMap;

use pulldown_cmark_escape::escape_html;
use tera::Value;

use super::grammar::{Call, Kind, tag};
use crate::diagnostic::Diagnostic;
use crate::fields::Place;
use crate::markup::source_lines::SourceLines;
use crate::markup::{ShortcodeKind, TemplateCalls, marks};

/// Calls within calls deeper than this are a mistake.
const DEEPEST: usize = 32;

/// Bytes that one call may make.
const LONGEST: usize = 64 * 1024 * 1024;

/// A source with its calls replaced.
#[derive(Debug, Default)]
pub(in crate::markup) struct Expanded {
    pub(in crate::markup) text: String,
    /// What stands for each mark, by number.
    pub(in crate::markup) pieces: Vec<HtmlPiece>,
    pub(in crate::markup) lines: SourceLines,
}

impl Expanded {
    /// A text without calls.
    pub(in crate::markup) fn of(text: &str, first_line: usize) -> Self {
        let mut expanded = Self {
            text: marks::without(text),
            ..Self::default()
        };
        expanded.lines.copied(0, Place::at(first_line, 1));
        expanded
    }
}

/// What an HTML shortcode made.
#[derive(Debug)]
pub(in crate::markup) struct HtmlPiece {
    pub(in crate::markup) html: String,
    /// The call as written, shown where no call is made.
    pub(in crate::markup) written: String,
    /// The same, escaped.
    pub(in crate::markup) escaped: String,
}

/// Replaces the calls of a text whose first line is `first_line` of `file`.
pub(in crate::markup) fn expand(
    text: &str,
    first_line: usize,
    file: &str,
    templates: &dyn TemplateCalls,
    faults: &mut Vec<Diagnostic>,
) -> Expanded {
    let mut expanded = Expanded::default();
    if !(text.contains("{{") || text.contains("{%")) {
        expanded.lines.copied(0, Place::at(first_line, 1));
        expanded.text = marks::without(text);
        return expanded;
    }
    let mut expansion = Expansion {
        file,
        templates,
        counts: BTreeMap::new(),
        faults,
        expanded,
    };
    let mut reading = Reading {
        rest: text,
        place: Place::at(first_line, 1),
    };
    let items = expansion.items(&mut reading, None, 0);
    for item in items {
        expansion.put(item);
    }
    expansion.expanded
}

/// The text that is still to be read.
struct Reading<'a> {
    rest: &'a str,
    place: Place,
}

impl<'a> Reading<'a> {
    fn advance(&mut self, len: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(len).unwrap_or((self.rest, ""));
        self.place = self.place.after(taken);
        self.rest = rest;
        taken
    }
}

enum Item<'a> {
    Text { text: &'a str, place: Place },
    Plain(String),
    Call(Made<'a>),
}

/// A call with what it encloses.
struct Made<'a> {
    call: Call<'a>,
    nth: u64,
    body: Option<Vec<Item<'a>>>,
    written: &'a str,
    place: Place,
}

struct Expansion<'a> {
    file: &'a str,
    templates: &'a dyn TemplateCalls,
    counts: BTreeMap<String, u64>,
    faults: &'a mut Vec<Diagnostic>,
    expanded: Expanded,
}

impl Expansion<'_> {
    fn fault(&mut self, place: Place, fault: Diagnostic) {
        self.faults
            .push(place.mark(fault.in_file(self.file.to_owned())));
    }

    /// The items up to the end of the text, or of the call `open` (name and place).
    fn items<'t>(
        &mut self,
        reading: &mut Reading<'t>,
        open: Option<(&str, Place)>,
        depth: usize,
    ) -> Vec<Item<'t>> {
        let mut items = Vec::new();
        loop {
            let Some(at) = next_brace(reading.rest) else {
                let place = reading.place;
                let text = reading.advance(reading.rest.len());
                items.push(Item::Text { text, place });
                if let Some((name, place)) = open {
                    let message = format!("The shortcode `{name}` that opens here is never closed");
                    let fault = Diagnostic::error(message).hint("write {% end %} after its text");
                    self.fault(place, fault);
                }
                return items;
            };
            let place = reading.place;
            let before = reading.advance(at);
            if !before.is_empty() {
                items.push(Item::Text {
                    text: before,
                    place,
                });
            }
            let place = reading.place;
            let Some(found) = tag(reading.rest) else {
                let text = reading.advance(2);
                items.push(Item::Text { text, place });
                continue;
            };
            let whole = reading.rest;
            let written = reading.advance(found.len);
            match found.kind {
                Kind::Escaped(text) => items.push(Item::Plain(text)),
                Kind::End if open.is_some() => return items,
                Kind::End => {
                    let fault =
                        Diagnostic::error("There is no shortcode open that {% end %} could close")
                            .hint("to show it as text, write {%/* end */%}");
                    self.fault(place, fault);
                }
                Kind::Inline(call) => {
                    let nth = self.count(call.name);
                    items.push(Item::Call(Made {
                        call,
                        nth,
                        body: None,
                        written,
                        place,
                    }));
                }
                Kind::Open(call) if depth < DEEPEST => {
                    let nth = self.count(call.name);
                    let name = call.name.to_owned();
                    let body = self.items(reading, Some((&name, place)), depth + 1);
                    let len = whole.len() - reading.rest.len();
                    items.push(Item::Call(Made {
                        call,
                        nth,
                        body: Some(body),
                        written: whole.get(..len).unwrap_or(written),
                        place,
                    }));
                }
                Kind::Open(_) => {
                    let fault = Diagnostic::error(format!(
                        "Shortcodes stand in each other more than {DEEPEST} levels deep"
                    ))
                    .hint("look for a shortcode that is never closed with {% end %}");
                    self.fault(place, fault);
                }
            }
        }
    }

    /// The how-manieth call of that name this is.
    fn count(&mut self, name: &str) -> u64 {
        let count = self.counts.entry(name.to_owned()).or_default();
        *count += 1;
        *count
    }

    fn put(&mut self, item: Item<'_>) {
        match item {
            Item::Text { text, place } => {
                self.expanded.lines.copied(self.expanded.text.len(), place);
                self.expanded.text.push_str(&marks::without(text));
            }
            Item::Plain(text) => self.expanded.text.push_str(&marks::without(&text)),
            Item::Call(made) => {
                let place = made.place;
                self.expanded.lines.made(self.expanded.text.len(), place);
                let written = made.written.to_owned();
                match self.make(made) {
                    Some((ShortcodeKind::Markdown, text)) => self.expanded.text.push_str(&text),
                    Some((ShortcodeKind::Html, html)) => {
                        let number = self.expanded.pieces.len();
                        let mut escaped = String::new();
                        // Writing to a string cannot fail.
                        let _always = escape_html(&mut escaped, &written);
                        self.expanded.pieces.push(HtmlPiece {
                            html,
                            written,
                            escaped,
                        });
                        self.expanded.text.push_str(&marks::mark(number));
                    }
                    None => {}
                }
            }
        }
    }

    /// Renders a call; its own calls come first.
    fn make(&mut self, made: Made<'_>) -> Option<(ShortcodeKind, String)> {
        let name = made.call.name;
        let body = match made.body {
            None => None,
            Some(items) => {
                let mut text = String::new();
                for item in items {
                    match item {
                        Item::Text { text: part, .. } => text.push_str(part),
                        Item::Plain(part) => text.push_str(&part),
                        Item::Call(inner) => {
                            if let Some((_, part)) = self.make(inner) {
                                text.push_str(&part);
                            }
                        }
                    }
                }
                if text.len() > LONGEST {
                    let message = format!("What stands in the shortcode `{name}` is too long");
                    let hint = "look for shortcodes in each other that show their text twice";
                    self.fault(made.place, Diagnostic::error(message).hint(hint));
                    return None;
                }
                let text = text.trim().to_owned();
                if text.is_empty() {
                    let fault =
                        Diagnostic::error(format!("The shortcode `{name}` encloses nothing"))
                            .hint("write its text before {% end %}, or call it as {{ name() }}");
                    self.fault(made.place, fault);
                    return None;
                }
                Some(text)
            }
        };
        let Some(kind) = self.templates.shortcode_kind(name) else {
            let fault = Diagnostic::error(format!("There is no shortcode `{name}`")).hint(format!(
                "write templates/shortcodes/{name}.html, or show the call as text: {{{{/* {name}() */}}}}"
            ));
            self.fault(made.place, fault);
            return None;
        };
        let mut variables = made.call.arguments;
        variables.retain(|(name, _)| name != "nth" && (name != "body" || body.is_none()));
        variables.push(("nth".to_owned(), Value::from(made.nth)));
        if let Some(body) = body {
            variables.push(("body".to_owned(), Value::from(body)));
        }
        let ending = match kind {
            ShortcodeKind::Html => "html",
            ShortcodeKind::Markdown => "md",
        };
        let template = format!("shortcodes/{name}.{ending}");
        match self.templates.render(&template, variables) {
            Ok(text) => Some((kind, marks::without(&text.replace("\r\n", "\n")))),
            Err(mut fault) => {
                let column = made.place.column.unwrap_or(1);
                let caller = format!("called in {}:{}:{column}", self.file, made.place.line);
                fault.hint = Some(match fault.hint.take() {
                    Some(hint) => format!("{hint}; {caller}"),
                    None => caller,
                });
                self.faults.push(fault);
                None
            }
        }
    }
}

/// Where the next `{{` or `{%` stands.
fn next_brace(text: &str) -> Option<usize> {
    text.match_indices('{')
        .map(|(at, _)| at)
        .find(|at| matches!(text.as_bytes().get(at + 1), Some(b'{' | b'%')))
}
