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
}

/// The result of rendering.
pub(super) type Rendering<T> = Result<T, Fault>;

impl Fault {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
            place: None,
        }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// With its place, unless a deeper one is known.
    pub(super) fn placed(mut self, file: &str, place: Option<Place>) -> Self {
        match &mut self.place {
            None => self.place = Some((file.to_owned(), place)),
            Some((known, inner @ None)) if known == file => *inner = place,
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
