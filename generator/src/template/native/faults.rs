//! Tera 2's errors as faults of the author's files.

use std::error::Error as _;

use tera::{Error, ErrorKind};

use super::Native;
use crate::diagnostic::Diagnostic;

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
            (ErrorKind::Msg(_), false) => told,
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
