//! Style sheets from Sass, compiled from memory.

use std::collections::BTreeMap;
use std::io;
use std::path::{Component, Path, PathBuf};

use grass::{ErrorKind, Fs, Options, OutputStyle};

use crate::diagnostic::Diagnostic;
use crate::source::{SourceFile, SourcePath, note_chance};

/// The files that make style sheets: `.sass` and `.scss`, where neither the file nor a folder of
/// its path below `folder` starts with `_`. Each with the style sheet's path.
pub(super) fn sheets<'a>(
    sources: &'a BTreeMap<SourcePath, SourceFile>,
    folder: &str,
) -> Vec<(&'a SourceFile, String)> {
    let mut found = Vec::new();
    for (path, source) in sources {
        let Some(below) = path.0.strip_prefix(folder) else {
            continue;
        };
        let below = below.trim_start_matches('/');
        if below.split('/').any(|part| part.starts_with('_')) {
            continue;
        }
        let stem = below
            .strip_suffix(".scss")
            .or_else(|| below.strip_suffix(".sass"));
        if let Some(stem) = stem {
            found.push((source, format!("{stem}.css")));
        }
    }
    found
}

/// Compiles one file of `sources`; what it imports is looked for among them, relative to it.
///
/// # Errors
/// What is wrong, with the file and line where it is.
pub(super) fn compile(
    sources: &BTreeMap<SourcePath, SourceFile>,
    file: &SourcePath,
) -> Result<String, Diagnostic> {
    let mut texts = sources.values().filter_map(|source| source.text.as_deref());
    if texts.any(|text| text.contains("random") || text.contains("unique")) {
        note_chance();
    }
    let files = SourceFs { sources };
    let options = Options::default()
        .style(OutputStyle::Compressed)
        .fs(&files)
        .quiet(true);
    grass::from_path(&file.0, &options).map_err(|error| diagnose(*error, file))
}

fn diagnose(error: grass::Error, file: &SourcePath) -> Diagnostic {
    match error.kind() {
        ErrorKind::ParseError { message, loc, .. } => {
            let place = PathBuf::from(loc.file.name());
            Diagnostic::error(format!("cannot compile the style sheet: {message}"))
                .hint(remedy(&message))
                .in_file(place.to_string_lossy())
                .at(loc.begin.line + 1, loc.begin.column + 1)
        }
        ErrorKind::FromUtf8Error(_) => Diagnostic::error("the style sheet is not UTF-8")
            .in_file(file.0.as_str())
            .hint("save it with the encoding UTF-8"),
        ErrorKind::IoError(error) => {
            Diagnostic::error(format!("cannot read the style sheet: {error}"))
                .in_file(file.0.as_str())
                .hint("give yourself the right to read it")
        }
        _ => Diagnostic::error("cannot compile the style sheet")
            .in_file(file.0.as_str())
            .hint("look for what you changed last in it"),
    }
}

/// What to do about each of the compiler's messages, by a part of it.
const REMEDIES: &[(&str, &str)] = &[
    (
        "Undefined variable",
        "give it a value above this line ($name: …;), or @import the file that does",
    ),
    (
        "Undefined mixin",
        "define it above this line (@mixin name { … }), or @import the file that does",
    ),
    (
        "find stylesheet to import",
        "write the file's path from this file or from sass/, without its underscore and ending",
    ),
    (
        "no module with the namespace",
        "write @use \"sass:math\"; (or another module's name) at the head of the file",
    ),
    (
        "Incompatible units",
        "calculate with values of one unit, or with calc(…)",
    ),
    (
        "expected \"}\"",
        "close each { with a }: one of those above this place is open",
    ),
    ("expected \";\"", "end each line with a semicolon"),
];

fn remedy(message: &str) -> &'static str {
    let known = REMEDIES.iter().find(|(part, _)| message.contains(part));
    known.map_or(
        "correct the style sheet at this place; sass-lang.com/documentation tells what stands where",
        |(_, remedy)| remedy,
    )
}

/// The Sass sources as a file system, so that a style sheet depends on nothing else.
#[derive(Debug)]
struct SourceFs<'a> {
    sources: &'a BTreeMap<SourcePath, SourceFile>,
}

impl SourceFs<'_> {
    fn text(&self, path: &Path) -> Option<&str> {
        self.sources.get(&tidy(path)?)?.text.as_deref()
    }
}

impl Fs for SourceFs<'_> {
    fn is_dir(&self, path: &Path) -> bool {
        tidy(path).is_some_and(|folder| {
            let prefix = format!("{}/", folder.0);
            self.sources
                .range(SourcePath(prefix.clone())..)
                .next()
                .is_some_and(|(path, _)| path.0.starts_with(&prefix))
        })
    }

    fn is_file(&self, path: &Path) -> bool {
        self.text(path).is_some()
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.text(path)
            .map(|text| text.as_bytes().to_vec())
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        tidy(path)
            .map(|path| PathBuf::from(path.0))
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// The path without `.` and `..`; none if it leaves the site.
fn tidy(path: &Path) -> Option<SourcePath> {
    let mut parts: Vec<String> = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(part) => parts.push(part.to_string_lossy().into_owned()),
            Component::CurDir => {}
            Component::ParentDir => {
                parts.pop()?;
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(SourcePath(parts.join("/")))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn sources(files: &[(&str, &str)]) -> BTreeMap<SourcePath, SourceFile> {
        files
            .iter()
            .map(|(path, text)| {
                let path = SourcePath((*path).to_owned());
                let file = SourceFile {
                    path: path.clone(),
                    disk_path: PathBuf::from(&path.0),
                    text: Some(Arc::from(*text)),
                };
                (path, file)
            })
            .collect()
    }

    #[test]
    fn partials_make_no_style_sheet() {
        let sources = sources(&[
            ("sass/_base.scss", ""),
            ("sass/_parts/x.scss", ""),
            ("sass/a/b.sass", ""),
            ("sass/notes.css", ""),
            ("sass/site.scss", ""),
        ]);
        let targets: Vec<String> = sheets(&sources, "sass").into_iter().map(|s| s.1).collect();
        assert_eq!(targets, ["a/b.css", "site.css"]);
    }

    #[test]
    fn imports_are_found_among_the_sources() {
        let sources = sources(&[
            ("sass/_base.scss", "$ink: #123456;"),
            (
                "sass/parts/_link.scss",
                "@use '../base'; a { color: base.$ink; }",
            ),
            (
                "sass/site.scss",
                "@import 'base'; @import 'parts/link';\nb { color: $ink; }",
            ),
        ]);
        let css = compile(&sources, &SourcePath("sass/site.scss".into())).expect("compiles");
        assert_eq!(css, "a{color:#123456}b{color:#123456}");
    }

    #[test]
    fn faults_name_the_file_and_line() {
        let sources = sources(&[
            ("sass/_base.scss", "a {\n  color: $nowhere;\n}"),
            ("sass/site.scss", "@import 'base';"),
        ]);
        let fault = compile(&sources, &SourcePath("sass/site.scss".into())).expect_err("fails");
        assert_eq!(fault.file.as_deref(), Some("sass/_base.scss"));
        assert_eq!(fault.line, Some(2));
        assert!(fault.message.contains("variable"), "{}", fault.message);
    }
}
