//! From a content file's text to typed front matter and body.

use std::sync::Arc;

use super::split::{Fence, SplitError, split};
use super::{FileName, ParsedContent, ParsedPage, ParsedSection, front_page, front_section};
use crate::diagnostic::{Diagnostic, Outcome};
use crate::fields::{Faults, Node, Table, parse_toml, parse_yaml};
use crate::settings::Settings;
use crate::source::SourceFile;

/// Parses one file, with all faults of its front matter; nothing is returned where there are any.
#[must_use]
pub fn parse_file(file: &SourceFile, settings: &Settings) -> Outcome<Option<ParsedContent>> {
    let mut faults = Faults::of(file.path.0.clone());
    let value = parse(file, settings, &mut faults);
    let failed = faults.found.iter().any(Diagnostic::is_error);
    Outcome {
        value: value.filter(|_| !failed),
        diagnostics: faults.found,
    }
}

fn parse(file: &SourceFile, settings: &Settings, faults: &mut Faults) -> Option<ParsedContent> {
    let name = match FileName::of(&file.path, settings) {
        Ok(name) => name,
        Err(fault) => {
            faults.found.push(fault);
            return None;
        }
    };
    if is_stray_section(&name) {
        let hint = if name
            .stem
            .ends_with(&format!(".{}", settings.default_language))
        {
            "the default language's section file is named _index.md, without a code"
        } else {
            "name it _index.md, or _index.CODE.md with the code of a language of the site"
        };
        let message = "This file looks like a section's but is ignored because of its name";
        faults.push(None, Diagnostic::warning(message).hint(hint));
        return None;
    }
    let text = file.text.clone().unwrap_or_default();
    let parts = match split(&text) {
        Ok(parts) => parts,
        Err(error) => {
            no_front_matter(&error, faults);
            return None;
        }
    };
    let node: Node = match parts.format {
        Fence::Toml => parse_toml(parts.front, parts.front_line, faults)?,
        Fence::Yaml => parse_yaml(parts.front, parts.front_line, faults)?,
    };
    let sorted = parts.format == Fence::Toml;
    let table = Table::read("the front matter", &node, faults);
    let path = file.path.clone();
    let body = parts.to_body(&text);
    Some(if name.is_section {
        let front = front_section::read(table, sorted);
        ParsedContent::Section(ParsedSection {
            path,
            name,
            front: Box::new(front),
            body,
        })
    } else {
        let front = front_page::read(table, sorted, &name, settings);
        ParsedContent::Page(ParsedPage {
            path,
            name,
            front: Arc::new(front),
            body,
        })
    })
}

/// Zola never takes a file whose name starts with `_index.` for a page.
fn is_stray_section(name: &FileName) -> bool {
    !name.is_section && name.stem.starts_with("_index.")
}

fn no_front_matter(error: &SplitError, faults: &mut Faults) {
    match error {
        SplitError::NoFront => faults.found.push(
            Diagnostic::error("There is no front matter at the head of this file")
                .in_file(faults.file.clone())
                .at(1, 1)
                .hint("begin it with a line of +++, then title = \"…\", then again a line of +++"),
        ),
        SplitError::Unclosed(format, line) => {
            let fence = match format {
                Fence::Toml => "+++",
                Fence::Yaml => "---",
            };
            faults.found.push(
                Diagnostic::error(format!(
                    "The front matter that opens here with {fence} never ends"
                ))
                .in_file(faults.file.clone())
                .at(*line, 1)
                .hint(format!("put a line of {fence} below its last key")),
            );
        }
    }
}
