//! Sources of older sites rewritten for Zola 0.22: configuration and front matter. Comments and
//! layout stay; what cannot be translated is said in a note.

mod feeds;
mod front_matter;
mod highlighting;
mod keys;
mod languages;
mod taxonomies;
mod themes;

pub use front_matter::front_matter;

use toml_edit::DocumentMut;

use crate::diagnostic::Diagnostic;
use crate::fields::Place;

/// A source rewritten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewritten {
    /// Its new text; the old one where there was nothing to do.
    pub text: String,
    /// What the author should look at.
    pub notes: Vec<String>,
}

/// Rewrites a configuration; `file` is its name in messages.
///
/// # Errors
/// It is not TOML.
pub fn config(text: &str, file: &str) -> Result<Rewritten, Diagnostic> {
    let mut document = parse(text, file, 1)?;
    let mut notes = Vec::new();
    feeds::rewrite(document.as_table_mut());
    highlighting::rewrite(&mut document, &mut notes);
    languages::rewrite(document.as_table_mut(), &mut notes);
    taxonomies::rewrite(document.as_table_mut(), &mut notes);
    if keys::remove(document.as_table_mut(), "check_external_links") {
        notes.push("check_external_links is gone: `check` always follows links".to_owned());
    }
    Ok(Rewritten {
        text: document.to_string(),
        notes,
    })
}

/// Parses TOML; `first_line` is its place in the file.
fn parse(text: &str, file: &str, first_line: usize) -> Result<DocumentMut, Diagnostic> {
    text.parse::<DocumentMut>().map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let fault = Diagnostic::error(format!("This is not TOML: {}", error.message()))
            .in_file(file)
            .hint("each line is a key, an equals sign and a value");
        Place::of(text, at, first_line).mark(fault)
    })
}
