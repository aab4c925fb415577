//! Tera 2's errors as faults of the author's files.

use std::error::Error as _;

use tera::{Error, ErrorKind};

use super::Native;
use super::bounds::{self, Written};
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
            .filter_map(|report| self.told(report, None))
            .collect();
        match (error.kind(), told.is_empty()) {
            (ErrorKind::Msg(_), false) => told.into_iter().map(advised).collect(),
            _ => vec![self.fault(error, None)],
        }
    }

    /// One fault of a text: its message, then ` --> file:line:column`.
    fn told(&self, report: &str, content: Option<Written<'_>>) -> Option<Diagnostic> {
        let (message, rest) = report.split_once(" --> ")?;
        let mut place = rest.lines().next()?.rsplitn(3, ':');
        let column = place.next()?.trim().parse().ok()?;
        let line = place.next()?.parse().ok()?;
        let name = place.next()?;
        let message = message.trim().trim_start_matches("error: ");
        let fault = Diagnostic::error(message.to_owned());
        Some(self.placed(fault, name, (line, column), content))
    }

    /// The fault that an error tells of; `content` is a body that is a template.
    pub(super) fn fault(&self, error: &Error, content: Option<Written<'_>>) -> Diagnostic {
        advised(self.place(error, content))
    }

    fn place(&self, error: &Error, content: Option<Written<'_>>) -> Diagnostic {
        let mut message = match error.kind() {
            ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
                report.message().trim().to_owned()
            }
            _ => {
                let text = error.to_string();
                if let Some(told) = self.told(&text, content) {
                    return told;
                }
                text.trim().to_owned()
            }
        };
        let mut cause = error.source();
        while let Some(inner) = cause {
            message = format!("{message}: {inner}");
            cause = inner.source();
        }
        let fault = Diagnostic::error(message);
        if let ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) = error.kind() {
            let span = report.span();
            let place = (span.start_line, span.start_col + 1);
            return self.placed(fault, report.filename(), place, content);
        }
        if fault.message.contains("recursion depth")
            && let Some((file, line, column)) = bounds::last_component()
        {
            return fault.in_file(file).at(line, column);
        }
        match content {
            Some(content) => fault.in_file(content.file),
            None => fault,
        }
    }

    /// A fault at a place of a template, or of the body that is one.
    fn placed(
        &self,
        fault: Diagnostic,
        name: &str,
        (line, column): (usize, usize),
        content: Option<Written<'_>>,
    ) -> Diagnostic {
        let own = match content.filter(|_| name == ONE_OFF || name.is_empty()) {
            Some(content) => Some(content),
            None => self
                .files
                .get(name)
                .zip(self.sources.get(name))
                .map(|(file, text)| Written {
                    text,
                    file,
                    first_line: 1,
                }),
        };
        match own {
            Some(own) => fault
                .in_file(own.file)
                .at(own.first_line + line - 1, bounds::column(own, line, column)),
            None => fault.in_file(name).at(line, column),
        }
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
        "nesting is too deep",
        "move what is inside into a template or component of its own",
    ),
    ("too complex", "take it apart with {% set %}"),
    ("exceeds the limit", "ask for fewer"),
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

/// A template that extends one which is not there, or extends or includes itself: Tera names neither file nor place.
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
        ErrorKind::CircularInclude { tpl, .. } => (
            tpl,
            "This template includes itself, by way of others or not".to_owned(),
            "take one of the includes away, or put an `if` around it in a component",
        ),
        _ => return None,
    };
    let source = sources
        .iter()
        .find(|source| child.ends_with(&source.name))?;
    let word = match error.kind() {
        ErrorKind::CircularInclude { .. } => "include",
        _ => "extends",
    };
    let tag = source.text.find(word).map_or(0, |at| {
        let before = source.text.get(..at).unwrap_or_default();
        before.rfind("{%").unwrap_or_default()
    });
    let fault = Diagnostic::error(message)
        .in_file(source.file.clone())
        .hint(advice);
    Some(Place::of(&source.text, tag, 1).mark(fault))
}
