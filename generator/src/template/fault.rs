//! What went wrong while a template was rendered, before it is known where.

use crate::diagnostic::Diagnostic;
use crate::fields::Place;

/// A fault that is given its place on the way out.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) message: String,
    pub(super) hint: Option<String>,
    /// File and place in it, once known.
    pub(super) place: Option<(String, Option<Place>)>,
    /// Whether that file is one that a template reads, and none yet says which.
    is_read: bool,
}

/// The result of rendering.
pub(super) type Rendering<T> = Result<T, Fault>;

impl Fault {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
            place: None,
            is_read: false,
        }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// With this advice, if there is none yet.
    pub(super) fn or_hint(self, hint: impl FnOnce() -> String) -> Self {
        match self.hint {
            Some(_) => self,
            None => self.hint(hint()),
        }
    }

    /// With its place, unless a deeper one is known; of a file that a template reads it is told where
    /// that is asked for.
    pub(super) fn placed(mut self, file: &str, place: Option<Place>) -> Self {
        match &mut self.place {
            None => self.place = Some((file.to_owned(), place)),
            Some((known, inner @ None)) if known == file => *inner = place,
            Some((known, _)) if self.is_read && known != file => {
                let asked = place.map_or_else(String::new, |place| {
                    let column = place.column.map(|column| format!(":{column}"));
                    format!(":{}{}", place.line, column.unwrap_or_default())
                });
                let asked = format!("it is read in {file}{asked}");
                self.hint = Some(match self.hint.take() {
                    Some(hint) => format!("{hint}; {asked}"),
                    None => asked,
                });
                self.is_read = false;
            }
            Some(_) => {}
        }
        self
    }

    pub(super) fn into_diagnostic(self) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(self.message);
        diagnostic.hint = self.hint;
        match self.place {
            None => diagnostic,
            Some((file, None)) => diagnostic.in_file(file),
            Some((file, Some(place))) => place.mark(diagnostic.in_file(file)),
        }
    }
}

impl From<String> for Fault {
    fn from(message: String) -> Self {
        Self::new(message)
    }
}

impl From<Diagnostic> for Fault {
    fn from(diagnostic: Diagnostic) -> Self {
        Self {
            message: diagnostic.message,
            hint: diagnostic.hint,
            is_read: diagnostic.file.is_some(),
            place: diagnostic.file.map(|file| {
                let place = diagnostic.line.map(|line| Place {
                    line,
                    column: diagnostic.column,
                });
                (file, place)
            }),
        }
    }
}

/// Why a text is no regular expression, in one line.
pub(super) fn of_pattern(error: &regex::Error) -> String {
    let told = error.to_string();
    let last = told.lines().last().unwrap_or_default();
    last.trim().trim_start_matches("error: ").to_owned()
}
