//! What an author did wrong, as a value: where, what, and how to mend it.
//!
//! Stages return diagnostics beside their results, so that one run reports all errors. Only
//! `cli` prints them and only `serve` shows them in the browser.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Severity {
    /// The site is built all the same.
    Warning,
    /// Nothing is written.
    Error,
}

/// One fault in the site's sources.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Warning or error.
    pub severity: Severity,
    /// What is wrong, one sentence, no full stop.
    pub message: String,
    /// The file, relative to the site's root.
    pub file: Option<String>,
    /// The line in that file, from 1.
    pub line: Option<usize>,
    /// The column in that line, in characters, from 1.
    pub column: Option<usize>,
    /// How to mend it.
    pub hint: Option<String>,
    /// The key of the file that it is about (`markdown.highlighting.theme`), for a fault seen long
    /// after that file was read: `engine` finds its line and column.
    #[serde(skip)]
    pub about: Option<Box<Key>>,
}

/// The way to a key of a file: the tables around it and its name, between points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key(pub String);

impl Diagnostic {
    /// An error.
    pub fn error(message: impl Into<String>) -> Self {
        Self::new(Severity::Error, message)
    }

    /// A warning.
    pub fn warning(message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, message)
    }

    fn new(severity: Severity, message: impl Into<String>) -> Self {
        Self {
            severity,
            message: message.into(),
            file: None,
            line: None,
            column: None,
            hint: None,
            about: None,
        }
    }

    /// In this file (relative to the site's root).
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// At this line and column, both from 1.
    #[must_use]
    pub fn at(mut self, line: usize, column: usize) -> Self {
        self.line = Some(line);
        self.column = Some(column);
        self
    }

    /// At this line, from 1.
    #[must_use]
    pub fn at_line(mut self, line: usize) -> Self {
        self.line = Some(line);
        self
    }

    /// With this advice.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// About this key of its file.
    #[must_use]
    pub fn about(mut self, key: impl Into<String>) -> Self {
        self.about = Some(Box::new(Key(key.into())));
        self
    }

    /// Whether it stops the build.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}")?;
            if let Some(line) = self.line {
                write!(f, ":{line}")?;
                if let Some(column) = self.column {
                    write!(f, ":{column}")?;
                }
            }
            write!(f, ": ")?;
        }
        write!(f, "{}", self.message)?;
        if let Some(hint) = &self.hint {
            write!(f, " ({hint})")?;
        }
        Ok(())
    }
}

/// A stage's result with the faults found on the way.
#[derive(Clone, Debug, Default)]
pub struct Outcome<T> {
    /// What the stage made, as far as it could.
    pub value: T,
    /// Faults in the order of the sources.
    pub diagnostics: Vec<Diagnostic>,
}

impl<T> Outcome<T> {
    /// A result without faults.
    pub fn clean(value: T) -> Self {
        Self {
            value,
            diagnostics: Vec::new(),
        }
    }

    /// Whether any fault stops the build.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// Moves the faults into `sink` and hands out the value.
    pub fn drain_into(self, sink: &mut Vec<Diagnostic>) -> T {
        sink.extend(self.diagnostics);
        self.value
    }
}
