//! Tera 2's errors as faults of the author's files.

use std::error::Error as _;

use tera::{Error, ErrorKind};

use super::Native;
use super::functions::FIX;
use crate::diagnostic::Diagnostic;
use crate::fields::Place;
use crate::template::load::TemplateSource;

/// The name that Tera gives to a text that is no file.
const ONE_OFF: &str = "__tera_one_off";

impl Native {
    /// The faults that an error of loading tells of: Tera writes several of them into one text.
    pub(super) fn faults(&self, error: &Error) -> Vec<Diagnostic> {
        let text = error.to_string();
        let told: Vec<Diagnostic> = text
            .split("error: ")
            .filter_map(|report| self.told(report))
            .collect();
        match (error.kind(), told.is_empty()) {
            (ErrorKind::Msg(_), false) => told.into_iter().map(advised).collect(),
            _ => vec![self.fault(error, None)],
        }
    }

    /// One fault of a text: its message, then ` --> file:line:column`.
    fn told(&self, report: &str) -> Option<Diagnostic> {
        let (message, rest) = report.split_once(" --> ")?;
        let mut place = rest.lines().next()?.rsplitn(3, ':');
        let column = place.next()?.trim().parse().ok()?;
        let line = place.next()?.parse().ok()?;
        let name = place.next()?;
        let file = self.file(name).unwrap_or(name);
        Some(
            Diagnostic::error(message.trim().to_owned())
                .in_file(file)
                .at(line, column),
        )
    }

    /// The fault that an error tells of; `content` is the file of a body that is a template, and
    /// the line where that begins.
    pub(super) fn fault(&self, error: &Error, content: Option<(&str, usize)>) -> Diagnostic {
        advised(self.place(error, content))
    }

    fn place(&self, error: &Error, content: Option<(&str, usize)>) -> Diagnostic {
        let (ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report)) = error.kind()
        else {
            if let Some(mut told) = self.told(&error.to_string()) {
                if let Some((file, first_line)) = content {
                    told.file = Some(file.to_owned());
                    told.line = told.line.map(|line| line + first_line - 1);
                }
                told.message = told.message.trim_start_matches("error: ").to_owned();
                return told;
            }
            let mut text = error.to_string();
            let mut cause = error.source();
            while let Some(inner) = cause {
                text = format!("{text}: {inner}");
                cause = inner.source();
            }
            let fault = Diagnostic::error(text.trim().to_owned());
            return match content {
                Some((file, _)) => fault.in_file(file),
                None => fault,
            };
        };
        let name = report.filename();
        let (file, first_line) = match content {
            Some(content) if name == ONE_OFF || name.is_empty() => content,
            _ => (self.file(name).unwrap_or(name), 1),
        };
        let mut message = report.message().trim().to_owned();
        let mut cause = error.source();
        while let Some(inner) = cause {
            message = format!("{message}: {inner}");
            cause = inner.source();
        }
        Diagnostic::error(message).in_file(file).at(
            first_line + report.span().start_line - 1,
            report.span().start_col + 1,
        )
    }
}

/// What to do about each of Tera 2's messages, by a part of it.
const ADVICE: &[(&str, &str)] = &[
    (
        "Unknown filter",
        "take it away, or write a filter of Tera 2 or Zola 0.23",
    ),
    (
        "Unknown function",
        "take it away, or write a function of Zola 0.23",
    ),
    (
        "Unknown test",
        "write a test of Tera 2, such as `is defined`",
    ),
    (
        "Unknown component",
        "define it in a template with {% component name() %}, or correct its name",
    ),
    (
        "Unknown argument",
        "take it away, or add it where the component is defined",
    ),
    ("Argument", "give it where the component is called"),
    (
        "does not match expected type",
        "give a value of that type, or take the type away where the component is defined",
    ),
    (
        "is not defined",
        "ask first with `{% if NAME is defined %}`, or give a value with `| default(value=…)`",
    ),
    (
        "recursion depth",
        "look for a component or template that calls itself without an end",
    ),
    (
        "Unclosed",
        "end it with its own tag, such as {% endif %} or {% </name> %}",
    ),
    (
        "Unknown template",
        "write that template below templates/, or correct its name",
    ),
];

/// The fault with its own advice, or with that for messages of its kind.
fn advised(mut fault: Diagnostic) -> Diagnostic {
    if let Some((message, fix)) = fault.message.split_once(FIX) {
        let fix = fix.to_owned();
        fault.message = message.to_owned();
        return fault.hint(fix);
    }
    let known = ADVICE.iter().find(|(part, _)| fault.message.contains(part));
    let advice = known.map_or(
        "correct the tag at this place; what only looks like one stands between {% raw %} and {% endraw %}",
        |(_, advice)| advice,
    );
    let name = fault.message.split('`').nth(1).unwrap_or("name");
    let advice = advice.replace("NAME", name);
    fault.hint(advice)
}

/// A template that extends one which is not there, or itself: Tera names neither file nor place.
pub(super) fn of_parent(error: &Error, sources: &[&TemplateSource]) -> Option<Diagnostic> {
    let (child, message, advice) = match error.kind() {
        ErrorKind::MissingParent { current, parent } => (
            current,
            format!("This template extends `{parent}`, which is not there"),
            "write that template below templates/, or correct its name",
        ),
        ErrorKind::CircularExtend { tpl, .. } => (
            tpl,
            "This template extends itself, by way of others or not".to_owned(),
            "let one of them extend nothing, or another template",
        ),
        _ => return None,
    };
    let source = sources
        .iter()
        .find(|source| child.ends_with(&source.name))?;
    let tag = source.text.find("extends").map_or(0, |at| {
        let before = source.text.get(..at).unwrap_or_default();
        before.rfind("{%").unwrap_or_default()
    });
    let fault = Diagnostic::error(message)
        .in_file(source.file.clone())
        .hint(advice);
    Some(Place::of(&source.text, tag, 1).mark(fault))
}
